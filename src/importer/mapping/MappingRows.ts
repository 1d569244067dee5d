import { Result, Schema } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { CatalogId } from "../../domain/Catalog.ts"
import * as Identifier from "../../domain/Identifier.ts"
import { Confidence, Provenance, type RelationType } from "../../domain/Relation.ts"
import { setOption } from "../../domain/Remedy.ts"
import { sorted } from "../../domain/RelationEnds.ts"
import { NonBlankText } from "../../domain/Text.ts"
import { failure, fromIssue, uriOf, within } from "../Items.ts"
import type { Mapping, MappingItem } from "./Mapping.ts"
import { plain } from "../Fields.ts"

/** The words that publishers have for the types of relations. */
const words: ReadonlyMap<string, RelationType> = new Map([
  ...["equal", "equalto", "equivalent", "equivalentto", "exact", "same", "sameas", "identical"].map(
    (w) => [w, "equal"] as const
  ),
  ...["subset", "subsetof", "partof"].map((w) => [w, "subset"] as const),
  ...["superset", "supersetof", "contains"].map((w) => [w, "superset"] as const),
  ...["intersects", "intersectswith", "intersect", "related", "relatedto", "linkedto", "overlaps"].map(
    (w) => [w, "intersects"] as const
  ),
  ["implements", "implements"],
  ...["supersedes", "replaces"].map((w) => [w, "supersedes"] as const),
  ...["none", "norelationship", "norelation", "nocounterpart", "notrelated", "notrelatedto", "notequal"].map(
    (w) => [w, "no-relationship"] as const
  )
])

/** The type that a word names. */
export const typeOf = (word: string): RelationType | undefined => words.get(plain(word))

/** An end as it is written, an identifier or a URI; or what is known to be a URI, whatever it looks like. */
export type End = string | { readonly uri: string }

/** What a row or an entry says, before it is checked. */
export interface Said extends Pick<Mapping, "at" | "status" | "needsReview"> {
  readonly sources: ReadonlyArray<End>
  /** Empty where the sources have no counterpart. */
  readonly targets: ReadonlyArray<End>
  readonly type?: RelationType | undefined
  readonly confidence?: number | undefined
  readonly provenance?: { readonly [K in keyof Provenance]?: unknown } | undefined
}

/** A pair. A blank target says that the source has no counterpart. */
export const pair = (source: string, target: string): Pick<Said, "sources" | "targets"> => ({
  sources: [source],
  targets: target === "" ? [] : [target]
})

/** The catalogs that identifiers belong to. */
export interface Ends {
  readonly from: string | undefined
  readonly to: string | undefined
}

/** Whether a text is a URI, and no identifier: one of a catalog too, whose name may have a line (`my_rules:1/R-1`). */
export const isUri = (text: string): boolean => /^\p{L}[\p{L}\p{N}+._-]*:\S/u.test(text)
const isText = Schema.is(NonBlankText)
const isConfidence = Schema.is(Confidence)
const isCatalog = Schema.is(CatalogId)
const { method, ...optional } = Provenance.fields
const decodeProvenance = Schema.decodeUnknownResult(Schema.Struct({ method: Schema.optionalKey(method), ...optional }))

const toUri = (
  source: string,
  at: string,
  written: End,
  catalog: string | undefined,
  end: "from" | "to"
): Result.Result<string, ImportError> => {
  const text = typeof written === "string" ? written : written.uri
  if (!isText(text)) return failure(source, at, "is not a text that can be stored")
  const isOf = (id: string) => Identifier.ofUri(text, id) !== undefined
  if (typeof written !== "string" || isUri(text) || (catalog !== undefined && isOf(catalog))) {
    return Result.succeed(text)
  }
  if (catalog !== undefined) return Result.succeed(uriOf(catalog, text))
  const problem = `${JSON.stringify(text)} is no URI. Say which catalog it belongs to: ${end}, such as asvs@5.0.0`
  return Result.fail(new ImportError({ source, at, reason: "option", problem, remedy: setOption(end, "asvs@5.0.0") }))
}

/** A number as people write it: `0.8`, `0,8` or `80 %`; none where the text is blank. */
export const numberOf = (text = ""): number | undefined => {
  const written = text.trim().replace(",", ".")
  const percent = /^(.*?)\s*%$/u.exec(written)?.[1]
  if (written === "") return undefined
  return percent === undefined ? Number(written) : Number(percent) / 100
}

/** What is said, without what is blank. */
const filled = (provenance: Said["provenance"] = {}) =>
  Object.fromEntries(Object.entries(provenance).filter(([, value]) => value !== undefined && value !== ""))

/** Checks what was read as a mapping. */
export const toItem = (name: string, { from, to }: Ends, fallback: RelationType, said: Said): MappingItem => {
  const { at, confidence, needsReview, status } = said
  const sources = Result.all(said.sources.map((text) => toUri(name, within(at, "source"), text, from, "from")))
  if (Result.isFailure(sources)) return Result.fail(sources.failure)
  const [first, ...others] = sources.success
  if (first === undefined) return failure(name, within(at, "source"), "is blank")
  const provenance = decodeProvenance(filled(said.provenance))
  if (Result.isFailure(provenance)) return Result.fail(fromIssue(name, at, provenance.failure.issue))
  if (confidence !== undefined && !isConfidence(confidence)) {
    return failure(name, within(at, "confidence"), "is not a number from 0 to 1")
  }
  const mapping = {
    _tag: "Mapping" as const,
    sources: sorted([first, ...others] as const),
    ...(confidence !== undefined && { confidence }),
    ...(status !== undefined && { status }),
    ...(needsReview !== undefined && { needsReview }),
    ...(Object.keys(provenance.success).length > 0 && { provenance: provenance.success }),
    at
  }
  if (said.targets.length === 0) {
    if (isCatalog(to)) return Result.succeed({ ...mapping, targets: [], to, type: "no-relationship" })
    const reason = provenance.success.note ?? "no counterpart"
    return Result.succeed({ _tag: "Unmapped", sources: mapping.sources, reason, at })
  }
  const targets = Result.all(said.targets.map((text) => toUri(name, within(at, "target"), text, to, "to")))
  if (Result.isFailure(targets)) return Result.fail(targets.failure)
  const both = targets.success.find((uri) => mapping.sources.includes(uri))
  if (both !== undefined) return failure(name, at, `relates ${both} to itself`)
  return Result.succeed({ ...mapping, targets: sorted(targets.success), type: said.type ?? fallback })
}
