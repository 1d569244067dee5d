import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { bundled } from "../embedder/fixtures/modelFolder.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { crosswalk } from "./run.ts"

const rows = Array.from({ length: 24 }, (_, i) => ({
  id: `R-${i}`,
  title: `Rule ${i}`,
  description: `Verify that ${["passwords", "sessions", "backups"][i % 3]} number ${i} are kept safe.`,
  type: i % 2 === 0 ? "rule" : "control",
  tags: [`tag${i % 4}`],
  level: i % 5
}))

const imported = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const file = join(folder, "rules.json")
  yield* Effect.promise(() => writeFile(file, JSON.stringify({ catalog: "rules@1", references: rows })))
  const run = (...args: ReadonlyArray<string>) => crosswalk(folder)(...args, "--db", join(folder, "x.db"))
  expect((yield* run("import", file, "--json")).json()).toMatchObject({ created: 24, embedded: 24 })
  return { file, folder, run }
})

interface Hit {
  readonly uri: string
  readonly score: number
  readonly relevance: number
  readonly explanation: Readonly<Record<string, { readonly contribution: number }>>
}

describe("crosswalk search", () => {
  it.effect("is hybrid, and explains in JSON what adds up to the score", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      const answer = (yield* run("search", "passwords number 6", "--json")).json()
      expect(answer.mode).toBe("hybrid")
      expect(answer).not.toHaveProperty("facets")
      expect(answer.hits).toHaveLength(10)
      for (const { explanation, relevance, score } of answer.hits as ReadonlyArray<Hit>) {
        const sum = Object.values(explanation).reduce((sum, { contribution }) => sum + contribution, 0)
        expect(sum).toBeCloseTo(score, 12)
        expect(relevance >= 0 && relevance <= 1).toBe(true)
      }
    })
  )

  it.effect("says what could not be compared by meaning, and so does status", () =>
    Effect.gen(function* () {
      const { file, run } = yield* imported
      expect((yield* run("search", "passwords", "--json")).json().unsearched).toBe(0)
      const more = { catalog: "more@1", references: rows.slice(0, 2) }
      yield* Effect.promise(() => writeFile(file, JSON.stringify(more)))
      yield* run("import", file, "--no-embed")
      const { stderr, stdout } = yield* run("search", "passwords")
      expect(`${stdout}${stderr}`).toContain("2 references could not be compared by meaning")
      expect((yield* run("status")).stdout).toContain("A search by meaning looks at those up to date only")
      const { unsearched } = (yield* run("search", "passwords", "--catalog", "rules@1", "--json")).json()
      expect(unsearched).toBe(0)
    })
  )

  it.effect("--explain shows both legs", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      const { stdout } = yield* run("search", "passwords number 6", "--explain", "--limit", "1")
      expect(stdout).toMatch(/= \d\.\d+ meaning: .* rank 1/u)
      expect(stdout).toMatch(/\+ \d\.\d+ words: .* rank 1/u)
      expect(stdout).toMatch(/relevance \d\.\d\d/u)
      expect((yield* run("search", "passwords number 6", "--limit", "1")).stdout).not.toContain("relevance")
    })
  )

  it.effect("--where, --any-tag and --facets", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      const found = (...flags: ReadonlyArray<string>) =>
        Effect.map(run("search", "kept safe", "--limit", "100", "--json", ...flags), (ran) => ran.json())
      expect((yield* found("--where", "level>=3")).hits).toHaveLength(9)
      expect((yield* found("--where", "level>=3", "--where", "level<4", "--type", "rule")).hits).toHaveLength(2)
      expect((yield* found("--any-tag", "tag1", "--any-tag", "tag2")).hits).toHaveLength(12)
      expect((yield* found("--where", "level=4", "--facets")).facets).toMatchObject({
        catalogs: [{ value: "rules@1", count: 4 }],
        entityTypes: [
          { value: "control", count: 2 },
          { value: "rule", count: 2 }
        ]
      })
      const listed = (yield* run("list", "--where", "level=4", "--json")).json()
      expect(listed.references).toHaveLength(4)
    })
  )

  it.effect("--only-relevant may find nothing, and says so", () =>
    Effect.gen(function* () {
      const { run } = yield* imported
      const none = yield* run("search", "zebra giraffe", "--only-relevant")
      expect(none).toMatchObject({ code: 0, stdout: "" })
      expect(none.stderr).toContain("Nothing relevant was found.")
      expect((yield* run("search", "zebra giraffe", "--min-relevance", "0.99", "--json")).json().hits).toEqual([])
      expect((yield* run("search", "zebra giraffe", "--json")).json().hits).toHaveLength(10)
    })
  )

  it.effect.each([
    ["--where", "level"],
    ["--min-relevance", "2"],
    ["--semantic-weight", "x"],
    ["--fusion", "sum"],
    ["--mode", "fuzzy"]
  ])("%s %s is a usage error", (args) =>
    Effect.gen(function* () {
      const ran = yield* (yield* imported).run("search", "x", ...args)
      expect(ran.code).toBe(2)
      expect(ran.stderr).toContain(args[0])
    })
  )
})

