import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Lint } from "../../src/catalog/Lint.ts"
import type { LintRule } from "../../src/domain/Lint.ts"
import { relationColumns } from "../../src/importer/mapping/RelationFile.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"
import { randomOf } from "../../src/domain/Random.ts"
import { cell, workbook, zip } from "../importer/zipping.ts"

/** `CROSSWALK_LINT_SEEDS=50` damages more files. */
const seeds = Array.from({ length: Number(process.env["CROSSWALK_LINT_SEEDS"] ?? 2) }, (_, i) => i + 1)

interface Row {
  readonly source: string
  readonly target: string
  readonly type: string
}

const ours = Array.from({ length: 40 }, (_, i) => `OPS-${10 + Math.floor(i / 10)}.${1 + (i % 10)}`)
const theirs = Array.from({ length: 60 }, (_, i) => `A.${1 + Math.floor(i / 9)}.${101 + (i % 9)}`)

const entry = (catalog: string, id: string, more: object = {}) => {
  const [name, version] = catalog.split("@")
  return { uri: `${name}:${version}/${id}`, title: `Title of ${id}`, entityType: "r", catalog, identifier: id, ...more }
}

const references = Effect.gen(function* () {
  const repository = yield* ReferenceRepository
  yield* repository.saveMany([
    ...ours.map((id) => entry("ours@1", id)),
    ...theirs.map((id) => entry("theirs@2", id)),
    entry("theirs@2", "HEAD", { role: "heading" }),
    entry("theirs@2", "GONE", { metadata: { status: "Withdrawn" } })
  ])
})

const types = ["equal", "subset", "superset", "intersects"]

/** Relations with nothing wrong: each of ours to one of theirs, a few to two. */
const clean: ReadonlyArray<Row> = ours.flatMap((source, i) => [
  { source, target: theirs[i] ?? "", type: types[i % 4] ?? "" },
  ...(i % 5 === 1 ? [{ source, target: theirs[i + 15] ?? "", type: "intersects" }] : [])
])

/** The word of a format for a type; a converter took a header for a row, which says "Type". */
const word = (type: string, words: Readonly<Record<string, string>>) =>
  words[type === "Type" ? "intersects" : type] ?? type

const ciso = { intersects: "intersect", none: "not_related" }
const oscal = {
  equal: "equal-to",
  subset: "subset-of",
  superset: "superset-of",
  intersects: "intersects-with",
  none: "no-relationship"
}
const strm = {
  equal: "Equal",
  subset: "Subset Of",
  superset: "Superset Of",
  intersects: "Intersects With",
  none: "No Relationship"
}
const skos = {
  equal: "skos:exactMatch",
  subset: "skos:broadMatch",
  superset: "skos:narrowMatch",
  intersects: "skos:relatedMatch",
  none: "skos:relatedMatch"
}
const gemara = {
  equal: "equivalent",
  // It has no word for a part.
  subset: "supports",
  superset: "subsumes",
  intersects: "relates-to",
  none: "no-match"
}

const json = (value: unknown) => JSON.stringify(value, undefined, 1)
const text = (content: string): Uint8Array => new TextEncoder().encode(content)
const exported = ({ source, target, type }: Row) => ({
  sources: [`ours:1/${source}`],
  targets: [`theirs:2/${target}`],
  type: word(type, { intersects: "intersects", none: "no-relationship" }),
  confidence: 1,
  status: "accepted",
  needsReview: false,
  provenance: { method: "manual" }
})

const resource = (catalog: string) => ({ href: `${catalog}.json`, props: [{ name: "catalog", value: catalog }] })

const sheet = (rows: ReadonlyArray<ReadonlyArray<string>>): Uint8Array => {
  const line = (cells: ReadonlyArray<string>, y: number) =>
    `<row r="${y}">${cells.map((value, x) => cell(`${"ABC"[x]}${y}`, value)).join("")}</row>`
  return zip(workbook(rows.map((cells, index) => line(cells, index + 1)).join("")))
}

