import { Effect, Result, Stream } from "effect"
import * as Identifier from "../domain/Identifier.ts"
import { nearest } from "../domain/Nearest.ts"
import { urisOf } from "../domain/RelationEnds.ts"
import type { Remedy } from "../domain/Remedy.ts"
import type { Placed } from "../importer/mapping/RelationFile.ts"
import type { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import type { ImportFailure } from "./ImportReport.ts"

/** Why an end of relations is no reference. */
interface Missing {
  readonly problem: string
  readonly remedy?: Remedy
}

const chooseOne = (values: ReadonlyArray<string>): Remedy => ({ action: "chooseOne", field: "uri", values })

/** Finds the reference that a URI means, in the catalog that it begins with, by its identifier or label. */
const finder = Effect.fnUntraced(function* (references: ReferenceRepository["Service"]) {
  const known = yield* references.catalogs
  // Of `house` and `house@1` the second is the one of `house:1/R-1`.
  const catalogs = known.map(({ id }) => id).sort((a, b) => b.length - a.length)
  const names = new Map<string, ReadonlyMap<string, string>>()
  const namesOf = Effect.fnUntraced(function* (catalog: string) {
    const before = names.get(catalog)
    if (before !== undefined) return before
    const called = new Map<string, string>()
    yield* Stream.runForEach(references.findAll({ catalog }), ({ identifier, label, uri }) =>
      Effect.sync(() => {
        for (const name of [identifier, label]) if (name !== undefined) called.set(name, uri)
      })
    )
    names.set(catalog, called)
    return called
  })
  return Effect.fnUntraced(function* (uri: string) {
    const missing: Missing = { problem: `there is no reference ${uri}` }
    const catalog = catalogs.find((catalog) => Identifier.ofUri(uri, catalog) !== undefined)
    const text = catalog === undefined ? undefined : Identifier.ofUri(uri, catalog)
    if (catalog === undefined || text === undefined) return Result.fail(missing)
    const found = yield* Effect.result(references.resolve(text, { catalog }))
    if (Result.isSuccess(found)) return Result.succeed(found.success.uri)
    const { failure } = found
    if (failure._tag === "ConflictError") {
      return Result.fail({
        problem: `it is not clear which reference ${uri} is: ${failure.problem}`,
        ...(failure.remedy !== undefined && { remedy: failure.remedy })
      })
    }
    if (failure._tag !== "NotFoundError") return yield* failure
    if (failure.remedy !== undefined) return Result.fail({ ...missing, remedy: failure.remedy })
    const called = yield* namesOf(catalog)
    const likely = called.get(nearest(text, [...called.keys()]) ?? "")
    return Result.fail({ ...missing, ...(likely !== undefined && { remedy: chooseOne([likely]) }) })
  })
})

/**
 * What the ends of relations are: the reference that is stored under the URI, else the one that is called so in its catalog,
 * however it is written. An end that is none is told once, with what is probably meant.
 */
export const resolve = Effect.fnUntraced(function* (
  references: ReferenceRepository["Service"],
  found: ReadonlyArray<Placed>,
  stored: ReadonlySet<string>
) {
  const named = new Map<string, string>()
  const places = new Map<string, Array<string>>()
  for (const { at, relation } of found) {
    for (const uri of new Set(urisOf(relation))) {
      if (!stored.has(uri)) places.set(uri, [...(places.get(uri) ?? []), at])
    }
  }
  const failed: Array<ImportFailure> = []
  const find = places.size === 0 ? undefined : yield* finder(references)
  for (const [uri, [at = "", ...others]] of places) {
    if (find === undefined) break
    const end = yield* find(uri)
    if (Result.isSuccess(end)) named.set(uri, end.success)
    else {
      const { problem, ...rest } = end.failure
      const times = others.length === 0 ? "" : `, which is named ${others.length + 1} times`
      failed.push({ at, problem: problem + times, ...rest })
    }
  }
  return { failed, uriOf: (uri: string) => (stored.has(uri) ? uri : named.get(uri)) }
})
