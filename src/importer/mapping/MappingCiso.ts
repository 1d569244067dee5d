import { Effect, Result, Schema, Stream } from "effect"
import { NonBlankText } from "../../domain/Text.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import { failure, fromIssue, uriOf, within } from "../Items.ts"
import { frameworkOf, isLibrary, tailOf } from "../sets/CisoAssistant.ts"
import type { MappingFormat, MappingItem } from "./Mapping.ts"
import { toItem, typeOf } from "./MappingRows.ts"
import { asStored } from "./StoredCatalog.ts"

const MappingSet = Schema.Struct({
  source_framework_urn: NonBlankText,
  target_framework_urn: NonBlankText,
  requirement_mappings: Schema.Array(Schema.Unknown)
})

const Root = Schema.Struct({
  objects: Schema.Struct({
    requirement_mapping_set: Schema.optional(Schema.NullOr(MappingSet)),
    requirement_mapping_sets: Schema.optional(Schema.NullOr(Schema.Array(MappingSet)))
  })
})

const Mapped = Schema.Struct({
  source_requirement_urn: NonBlankText,
  target_requirement_urn: NonBlankText,
  relationship: Schema.String,
  rationale: Schema.optional(Schema.NullOr(Schema.String)),
  strength_of_relationship: Schema.optional(Schema.NullOr(Schema.Finite)),
  annotation: Schema.optional(Schema.NullOr(Schema.String))
})

const decodeRoot = Schema.decodeUnknownResult(Root)
const decodeMapped = Schema.decodeUnknownResult(Mapped)

/** The mapping sets of a library of CISO Assistant, from one framework to another. */
export const format: MappingFormat = {
  name: "ciso-assistant-mapping",
  summary: "CISO Assistant mapping library, YAML",
  detect: (head) => isLibrary(head) && /["']?\brequirement_mapping_sets?["']?\s*:/u.test(head.text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const { objects } = yield* decodeAt(source, "$", decodeRoot, yield* readDocument(input))
    const sets = [
      ...(objects.requirement_mapping_set
        ? [{ at: "$.objects.requirement_mapping_set", set: objects.requirement_mapping_set }]
        : []),
      ...(objects.requirement_mapping_sets ?? []).map((set, index) => ({
        at: within("$.objects.requirement_mapping_sets", index),
        set
      }))
    ]
    const { catalogs, from, to, type: fallback = "intersects" } = input.options
    function* items(): Generator<MappingItem> {
      for (const { at: path, set } of sets) {
        const ends = {
          from: from ?? asStored(frameworkOf(set.source_framework_urn), catalogs),
          to: to ?? asStored(frameworkOf(set.target_framework_urn), catalogs)
        }
        for (const [index, value] of set.requirement_mappings.entries()) {
          const at = within(within(path, "requirement_mappings"), index)
          const decoded = decodeMapped(value)
          if (Result.isFailure(decoded)) {
            yield Result.fail(fromIssue(source, at, decoded.failure.issue))
            continue
          }
          const {
            annotation,
            rationale,
            relationship,
            source_requirement_urn: start,
            strength_of_relationship: strength,
            target_requirement_urn: end
          } = decoded.success
          const type = typeOf(relationship)
          if (type === undefined) {
            yield failure(source, within(at, "relationship"), `${JSON.stringify(relationship)} is no type of relation`)
            continue
          }
          yield toItem(source, ends, fallback, {
            at,
            sources: [{ uri: uriOf(ends.from, tailOf(start)) }],
            targets: [{ uri: uriOf(ends.to, tailOf(end)) }],
            type,
            provenance: {
              note: annotation ?? undefined,
              strength: strength ?? undefined,
              rationale: rationale ?? undefined
            }
          })
        }
      }
    }
    return Stream.suspend(() => Stream.fromIterable(items()))
  })
}
