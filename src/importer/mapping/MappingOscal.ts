import { Effect, Result, Schema, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import { RelationStatus } from "../../domain/Relation.ts"
import * as Uuid from "../../domain/Uuid.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import { failure, fromIssue, uriOf, within } from "../Items.ts"
import type { MappingFormat, MappingInput, MappingItem } from "./Mapping.ts"
import { type Ends, isUri, type Said, toItem, typeOf } from "./MappingRows.ts"
import { fileName } from "../Names.ts"
import { hasRoot } from "../oscal/Oscal.ts"
import { Prop } from "../oscal/OscalModel.ts"
import * as OscalProp from "../oscal/OscalProp.ts"
import { isObject, parse } from "../text/JsonText.ts"
import { End, Gap, type How, isMapper, isRationale, Map_, type Resource, Root } from "./MappingOscalModel.ts"
import * as OscalResource from "./MappingOscalResource.ts"
import * as OscalUnkept from "./MappingOscalUnkept.ts"
import * as Unkept from "./Unkept.ts"

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

/** How many references one map may relate. */
const maxEnds = 10_000

const confidenceOf = (score: How["confidence-score"]): number | undefined => {
  const number = typeof score === "number" ? score : score?.percentage
  return number === undefined || number <= 1 ? number : number / 100
}

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

/** Whether a side of a map has an identifier that says nothing without its catalog. */
const needsCatalog = (map: unknown, side: "sources" | "targets"): boolean => {
  const decoded = decodeMap(map)
  return (
    Result.isSuccess(decoded) &&
    decoded.success[side].some((end) => {
      const called = endOf(end)
      return typeof called === "string" && !isUri(called)
    })
  )
}

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
    scores: parsed(own("scores")),
    path: parsed(own("path"))
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
  const { props = [], relationship, remarks, ...map } = decoded.success
  const word = typeof relationship === "string" ? relationship : relationship.type
  const type = typeOf(word)
  if (type === undefined) {
    return failure(source, within(at, "relationship"), `${JSON.stringify(word)} is no relationship of OSCAL`)
  }
  if (map.sources.length + map.targets.length > maxEnds) {
    return failure(source, at, `relates more than ${maxEnds} references. Split it`)
  }
  const status = [map, ...above].flatMap((one) => one?.status ?? [])[0]
  const score = [map, ...above].flatMap((one) => one?.["confidence-score"] ?? [])[0]
  const item = toItem(source, ends, "intersects", {
    at,
    sources: map.sources.map(endOf),
    targets: map.targets.map(endOf),
    type,
    confidence: confidenceOf(score),
    // What is not complete is proposed, and so is what no longer holds.
    ...(status !== undefined && status !== "complete" && { status: "suggested" as const }),
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
    const document = yield* readDocument(input)
    const root = yield* decodeAt(input.head.name, "$", decodeRoot, document)
    const path = within(within("$", "mapping-collection"), "mappings")
    const { from, to } = input.options
    const collection = root["mapping-collection"]
    const { mappings } = collection
    const catalog = (resource: typeof Resource.Type | undefined) =>
      OscalResource.catalogOf(resource, input.options, collection)
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
        remedy: setOption("resources", `${fileName([...targets][0] ?? "")}=${to}`)
      })
    }
    const inDocument = (...keys: ReadonlyArray<string | number>) =>
      keys.reduce<unknown>(
        (value, key) => (isObject(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined),
        document
      )
    function* items(): Generator<MappingItem> {
      const unkept = Unkept.make()
      const unknown = OscalResource.unknown(input.head.name, input.options)
      OscalUnkept.tell(
        unkept,
        "provenance",
        inDocument("mapping-collection", "provenance"),
        within(within("$", "mapping-collection"), "provenance")
      )
      for (const [index, mapping] of mappings.entries()) {
        const ends = {
          from: catalog(mapping["source-resource"]) ?? from,
          to: catalog(mapping["target-resource"]) ?? to
        }
        const where = within(path, index)
        OscalUnkept.tell(unkept, "mapping", inDocument("mapping-collection", "mappings", index), where)
        for (const [position, map] of mapping.maps.entries()) {
          const at = within(within(where, "maps"), position)
          OscalUnkept.tell(unkept, "map", map, at)
          for (const side of ["sources", "targets"]) {
            const ends = isObject(map) ? map[side] : undefined
            for (const [place, end] of (Array.isArray(ends) ? ends : []).entries()) {
              OscalUnkept.tell(unkept, "end", end, within(within(at, side), place))
            }
          }
          const item = itemOf(input, ends, [mapping, collection.provenance], map, at)
          if (Result.isSuccess(item) || item.failure.reason !== "option") yield item
          else {
            const [sources, targets] = [mapping["source-resource"], mapping["target-resource"]]
            if (ends.from === undefined && needsCatalog(map, "sources")) unknown.add(sources, "from", at)
            if (ends.to === undefined && needsCatalog(map, "targets")) unknown.add(targets, "to", at)
          }
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
      yield* unknown.items()
      yield* unkept.items()
    }
    return Stream.suspend(() => Stream.fromIterable(items()))
  })
}
