import { Effect, Result, Schema, Stream } from "effect"
import { CatalogId } from "../../domain/Catalog.ts"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import { Made, RelationStatus } from "../../domain/Relation.ts"
import { NonBlankText } from "../../domain/Text.ts"
import * as Uuid from "../../domain/Uuid.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import { failure, fromIssue, uriOf, within } from "../Items.ts"
import { fileName, slugOf } from "../Names.ts"
import type { MappingFormat, MappingInput, MappingItem } from "./Mapping.ts"
import { type Ends, type Said, toItem, typeOf } from "./MappingRows.ts"
import { hasRoot } from "../oscal/Oscal.ts"
import { Prop } from "../oscal/OscalModel.ts"
import * as OscalProp from "../oscal/OscalProp.ts"
import { parse } from "../text/JsonText.ts"

const Resource = Schema.Struct({
  href: Schema.optional(Schema.String),
  props: Schema.optional(Schema.Array(Prop))
})

const Props = Schema.optional(Schema.Array(Prop))

const End = Schema.Struct({ type: Schema.optional(Schema.String), "id-ref": NonBlankText, props: Props })

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
  props: Props,
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
  props: Props,
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
const decodeGap = Schema.decodeUnknownResult(
  Schema.fromJsonString(
    Schema.Struct({
      ids: Schema.Array(Schema.String),
      sources: Schema.Array(Schema.String),
      confidence: Schema.optionalKey(Schema.Finite),
      status: RelationStatus,
      needsReview: Schema.optionalKey(Schema.Boolean),
      provenance: Schema.Record(Schema.String, Schema.Unknown)
    })
  )
)
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

type How = Schema.Struct.Type<typeof how>

/** What a property of ours says of a map. */
const propOf = (props: ReadonlyArray<Prop> | undefined, name: string): string | undefined => {
  const found = props?.find((prop) => prop.ns === OscalProp.ns && prop.name === name)?.value
  return found === undefined ? undefined : OscalProp.decode(found)
}

/** How an end is called: by the URI that this program wrote, else by its identifier. */
const endOf = ({ "id-ref": id, props }: typeof End.Type) => {
  const uri = propOf(props, "uri")
  return uri === undefined ? id : { uri }
}

/** The UUIDs of ends by their URIs, where properties have them. */
const uuidsOf = (ends: ReadonlyArray<typeof End.Type>, catalog: string | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ends.flatMap((end) => {
      const called = endOf(end)
      const uri = typeof called !== "string" ? called.uri : catalog === undefined ? called : uriOf(catalog, called)
      const uuid = end.props?.flatMap(({ value }) => Uuid.inText(value) ?? [])[0]
      return uuid === undefined ? [] : [[uri, uuid] as const]
    })
  )

const parsed = (text: string | undefined): unknown => {
  if (text === undefined) return undefined
  const found = parse(text)
  return Result.isSuccess(found) ? found.success : text
}

/** What is said of how a map was made: by this program in its own properties, else by what stands nearest to it. */
const provenanceOf = (
  props: ReadonlyArray<Prop>,
  map: How,
  above: ReadonlyArray<How | undefined>
): NonNullable<Said["provenance"]> => {
  const own = (name: string) => propOf(props, name)
  const isOwn = own("method") !== undefined
  const first = (field: keyof How) => [map, ...(isOwn ? [] : above)].flatMap((one) => one?.[field] ?? [])[0]
  const [mapper, rationale] = [own("mapper") ?? (isOwn ? undefined : first("method")), first("matching-rationale")]
  const strength = own("strength") ?? props.find(({ name }) => name === "strength")?.value
  return {
    ...(isMapper(mapper) && { mapper }),
    ...(isRationale(rationale) && { rationale }),
    strength: strength === undefined ? undefined : Number(strength),
    method: own("method"),
    by: own("by"),
    model: own("model"),
    calibration: own("calibration"),
    scores: parsed(own("scores"))
  }
}

/** What a map says: one relation of sets; of sources without targets, that they have no counterpart. */
const itemOf = (
  input: MappingInput,
  ends: Ends,
  above: ReadonlyArray<How | undefined>,
  value: unknown,
  at: string
): MappingItem => {
  const source = input.head.name
  const decoded = decodeMap(value)
  if (Result.isFailure(decoded)) return Result.fail(fromIssue(source, at, decoded.failure.issue))
  const { "confidence-score": score, props = [], relationship, remarks, ...map } = decoded.success
  const word = typeof relationship === "string" ? relationship : relationship.type
  const type = typeOf(word)
  if (type === undefined) {
    return failure(source, within(at, "relationship"), `${JSON.stringify(word)} is no relationship of OSCAL`)
  }
  if (map.sources.length + map.targets.length > maxEnds) {
    return failure(source, at, `relates more than ${maxEnds} references. Split it`)
  }
  const status = [map, ...above].flatMap((one) => one?.status ?? [])[0]
  const item = toItem(source, ends, "intersects", {
    at,
    sources: map.sources.map(endOf),
    targets: map.targets.map(endOf),
    type,
    confidence: confidenceOf(score),
    ...(status === "draft" && { status: "suggested" as const }),
    ...(propOf(props, "needs-review") === "true" && { needsReview: true }),
    provenance: { note: remarks, ...provenanceOf(props, map, above) }
  })
  const uuids = { ...uuidsOf(map.sources, ends.from), ...uuidsOf(map.targets, ends.to) }
  return Object.keys(uuids).length === 0
    ? item
    : Result.map(item, (found) => (found._tag === "Mapping" ? { ...found, uuids } : found))
}

/** The relations to nothing that this program wrote, with the identifiers by which a summary of gaps lists them. */
const ownGaps = (input: MappingInput, ends: Ends, props: ReadonlyArray<Prop>, at: string) =>
  props
    .filter(({ ns, name }) => ns === OscalProp.ns && name === "no-counterpart")
    .map(({ value }): { readonly ids: ReadonlyArray<string>; readonly item: MappingItem } => {
      const found = decodeGap(OscalProp.decode(value))
      const where = within(at, "props")
      if (Result.isFailure(found))
        return { ids: [], item: Result.fail(fromIssue(input.head.name, where, found.failure.issue)) }
      const { ids, sources, ...relation } = found.success
      const said = { at: where, ...relation, sources: sources.map((uri) => ({ uri })), targets: [] }
      return { ids, item: toItem(input.head.name, ends, "no-relationship", said) }
    })

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
        const where = within(path, index)
        for (const [position, map] of mapping.maps.entries()) {
          const at = within(within(where, "maps"), position)
          yield itemOf(input, ends, [mapping, collection.provenance], map, at)
        }
        const own = ownGaps(input, ends, mapping.props ?? [], where)
        yield* own.map(({ item }) => item)
        const told = new Set(own.flatMap(({ ids }) => ids))
        for (const [name, gap, sides] of [
          ["source-gap-summary", mapping["source-gap-summary"], ends],
          ["target-gap-summary", mapping["target-gap-summary"], { from: ends.to, to: ends.from }]
        ] as const) {
          for (const id of gapOf(gap)) {
            if (told.has(id)) continue
            const provenance = { note: "listed as a gap" }
            yield toItem(input.head.name, sides, "intersects", {
              at: within(where, name),
              sources: [id],
              targets: [],
              provenance
            })
          }
        }
      }
    }
    return Stream.suspend(() => Stream.fromIterable(items()))
  })
}
