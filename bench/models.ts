/**
 * Whether other models search the development collections better than the model of the package: nDCG@10 of each, by meaning
 * and hybrid, with the 95 % interval of the difference, and the gate that a model of our own must pass in each seed.
 *
 *     node bench/models.ts FOLDER … [--json]
 */
import { basename, resolve } from "node:path"
import { parseArgs } from "node:util"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect } from "effect"
import * as Evaluation from "../src/search/Evaluation.ts"
import * as Store from "../src/Store.ts"
import { directoriesOf } from "./collections.ts"

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" } } })
const collections = directoriesOf()

const modes = ["semantic", "hybrid"] as const

/** A model must gain so much on average, and may lose so much on no collection. */
const gate = { mean: 0.01, worst: -0.01 }

const run = (collection: string, folder: string | undefined) =>
  Evaluation.run(collection, { modes }).pipe(
    Effect.map((report) => report.modes),
    Effect.provide(
      Store.layerLibsql({
        embedder: { type: "transformers", offline: true, ...(folder === undefined ? {} : { folder }) }
      })
    )
  )

const rowsOf = Effect.fnUntraced(function* (collection: string) {
  const own = yield* run(collection, undefined)
  return yield* Effect.forEach(positionals, (folder) =>
    Effect.gen(function* () {
      const other = yield* run(collection, resolve(folder))
      return yield* Effect.forEach(modes, (mode) =>
        Effect.map(
          Evaluation.compare(own.get(mode)?.rankings ?? [], other.get(mode)?.rankings ?? []),
          ({ differences, first, second }) => ({
            model: basename(resolve(folder)),
            collection: basename(collection),
            mode,
            own: first["ndcg@10"],
            other: second["ndcg@10"],
            difference: differences["ndcg@10"]
          })
        )
      )
    })
  )
})

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`

const program = Effect.gen(function* () {
  if (positionals.length === 0)
    return yield* Console.log("Name the folders of models to compare with that of the package.")
  const rows = (yield* Effect.forEach(collections, rowsOf)).flat(2)
  if (values.json === true) return yield* Console.log(JSON.stringify(rows, null, 2))
  for (const mode of modes) {
    yield* Console.log(`\n${mode}\n\n| model | collection | ours | other | difference (95 %) |\n|---|---|---|---|---|`)
    for (const model of positionals.map((folder) => basename(resolve(folder)))) {
      const those = rows.filter((row) => row.model === model && row.mode === mode)
      for (const { collection, difference, other, own } of those) {
        const [low, high] = difference.interval.map(signed)
        yield* Console.log(
          `| ${model} | ${collection} | ${own.toFixed(3)} | ${other.toFixed(3)} | ${signed(difference.mean)} (${low} to ${high}) |`
        )
      }
      const gains = those.map(({ difference }) => difference.mean)
      const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length
      const worst = Math.min(...gains)
      const passed = mean >= gate.mean && worst >= gate.worst
      yield* Console.log(
        `| **${model}** | mean | | | ${signed(mean)}, worst ${signed(worst)}: ${passed ? "passes" : "does not pass"} |`
      )
    }
  }
}).pipe(Effect.provide(NodeServices.layer))

NodeRuntime.runMain(program)
