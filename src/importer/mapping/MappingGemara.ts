import { Effect, Result, Schema, Stream } from "effect"
import { CatalogId } from "../../domain/Catalog.ts"
import type { RelationType } from "../../domain/Relation.ts"
import { NonBlankText } from "../../domain/Text.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import { failure, fromIssue, within } from "../Items.ts"
import { catalogNamed } from "../Names.ts"
import type { MappingFormat, MappingItem } from "./Mapping.ts"
import { toItem } from "./MappingRows.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))
/** A number that looks like an identifier is one. */
const Written = Schema.Union([NonBlankText, Schema.Number])

const Side = Schema.Struct({ "reference-id": NonBlankText })

const Root = Schema.Struct({
  metadata: Schema.Struct({
    draft: Schema.optional(Schema.NullOr(Schema.Boolean)),
    "mapping-references": Schema.optional(
      Schema.Array(Schema.Struct({ id: NonBlankText, title: optional, version: Schema.optional(Written) }))
    )
  }),
  "source-reference": Side,
  "target-reference": Side,
  mappings: Schema.Array(Schema.Unknown)
})

const Entry = Schema.Struct({
  source: Written,
  relationship: Schema.String,
  targets: Schema.optional(
    Schema.NullOr(
      Schema.Array(
        Schema.Struct({
          "entry-id": Written,
          strength: Schema.optional(Schema.NullOr(Schema.Finite)),
          rationale: optional,
          remarks: optional
        })
      )
    )
  ),
  remarks: optional
})

const decodeRoot = Schema.decodeUnknownResult(Root)
const decodeEntry = Schema.decodeUnknownResult(Entry)
const isCatalog = Schema.is(CatalogId)

/** What each relationship says, and whether it is said from the target. */
const types: ReadonlyMap<string, { readonly type: RelationType; readonly isBack?: true }> = new Map([
  ["implements", { type: "implements" }],
  ["implemented-by", { type: "implements", isBack: true }],
  ["equivalent", { type: "equal" }],
  ["subsumes", { type: "superset" }],
  ["supports", { type: "intersects" }],
  ["supported-by", { type: "intersects" }],
  ["relates-to", { type: "intersects" }],
  ["no-match", { type: "no-relationship" }]
])

/** A mapping document of Gemara: each of its targets is related by itself, as each has a strength and a reason of its own. */
export const format: MappingFormat = {
  name: "gemara-mapping",
  summary: "mapping document of Gemara, YAML",
  detect: ({ text }) =>
    /^\s*["']?type["']?\s*:\s*["']?MappingDocument\b/mu.test(text) || /"type"\s*:\s*"MappingDocument"/u.test(text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const root = yield* decodeAt(source, "$", decodeRoot, yield* readDocument(input))
    const catalogOf = (side: typeof Side.Type, said: string | undefined) => {
      const found = root.metadata["mapping-references"]?.find(({ id }) => id === side["reference-id"])
      const title = found?.title ?? undefined
      const named =
        isCatalog(title) && title.includes("@")
          ? title
          : catalogNamed(side["reference-id"], found?.version === undefined ? undefined : String(found.version))
      return said ?? named
    }
    const ends = {
      from: catalogOf(root["source-reference"], input.options.from),
      to: catalogOf(root["target-reference"], input.options.to)
    }
    const status = root.metadata.draft === true ? { status: "suggested" as const } : {}
    function* items(): Generator<MappingItem> {
      for (const [index, value] of root.mappings.entries()) {
        const at = within("$.mappings", index)
        const decoded = decodeEntry(value)
        if (Result.isFailure(decoded)) {
          yield Result.fail(fromIssue(source, at, decoded.failure.issue))
          continue
        }
        const { relationship, remarks, source: start, targets } = decoded.success
        const found = types.get(relationship)
        if (found === undefined) {
          yield failure(
            source,
            within(at, "relationship"),
            `${JSON.stringify(relationship)} is no relationship of Gemara`
          )
          continue
        }
        if (relationship === "no-match") {
          const provenance = { note: remarks ?? undefined }
          yield toItem(source, ends, found.type, { at, ...status, sources: [String(start)], targets: [], provenance })
          continue
        }
        if (!targets || targets.length === 0) yield failure(source, within(at, "targets"), "is missing")
        for (const [position, target] of (targets ?? []).entries()) {
          const note = [target.rationale, target.remarks, remarks].flatMap((text) => text || []).join("\n")
          const [one, other] = [[String(start)], [String(target["entry-id"])]]
          const sides = found.isBack ? { sources: other, targets: one } : { sources: one, targets: other }
          const { from, to } = ends
          yield toItem(source, found.isBack ? { from: to, to: from } : { from, to }, found.type, {
            at: within(within(at, "targets"), position),
            ...status,
            ...sides,
            type: found.type,
            provenance: { note, strength: target.strength ?? undefined }
          })
        }
      }
    }
    return Stream.suspend(() => Stream.fromIterable(items()))
  })
}
