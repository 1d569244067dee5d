/** Computes the map of a database file: `node mapComputer.ts PATH`. Each step is reported as a line on stdout. */
import { Effect } from "effect"
import { ReferenceMap } from "../../src/map/ReferenceMap.ts"
import * as Store from "../../src/Store.ts"

await Effect.runPromise(
  ReferenceMap.use(({ compute }) =>
    compute({ onProgress: (done) => Effect.sync(() => process.stdout.write(`${done}\n`)) })
  ).pipe(Effect.provide(Store.layerLibsql({ url: process.argv[2] ?? "", embedder: { type: "deterministic" } })))
)
