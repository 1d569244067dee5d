import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import { Ajv, type AnySchemaObject } from "ajv"
import { Ajv2019 } from "ajv/dist/2019.js"
import { DateTime, Effect, Result, Schema, Stream } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { load } from "js-yaml"
import * as Identifier from "../../src/domain/Identifier.ts"
import { Reference } from "../../src/domain/Reference.ts"
import { Made, type Provenance, Relation, RelationStatus, RelationType } from "../../src/domain/Relation.ts"
import { keyOf } from "../../src/domain/RelationEnds.ts"
import * as Mappings from "../../src/importer/mapping/Mappings.ts"
import type { Exchange } from "../../src/report/Exchange.ts"
import { type ExchangeName, exchangeFormats, exchangeNames, workbookNames } from "../../src/report/ExchangeFormats.ts"
import * as Workbook from "../../src/report/Workbook.ts"
import * as ExportOscal from "../../src/report/ExportOscal.ts"
import { ofPair } from "../../src/report/PairType.ts"
import * as Arbitraries from "../support/arbitraries.ts"

const { optional, textOf } = Arbitraries

const [from, to] = ["a@1", "b"]
const now = DateTime.makeUnsafe("2026-01-31T12:00:00Z")

const referenceOf = (catalog: string, uri: string, identifier?: string) =>
  new Reference({
    uri,
    title: `Title of\n"${uri}"`,
    entityType: "rule",
    tags: [],
    catalog,
    ...(identifier !== undefined && { identifier }),
    createdAt: now,
    updatedAt: now
  })

const names = ["A-1", "AC-2(5)", "=1+1", "B,C", "d; e", "@x", "007"]
const sources = [
  ...names.map((name) => referenceOf(from, `a:1/${name}`, name)),
  referenceOf(from, "https://house.example/r?x=1#2", "R 9"),
  referenceOf(from, "a:1/tab\tand\nline", "T-1")
]
const targets = [...names.map((name) => referenceOf(to, `b:${name}`, name)), referenceOf(to, "no scheme", "N-1")]
const references = new Map([...sources, ...targets].map((reference) => [reference.uri, reference]))

const pieces = [
  "a",
  "é",
  "漢",
  "😀",
  " ",
  "\n",
  "\r\n",
  "\t",
  "'",
  '"',
  ",",
  ";",
  "|",
  "\\",
  "=",
  "@",
  "#",
  "word"
] as const
const text = textOf(pieces, 8)
const filled = Arbitraries.filled(text)
const someOf = (all: ReadonlyArray<Reference>, minLength: number) =>
  Arbitrary.map(
    Arbitrary.array(Arbitrary.schema(Schema.Literals(all.map(({ uri }) => uri))), { minLength, maxLength: 3 }),
    (uris) => [...new Set(uris)].sort()
  )

const relation = Arbitrary.map(
  Arbitrary.all({
    sources: someOf(sources, 1),
    targets: someOf(targets, 0),
    type: Arbitrary.schema(RelationType),
    status: Arbitrary.schema(RelationStatus),
    needsReview: Arbitrary.schema(Schema.Boolean),
    confidence: Arbitrary.schema(Schema.Literals([0, 0.1, 0.875, 1])),
    method: filled,
    by: optional(filled),
    note: optional(filled),
    model: optional(filled),
    calibration: optional(filled),
    mapper: optional(Arbitrary.schema(Made.fields.mapper.schema)),
    rationale: optional(Arbitrary.schema(Made.fields.rationale.schema)),
    strength: optional(Arbitrary.schema(Schema.Literals([0, 3, 10]))),
    scores: optional(
      Arbitrary.schema(Schema.Struct({ cosine: Schema.Literals([0.5, -1]), "a b": Schema.Literals([2]) }))
    ),
    path: optional(Arbitrary.map(text, (uri) => [{ ...step, targets: [`x:${uri}`] }]))
  }),
  ({ confidence, needsReview, sources, status, targets, type, ...provenance }): Said => ({
    sources,
    targets,
    ...(targets.length === 0 && { to }),
    type: targets.length === 0 ? "no-relationship" : type,
    confidence,
    status,
    needsReview: needsReview && status !== "suggested",
    provenance: without(provenance)
  })
)

