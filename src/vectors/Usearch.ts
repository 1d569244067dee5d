import { availableParallelism } from "node:os"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { decodeInput } from "../domain/Input.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { type Extras, LibsqlClient } from "../libsql/LibsqlClient.ts"
import { VectorIndex } from "../storage/VectorIndex.ts"
import * as MemoryIndex from "./MemoryIndex.ts"
import * as Plan from "./Plan.ts"
import { UsearchOptions } from "./UsearchOptions.ts"

export { UsearchOptions as Options } from "./UsearchOptions.ts"

const decode = decodeInput(UsearchOptions, "options")

const make = Effect.fnUntraced(function* (
  options: UsearchOptions,
  database?: Pick<Extras, "kind" | "url">,
  isReader = false
) {
  // A graph is built beside what else the process does.
  const buildThreads = Math.max(1, availableParallelism() - 1)
  return yield* MemoryIndex.make(Plan.make(yield* decode(options), buildThreads, database, isReader))
})

/**
 * A `VectorIndex` in memory, for a process that answers many queries: exact up to some 100 000 vectors (a few milliseconds
 * off the event loop), a graph above. Results are those of the tables at the moment of the call, whichever process wrote
 * them: changes are read from a log before each search, and what is found is scored by the database.
 *
 * In a transaction, for more than 1000 hits, and under a filter that few pass, vectors are compared in SQL; where there are
 * many, in threads with connections of their own, if the client has them (`longReads`). Nothing is saved unless the options have a
 * `path`. Options that are not valid fail the layer with a ValidationError.
 *
 * ```ts
 * const store = EmbeddingRepository.layer.pipe(Layer.provide(Usearch.layer({ exactUpTo: 50_000 })))
 * ```
 */
export const layer = (
  options: UsearchOptions = {}
): Layer.Layer<VectorIndex, DatabaseError | ValidationError, SqlClient.SqlClient> =>
  Layer.effect(VectorIndex, make(options)).pipe(Layer.provide(VectorIndex.layerSql))

/**
 * {@link layer} for the database of a `LibsqlClient`: of a database that is a file, the index is saved beside it and found
 * again by the next process.
 */
export const layerLibsql = (
  options: UsearchOptions = {}
): Layer.Layer<VectorIndex, DatabaseError | ValidationError, LibsqlClient> => ofLibsql(options, false)

/**
 * A `VectorIndex` for a process that asks a few questions: it opens the graph that was saved for the database, where that is
 * whole, of the model and at most a tenth of its vectors behind, and compares in SQL otherwise. Nothing is built or saved.
 */
export const layerSaved = (
  options: UsearchOptions = {}
): Layer.Layer<VectorIndex, DatabaseError | ValidationError, LibsqlClient> => ofLibsql(options, true)

const ofLibsql = (options: UsearchOptions, isReader: boolean) =>
  Layer.effect(
    VectorIndex,
    Effect.flatMap(LibsqlClient, (database) => make(options, database, isReader))
  ).pipe(Layer.provide(VectorIndex.layerSql), Layer.provide(Layer.effect(SqlClient.SqlClient, LibsqlClient)))
