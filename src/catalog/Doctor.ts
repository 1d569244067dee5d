import { Context, Effect, Layer, Schema } from "effect"
import type { SqlClient } from "effect/sql"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ModelInfo } from "../domain/Embedding.ts"
import { foreignTo, otherModel, problemOf } from "../domain/ForeignCatalog.ts"
import type { ModelLoadError } from "../domain/ModelLoadError.ts"
import { Remedy } from "../domain/Remedy.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { Embedder } from "../embedder/Embedder.ts"
import type { LibsqlClient } from "../libsql/LibsqlClient.ts"
import * as CatalogLanguages from "../storage/CatalogLanguages.ts"
import * as DatabaseChecks from "../storage/Doctor.ts"
import { names } from "../storage/doctor/Check.ts"
import * as Keywords from "../storage/doctor/Keywords.ts"
import type { Options as IndexOptions } from "../vectors/Usearch.ts"
import * as Repair from "../storage/doctor/Repair.ts"
import * as Leftovers from "../vectors/Leftovers.ts"
import * as IndexAdmin from "../vectors/IndexAdmin.ts"

/** What was found out about one part of a store. */
export const Check = Schema.Struct({
  name: Schema.Literals([...names, "vector index", "temporary files", "model", "languages"]),
  /** `failed`: the database is damaged. `warning`: it is sound, but something is to be done. */
  status: Schema.Literals(["ok", "warning", "failed", "skipped"]),
  /** What was found. */
  detail: Schema.String,
  /** What can be done about it. */
  remedy: Schema.optional(Remedy)
})
export type Check = typeof Check.Type

/** What was found out about a store. */
export class DoctorReport extends Schema.Class<DoctorReport>("crosswalk/DoctorReport")({
  /** Whether no check failed. */
  sound: Schema.Boolean,
  checks: Schema.Array(Check)
}) {}

/** What was repaired, and how the store is afterwards. */
export class DoctorRepair extends Schema.Class<DoctorRepair>("crosswalk/DoctorRepair")({
  /** What was done, a sentence each; nothing where nothing had to be. */
  done: Schema.Array(Schema.String),
  report: DoctorReport
}) {}

/** What was found out about the model in use, and what it is where it can be used. */
interface Looked {
  readonly check: Check
  readonly model?: ModelInfo
}

/** What is known of a model whose files are as they should be. */
type Inspected = { readonly model: ModelInfo }

/** What lies beside the database: what was found out about it, and what mends it and says how. */
interface Beside<R> {
  readonly check: Effect.Effect<ReadonlyArray<Check>, ValidationError | DatabaseError, R>
  readonly repair: Effect.Effect<ReadonlyArray<string>, ValidationError | DatabaseError, R>
}

/** Whether the model in use was made for the languages of the catalogs. */
const languages = Effect.fnUntraced(function* (model: ModelInfo | undefined) {
  const name = "languages"
  if (model?.languages === undefined) {
    return { name, status: "skipped", detail: "which languages the model was made for is not known" } satisfies Check
  }
  const foreign = foreignTo(model, yield* CatalogLanguages.all)
  return foreign.length === 0
    ? ({ name, status: "ok", detail: "no catalog is in another language than those of the model" } satisfies Check)
    : ({
        name,
        status: "warning",
        detail: problemOf(foreign, model),
        remedy: otherModel(foreign)
      } satisfies Check)
})

const make = Effect.fnUntraced(function* <I, M>(
  beside: Beside<I>,
  model: Effect.Effect<Looked, ValidationError | DatabaseError, M>
) {
  const services = yield* Effect.context<SqlClient.SqlClient | I | M>()

  const check = Effect.gen(function* () {
    const database = yield* DatabaseChecks.run
    const words = yield* Keywords.words.pipe(
      Effect.catchTag("DatabaseError", ({ problem }) =>
        Effect.succeed({
          name: "keyword index",
          status: "skipped",
          detail: `has an entry for every reference; its words were not compared: ${problem}`
        } as const)
      )
    )
    const looked = yield* model
    // Without tables of this version there is nothing to compare with.
    if (!database.some(({ name }) => name === "references")) {
      const checks = [...database, looked.check]
      return new DoctorReport({ sound: checks.every(({ status }) => status !== "failed"), checks })
    }
    const checks: ReadonlyArray<Check> = [
      ...database.map((check) => (check.name === "keyword index" && check.status === "ok" ? words : check)),
      ...(yield* beside.check),
      looked.check,
      yield* Effect.catchTag(languages(looked.model), "DatabaseError", (error) =>
        // What cannot be read has been told.
        error.reason === "corrupt"
          ? Effect.succeed({ name: "languages", status: "skipped", detail: error.problem } as const)
          : Effect.fail(error)
      )
    ]
    return new DoctorReport({ sound: checks.every(({ status }) => status !== "failed"), checks })
  }).pipe(Effect.provideContext(services), Effect.withSpan("Doctor.check"))

  const repair = Effect.gen(function* () {
    const tables = yield* Repair.repair
    const done = [...tables, ...(yield* beside.repair)]
    return new DoctorRepair({ done, report: yield* check })
  }).pipe(Effect.provideContext(services), Effect.withSpan("Doctor.repair"))

  return { check, repair }
})

