/**
 * How good suggestions and the diff of catalogues are, against OWASP's own mapping of ASVS 4.0.3 to 5.0.0, and how fast: the
 * real way from the published files through import, embedding and suggest. It also fits the calibration again and compares
 * it with the one in the package.
 *
 *     node bench/crosswalk.ts [--json]
 *
 * Without ../shared/asvs only the speed is measured.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import * as Quality from "./crosswalk/quality.ts"
import * as Speed from "./crosswalk/speed.ts"

const { values } = parseArgs({ options: { json: { type: "boolean" }, full: { type: "boolean" } } })
const folder = join(import.meta.dirname, "..", "..", "shared", "asvs")

const program = Effect.gen(function* () {
  const quality = existsSync(folder) ? yield* Quality.measure(folder) : undefined
  const speed = yield* Speed.measure
  const outdated = quality === undefined ? [] : Quality.outdated(quality)
  if (outdated.length > 0) {
    process.exitCode = 1
    yield* Console.error(`src/crosswalk/CalibrationAsvs.ts is not what was fitted for ${outdated.join(", ")}.`)
  }
  if (values.json === true) return yield* Console.log(JSON.stringify({ quality, speed }, null, 2))
  if (quality === undefined) yield* Console.log(`${folder} is not there, so quality is not measured.`)
  else yield* Console.log(Quality.render(quality))
  yield* Console.log(Speed.render(speed))
})

NodeRuntime.runMain(program)
