import { Effect, Result, Schema, Stream } from "effect"
import { CatalogId } from "../../domain/Catalog.ts"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import type { RelationType } from "../../domain/Relation.ts"
import { NonBlankText } from "../../domain/Text.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import { failure, fromIssue, within } from "../Items.ts"
import { fileName } from "../Names.ts"
import type { MappingFormat, MappingInput, MappingItem } from "./Mapping.ts"
import { type Ends, toItem, typeOf } from "./MappingRows.ts"
import { hasRoot } from "../oscal/Oscal.ts"
import { Prop } from "../oscal/OscalModel.ts"

const Resource = Schema.Struct({
  href: Schema.optional(Schema.String),
  props: Schema.optional(Schema.Array(Prop))
})

const End = Schema.Struct({ type: Schema.optional(Schema.String), "id-ref": NonBlankText })

const Map_ = Schema.Struct({
  relationship: Schema.Union([Schema.String, Schema.Struct({ type: Schema.String })]),
  sources: Schema.Array(End),
  targets: Schema.Array(End),
  remarks: Schema.optional(Schema.String),
  "confidence-score": Schema.optional(
    Schema.Union([
      Schema.Finite,
      Schema.Struct({ percentage: Schema.optional(Schema.Finite), category: Schema.optional(Schema.String) })
    ])
  )
})

const Root = Schema.Struct({
  "mapping-collection": Schema.Struct({
    mappings: Schema.Array(
      Schema.Struct({
        "source-resource": Schema.optional(Resource),
        "target-resource": Schema.optional(Resource),
        maps: Schema.Array(Schema.Unknown)
      })
    )
  })
})

const decodeRoot = Schema.decodeUnknownResult(Root)
const decodeMap = Schema.decodeUnknownResult(Map_)
const isCatalogId = Schema.is(CatalogId)

/**
 * What a relation between sets says of each pair: that several together answer one says of each only that it has to do with
 * it; that one contains several says the same of each.
 */
const ofPair = (type: RelationType | "none", sources: number, targets: number): RelationType | "none" => {
  if (type === "equal" && sources > 1 && targets > 1) return "intersects"
  if (type === "equal" && targets > 1) return "superset"
  if (type === "equal" && sources > 1) return "subset"
  if ((type === "subset" && targets > 1) || (type === "superset" && sources > 1)) return "intersects"
  return type
}

/** How many pairs one map may stand for. */
const maxPairs = 10_000

/**
 * The catalog of a resource: the one that is said of its href or the name of its file, or the one that its property
 * `catalog` names, as in this program's own exports.
 */
const catalogOf = (
  resource: typeof Resource.Type | undefined,
  said: MappingInput["options"]["resources"]
): string | undefined => {
  const href = resource?.href ?? ""
  return (
    said?.[href] ??
    said?.[fileName(href)] ??
    resource?.props?.find(({ name, value }) => name === "catalog" && isCatalogId(value))?.value
  )
}

const confidenceOf = (score: (typeof Map_.Type)["confidence-score"]): number | undefined => {
  const number = typeof score === "number" ? score : score?.percentage
  return number === undefined || number <= 1 ? number : number / 100
}

function* pairs(input: MappingInput, ends: Ends, value: unknown, at: string): Generator<MappingItem> {
  const source = input.head.name
  const decoded = decodeMap(value)
  if (Result.isFailure(decoded)) return yield Result.fail(fromIssue(source, at, decoded.failure.issue))
  const { "confidence-score": score, relationship, remarks, sources, targets } = decoded.success
  const word = typeof relationship === "string" ? relationship : relationship.type
  const type = typeOf(word)
  if (type === undefined) {
    return yield failure(source, within(at, "relationship"), `${JSON.stringify(word)} is no relationship of OSCAL`)
  }
  if (sources.length * targets.length > maxPairs) {
    return yield failure(source, at, `stands for more than ${maxPairs} pairs. Split it`)
  }
  const confidence = confidenceOf(score)
  const pair = ofPair(type, sources.length, targets.length)
  const set =
    pair === type
      ? ""
      : `${word} as a set: ${[sources, targets].map((ends) => ends.map((end) => end["id-ref"]).join(", ")).join(" / ")}`
  const note = [set, remarks ?? ""].filter((text) => text !== "").join("; ")
  for (const { "id-ref": from } of sources) {
    if (type === "none" || targets.length === 0) {
      yield toItem(source, ends, "intersects", { at, source: from, target: "", note })
      continue
    }
    for (const { "id-ref": to } of targets) {
      yield toItem(source, ends, "intersects", { at, source: from, target: to, type: pair, confidence, note })
    }
  }
}

/** An OSCAL control mapping, in JSON or YAML. The catalogs are given, or named by a property `catalog` of the resources. */
export const format: MappingFormat = {
  name: "oscal-mapping",
  summary: "OSCAL control mapping, JSON or YAML",
  detect: (head) => hasRoot(head, "mapping-collection"),
  read: Effect.fnUntraced(function* (input) {
    const root = yield* decodeAt(input.head.name, "$", decodeRoot, yield* readDocument(input))
    const path = within(within("$", "mapping-collection"), "mappings")
    const { from, resources, to } = input.options
    const mappings = root["mapping-collection"].mappings
    const targets = new Set(mappings.map((mapping) => mapping["target-resource"]?.href))
    const isOpen = mappings.every((mapping) => catalogOf(mapping["target-resource"], resources) === undefined)
    if (to !== undefined && targets.size > 1 && isOpen) {
      const problem =
        `maps to several catalogues, which cannot all be ${to}: ${[...targets].join(", ")}. ` +
        "Say which catalog each of these resources is"
      return yield* new ImportError({
        source: input.head.name,
        at: path,
        problem,
        reason: "option",
        remedy: setOption("resources")
      })
    }
    function* items(): Generator<MappingItem> {
      for (const [index, mapping] of mappings.entries()) {
        const ends = {
          from: catalogOf(mapping["source-resource"], resources) ?? from,
          to: catalogOf(mapping["target-resource"], resources) ?? to
        }
        for (const [position, map] of mapping.maps.entries()) {
          yield* pairs(input, ends, map, within(within(within(path, index), "maps"), position))
        }
      }
    }
    return Stream.suspend(() => Stream.fromIterable(items()))
  })
}