/** Every way to write relations, with the place of the row of an index. */
const formats: Readonly<
  Record<string, { readonly write: (rows: ReadonlyArray<Row>) => Uint8Array; readonly at: (index: number) => string }>
> = {
  "pairs.csv": {
    write: (rows) =>
      text(["source,target,type", ...rows.map((r) => `${r.source},${r.target},${r.type}`), ""].join("\n")),
    at: (index) => `line ${index + 2}`
  },
  "pairs.tsv": {
    write: (rows) =>
      text(["Quelle\tZiel\trelationship", ...rows.map((r) => `${r.source}\t${r.target}\t${r.type}`)].join("\r\n")),
    at: (index) => `line ${index + 2}`
  },
  "pairs.xlsx": {
    write: (rows) => sheet([["source", "target", "type"], ...rows.map((r) => [r.source, r.target, r.type])]),
    at: (index) => `row ${index + 2}`
  },
  "mapping.oscal.json": {
    write: (rows) =>
      text(
        json({
          "mapping-collection": {
            uuid: "0dc28481-907f-40db-8143-38a7dad70f06",
            mappings: [
              {
                "source-resource": resource("ours@1"),
                "target-resource": resource("theirs@2"),
                maps: rows.map(({ source, target, type }) => ({
                  relationship: word(type, oscal),
                  sources: [{ type: "control", "id-ref": source }],
                  targets: [{ type: "control", "id-ref": target }]
                }))
              }
            ]
          }
        })
      ),
    at: (index) => `$["mapping-collection"].mappings[0].maps[${index}]`
  },
  "mapping.ciso.yaml": {
    write: (rows) =>
      text(
        [
          "urn: urn:intuitem:risk:library:mapping-ours-to-theirs",
          "objects:",
          "  requirement_mapping_sets:",
          "  - source_framework_urn: urn:intuitem:risk:framework:ours",
          "    target_framework_urn: urn:intuitem:risk:framework:theirs",
          "    requirement_mappings:",
          ...rows.flatMap(({ source, target, type }) => [
            `    - source_requirement_urn: urn:intuitem:risk:req_node:ours:${source}`,
            `      target_requirement_urn: urn:intuitem:risk:req_node:theirs:${target}`,
            `      relationship: ${word(type, ciso)}`
          ])
        ].join("\n")
      ),
    at: (index) => `$.objects.requirement_mapping_sets[0].requirement_mappings[${index}]`
  },
  "mapping.sssom.tsv": {
    write: (rows) =>
      text(
        [
          "subject_id\tpredicate_id\tpredicate_modifier\tobject_id",
          ...rows.map((r) => [r.source, word(r.type, skos), r.type === "none" ? "Not" : "", r.target].join("\t"))
        ].join("\n")
      ),
    at: (index) => `line ${index + 2}`
  },
  "strm.csv": {
    write: (rows) =>
      text(
        [
          "FDE #,FDE Name,STRM Relationship,SCF #",
          ...rows.map((r) => `${r.source},"Title, of ${r.source}",${word(r.type, strm)},${r.target}`)
        ].join("\n")
      ),
    at: (index) => `line ${index + 2}`
  },
  "strm.xlsx": {
    write: (rows) =>
      sheet([
        ["Focal Document Element", "Relationship", "Reference Document Element"],
        ...rows.map((r) => [r.source, word(r.type, strm), r.target])
      ]),
    at: (index) => `row ${index + 2}`
  },
  "mapping.gemara.yaml": {
    write: (rows) =>
      text(
        [
          "metadata:",
          "  type: MappingDocument",
          "source-reference: {reference-id: ours}",
          "target-reference: {reference-id: theirs}",
          "mappings:",
          ...rows.flatMap(({ source, target, type }) => [
            `- source: ${source}`,
            `  relationship: ${word(type, gemara)}`,
            ...(type === "none" ? [] : [`  targets: [{entry-id: ${target}}]`])
          ])
        ].join("\n")
      ),
    at: (index) => `$.mappings[${index}]`
  },
  "mapping.trestle.csv": {
    write: (rows) =>
      text(
        [
          "$$Map_Source_ID_Ref_list,$$Map_Relationship,$$Map_Target_ID_Ref_list,$$Source_Resource,$$Target_Resource",
          "Sources,Relationship,Targets,Source,Target",
          ...rows.map((r) => `${r.source},${word(r.type, oscal)},${r.target},ours.json,theirs.json`)
        ].join("\n")
      ),
    at: (index) => `line ${index + 3}`
  },
  "mapping.ctid.json": {
    write: (rows) =>
      text(
        json({
          metadata: { attack_version: "17.1" },
          mapping_objects: rows.map(({ source, target, type }) => ({
            capability_id: source,
            attack_object_id: target,
            mapping_type: word(type, { intersects: "intersects" }),
            status: "complete"
          }))
        })
      ),
    at: (index) => `$.mapping_objects[${index}]`
  },
  "relations.csv": {
    write: (rows) =>
      text(
        [
          relationColumns.join(","),
          ...rows.map((row) => {
            const { sources, targets, type } = exported(row)
            const said: Partial<Record<string, string>> = { sources: sources[0], targets: targets[0], type }
            const shared: Partial<Record<string, string>> = {
              confidence: "1",
              status: "accepted",
              needsReview: "false",
              method: "manual"
            }
            return relationColumns.map((name) => said[name] ?? shared[name] ?? "").join(",")
          })
        ].join("\n")
      ),
    at: (index) => `line ${index + 2}`
  },
  "relations.ndjson": {
    write: (rows) =>
      text(
        [JSON.stringify({ crosswalk: "relations" }), ...rows.map((row) => JSON.stringify(exported(row)))].join("\n")
      ),
    at: (index) => `line ${index + 2}`
  }
}