/** A relation that others follow from. */
const step = { sources: ["a:0/1"], type: "subset", confidence: 0.5, basis: "relation" } as const

/** What a relation says, whatever wrote it. */
interface Said {
  readonly sources: ReadonlyArray<string>
  readonly targets: ReadonlyArray<string>
  readonly to?: string
  readonly type: RelationType
  readonly confidence: number
  readonly status: RelationStatus
  readonly needsReview: boolean
  readonly provenance: Partial<Provenance>
}

const without = (fields: { readonly [K in keyof Provenance]: unknown }): Partial<Provenance> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const keyed = ({ sources: [first = "", ...others], targets, to, type }: Said) =>
  `${type} ${keyOf({ sources: [first, ...others], targets, to })}`

/** Each relation once, the first counts; in an order of their own. */
const distinct = (all: ReadonlyArray<Said>): ReadonlyArray<Said> =>
  [...new Map(all.toReversed().map((said) => [keyed(said), said])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, said]) => said)

const written = (name: ExchangeName, all: ReadonlyArray<Said>): string | undefined =>
  exchangeFormats[name].write(exchangeOf(all))

const exchangeOf = (all: ReadonlyArray<Said>): Exchange => ({
  from,
  to,
  relations: all.map((said) => {
    const {
      sources: [first = "", ...others],
      provenance,
      ...rest
    } = said
    const placed = (uris: ReadonlyArray<string>) => uris.flatMap((uri) => references.get(uri) ?? [])
    return {
      relation: new Relation({
        ...rest,
        sources: [first, ...others],
        provenance: { method: "manual", ...provenance },
        createdAt: now,
        updatedAt: now
      }),
      sources: placed(said.sources),
      targets: placed(said.targets)
    }
  })
})

const byName = new Map(
  [...references.values()].map(({ catalog, identifier = "", uri }) => [
    `${catalog} ${Identifier.normal(identifier)}`,
    uri
  ])
)

/** The reference that an end means, as an import finds it. */
const resolved = (uri: string): string => {
  if (references.has(uri)) return uri
  const catalog = [from, to].find((catalog) => Identifier.ofUri(uri, catalog) !== undefined) ?? ""
  return byName.get(`${catalog} ${Identifier.normal(Identifier.ofUri(uri, catalog) ?? "")}`) ?? uri
}

const readBack = (document: string | Uint8Array, format: string) =>
  Effect.scoped(
    Effect.gen(function* () {
      const bytes = Stream.make(typeof document === "string" ? new TextEncoder().encode(document) : document)
      const read = yield* Mappings.read("exchange", bytes, { from, to })
      expect(read.format).toBe(format)
      const items = yield* Stream.runCollect(read.items)
      const good = items.flatMap((item): ReadonlyArray<Said> => {
        if (Result.isFailure(item) || item.success._tag !== "Mapping") return []
        const {
          at: _at,
          _tag,
          confidence = 1,
          needsReview = false,
          provenance = {},
          status = "accepted",
          to,
          type,
          ...rest
        } = item.success
        const ends = { sources: rest.sources.map(resolved).sort(), targets: rest.targets.map(resolved).sort() }
        return [{ ...ends, ...(to !== undefined && { to }), type, confidence, needsReview, provenance, status }]
      })
      return { good: distinct(good), failed: items.filter(Result.isFailure).map(({ failure }) => failure.problem) }
    })
  )

const pick = (provenance: Partial<Provenance>, ...fields: ReadonlyArray<keyof Provenance>): Partial<Provenance> =>
  Object.fromEntries(Object.entries(provenance).filter(([key]) => fields.some((field) => field === key)))

/** The types that have words in NIST IR 8477; the others have something in common. */
const stated = (type: RelationType): RelationType =>
  type === "implements" || type === "supersedes" ? "intersects" : type

const pairsOf = (said: Said): ReadonlyArray<Said> =>
  said.sources.flatMap((source) =>
    said.targets.map((target) => ({
      ...said,
      sources: [source],
      targets: [target],
      type: ofPair(said.type, said.sources.length, said.targets.length)
    }))
  )

