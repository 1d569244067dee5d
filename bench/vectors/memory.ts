/** How much memory a process needs for an index: opens it, searches, and prints megabytes. `node memory.ts DATABASE`. */
import { Effect, Layer } from "effect"
import { LibsqlClient } from "../../src/libsql.ts"
import * as Usearch from "../../src/vectors/Usearch.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import { clustered, fingerprint } from "./data.ts"

const [path = "", count = "0"] = process.argv.slice(2)
const queries = clustered(Number(count)).queries(50)

const measure = (
  index: Layer.Layer<VectorIndex, unknown, LibsqlClient.LibsqlClient | import("effect/sql").SqlClient.SqlClient>
) =>
  Effect.gen(function* () {
    const before = process.memoryUsage().rss
    const service = yield* VectorIndex
    for (const query of queries) yield* service.nearest(query, { fingerprint, limit: 10 })
    return process.memoryUsage().rss - before
  }).pipe(Effect.provide(Layer.fresh(index).pipe(Layer.provide(LibsqlClient.layer({ url: path })))))

process.stdout.write(String(await Effect.runPromise(measure(Usearch.layerLibsql()))))
