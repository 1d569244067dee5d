/** Counts the references of a database as a user who owns nothing: `node readAsNobody.ts PATH`. */
import { Effect, Layer } from "effect"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"

const [url = ""] = process.argv.slice(2)
const layer = ReferenceRepository.layer.pipe(Layer.provide(LibsqlClient.layer({ url, readonly: true })))

// The driver is loaded before, because its folder may be root's alone.
await import("@libsql/client")
process.setgid?.(65534)
process.setuid?.(65534)
const found = ReferenceRepository.use((references) => references.count())
process.stdout.write(`${await Effect.runPromise(Effect.provide(found, layer))}\n`)
