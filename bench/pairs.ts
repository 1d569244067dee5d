/**
 * How good suggestions are on every development pair, one by one: the defaults before and now, weights that are chosen
 * without the pair they are judged on, what a review of a sample does to the calibration, and how good the hint "no
 * counterpart" is.
 *
 *     node bench/pairs.ts [--json]
 *
 * Needs ../shared/eval and ../shared/asvs. It exits with 1 where the defaults are worse on a pair than before, or the
 * package says something else of the hint.
 */
import { join } from "node:path"
import { parseArgs } from "node:util"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import * as Store from "../src/Store.ts"
import * as ByPair from "./crosswalk/byPair.ts"
import * as PairTables from "./crosswalk/pairTables.ts"
import * as Pairs from "./crosswalk/pairs.ts"

const { values } = parseArgs({ options: { json: { type: "boolean" }, full: { type: "boolean" } } })
const shared = join(import.meta.dirname, "..", "..", "shared")

const measure = (name: (typeof Pairs.names)[number]) =>
  Effect.flatMap(Pairs.read(name, shared), ByPair.measure).pipe(
    Effect.provide(Layer.fresh(Layer.merge(Store.layerLibsql(), NodeServices.layer)))
  )

const program = Effect.gen(function* () {
  if (!Pairs.isThere(shared)) return yield* Console.log(`${shared} is not there, so nothing is measured.`)
  const measured = yield* Effect.forEach(Pairs.names, measure)
  const worse = ByPair.worse(measured)
  if (worse.length > 0) {
    process.exitCode = 1
    yield* Console.error(`The defaults are worse than before by more than .005 nDCG@10 on ${worse.join(", ")}.`)
  }
  if (ByPair.isHintOutdated(measured)) {
    process.exitCode = 1
    yield* Console.error(
      "The hint in src/crosswalk/CalibrationAsvs.ts is not as good, or better, than what was measured."
    )
  }
  yield* Console.log(values.json === true ? JSON.stringify(measured, null, 2) : PairTables.render(measured))
})

NodeRuntime.runMain(program)
