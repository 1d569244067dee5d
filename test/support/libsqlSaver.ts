/**
 * Saves ROWS references into a database, for tests of what the system refuses: `node libsqlSaver.ts PATH ROWS`. It prints
 * how that ended as one line of JSON.
 */
import { Effect, Layer } from "effect"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"

const [url = "", rows = "0"] = process.argv.slice(2)
// A limit on the size of files is an error then, and not the end of the process.
process.on("SIGXFSZ", () => {})

const save = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const inputs = Array.from({ length: Number(rows) }, (_, i) => ({
    uri: `r:${i}`,
    title: `Title ${i}`,
    description: "words ".repeat(50),
    entityType: "requirement"
  }))
  return yield* references.saveMany(inputs)
}).pipe(Effect.provide(Layer.provide(ReferenceRepository.layer, LibsqlClient.layer({ url }))))

const outcome = await Effect.runPromise(
  Effect.match(save, {
    onFailure: (error) => ({ ...error, message: error.message }),
    onSuccess: (totals) => ({ totals })
  })
)
process.stdout.write(`${JSON.stringify(outcome)}\n`)
