import { Result, Schema } from "effect"
import type { ImportError } from "../../domain/ImportError.ts"
import { Confidence, type RelationType } from "../../domain/Relation.ts"
import { NonBlankText, Text } from "../../domain/Text.ts"
import { failure, uriOf, within } from "../Items.ts"
import type { MappingItem } from "./Mapping.ts"
import { plain } from "../Fields.ts"

/** The words that publishers have for the types of relations. */
const words: ReadonlyMap<string, RelationType | "none"> = new Map([
  ...["equal", "equalto", "equivalent", "equivalentto", "exact", "same", "sameas"].map((w) => [w, "equal"] as const),
  ...["subset", "subsetof", "partof"].map((w) => [w, "subset"] as const),
  ...["superset", "supersetof", "contains"].map((w) => [w, "superset"] as const),
  ...["intersects", "intersectswith", "intersect", "related", "relatedto", "linkedto", "overlaps"].map(
    (w) => [w, "intersects"] as const
  ),
  ["implements", "implements"],
  ...["supersedes", "replaces"].map((w) => [w, "supersedes"] as const),
  ...["none", "norelationship", "norelation", "nocounterpart"].map((w) => [w, "none"] as const)
])

/** The type that a word names; `none` where it says that there is no relation. */
export const typeOf = (word: string): RelationType | "none" | undefined => words.get(plain(word))

/** What a row or an entry says, before it is checked. */
export interface Said {
  readonly at: string
  readonly source: string
  /** Blank where the source has no counterpart. */
  readonly target: string
  readonly type?: RelationType | "none" | undefined
  readonly confidence?: number | undefined
  readonly note?: string | undefined
}

/** The catalogs that identifiers belong to. */
export interface Ends {
  readonly from: string | undefined
  readonly to: string | undefined
}

const isUri = (text: string): boolean => /^\p{L}[\p{L}\p{N}+.-]*:\S/u.test(text)
const isText = Schema.is(NonBlankText)
const isNote = Schema.is(Text)
export const isConfidence = Schema.is(Confidence)

export const toUri = (
  source: string,
  at: string,
  text: string,
  catalog: string | undefined,
  end: "from" | "to"
): Result.Result<string, ImportError> => {
  if (!isText(text)) return failure(source, at, "is not a text that can be stored")
  if (isUri(text)) return Result.succeed(text)
  if (catalog !== undefined) return Result.succeed(uriOf(catalog, text))
  const problem = `${JSON.stringify(text)} is no URI. Say which catalog it belongs to: ${end}, such as asvs@5.0.0`
  return failure(source, at, problem)
}

/** The reason where a source gives none. */
export const noCounterpart = "no counterpart"

/** Checks what was read as a mapping. */
export const toItem = (
  name: string,
  { from, to }: Ends,
  fallback: RelationType,
  { at, confidence, note, source: start, target: end, type }: Said
): MappingItem => {
  const source = toUri(name, within(at, "source"), start, from, "from")
  if (Result.isFailure(source)) return Result.fail(source.failure)
  if (note !== undefined && !isNote(note)) return failure(name, within(at, "note"), "is not a text that can be stored")
  if (end === "") {
    const reason = note === undefined || note === "" ? noCounterpart : note
    return Result.succeed({ _tag: "Unmapped", source: source.success, ...(to !== undefined && { to }), reason, at })
  }
  const target = toUri(name, within(at, "target"), end, to, "to")
  if (Result.isFailure(target)) return Result.fail(target.failure)
  if (source.success === target.success) return failure(name, at, `relates ${source.success} to itself`)
  if (confidence !== undefined && !isConfidence(confidence)) {
    return failure(name, within(at, "confidence"), "is not a number from 0 to 1")
  }
  return Result.succeed({
    _tag: "Mapping",
    sources: [source.success],
    targets: [target.success],
    type: type === "none" ? "no-relationship" : (type ?? fallback),
    ...(confidence !== undefined && { confidence }),
    ...(note !== undefined && note !== "" && { note }),
    at
  })
}
