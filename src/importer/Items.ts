import { Effect, Result, Schema, SchemaIssue } from "effect"
import { CatalogId } from "../domain/Catalog.ts"
import { ImportError } from "../domain/ImportError.ts"
import { ReferenceInput } from "../domain/Reference.ts"
import type { Item } from "./Importer.ts"
import { isTooDeep, pathOf } from "./text/JsonText.ts"
import { fileName } from "./Names.ts"

const decode = Schema.decodeUnknownResult(ReferenceInput)
const isCatalogId = Schema.is(CatalogId)
const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

/** The position of a field of a row: `$.requirements[3].req_id`, or `line 12, title` where lines are counted. */
export const within = (at: string, field: string | number): string =>
  at.startsWith("$") ? pathOf(at, field) : `${at}, ${field}`

/** A row that cannot be imported. */
export const failure = (source: string, at: string, problem: string): Result.Result<never, ImportError> =>
  Result.fail(new ImportError({ source, at, problem }))

/** What a Schema first found wrong, in words, with its position. */
export const fromIssue = (source: string, at: string, issue: SchemaIssue.Issue): ImportError => {
  const [first] = formatIssue(issue).issues
  const path = (first?.path ?? []).map((part) => (typeof part === "object" ? part.key : part))
  const where = path.reduce<string>((parent, key) => within(parent, typeof key === "number" ? key : String(key)), at)
  const message = first?.message ?? "a valid value"
  const problem =
    message === "Missing key" ? "is missing" : message.startsWith("Expected") ? message : `Expected ${message}`
  return new ImportError({ source, at: where, problem })
}

/** Checks what was read as a reference. */
export const entry = (source: string, at: string, reference: { readonly [field: string]: unknown }): Item =>
  isTooDeep(reference["metadata"])
    ? failure(source, within(at, "metadata"), "is nested in more than 100 levels")
    : Result.mapBoth(decode(Object.fromEntries(Object.entries(reference).filter(([, value]) => value !== undefined))), {
        onSuccess: (reference) => ({ _tag: "Entry" as const, reference, at }),
        onFailure: (error) => fromIssue(source, at, error.issue)
      })

/** The URI of an identifier in a catalog: `asvs:5.0.0/V1.2.3` for `asvs@5.0.0` and `V1.2.3`. */
export const uriOf = (catalog: string, id: string): string => {
  const [name, version] = catalog.split("@")
  return version === undefined ? `${name}:${id}` : `${name}:${version}/${id}`
}

/** A catalog from a source or an option, checked. */
export const checkCatalog = (source: string, catalog: unknown, at?: string): Effect.Effect<string, ImportError> => {
  const id = typeof catalog === "string" ? catalog.trim() : catalog
  if (isCatalogId(id)) return Effect.succeed(id)
  const what = typeof id === "string" ? `the catalog ${JSON.stringify(id)}` : "the catalog"
  const problem = `${what} is not written name@version, without spaces, such as asvs@5.0.0`
  return Effect.fail(new ImportError({ source, at, problem }))
}

/** The catalog of a source that names none: the name of the file, without its extension. */
export const catalogFromName = (source: string): Effect.Effect<string, ImportError> => {
  const name = fileName(source)
    .replace(/(?<=.)\.[^.]*$/u, "")
    .replace(/[\s@]+/gu, "-")
  return name === "" || name === "-"
    ? Effect.fail(
        new ImportError({
          source,
          problem: "names no catalog, and there is no file name to take. Give one, name@version"
        })
      )
    : Effect.succeed(name)
}
