import { Duration, Effect, Schema } from "effect"
import type { EmbeddingStatus } from "../storage/EmbeddingRepository.ts"
import type { CrosswalkError } from "../domain/CrosswalkError.ts"
import { Embedder } from "../embedder/Embedder.ts"
import { VectorIndex } from "../storage/VectorIndex.ts"

/** Whether one of the things that a store stands on can be used, and why not. */
const Part = Schema.Struct({ ok: Schema.Boolean, detail: Schema.optionalKey(Schema.String) })
type Part = typeof Part.Type

/** Whether a store can answer. Its sentences have no path, text or statement, so anybody may read them. */
export class Readiness extends Schema.Class<Readiness>("crosswalk/Readiness")({
  /** The tables can be read; nothing works without. */
  database: Part,
  /** The model gives vectors; without, a hybrid search compares words alone. Absent without an embedder. */
  model: Schema.optionalKey(Part),
  /** Vectors can be compared, and every reference has one of the model in use. Absent without an embedder. */
  index: Schema.optionalKey(Part)
}) {}

const fine: Part = { ok: true }

const failed = (what: string, { _tag, reason }: CrosswalkError): Part => ({
  ok: false,
  detail: `${what} (${_tag}, ${reason})`
})

/** How long the model may take to answer, and how long its answer holds. */
const patience = Duration.seconds(2)
const holds = Duration.seconds(10)

/** Whether a database whose counts can be read, without a model, is ready. */
export const ofTables = <E extends CrosswalkError>(count: Effect.Effect<unknown, E>): Effect.Effect<Readiness> =>
  count.pipe(
    Effect.as(fine),
    Effect.catch((error) => Effect.succeed(failed("The database cannot be read", error))),
    Effect.map((database) => new Readiness({ database }))
  )

/** Whether the database, the model and the vectors can be used. The model is asked at most once in ten seconds. */
export const make = Effect.fnUntraced(function* <E extends CrosswalkError>(status: Effect.Effect<EmbeddingStatus, E>) {
  const { embed, model } = yield* Embedder
  const { nearest } = yield* VectorIndex

  const ofModel = yield* embed("ready", "query").pipe(
    Effect.as(fine),
    Effect.catch((error) => Effect.succeed(failed("The model gives no vectors", error))),
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.succeed<Part>({ ok: false, detail: "The model has not answered yet" })
    }),
    Effect.cachedWithTTL(holds)
  )

  const probe = new Float32Array(model.dimensions)
  probe[0] = 1
  const ofIndex = ({ missing, otherModel }: EmbeddingStatus) => {
    const lacking = missing + otherModel
    return nearest(probe, { fingerprint: model.fingerprint, limit: 1 }).pipe(
      Effect.as<Part>(
        lacking === 0 ? fine : { ok: false, detail: `${lacking} references have no embedding of the model in use` }
      ),
      Effect.catch((error) => Effect.succeed(failed("Vectors cannot be compared", error)))
    )
  }

  return Effect.gen(function* () {
    const [model, { database, index }] = yield* Effect.all(
      [
        ofModel,
        status.pipe(
          Effect.flatMap((counts) => Effect.map(ofIndex(counts), (index) => ({ database: fine, index }))),
          Effect.catch((error) =>
            Effect.succeed({
              database: failed("The database cannot be read", error),
              index: failed("Vectors cannot be compared", error)
            })
          )
        )
      ],
      { concurrency: "unbounded" }
    )
    return new Readiness({ database, model, index })
  })
})