/** Of several sources without a counterpart each by itself. */
const singleSources = (said: Said): ReadonlyArray<Said> =>
  said.targets.length > 0 ? [] : said.sources.map((source) => ({ ...said, sources: [source] }))

const trimmed = ({ note, ...rest }: Partial<Provenance>): Partial<Provenance> =>
  note === undefined ? rest : { ...rest, note: note.trim() }

/** What each format keeps of a relation; nothing where it cannot say it. */
const kept: Readonly<
  Record<ExchangeName, { readonly reader: string; readonly of: (said: Said) => ReadonlyArray<Said> }>
> = {
  oscal: { reader: "oscal-mapping", of: (said) => (said.status === "rejected" ? [] : [said]) },
  sssom: { reader: "sssom", of: (said) => [said] },
  strm: {
    reader: "strm",
    of: (said) => [
      {
        ...said,
        type: stated(said.type),
        needsReview: false,
        provenance: pick(said.provenance, "by", "note", "rationale", "strength")
      }
    ]
  },
  "ciso-assistant": {
    reader: "ciso-assistant-mapping",
    of: (said) =>
      said.status !== "accepted"
        ? []
        : pairsOf(said).map((pair) => ({
            ...pair,
            type: stated(pair.type),
            confidence: 1,
            needsReview: false,
            provenance: pick(said.provenance, "note", "rationale", "strength")
          }))
  },
  gemara: {
    reader: "gemara-mapping",
    of: (said) =>
      said.status !== "accepted"
        ? []
        : [...singleSources(said), ...pairsOf(said)].flatMap((one) => {
            if (one.targets.length > 0 && one.type === "no-relationship") return []
            const { note, strength } = one.provenance
            return {
              ...one,
              type: one.type === "subset" || one.type === "supersedes" ? "intersects" : one.type,
              confidence: 1,
              needsReview: false,
              provenance: {
                ...(note !== undefined && { note }),
                ...(one.targets.length > 0 && strength !== undefined && strength > 0 && { strength })
              }
            }
          })
  },
  trestle: {
    reader: "trestle",
    of: (said) =>
      said.status !== "accepted"
        ? []
        : [
            {
              ...said,
              needsReview: false,
              provenance: pick(said.provenance, "by", "note", "rationale", "strength")
            }
          ]
  },
  ctid: {
    reader: "ctid-mappings",
    of: (said) =>
      said.status === "rejected"
        ? []
        : [...singleSources(said), ...pairsOf(said)].map((one) => ({
            ...one,
            confidence: 1,
            needsReview: false,
            provenance: pick(one.provenance, "note")
          }))
  },
  pairs: {
    reader: "csv",
    of: (said) =>
      said.status !== "accepted"
        ? []
        : [...singleSources(said), ...pairsOf(said)].map((one) => ({
            ...one,
            needsReview: false,
            provenance: trimmed(pick(one.provenance, "note"))
          }))
  }
}

const keptOf = (name: ExchangeName, all: ReadonlyArray<Said>) => distinct(all.flatMap(kept[name].of))
const sayable = (name: ExchangeName, all: ReadonlyArray<Said>) =>
  all.filter(({ status }) => exchangeFormats[name].statuses.includes(status))