/** A way to damage a file. */
interface Damage {
  readonly rule: LintRule
  readonly rows: ReadonlyArray<Row>
  /** The rows at one of which it is told; none where it is told of the whole file. */
  readonly at: ReadonlyArray<number>
  /** What is proposed. */
  readonly nearest?: string
}

/** Every kind of damage, at a place that the seed chooses. */
const damages = (seed: number): Readonly<Record<string, Damage>> => {
  const random = randomOf(seed)
  const below = (count: number) => Math.floor(random() * count)
  const place = below(clean.length)
  const row = clean[place] ?? { source: "", target: "", type: "" }
  const change = (changed: Partial<Row>) => clean.map((one, i) => (i === place ? { ...one, ...changed } : one))
  const add = (...added: ReadonlyArray<Row>) => ({
    rows: [...clean, ...added],
    at: added.map((_, i) => clean.length + i)
  })
  const equal = clean.findIndex(({ type }, i) => type === "equal" && i >= place)
  const found = clean[equal < 0 ? 0 : equal] ?? row
  const free = theirs.slice(56)
  const uri = (id: string) => `ours:1/${id}`
  const put = (name: string) => ({ source: name, target: row.target, type: row.type })
  const [a, b] = [ours[below(20)] ?? "", ours[20 + below(20)] ?? ""]
  const [x = "", y = ""] = free
  const header = { source: "Source ID", target: "Target ID", type: "Type" }
  return {
    "an identifier that is none": { rule: "unknown-identifier", rows: change({ target: "ZZZ-999-Q" }), at: [place] },
    "a character too many": {
      rule: "unknown-identifier",
      rows: change({ source: `${row.source}x` }),
      at: [place],
      nearest: uri(row.source)
    },
    "two characters exchanged": {
      rule: "unknown-identifier",
      rows: change({ source: row.source.replace("OPS", "OSP") }),
      at: [place],
      nearest: uri(row.source)
    },
    "a zero for an O": {
      rule: "look-alike",
      rows: change(put(row.source.replace("O", "0"))),
      at: [place],
      nearest: uri(row.source)
    },
    "an O for a zero": {
      rule: "look-alike",
      rows: change({ target: row.target.replace("0", "O") }),
      at: [place],
      nearest: `theirs:2/${row.target}`
    },
    "an l for a one": {
      rule: "look-alike",
      rows: change(put(row.source.replace("1", "l"))),
      at: [place],
      nearest: uri(row.source)
    },
    "a Cyrillic letter": {
      rule: "look-alike",
      rows: change({ target: row.target.replace("A", "А") }),
      at: [place],
      nearest: `theirs:2/${row.target}`
    },
    "a header among the rows": { rule: "header-row", rows: clean.toSpliced(place, 0, header), at: [place] },
    "columns exchanged": {
      rule: "swapped-columns",
      rows: clean.map(({ source, target, type }) => ({ source: target, target: source, type })),
      at: []
    },
    "a type that is none": { rule: "unreadable-row", rows: change({ type: "sort of" }), at: [place] },
    "a row twice": { rule: "duplicate", ...add(row) },
    "the same in another way": {
      rule: "several-types",
      ...add({ ...found, type: "intersects" })
    },
    "related and not related": { rule: "contradiction", ...add({ ...row, type: "none" }) },
    "each a part of the other": {
      rule: "contradiction",
      ...add({ source: a, target: x, type: "subset" }, { source: a, target: x, type: "superset" })
    },
    "equal to two": { rule: "several-equal", ...add({ ...found, target: x }) },
    "a part of a part of itself": {
      rule: "subset-cycle",
      ...add(
        { source: a, target: x, type: "subset" },
        { source: b, target: x, type: "superset" },
        { source: b, target: y, type: "subset" },
        { source: a, target: y, type: "superset" }
      )
    },
    "a heading": { rule: "heading", rows: change({ target: "HEAD" }), at: [place] },
    "what was withdrawn": { rule: "withdrawn", rows: change({ target: "GONE" }), at: [place] }
  }
}

