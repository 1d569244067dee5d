/** An application with a libSQL database of its own, which Crosswalk shares: one transaction spans both. */
import { Deterministic, EmbeddingRepository, ReferenceRepository, VectorIndex } from "crosswalk"
import { LibsqlClient } from "crosswalk/libsql"
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"

export class Refused extends Schema.TaggedError<Refused>()("Refused", { title: Schema.String }) {}

const Database = LibsqlClient.layer({ url: ":memory:" })

/** The repositories ask only for a `SqlClient` and an `Embedder`. */
export const ApplicationLayer = Layer.mergeAll(ReferenceRepository.layer, EmbeddingRepository.layer).pipe(
  Layer.provide(VectorIndex.layerSql),
  Layer.provide(Deterministic.layer()),
  Layer.provideMerge(Database)
)

/** A ticket in the application's table and a reference in Crosswalk's, or neither. */
export const openTicket = Effect.fn("openTicket")(function* (title: string, isAllowed: boolean) {
  const sql = yield* SqlClient.SqlClient
  const embeddings = yield* EmbeddingRepository
  return yield* sql.withTransaction(
    Effect.gen(function* () {
      yield* sql`CREATE TABLE IF NOT EXISTS ticket (title TEXT NOT NULL)`
      yield* sql`INSERT INTO ticket (title) VALUES (${title})`
      yield* embeddings.saveWithEmbedding({ uri: `app:${title}`, title, entityType: "ticket" })
      if (!isAllowed) return yield* new Refused({ title })
    })
  )
})

export const tickets = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* sql<{ readonly title: string }>`SELECT title FROM ticket ORDER BY title`
  return rows.map(({ title }) => title)
})
