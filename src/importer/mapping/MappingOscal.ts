import { Effect, Result, Schema, Stream } from "effect"
import { CatalogId } from "../../domain/Catalog.ts"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import { Made } from "../../domain/Relation.ts"
import { faultOf, sorted } from "../../domain/RelationEnds.ts"
import { NonBlankText } from "../../domain/Text.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import { failure, fromIssue, within } from "../Items.ts"
import { fileName, slugOf } from "../Names.ts"
import type { MappingFormat, MappingInput, MappingItem } from "./Mapping.ts"
import { type Ends, isConfidence, toItem, toUri, typeOf } from "./MappingRows.ts"
import { hasRoot } from "../oscal/Oscal.ts"
import { Prop } from "../oscal/OscalModel.ts"

const Resource = Schema.Struct({
  href: Schema.optional(Schema.String),
  props: Schema.optional(Schema.Array(Prop))
})

const End = Schema.Struct({ type: Schema.optional(Schema.String), "id-ref": NonBlankText })

/** What can stand in a map, in the mapping it is of, and in the provenance of all. */
const how = {
  method: Schema.optional(Schema.String),
  "matching-rationale": Schema.optional(Schema.String),
  status: Schema.optional(Schema.String)
}

const Map_ = Schema.Struct({
  ...how,
  relationship: Schema.Union([Schema.String, Schema.Struct({ type: Schema.String })]),
  sources: Schema.Array(End),
  targets: Schema.Array(End),
  props: Schema.optional(Schema.Array(Prop)),
  remarks: Schema.optional(Schema.String),
  "confidence-score": Schema.optional(
    Schema.Union([
      Schema.Finite,
      Schema.Struct({ percentage: Schema.optional(Schema.Finite), category: Schema.optional(Schema.String) })
    ])
  )
})

const Gap = Schema.Struct({
  "unmapped-controls": Schema.optional(
    Schema.Array(Schema.Struct({ "with-ids": Schema.optional(Schema.Array(NonBlankText)) }))
  )
})

const Mapping = Schema.Struct({
  ...how,
  "source-resource": Schema.optional(Resource),
  "target-resource": Schema.optional(Resource),
  maps: Schema.Array(Schema.Unknown),
  "source-gap-summary": Schema.optional(Gap),
  "target-gap-summary": Schema.optional(Gap)
})

const BackMatter = Schema.Struct({
  resources: Schema.optional(
    Schema.Array(
      Schema.Struct({
        uuid: Schema.String,
        title: Schema.optional(Schema.String),
        props: Schema.optional(Schema.Array(Prop)),
        rlinks: Schema.optional(Schema.Array(Schema.Struct({ href: Schema.String })))
      })
    )
  )
})

const Root = Schema.Struct({
  "mapping-collection": Schema.Struct({
    provenance: Schema.optional(Schema.Struct(how)),
    mappings: Schema.Array(Mapping),
    "back-matter": Schema.optional(BackMatter)
  })
})
type Collection = (typeof Root.Type)["mapping-collection"]

const decodeRoot = Schema.decodeUnknownResult(Root)
const decodeMap = Schema.decodeUnknownResult(Map_)
const isCatalogId = Schema.is(CatalogId)

/** How many references one map may relate. */
const maxEnds = 10_000

const stemOf = (href: string): string => fileName(href).replace(/\.(?:json|ya?ml|xml)$/iu, "")

/** The stored catalog that is called so, by its whole identifier or by its name alone; none where several are. */
const named = (name: string, catalogs: ReadonlyArray<string>): string | undefined => {
  const slug = slugOf(name)
  if (slug === "") return undefined
  const whole = catalogs.filter((id) => slugOf(id) === slug)
  const found = whole.length > 0 ? whole : catalogs.filter((id) => slugOf(id.split("@", 1)[0] ?? "") === slug)
  return found.length === 1 ? found[0] : undefined
}

/**
 * The catalog of a resource: the one that is said of its href or the name of its file; the one that its property `catalog`
 * names, as in this program's own exports; or the stored one that is called like its file, or like the title or the files
 * of what it stands for in the back matter.
 */
const catalogOf = (
  resource: typeof Resource.Type | undefined,
  { resources: said, catalogs = [] }: MappingInput["options"],
  collection: Collection
): string | undefined => {
  const href = resource?.href ?? ""
  const behind = collection["back-matter"]?.resources?.find(({ uuid }) => href === `#${uuid}`)
  const hrefs = [href, ...(behind?.rlinks ?? []).map((link) => link.href)].filter((one) => one !== "")
  for (const one of hrefs) {
    const catalog = said?.[one] ?? said?.[fileName(one)]
    if (catalog !== undefined) return catalog
  }
  const props = [...(resource?.props ?? []), ...(behind?.props ?? [])]
  const own = props.find(({ name, value }) => name === "catalog" && isCatalogId(value))?.value
  if (own !== undefined) return own
  for (const name of [...hrefs.map(stemOf), behind?.title ?? ""]) {
    const catalog = named(name, catalogs)
    if (catalog !== undefined) return catalog
  }
  return undefined
}

const confidenceOf = (score: (typeof Map_.Type)["confidence-score"]): number | undefined => {
  const number = typeof score === "number" ? score : score?.percentage
  return number === undefined || number <= 1 ? number : number / 100
}

const isMapper = Schema.is(Made.fields.mapper.schema)
const isRationale = Schema.is(Made.fields.rationale.schema)
const isStrength = Schema.is(Made.fields.strength.schema)