describe("formats of exchange", () => {
  it.effect.prop(
    "keep what they can say, and what both of any two can say",
    { given: Arbitrary.array(relation, { minLength: 1, maxLength: 6 }) },
    ({ given }) =>
      Effect.gen(function* () {
        const all = distinct(given)
        for (const first of exchangeNames) {
          const document = written(first, sayable(first, all))
          if (document === undefined) {
            expect(keptOf(first, all).filter(({ targets }) => targets.length > 0)).toEqual([])
            continue
          }
          const { failed, good } = yield* readBack(document, kept[first].reader)
          expect(failed.filter((problem) => !problem.includes("is there already"))).toEqual([])
          expect(good).toEqual(keptOf(first, all))
          for (const second of exchangeNames) {
            const next = written(second, sayable(second, good))
            if (next === undefined) continue
            const again = yield* readBack(next, kept[second].reader)
            const withMethod = good.map((said) => ({ ...said, provenance: { method: "manual", ...said.provenance } }))
            expect(again.good).toEqual(keptOf(second, withMethod))
          }
        }
      }),
    { arbitrary: { runs: 40 } }
  )

  it.effect.prop(
    "keep as a workbook what they keep as a text",
    { given: Arbitrary.array(relation, { minLength: 1, maxLength: 6 }) },
    ({ given }) =>
      Effect.gen(function* () {
        const all = distinct(given)
        for (const name of workbookNames) {
          const sheets = exchangeFormats[name].sheets?.(exchangeOf(sayable(name, all)))
          if (sheets === undefined) {
            expect(keptOf(name, all).filter(({ targets }) => targets.length > 0)).toEqual([])
            continue
          }
          const { good } = yield* readBack(yield* Workbook.write(sheets), "xlsx")
          expect(good).toEqual(keptOf(name, all))
        }
      }),
    { arbitrary: { runs: 15 } }
  )
})

describe("the schemas of the publishers", () => {
  const schema = (name: string): AnySchemaObject =>
    JSON.parse(readFileSync(new URL(`../fixtures/schemas/${name}`, import.meta.url), "utf8"))
  const validator = (name: string) =>
    new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema(name))

  const sssom = new Ajv2019({ strict: false, validateFormats: false })
  sssom.addSchema(schema("sssom_schema.schema.json"), "sssom")
  const isSet = sssom.compile({ $ref: "sssom#/$defs/MappingSet" })
  const isRow = sssom.compile({ $ref: "sssom#/$defs/Mapping" })
  const [isMapping, isCatalog] = ["mapping", "catalog"].map((name) => validator(`oscal_${name}_schema.json`))

  /** The rows of a table as objects, without the columns of extensions, which the schema leaves out. */
  const rowsOf = (table: string) => {
    const cells = (line: string) =>
      [...line.matchAll(/"((?:[^"]|"")*)"(?:\t|$)|([^\t]*)(?:\t|$)/gu)].map(([, quoted, plain]) =>
        quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"')
      )
    const [header = "", ...lines] = [...table.matchAll(/(?:[^"\n]|"(?:[^"]|"")*")+/gu)].map(([line]) => line)
    return lines.map((line) => {
      const row = cells(line)
      return Object.fromEntries(
        header.split("\t").flatMap((name, index): ReadonlyArray<readonly [string, unknown]> => {
          const cell = row[index] ?? ""
          if (cell === "" || name.startsWith("crosswalk_")) return []
          if (name === "confidence") return [[name, Number(cell)]]
          return [[name, name.startsWith("reviewer_") || name.startsWith("author_") ? [cell] : cell]]
        })
      )
    })
  }

  it.effect.prop(
    "accept what is written as OSCAL and SSSOM, whatever the texts are",
    { given: Arbitrary.array(relation, { minLength: 1, maxLength: 4 }), title: filled },
    ({ given, title }) =>
      Effect.sync(() => {
        const all = distinct(given)
        const oscal = written("oscal", sayable("oscal", all))
        if (oscal !== undefined && isMapping?.(JSON.parse(oscal)) === false) expect(isMapping.errors).toEqual([])

        const catalog = [
          ...sources,
          new Reference({ ...sources[0]!, title, tags: [title], entityType: title, label: title })
        ]
        if (isCatalog?.(JSON.parse(ExportOscal.catalog(from, catalog))) === false) expect(isCatalog.errors).toEqual([])

        const document = written("sssom", all) ?? ""
        const metadata = (/^(?:#.*\n)+/u.exec(document)?.[0] ?? "").replaceAll(/^#/gmu, "")
        const set = load(metadata)
        if (!isSet(set)) expect(isSet.errors).toEqual([])
        const rows = rowsOf(document.slice(metadata.length + metadata.split("\n").length - 1))
        expect(rows.length).toBeGreaterThan(0)
        for (const row of rows) if (!isRow(row)) expect(isRow.errors).toEqual([])
      }),
    { arbitrary: { runs: 20 } }
  )
})