/** What a format cannot say, so that no file of it can be damaged so. */
const unsayable: Readonly<Record<string, ReadonlyArray<string>>> = {
  "mapping.ciso.yaml": ["related and not related"],
  "mapping.gemara.yaml": ["each a part of the other", "a part of a part of itself"],
  "mapping.ctid.json": ["a type that is none"]
}

const check = Effect.fnUntraced(function* (name: string, bytes: Uint8Array) {
  const lint = yield* Lint
  const isExported = name.startsWith("relations")
  return yield* lint.file({ name, bytes: Stream.make(bytes) }, isExported ? {} : { from: "ours@1", to: "theirs@2" })
})

describe("Lint.file", () => {
  for (const [name, { at, write }] of Object.entries(formats)) {
    it.effect(`finds every kind of damage in ${name}, and nothing else`, () =>
      Effect.gen(function* () {
        yield* references
        const sound = yield* check(name, write(clean))
        expect(sound.findings).toEqual([])
        expect(sound.relations).toBe(clean.length)
        for (const seed of seeds) {
          for (const [kind, { at: places, nearest, rows, rule }] of Object.entries(damages(seed))) {
            if (unsayable[name]?.includes(kind) === true) continue
            const { findings } = yield* check(name, write(rows))
            const what = `${kind}, seed ${seed}`
            expect(
              findings.map((one) => one.rule),
              what
            ).toEqual([rule])
            const [found] = findings
            if (places.length === 0) expect(found?.at, what).toBeUndefined()
            // The place may go on with the field that is wrong.
            else
              expect(
                places.some(
                  (i) => found?.at?.replace(/\D*$/u, "") === at(i).replace(/\D*$/u, "") || found?.at?.startsWith(at(i))
                ),
                `${what}: ${found?.at}`
              ).toBe(true)
            if (nearest !== undefined) expect(found?.remedy, what).toMatchObject({ values: [nearest] })
          }
        }
      }).pipe(Effect.provide(TestStore.layer))
    )
  }
})