type How = Schema.Struct.Type<typeof how>

/** What a source says of how a map was made; what stands nearest to it counts. */
const madeOf = (props: ReadonlyArray<typeof Prop.Type>, all: ReadonlyArray<How | undefined>): Made => {
  const first = (field: keyof How) => all.flatMap((one) => one?.[field] ?? [])[0]
  const [mapper, rationale] = [first("method"), first("matching-rationale")]
  const strength = Number(props.find(({ name }) => name === "strength")?.value)
  return {
    ...(isMapper(mapper) && { mapper }),
    ...(isRationale(rationale) && { rationale }),
    ...(isStrength(strength) && { strength })
  }
}

/** What a map says: one relation of sets; of sources without targets, that they have no counterpart. */
function* itemsOf(
  input: MappingInput,
  ends: Ends,
  above: ReadonlyArray<How | undefined>,
  value: unknown,
  at: string
): Generator<MappingItem> {
  const source = input.head.name
  const decoded = decodeMap(value)
  if (Result.isFailure(decoded)) return yield Result.fail(fromIssue(source, at, decoded.failure.issue))
  const { "confidence-score": score, props = [], relationship, remarks, ...map } = decoded.success
  const word = typeof relationship === "string" ? relationship : relationship.type
  const said = typeOf(word)
  if (said === undefined) {
    return yield failure(source, within(at, "relationship"), `${JSON.stringify(word)} is no relationship of OSCAL`)
  }
  if (map.sources.length + map.targets.length > maxEnds) {
    return yield failure(source, at, `relates more than ${maxEnds} references. Split it`)
  }
  const note = remarks?.trim() ?? ""
  if (map.targets.length === 0) {
    for (const { "id-ref": from } of map.sources) {
      yield toItem(source, ends, "intersects", { at, source: from, target: "", note })
    }
    return
  }
  const uris = (side: typeof map.sources, name: "sources" | "targets") =>
    Result.all(
      side.map((end, i) =>
        name === "sources"
          ? toUri(source, within(within(at, name), i), end["id-ref"], ends.from, "from")
          : toUri(source, within(within(at, name), i), end["id-ref"], ends.to, "to")
      )
    )
  const [sources, targets] = [uris(map.sources, "sources"), uris(map.targets, "targets")]
  if (Result.isFailure(sources)) return yield Result.fail(sources.failure)
  if (Result.isFailure(targets)) return yield Result.fail(targets.failure)
  const [first, ...others] = sources.success
  if (first === undefined) return yield failure(source, within(at, "sources"), "is empty")
  const type = said === "none" ? "no-relationship" : said
  const sets = { sources: sorted([first, ...others] as const), targets: sorted(targets.success) }
  const fault = faultOf(sets, type)
  if (fault !== undefined) return yield failure(source, at, fault.problem)
  const confidence = confidenceOf(score)
  if (confidence !== undefined && !isConfidence(confidence)) {
    return yield failure(source, within(at, "confidence-score"), "is not a number from 0 to 1")
  }
  const all = [map, ...above]
  const status = all.flatMap((one) => one?.status ?? [])[0]
  yield Result.succeed({
    _tag: "Mapping",
    ...sets,
    type,
    ...(confidence !== undefined && { confidence }),
    ...(note !== "" && { note }),
    ...(status === "draft" && { isDraft: true }),
    made: madeOf(props, all),
    at
  })
}

/** The controls that a gap summary lists. */
const gapOf = (gap: typeof Gap.Type | undefined): ReadonlyArray<string> =>
  gap?.["unmapped-controls"]?.flatMap((one) => one["with-ids"] ?? []) ?? []

/** An OSCAL control mapping, in JSON or YAML. The catalogs are given, or named by a property `catalog` of the resources. */
export const format: MappingFormat = {
  name: "oscal-mapping",
  summary: "OSCAL control mapping, JSON or YAML",
  detect: (head) => hasRoot(head, "mapping-collection"),
  read: Effect.fnUntraced(function* (input) {
    const root = yield* decodeAt(input.head.name, "$", decodeRoot, yield* readDocument(input))
    const path = within(within("$", "mapping-collection"), "mappings")
    const { from, to } = input.options
    const collection = root["mapping-collection"]
    const { mappings } = collection
    const catalog = (resource: typeof Resource.Type | undefined) => catalogOf(resource, input.options, collection)
    const targets = new Set(mappings.map((mapping) => mapping["target-resource"]?.href))
    const isOpen = mappings.every((mapping) => catalog(mapping["target-resource"]) === undefined)
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
          from: catalog(mapping["source-resource"]) ?? from,
          to: catalog(mapping["target-resource"]) ?? to
        }
        for (const [position, map] of mapping.maps.entries()) {
          const at = within(within(within(path, index), "maps"), position)
          yield* itemsOf(input, ends, [mapping, collection.provenance], map, at)
        }
        for (const [name, gap, sides] of [
          ["source-gap-summary", mapping["source-gap-summary"], ends],
          ["target-gap-summary", mapping["target-gap-summary"], { from: ends.to, to: ends.from }]
        ] as const) {
          for (const id of gapOf(gap)) {
            const at = within(within(path, index), name)
            yield toItem(input.head.name, sides, "intersects", { at, source: id, target: "", note: "listed as a gap" })
          }
        }
      }
    }
    return Stream.suspend(() => Stream.fromIterable(items()))
  })
}