const modelProblem = (error: { readonly message: string; readonly remedy?: Remedy | undefined }): Looked => ({
  check: { name: "model", status: "warning", detail: error.message, remedy: error.remedy }
})

/** The vector index that is saved, and what killed processes have left beside the database. */
const besideFile = (options: IndexOptions): Beside<LibsqlClient> => {
  const index = Effect.map(IndexAdmin.check(options), (check): Check => ({ name: "vector index", ...check }))
  return {
    check: Effect.gen(function* () {
      const left = yield* Leftovers.find(options)
      return [
        yield* index,
        left.length === 0
          ? { name: "temporary files", status: "ok", detail: "no process that was killed has left any" }
          : {
              name: "temporary files",
              status: "warning",
              detail: `processes that were killed have left ${left.join(", ")}`,
              remedy: { action: "repairDatabase" }
            }
      ] satisfies ReadonlyArray<Check>
    }),
    repair: Effect.gen(function* () {
      const removed = yield* Leftovers.remove(options)
      const { status } = yield* index
      if (status !== "failed") return removed
      const { dropped } = yield* IndexAdmin.drop(options)
      return dropped ? [...removed, "removed the saved vector index, which is built again when it is needed"] : removed
    })
  }
}

/** Where an index would be saved is not known without the client of the database. */
const besideUnknown: Beside<never> = {
  check: Effect.succeed([
    {
      name: "vector index",
      status: "skipped",
      detail: "where one would be saved is not known, because the database was opened by another client"
    }
  ]),
  repair: Effect.succeed([])
}

/** What asks the embedder for one vector. */
const embedding = Effect.flatMap(Embedder, ({ embed, model }) =>
  embed("model", "query").pipe(
    Effect.map(
      (vector): Looked => ({
        model,
        check: {
          name: "model",
          status: vector.length === model.dimensions ? "ok" : "warning",
          detail: `${model.id} gives vectors of ${vector.length} dimensions`
        }
      })
    ),
    Effect.catchTags({
      EmbeddingError: (error) => Effect.succeed(modelProblem(error)),
      ModelLoadError: (error) => Effect.succeed(modelProblem(error))
    })
  )
)

/**
 * Checks a store: the database file, its tables and indexes, the saved vector index, and the model. Changes nothing.
 *
 * @example
 * import { Effect } from "effect"
 * import { Doctor } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const doctor = yield* Doctor
 *   const { checks, sound } = yield* doctor.check
 *   return sound ? [] : checks.filter(({ status }) => status === "failed").map(({ detail, name }) => `${name}: ${detail}`)
 * })
 */
export class Doctor extends Context.Service<
  Doctor,
  {
    /**
     * All checks, one after the other. Comparing the words of the keyword index needs a connection that may write, though
     * nothing is kept of it; with another it is `skipped`. Fails where the database cannot be read at all, or has no tables
     * of Crosswalk.
     */
    readonly check: Effect.Effect<DoctorReport, ValidationError | DatabaseError>
    /**
     * Makes again what follows from what else is stored (indexes for keywords, triggers, tags, the change log), removes what
     * is of no use (vectors that cannot be used, a damaged vector index, temporary files), and checks again. Texts,
     * relations and decisions stay as they are: a text that cannot be read or is not what was saved is marked, so that
     * importing its source writes it anew. Embed afterwards.
     */
    readonly repair: Effect.Effect<DoctorRepair, ValidationError | DatabaseError>
  }
>()("crosswalk/Doctor") {
  /** With the embedder in use, which is asked for one vector. A saved vector index is not looked at. Makes no tables. */
  static readonly layer: Layer.Layer<Doctor, never, SqlClient.SqlClient | Embedder> = Layer.effect(
    this,
    make(besideUnknown, embedding)
  )

  /**
   * {@link layer} for the database of a `LibsqlClient`, with the vector index that is saved beside it, or where the options
   * of `Usearch` say.
   */
  static readonly layerLibsql = (
    index: IndexOptions = {}
  ): Layer.Layer<Doctor, never, SqlClient.SqlClient | LibsqlClient | Embedder> =>
    Layer.effect(this, make(besideFile(index), embedding))

  /** {@link layerLibsql} with what checks the files of a model instead, such as `Transformers.inspect({})`. */
  static readonly layerInspect = <R>(
    inspect: Effect.Effect<Inspected, ModelLoadError | ValidationError, R>
  ): Layer.Layer<Doctor, never, SqlClient.SqlClient | LibsqlClient | R> =>
    Layer.effect(
      this,
      make(
        besideFile({}),
        inspect.pipe(
          Effect.map(
            ({ model }): Looked => ({
              model,
              check: { name: "model", status: "ok", detail: `${model.id}, its files are as they should be` }
            })
          ),
          Effect.catchTag("ModelLoadError", (error) => Effect.succeed(modelProblem(error)))
        )
      )
    )
}
