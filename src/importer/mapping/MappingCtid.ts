import { Effect, Result, Schema, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import { fromIssue, within } from "../Items.ts"
import { slugOf } from "../Names.ts"
import * as Ctid from "./Ctid.ts"
import type { MappingFormat, MappingItem } from "./Mapping.ts"
import { type Said, toItem, typeOf } from "./MappingRows.ts"
import { asStored } from "./StoredCatalog.ts"
import * as Unkept from "./Unkept.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))
/** A version may be written as a number. */
const version = Schema.optional(Schema.NullOr(Schema.Union([Schema.String, Schema.Number])))

const Root = Schema.Struct({
  metadata: Schema.Struct({
    technology_domain: optional,
    attack_version: version,
    mapping_framework: optional,
    mapping_framework_version: version
  }),
  mapping_objects: Schema.Array(Schema.Unknown)
})

const Mapped = Schema.Struct({
  capability_id: optional,
  attack_object_id: optional,
  mapping_type: optional,
  score_category: optional,
  score_value: optional,
  related_score: optional,
  comments: optional,
  references: Schema.optional(Schema.NullOr(Schema.Union([Schema.String, Schema.Array(Schema.String)]))),
  status: optional
})
type Mapped = typeof Mapped.Type

const decodeRoot = Schema.decodeUnknownResult(Root)
const decodeMapped = Schema.decodeUnknownResult(Mapped)

const catalogOf = (name: string | null | undefined, version: string | number | null | undefined) => {
  const slug = slugOf(name ?? "")
  if (slug === "") return undefined
  const number = String(version ?? "")
    .trim()
    .replace(/[\s@]+/gu, "-")
  return number === "" ? slug : `${slug}@${number}`
}

/** Objects of one pair and stage, which are one relation: the Center has an object for each kind of mapping. */
interface Pair {
  readonly at: string
  readonly start: string
  readonly end: string
  readonly isDraft: boolean
  /** One of our types, where the kind is one; else the kind stands in the note. */
  readonly type: ReturnType<typeof typeOf>
  readonly notes: Array<string>
}

const pairOf = (at: string, mapped: Mapped): Pair => {
  const { attack_object_id: end, capability_id: start, comments, status } = mapped
  const kind = mapped.mapping_type?.trim() ?? ""
  const isNone = [kind, status].includes(Ctid.none)
  const type = isNone ? "no-relationship" : typeOf(kind)
  const { score_category: category, score_value: value } = mapped
  const said = { kind, category: category ?? undefined, value: value ?? undefined, comments: comments?.trim() }
  const note = type === undefined ? Ctid.noteOf(said) : (comments ?? "")
  const isDone = [undefined, null, "", "complete", Ctid.none].includes(status)
  const ends = { start: start?.trim() ?? "", end: end?.trim() ?? "" }
  return { at, ...ends, type, isDraft: !isDone, notes: note.trim() === "" ? [] : [note] }
}

/**
 * The mappings of the Center for Threat-Informed Defense: a capability or control `intersects` each ATT&CK technique that it
 * has to do with, the kind of which (mitigates, protects, detects) stands in the note. What is not mappable has no counterpart.
 */
export const format: MappingFormat = {
  name: "ctid-mappings",
  summary: "mappings to ATT&CK of the Center for Threat-Informed Defense, JSON or YAML",
  detect: ({ text }) =>
    /["']?\bmapping_objects["']?\s*:/u.test(text) && /["']?\b(?:attack_version|attack_object_id)["']?\s*:/u.test(text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const { mapping_objects: objects, metadata } = yield* decodeAt(source, "$", decodeRoot, yield* readDocument(input))
    const { type: fallback = "intersects" } = input.options
    const { catalogs } = input.options
    const framework = catalogOf(metadata.mapping_framework, metadata.mapping_framework_version)
    const { technology_domain: domain } = metadata
    // Our own exports name other catalogs than those of ATT&CK here too.
    const named = domain ? [`${domain}-attack`, domain].map((name) => catalogOf(name, metadata.attack_version)) : []
    const stored = named.map((name) => asStored(name, catalogs)).find((name) => name && catalogs?.includes(name))
    const from = input.options.from ?? asStored(framework, catalogs)
    const to = input.options.to ?? stored ?? named[0]
    function* items(): Generator<MappingItem> {
      const unkept = Unkept.make()
      const pairs = new Map<string, Pair>()
      for (const [index, value] of objects.entries()) {
        const at = within("$.mapping_objects", index)
        const decoded = decodeMapped(value)
        if (Result.isFailure(decoded)) {
          yield Result.fail(fromIssue(source, at, decoded.failure.issue))
          continue
        }
        if ((decoded.success.references?.length ?? 0) > 0)
          unkept.add("references of a mapping", within(at, "references"))
        if (decoded.success.related_score) unkept.add("related_score of a mapping", within(at, "related_score"))
        const pair = pairOf(at, decoded.success)
        // What has a type of ours stands once, as we write it.
        const key = pair.type === undefined ? JSON.stringify([pair.start, pair.end, pair.isDraft]) : at
        const before = pairs.get(key)
        if (before === undefined) pairs.set(key, pair)
        else before.notes.push(...pair.notes.filter((note) => !before.notes.includes(note)))
      }
      for (const { at, end, isDraft, notes, start, type } of pairs.values()) {
        // A technique without a capability is not mappable either.
        const isBack = start === "" && end !== ""
        const sides = { sources: [isBack ? end : start], targets: isBack || end === "" ? [] : [end] }
        const said: Said = {
          at,
          ...sides,
          type,
          ...(isDraft && { status: "suggested" }),
          provenance: { note: notes.join("\n") }
        }
        if (end === "" && type !== "no-relationship") {
          yield Result.fail(new ImportError({ source, at: within(at, "attack_object_id"), problem: "is blank" }))
        } else yield toItem(source, isBack ? { from: to, to: from } : { from, to }, fallback, said)
      }
      yield* unkept.items()
    }
    return Stream.suspend(() => Stream.fromIterable(items()))
  })
}
