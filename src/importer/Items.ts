import { Effect, Result, Schema, SchemaIssue } from "effect"
import { CatalogId } from "../domain/Catalog.ts"
import * as Identifier from "../domain/Identifier.ts"
import { ImportError } from "../domain/ImportError.ts"
import { ReferenceInput } from "../domain/Reference.ts"
import type { Entry, Item } from "./Importer.ts"
import { isLarger, isTooDeep, pathOf } from "./text/JsonText.ts"
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

/** What a reference may be called and for. */
export type Naming = Pick<ReferenceInput, "identifier" | "label" | "role">

const longestTitle = 100

/** The beginning of a text as a title: its first line or sentence, or the words of it that have room. `e.g.` ends none. */
export const beginningOf = (text: string): string => {
  const line = text.trim().split(/\n/u, 1)[0]?.trim() ?? ""
  const sentence = /^.{12,}?[.!?:;](?=\s|$)/u.exec(line)?.[0] ?? line
  if (sentence.length <= longestTitle) return sentence.replace(/[.:;]$/u, "")
  return `${sentence.slice(0, longestTitle).replace(/\s+\S*$/u, "")}…`
}

const defined = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** The largest entry, in characters, whatever the format: a line of NDJSON may be as long. */
const maxEntry = 16 * 1024 * 1024

/**
 * Checks what was read as a reference, with its identifier as the source writes it, cleaned (`Identifier.clean`). Where it has no title, the beginning of its description is one.
 */
export const entry = (
  source: string,
  at: string,
  { title, ...reference }: { readonly [field: string]: unknown },
  { identifier, label, role }: Naming = {}
): Item => {
  if (isTooDeep(reference["metadata"])) {
    return failure(source, within(at, "metadata"), "is nested in more than 100 levels")
  }
  const { description } = reference
  if (isLarger([title, reference], maxEntry)) {
    return failure(source, at, "is an entry of more than 16 MB. Is the format right?")
  }
  const named =
    title ?? (typeof description === "string" && description.trim() !== "" ? beginningOf(description) : title)
  const printed = label === undefined ? "" : Identifier.clean(label)
  const naming = {
    ...(identifier !== undefined && identifier !== "" && { identifier }),
    ...(printed !== "" && printed !== identifier && { label: printed }),
    ...(role !== undefined && { role })
  }
  return Result.mapBoth(decode(defined({ ...reference, ...naming, title: named })), {
    onSuccess: (reference): Entry => ({ _tag: "Entry", reference, at }),
    onFailure: (error) => fromIssue(source, at, error.issue)
  })
}

/** An entry under another name, or for something else; what is none stays. */
export const named = (item: Item, naming: Naming): Item =>
  Result.map(item, (found) =>
    found._tag === "Entry" ? { ...found, reference: { ...found.reference, ...naming } } : found
  )

/** An entry that its source marks as deleted. */
export const withdrawn = (id: string, reason: string, at: string): Item =>
  Result.succeed({ _tag: "Withdrawn", id, reason, at })

/** A remark about an entry that was taken. */
export const warning = (at: string, problem: string): Item => Result.succeed({ _tag: "Warning", at, problem })

/** A remark about entries that may have been called otherwise before: nothing is pruned because of them. */
export const unsure = (at: string, problem: string): Item =>
  Result.succeed({ _tag: "Warning", at, problem, unsure: true })

/** What a text that stands in the place of a deleted entry says, such as `DELETED, DUPLICATE OF 4.1.3`. */
export const deletion = (text: string | undefined): string | undefined =>
  /^\s*\[?((?:DELETED|WITHDRAWN|REMOVED)\b[^\]]*)\]?\s*$/u.exec(text ?? "")?.[1]?.trim()

/** The URI of an identifier in a catalog: `asvs:5.0.0/V1.2.3` for `asvs@5.0.0` and `V1.2.3`. */
export const uriOf = (catalog: string, id: string): string => {
  const [name, version] = catalog.split("@")
  const clean = Identifier.clean(id)
  return version === undefined ? `${name}:${clean}` : `${name}:${version}/${clean}`
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
