import { Effect, Result, Schema, Stream } from "effect"
import { decodeAt, readDocument } from "../Documents.ts"
import { fromIssue, within } from "../Items.ts"
import { slugOf } from "../Names.ts"
import type { MappingFormat, MappingItem } from "./Mapping.ts"
import { pair, toItem } from "./MappingRows.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))

const Root = Schema.Struct({
  metadata: Schema.Struct({
    technology_domain: optional,
    attack_version: optional,
    mapping_framework: optional,
    mapping_framework_version: optional
  }),
  mapping_objects: Schema.Array(Schema.Unknown)
})

const Mapped = Schema.Struct({
  capability_id: optional,
  attack_object_id: optional,
  mapping_type: optional,
  comments: optional
})

const decodeRoot = Schema.decodeUnknownResult(Root)
const decodeMapped = Schema.decodeUnknownResult(Mapped)

const catalogOf = (name: string | null | undefined, version: string | null | undefined): string | undefined => {
  const slug = slugOf(name ?? "")
  if (slug === "") return undefined
  const number = version?.trim().replace(/[\s@]+/gu, "-") ?? ""
  return number === "" ? slug : `${slug}@${number}`
}

/**
 * The mappings of the Center for Threat-Informed Defense: a capability or control `intersects` each ATT&CK technique that it
 * has to do with, the kind of which (mitigates, protects, detects) stands in the note. What is not mappable is unmapped.
 */
export const format: MappingFormat = {
  name: "ctid-mappings",
  summary: "mappings to ATT&CK of the Center for Threat-Informed Defense, JSON",
  detect: ({ text }) =>
    /^\s*\{/u.test(text) && /"mapping_objects"\s*:/u.test(text) && /"attack_version"\s*:/u.test(text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const { mapping_objects: objects, metadata } = yield* decodeAt(source, "$", decodeRoot, yield* readDocument(input))
    const { from, to, type = "intersects" } = input.options
    const ends = {
      from: from ?? catalogOf(metadata.mapping_framework, metadata.mapping_framework_version),
      to: to ?? catalogOf(metadata.technology_domain && `${metadata.technology_domain}-attack`, metadata.attack_version)
    }
    function* items(): Generator<MappingItem> {
      const seen = new Set<string>()
      for (const [index, value] of objects.entries()) {
        const at = within("$.mapping_objects", index)
        const decoded = decodeMapped(value)
        if (Result.isFailure(decoded)) {
          yield Result.fail(fromIssue(source, at, decoded.failure.issue))
          continue
        }
        const { attack_object_id: target, capability_id: start, comments, mapping_type: kind } = decoded.success
        // One pair may stand for several kinds, which all are one relation.
        const key = JSON.stringify([start, target])
        if (seen.has(key)) continue
        seen.add(key)
        const note = [kind, comments]
          .map((text) => text?.trim() ?? "")
          .filter((text) => text !== "")
          .join(": ")
        yield toItem(source, ends, type, {
          at,
          ...pair(start?.trim() ?? "", target?.trim() ?? ""),
          provenance: { note }
        })
      }
    }
    return Stream.suspend(() => Stream.fromIterable(items()))
  })
}