describe("crosswalk evaluate", () => {
  const collection = Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const { mkdir } = yield* Effect.promise(() => import("node:fs/promises"))
    yield* Effect.promise(async () => {
      await mkdir(join(folder, "qrels"))
      const lines = (values: ReadonlyArray<unknown>) => values.map((value) => JSON.stringify(value)).join("\n")
      await writeFile(
        join(folder, "corpus.jsonl"),
        lines(rows.map(({ description, id, title }) => ({ _id: id, title, text: description })))
      )
      await writeFile(
        join(folder, "queries.jsonl"),
        lines([
          { _id: "q1", text: "passwords number 6" },
          { _id: "q2", text: "sessions number 7" }
        ])
      )
      await writeFile(join(folder, "qrels", "test.tsv"), "query-id\tcorpus-id\tscore\nq1\tR-6\t1\nq2\tR-7\t1\n")
    })
    return { folder, run: crosswalk(folder) }
  })

  it.effect("prints every mode, with intervals, and as JSON", () =>
    Effect.gen(function* () {
      const { folder, run } = yield* collection
      const text = yield* run("evaluate", folder)
      expect(text.stdout).toMatch(/2 queries, 24 documents/u)
      expect(text.stdout).toMatch(/hybrid +semantic +keyword/u)
      expect(text.stdout).toMatch(/ndcg@10 +1\.000 \(1\.000–1\.000\)/u)
      const { documents, modes, queries } = (yield* run("evaluate", folder, "--json")).json()
      expect({ documents, queries, modes: Object.keys(modes) }).toEqual({
        documents: 24,
        queries: 2,
        modes: ["hybrid", "semantic", "keyword"]
      })
      expect(modes.hybrid).toMatchObject({ "ndcg@10": 1, "mrr@10": 1, "recall@10": 1, "hit@1": 1, "hit@20": 1 })
    })
  )

  it.effect("writes a TREC run for each mode, and leaves no store behind", () =>
    Effect.gen(function* () {
      const { folder, run } = yield* collection
      const file = join(folder, "run.trec")
      expect((yield* run("evaluate", folder, "--run", file)).code).toBe(0)
      for (const [path, tag] of [
        [file, "crosswalk-hybrid"],
        [`${file}.semantic`, "crosswalk-semantic"],
        [`${file}.keyword`, "crosswalk-keyword"]
      ] as const) {
        const text = yield* Effect.promise(() => readFile(path, "utf8"))
        expect(text).toMatch(new RegExp(`^q1 Q0 R-6 1 [\\d.]+ ${tag}\n`, "u"))
      }
    })
  )

  it.live("compares with another model, from its folder, and with another mode and weight", () =>
    Effect.gen(function* () {
      const { folder, run } = yield* collection
      const file = join(folder, "run.trec")
      const models = ["evaluate", folder, "--mode", "semantic", "--against", `model=${bundled}`]
      const text = (yield* run(...models, "--per-query", "--run", file)).stdout
      expect(text).toMatch(/^first +semantic, deterministic\nsecond +semantic, Xenova\/all-MiniLM-L6-v2$/mu)
      expect(text).toMatch(/^ndcg@10 +1\.000 +[01]\.\d{3} +0 +\d +-?0\.\d{3} \(-?[01]\.\d{3} to -?0\.\d{3}\)$/mu)
      expect(text).toMatch(/^ndcg@10 +first +second +query$/mu)
      for (const path of [file, `${file}.against`]) {
        expect(yield* Effect.promise(() => readFile(path, "utf8"))).toMatch(/^q1 Q0 .* crosswalk-semantic$/mu)
      }
      const settings = ["--against", "mode=hybrid", "--against", "semantic-weight=0.1", "--against", "fusion=convex"]
      const other = (yield* run("evaluate", folder, "--mode", "keyword", "--json", ...settings)).json()
      expect(other).toMatchObject({
        queries: 2,
        documents: 24,
        first: { mode: "keyword", model: null, means: { "hit@1": 1 } },
        second: {
          mode: "hybrid",
          model: "deterministic",
          semanticWeight: 0.1,
          fusion: "convex",
          means: { "hit@1": 1 }
        },
        differences: { "ndcg@10": { mean: 0, interval: [0, 0], better: 0, worse: 0 } }
      })
      expect(other.perQuery).toBeUndefined()
    })
  )

  it.effect.each([
    ["--against", "modle=x"],
    ["--against", "mode=fuzzy"],
    ["--against", "semantic-weight=2"],
    ["--per-query"]
  ])("%s %s is a usage error", (args) =>
    Effect.gen(function* () {
      const { folder, run } = yield* collection
      const ran = yield* run("evaluate", folder, ...args)
      expect(ran.code).toBe(2)
      expect(ran.stderr).toContain("--against")
    })
  )

  it.effect("says what a folder lacks, and which line is wrong", () =>
    Effect.gen(function* () {
      const { folder, run } = yield* collection
      expect((yield* run("evaluate", join(folder, "nothing"))).stderr).toContain("qrels")
      yield* Effect.promise(() => writeFile(join(folder, "corpus.jsonl"), "{"))
      const broken = yield* run("evaluate", folder, "--mode", "keyword")
      expect(broken.code).toBe(1)
      expect(broken.stderr).toMatch(/corpus\.jsonl, line 1: is not a JSON object/u)
    })
  )
})
