import { Context, Effect, ManagedRuntime } from "effect"
import { Backup } from "../catalog/Backup.ts"
import { CatalogImport } from "../catalog/CatalogImport.ts"
import { Doctor } from "../catalog/Doctor.ts"
import { Lint } from "../catalog/Lint.ts"
import { RelationImport } from "../catalog/RelationImport.ts"
import { Status } from "../catalog/Status.ts"
import { Carry } from "../crosswalk/Carry.ts"
import { Pins } from "../crosswalk/Pins.ts"
import { CatalogDiff } from "../crosswalk/CatalogDiff.ts"
import { Coverage } from "../crosswalk/Coverage.ts"
import { Crosswalk } from "../crosswalk/Crosswalk.ts"
import { Review } from "../crosswalk/Review.ts"
import { DatabaseError } from "../domain/DatabaseError.ts"
import { CatalogExport } from "../report/CatalogExport.ts"
import { ReferenceMap } from "../map/ReferenceMap.ts"
import { Search } from "../search/Search.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import * as Store from "../Store.ts"
import { type Promised, promised, type RunOptions } from "./Promised.ts"

/** The services of a store by the names they have here. */
const services = {
  references: ReferenceRepository,
  embeddings: EmbeddingRepository,
  relations: RelationRepository,
  search: Search,
  crosswalk: Crosswalk,
  review: Review,
  coverage: Coverage,
  diff: CatalogDiff,
  carry: Carry,
  pins: Pins,
  imports: CatalogImport,
  relationImports: RelationImport,
  lint: Lint,
  exports: CatalogExport,
  doctor: Doctor,
  backup: Backup,
  status: Status,
  map: ReferenceMap
} as const

type Services = { readonly [K in keyof typeof services]: Promised<(typeof services)[K]["Service"]> }

/** An open store. Close it, or declare it with `await using`. */
export interface PromiseStore extends Services, AsyncDisposable {
  /** Ends what runs, writes what is kept for the next time, and closes the database. Closing again does nothing. */
  readonly close: () => Promise<void>
}

/**
 * Opens a store for a program without Effect: the services of `Store.layerLibsql` with verbs that return promises. A promise is
 * rejected with the same errors, which have a `_tag`, such as `ValidationError`; bad options already when it is opened.
 *
 * Every verb takes `{ signal }` after its own arguments. Streams are async iterables; leaving the loop ends them. Where an
 * Effect program gives a function that returns an Effect (such as `onProgress`), a plain one is enough.
 *
 * @example
 * import { open } from "crosswalk/promise"
 *
 * await using store = await open({ url: ":memory:", embedder: { type: "deterministic" } })
 * await store.embeddings.saveWithEmbedding({ uri: "r:1", title: "Passwords are hashed", entityType: "requirement" })
 * const { hits } = await store.search.search("hashed passwords", { limit: 5 }, { signal: AbortSignal.timeout(10_000) })
 * hits[0]?.reference.uri // "r:1"
 */
export const open = async (config: Store.Config = {}, { signal }: RunOptions = {}): Promise<PromiseStore> => {
  signal?.throwIfAborted()
  const runtime = ManagedRuntime.make(Store.layerLibsql(config))
  let isClosed = false
  const close = async () => {
    isClosed = true
    await runtime.dispose()
  }
  try {
    const context = await runtime.runPromise(Effect.context<Store.LibsqlServices>(), { signal })
    const whileOpen = async () => {
      if (!isClosed) return context
      throw new DatabaseError({
        operation: "open",
        reason: "connection",
        isRetryable: false,
        problem: "the store was closed; open it again, or close it later"
      })
    }
    const of = <S extends Store.LibsqlServices, Shape extends object>(service: Context.Key<S, Shape>) =>
      promised(Context.get(context, service), whileOpen)
    return {
      references: of(services.references),
      embeddings: of(services.embeddings),
      relations: of(services.relations),
      search: of(services.search),
      crosswalk: of(services.crosswalk),
      review: of(services.review),
      coverage: of(services.coverage),
      diff: of(services.diff),
      carry: of(services.carry),
      pins: of(services.pins),
      imports: of(services.imports),
      relationImports: of(services.relationImports),
      lint: of(services.lint),
      exports: of(services.exports),
      doctor: of(services.doctor),
      backup: of(services.backup),
      status: of(services.status),
      map: of(services.map),
      close,
      [Symbol.asyncDispose]: close
    }
  } catch (error) {
    await close()
    throw signal?.aborted === true ? signal.reason : error
  }
}
