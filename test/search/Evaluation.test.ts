import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Evaluation from "../../src/search/Evaluation.ts"
import { TestStore } from "../../src/testing.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const lines = (...values: ReadonlyArray<unknown>) => values.map((value) => JSON.stringify(value)).join("\n")

const collection = (files: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const folder = join(yield* temporaryFolder, "fruit")
    yield* Effect.promise(async () => {
      await mkdir(join(folder, "qrels"), { recursive: true })
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    })
    return folder
  })

const fruit = {
  "corpus.jsonl": lines(
    { _id: "1", title: "Apples", text: "Apples grow on trees." },
    { _id: "2", title: "", text: "Bananas are yellow." },
    { _id: 3, text: "Cherries are red and have stones." },
    { _id: "4", title: "", text: " " },
    { _id: "5", title: "Only a title\u0000", text: "" }
  ),
  "queries.jsonl": lines(
    { _id: "a", text: "apples on trees" },
    { _id: "b", text: "yellow bananas" },
    { _id: "c", text: "nobody judged this" },
    { _id: "d", text: "judged, but nothing is relevant" },
    { _id: "3", text: "cherries have stones" }
  ),
  "qrels/test.tsv": "query-id\tcorpus-id\tscore\na\t1\t2\nb\t2\t1\nd\t1\t0\n3\t3\t1\n3\t2\t1\n"
}

const services = Layer.merge(TestStore.layer, NodeServices.layer)

describe("an evaluation", () => {
  it.effect("measures every mode on the queries that have an answer", () =>
    Effect.gen(function* () {
      const report = yield* Evaluation.run(yield* collection(fruit))
      const json = Evaluation.toJson(report)
      assert.strictEqual(json.collection, "fruit")
      assert.strictEqual(json.queries, 3)
      assert.strictEqual(json.documents, 5)
      assert.deepStrictEqual(Object.keys(json.modes).sort(), ["hybrid", "keyword", "semantic"])
      for (const mode of Object.values(json.modes)) {
        // Query 3 cannot find itself, only its second answer.
        assert.isAtLeast(mode?.["hit@1"] ?? 0, 2 / 3)
        for (const key of [
          "ndcg@10",
          "mrr@10",
          "recall@1",
          "recall@5",
          "recall@10",
          "recall@20",
          "recall@100",
          "hit@1",
          "hit@20"
        ] as const) {
          assert.isNumber(mode?.[key])
          assert.strictEqual(mode?.intervals[key].length, 2)
        }
      }
    }).pipe(Effect.provide(services))
  )

  it.effect("writes what TREC reads, without a query's own document", () =>
    Effect.gen(function* () {
      const report = yield* Evaluation.run(yield* collection(fruit), { modes: ["hybrid"] })
      const hybrid = report.modes.get("hybrid")
      const run = hybrid === undefined ? "" : Evaluation.toTrec("hybrid", hybrid)
      const rows = run
        .trimEnd()
        .split("\n")
        .map((line) => line.split(" "))
      assert.deepStrictEqual(rows[0]?.slice(0, 4), ["a", "Q0", "1", "1"])
      assert.strictEqual(rows[0]?.[5], "crosswalk-hybrid")
      assert.isFalse(rows.some(([query, , document]) => query === document))
    }).pipe(Effect.provide(services))
  )

  it.effect("is the same the second time, intervals too", () =>
    Effect.gen(function* () {
      const folder = yield* collection(fruit)
      const once = Effect.map(Evaluation.run(folder, { seed: 3 }), Evaluation.toJson).pipe(
        Effect.provide(Layer.fresh(TestStore.layer))
      )
      assert.deepStrictEqual(yield* once, yield* once)
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("reads a split, all where there is no test, and judgements as TREC writes them", () =>
    Effect.gen(function* () {
      const { "qrels/test.tsv": test, ...rest } = fruit
      const folder = yield* collection({ ...rest, "qrels/dev.tsv": "a 0 1 1\n", "qrels/train.tsv": "b\t2\t1\n" })
      const queries = (split?: string) =>
        Effect.map(Evaluation.run(folder, { modes: ["keyword"], split }), (r) => r.queries)
      assert.strictEqual(yield* queries(), 2)
      assert.strictEqual(yield* queries("dev"), 1)
      const error = yield* Effect.flip(queries("nothing"))
      assert.include(error.message, "nothing.tsv")
      assert.isString(test)
    }).pipe(Effect.provide(services))
  )

  it.effect.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ["a line that is no JSON", { ...fruit, "corpus.jsonl": `${fruit["corpus.jsonl"]}\n{"_id": ` }, "line 6"],
    ["a query without text", { ...fruit, "queries.jsonl": '{"_id":"a"}' }, "line 1"],
    ["judgements without a grade", { ...fruit, "qrels/test.tsv": "query-id\tcorpus-id\tscore\na\t1" }, "line 2"],
    ["no query with an answer", { ...fruit, "qrels/test.tsv": "z\t1\t1" }, "no query with a relevant document"],
    [
      "no corpus",
      { "queries.jsonl": fruit["queries.jsonl"], "qrels/test.tsv": fruit["qrels/test.tsv"] },
      "corpus.jsonl"
    ]
  ])("says what is wrong with %s", ([, files, expected]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Evaluation.run(yield* collection(files), { modes: ["keyword"] }))
      assert.strictEqual(error._tag, "ImportError")
      assert.include(error.message, expected)
    }).pipe(Effect.provide(services))
  )
})
