import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { NodeServices } from "@effect/platform-node"
import { describe, expect, it, layer } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { writeXlsx } from "hucre/xlsx"
import { setText, targetsText } from "../../src/domain/RelationEnds.ts"
import { setOption } from "../../src/domain/Remedy.ts"
import type { MappingOptions } from "../../src/importer/mapping/Mapping.ts"
import * as Mappings from "../../src/importer/mapping/Mappings.ts"
import * as Sources from "../../src/importer/Sources.ts"
import { collect } from "./reading.ts"

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** The format that was found, and what came out of it, a line each. */
const read = (name: string, bytes: Uint8Array, options: MappingOptions = { from: "p@1", to: "q" }) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { format, items } = yield* Mappings.read(name, Stream.succeed(bytes), options)
      const lines = (yield* Stream.runCollect(items)).map((item) => {
        if (Result.isFailure(item)) return `FAULT ${item.failure.at}: ${item.failure.problem}`
        if (item.success._tag === "Unmapped") return `${setText(item.success.sources)} none`
        if (item.success._tag === "Warning") return `WARNING ${item.success.at}: ${item.success.problem}`
        const { confidence, provenance = {}, sources, status, type } = item.success
        const { by, note, rationale, strength } = provenance
        const said = [confidence, status, strength, rationale, by, note].filter((one) => one !== undefined)
        return [setText(sources), type, targetsText(item.success), ...said].join(" ")
      })
      return [format, ...lines]
    })
  )

describe("mappings as others publish them", () => {
  it.effect("are read from SSSOM: CURIEs, what is not so, what has no term, who reviewed it", () =>
    Effect.gen(function* () {
      const tsv = [
        "#curie_map:",
        "#  P: https://p.example/",
        "#mapping_set_id: https://p.example/set",
        "#license: https://w3id.org/sssom/license/unspecified",
        "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tconfidence\treviewer_label\tcomment",
        "P:1\tskos:exactMatch\t\tQ:1\tsemapv:ManualMappingCuration\t0.9\tAnn\\|Bo|Cy\tsame",
        'P:2\tskos:broadMatch\t\tQ:2\tsemapv:LexicalMatching\t\t\t"a ""tab""\there"',
        "P:3\tskos:closeMatch\tNot\tQ:3\tsemapv:LexicalMatching\t\t\t",
        "P:4\tskos:exactMatch\t\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t\t\t",
        "P:5\tex:likes\t\tQ:5\tsemapv:ManualMappingCuration\t\t\t",
        ""
      ].join("\n")
      const fault = 'FAULT line 10, predicate_id: "ex:likes" is no predicate that is a type of relation'
      expect(yield* read("x.tsv", bytesOf(tsv), { to: "q" })).toEqual([
        "sssom",
        "https://p.example/1 equal Q:1 0.9 Ann|Bo same",
        'https://p.example/2 subset Q:2 a "tab"\there',
        "https://p.example/3 no-relationship Q:3",
        "https://p.example/4 no-relationship nothing in q",
        fault
      ])
    })
  )

  it.effect(
    "are read from SSSOM as others write it: marks with spaces, words, other prefixes, what the set says for all",
    () =>
      Effect.gen(function* () {
        const tsv = [
          "# Made by hand, see the wiki",
          "#curie_map:",
          "#  P: https://p.example/",
          '#  SK: "http://www.w3.org/2004/02/skos/core#"',
          "# mapping_set_id: https://p.example/set",
          "#author_id:",
          "#  - orcid:0000-0001",
          "object_id\tpredicate_id\tsubject_id\tobject_label\tmapping_date\tmood",
          "Q:1\tSK:exactMatch\tP:1\tOne\t2026-01-01\tgood",
          "Q:2\thttp://www.w3.org/2004/02/skos/core#narrowMatch\tP:2\tTwo\t\tbad",
          "Q:3\toboInOwl:hasDbXref\tP:3\tThree\t\t",
          ""
        ].join("\r\n")
        const expected = [
          "https://p.example/1 equal Q:1 orcid:0000-0001",
          "https://p.example/2 superset Q:2 orcid:0000-0001",
          "https://p.example/3 implements Q:3 orcid:0000-0001",
          "WARNING line 9: the column mapping_date is not kept",
          "WARNING line 9: the column mood is not kept; there are 2 of them"
        ]
        const undeclared =
          "WARNING line 1: no curie_map above the table says what Q stands for. Metadata in a file beside it are not read: " +
          "put them above the table, each line behind #"
        expect(yield* read("x.tsv", bytesOf(tsv), { type: "implements" })).toEqual(["sssom", undeclared, ...expected])
        const csv = tsv.replaceAll("\t", ",")
        expect(yield* read("x.csv", bytesOf(csv), { to: "q", type: "implements" })).toEqual(["sssom", ...expected])
        const bare = "subject_id\tpredicate_id\tobject_id\nA-1\tskos:exactMatch\tB-1\n"
        expect(yield* read("x.tsv", bytesOf(bare))).toEqual(["sssom", "p:1/A-1 equal q:B-1"])
      })
  )

  const scf = [
    [
      "FDE #",
      "FDE Name",
      "Focal Document Element (FDE) Description",
      "STRM Rationale",
      "STRM Relationship",
      "SCF Control"
    ],
    ["GV.1", "Govern", "Say who governs", "Functional", "Subset Of", "Program"],
    ["GV.2", "Plan", "Plan it", "Semantic", "Intersects With", "Plans"],
    ["GV.3", "Other", "Else", "Functional", "No Relationship", "N/A"],
    ["GV.4", "Odd", "Odd", "Functional", "Likes", "Plans"]
  ]
  const more = [
    ["SCF #", "Strength of Relationship (optional)", "Notes (optional)"],
    ["GOV-01", "10", ""],
    ["GOV-02", "5", "in part"],
    ["N/A", "", ""],
    ["GOV-02", "", ""]
  ]
  const table = scf.map((row, index) => [...row, ...(more[index] ?? [])])
  const expected = [
    "p:1/GV.1 subset q:GOV-01 10 functional",
    "p:1/GV.2 intersects q:GOV-02 5 semantic in part",
    "p:1/GV.3 no-relationship nothing in q functional"
  ]
  const unknown = '"Likes" is no relationship: equal, subset of, superset of, intersects with or no relationship'

  it.effect("are read from the Secure Controls Framework's set theory tables, as CSV and as a sheet", () =>
    Effect.gen(function* () {
      const csv = table.map((row) => row.map((cell) => `"${cell}"`).join(",")).join("\r\n")
      const fault = `FAULT line 5, STRM Relationship: ${unknown}`
      expect(yield* read("x.csv", bytesOf(`\uFEFF${csv}`))).toEqual(["strm", ...expected, fault])
      const workbook = yield* Effect.promise(() => writeXlsx({ sheets: [{ name: "STRM", rows: table }] }))
      const inSheet = `FAULT row 5, STRM Relationship: ${unknown}`
      expect(yield* read("x.xlsx", workbook)).toEqual(["xlsx", ...expected, inSheet])
    })
  )

  it.effect("are read from OLIR's tables, where the rows of a group are one relation of sets", () =>
    Effect.gen(function* () {
      const csv = `Focal Document Element,Rationale,Relationship,Reference Document Element,Group,Comments
A-1,Semantic,equal,B-1,A-1:G1,both
A-1,Semantic,equal,B-2,A-1:G1,both
A-2,Semantic,superset of,B-3,G1,
A-3,Semantic,superset of,B-4,G1,
`
      expect(yield* read("x.csv", bytesOf(csv))).toEqual([
        "strm",
        "p:1/A-1 equal {q:B-1, q:B-2} semantic both",
        "p:1/A-2 superset q:B-3 semantic",
        "p:1/A-3 superset q:B-4 semantic"
      ])
    })
  )

  it.effect(
    "are read from OLIR's templates: crosswalks without a relationship, what supports, entries left blank",
    () =>
      Effect.gen(function* () {
        const crosswalk = `Focal Document Element,Focal Document Element Description,Security Control Baseline,Reference Document Element,"Reference Document
Element Description
(Optional)",Comments (optional),Strength of Relationship (optional)
AC-1,Text,Low,A.5.1,,as far as known,N/A
AC-2,Text,,A.5.2,,,7
AC-3,Text,Low,,,,
`
        expect(yield* read("x.csv", bytesOf(crosswalk))).toEqual([
          "strm",
          "p:1/AC-1 intersects q:A.5.1 as far as known",
          "p:1/AC-2 intersects q:A.5.2 7",
          "p:1/AC-3 no-relationship nothing in q",
          "WARNING line 4: the column Security Control Baseline is not kept"
        ])
        const support = `Focal Document Element,Rationale,Relationship,Relationship Type,Relationship Property,Relationship Explanation,Reference Document Element,Comments
PR-1,N/A,N/A,supports,example of,it signs,CA,see there
PR-2,N/A,N/A,is supported by,,,CB,
PR-3,N/A,N/A,identical,,,CC,
PR-4,N/A,N/A,contrary,,,CD,
PR-5,N/A,N/A,No relationship,,,CE,
`
        expect(yield* read("x.csv", bytesOf(support))).toEqual([
          "strm",
          "p:1/PR-1 intersects q:CA supports (example of)\nit signs\nsee there",
          "p:1/PR-2 intersects q:CB is supported by",
          "p:1/PR-3 equal q:CC",
          `FAULT line 5, Relationship Type: ${unknown.replace("Likes", "contrary")}`,
          "p:1/PR-5 no-relationship q:CE"
        ])
      })
  )

  it.effect("are read from tables with the number and the text of an element, and a reason in words", () =>
    Effect.gen(function* () {
      const csv = `NIST IR 8477-Based Set Theory Relationship Mapping (STRM),,,,,,Focal Document:,House,,,,
FDE#,FDE Name,Focal Document Element (FDE),Confidence Levels,NIST IR-8477 Rational,STRM Rationale,STRM Relationship,Strength of Relationship,Law Requirement Title,Target ID #,Law Requirement Description,Notes
H-1,Keys,"Keys, kept safe",high,functional,Both lock up.,subset_of,6,Locks,L-1,Lock up,
H-2,Doors,Doors shut,,semantic,,not_related,0,Doors,L-2,Doors,by Ann
`
      expect(yield* read("x.csv", bytesOf(csv))).toEqual([
        "strm",
        "p:1/H-1 subset q:L-1 6 functional Both lock up.",
        "p:1/H-2 no-relationship q:L-2 0 semantic by Ann",
        "WARNING line 3: the column Confidence Levels is not kept"
      ])
      const short =
        "Focal Document Element,Relationship,Reference Document Element,Rationale\nH-1,equal,L-1,Same words.\n"
      expect(yield* read("x.csv", bytesOf(short))).toEqual(["strm", "p:1/H-1 equal q:L-1 Same words."])
    })
  )

  it.effect("propose columns of identifiers where none is called source and target", () =>
    Effect.gen(function* () {
      const csv = bytesOf("Control ID,Control Name,Technique ID\nH-1,Doors,X1\n")
      const { remedy } = yield* Effect.flip(read("x.csv", csv))
      expect(remedy).toEqual(setOption("columns", "source=Control ID,target=Technique ID"))
    })
  )

  it.effect("tell in one sentence which filled columns are not kept, and which sheets are not read", () =>
    Effect.gen(function* () {
      const rows = [
        ["source", "target", "type", "Owner", "Source title", "Due", "Empty"],
        ["a", "1", "equal", "", "A", "", ""],
        ["b", "2", "equal", "Ann", "B", "May", ""],
        ["c", "3", "equal", "Bo", "C", "", ""]
      ]
      const expected = ["p:1/a equal q:1", "p:1/b equal q:2", "p:1/c equal q:3"]
      const csv = bytesOf(rows.map((row) => row.join(",")).join("\n"))
      const kept = "the columns Owner, Due are not kept"
      expect(yield* read("x.csv", csv)).toEqual(["csv", ...expected, `WARNING line 3: ${kept}`])
      const sheets = [
        { name: "One", rows },
        { name: "Two", rows: rows.map((row) => row.slice(0, 2)) }
      ]
      expect(yield* read("x.xlsx", yield* Effect.promise(() => writeXlsx({ sheets })))).toEqual([
        "xlsx",
        ...expected,
        `WARNING row 3: ${kept}`,
        "WARNING sheet Two: is not read: a table of 4 rows. Name it as the sheet to read it"
      ])
      const trestle = `$$Source_Resource,$$Target_Resource,$$Map_Source_ID_Ref_list,$$Map_Target_ID_Ref_list,$$Map_Relationship,Mood
a.json,b.json,h-1,l-1,equal-to,good
a.json,b.json,h-2,l-2,subset-of,bad
`
      expect(yield* read("x.csv", bytesOf(trestle))).toEqual([
        "trestle",
        "p:1/h-1 equal q:l-1",
        "p:1/h-2 subset q:l-2",
        "WARNING line 2: the column Mood is not kept"
      ])
    })
  )

  it.effect("are read from the sheet of a mapping of CISO Assistant", () =>
    Effect.gen(function* () {
      const rows = [
        ["source_node_id", "target_node_id", "relationship", "rationale", "strength_of_relationship"],
        ["gv.1", "5.1", "intersect", "semantic", 3],
        ["gv.2", "5.2", "not_related", "", ""]
      ]
      const content = { name: "mappings_content", rows }
      const workbook = yield* Effect.promise(() => writeXlsx({ sheets: [content] }))
      expect(yield* read("x.xlsx", workbook)).toEqual([
        "xlsx",
        "p:1/gv.1 intersects q:5.1 3 semantic",
        "p:1/gv.2 no-relationship q:5.2"
      ])
      const meta = {
        name: "mappings_meta",
        rows: [
          ["type", "requirement_mapping_set"],
          ["source_framework_urn", "urn:house:risk:framework:csf-2.0"],
          ["target_framework_urn", "urn:house:risk:framework:iso_2022"]
        ]
      }
      const library = yield* Effect.promise(() => writeXlsx({ sheets: [meta, content] }))
      expect(yield* read("x.xlsx", library, { catalogs: ["iso@2022"] })).toEqual([
        "xlsx",
        "csf-2.0:gv.1 intersects iso:2022/5.1 3 semantic",
        "csf-2.0:gv.2 no-relationship iso:2022/5.2"
      ])
    })
  )

  it.effect("are read from OSCAL: catalogues in files called so, stages, and what is not kept is told once", () =>
    Effect.gen(function* () {
      const end = (id: string, more = {}) => ({ type: "control", "id-ref": id, ...more })
      const qualifiers = [{ subject: "both", predicate: "has-requirement", category: "restriction", description: "x" }]
      const map = (source: string, more = {}) => ({
        uuid: "u",
        relationship: "equal-to",
        sources: [end(source)],
        targets: [end("1", { remarks: "odd" })],
        ...more
      })
      const mappings = [
        {
          status: "not-complete",
          "source-resource": { type: "catalog", href: "House Rules-catalog.json" },
          "target-resource": { type: "catalog", href: "../ISO27001-AnnexA_resolved-profile_catalog.xml" },
          maps: [
            map("a", { qualifiers, coverage: { "target-coverage": 0.5 } }),
            map("b", { qualifiers, status: "complete", "confidence-score": { category: "high" } }),
            map("c", { status: "deprecated", "matching-rationale": "poetic", props: [{ name: "mood", value: "x" }] })
          ]
        }
      ]
      const provenance = {
        method: "human",
        "confidence-score": 0.7,
        "mapping-description": "d",
        "responsible-parties": []
      }
      const collection = { "mapping-collection": { provenance, mappings } }
      const catalogs = ["house-rules@2", "iso-27001-annex-a@2022", "other"]
      const at = '$["mapping-collection"].mappings[0].maps'
      expect(yield* read("x.json", bytesOf(JSON.stringify(collection)), { catalogs })).toEqual([
        "oscal-mapping",
        "house-rules:2/a equal iso-27001-annex-a:2022/1 0.7 suggested",
        "house-rules:2/b equal iso-27001-annex-a:2022/1",
        "house-rules:2/c equal iso-27001-annex-a:2022/1 0.7 suggested",
        'WARNING $["mapping-collection"].provenance["responsible-parties"]: responsible-parties of the provenance is not kept',
        `WARNING ${at}[0].qualifiers: qualifiers of a map is not kept; there are 2 of them`,
        `WARNING ${at}[0].coverage: coverage of a map is not kept`,
        `WARNING ${at}[0].targets[0].remarks: remarks of a source or target is not kept; there are 3 of them`,
        `WARNING ${at}[1]: a confidence-score in words is not kept`,
        `WARNING ${at}[2].status: that a map is deprecated is not kept`,
        `WARNING ${at}[2]["matching-rationale"]: the matching-rationale "poetic" is not kept`,
        `WARNING ${at}[2].props: the property mood of a map is not kept`
      ])
    })
  )

  it.effect("are read from Gemara's mapping documents: each target by itself, what implements from its own side", () =>
    Effect.gen(function* () {
      const yaml = `title: House to law
metadata:
  id: M
  type: MappingDocument
  mapping-references:
    - { id: HOUSE, title: House, version: "2" }
    - { id: LAW, title: Law, version: 2024/2847 }
source-reference: { reference-id: HOUSE, entry-type: Control }
target-reference: { reference-id: LAW, entry-type: Guideline }
mappings:
  - { id: a, source: H-1, relationship: relates-to, targets: [{ entry-id: "2.1", strength: 6, rationale: why }, { entry-id: 2.5 }] }
  - { id: b, source: H-2, relationship: implemented-by, targets: [{ entry-id: "2.2" }] }
  - { id: c, source: H-3, relationship: no-match, remarks: none of it }
  - { id: d, source: H-4, relationship: adores, targets: [{ entry-id: "2.2" }] }
  - { id: e, source: H-5, relationship: equivalent }
`
      expect(yield* read("x.yaml", bytesOf(yaml), {})).toEqual([
        "gemara-mapping",
        "house:2/H-1 intersects law:2024/2847/2.1 6 why",
        "house:2/H-1 intersects law:2024/2847/2.5",
        "law:2024/2847/2.2 implements house:2/H-2",
        "house:2/H-3 no-relationship nothing in law@2024/2847 none of it",
        'FAULT $.mappings[3].relationship: "adores" is no relationship of Gemara',
        "FAULT $.mappings[4].targets: is missing"
      ])
    })
  )

  it.effect("are read from the CSV of compliance-trestle: lists as sets, percentages, gaps on either side", () =>
    Effect.gen(function* () {
      const csv = `$$Source_Resource,$$Target_Resource,$$Map_Source_ID_Ref_list,$$Map_Target_ID_Ref_list,$$Map_Relationship,$Map_Confidence_Score,$Map_Coverage
What,it,means,in,words,and,more
catalogs/house/catalog.json,catalogs/law/profile.json,h-1 h-2,ra-5_smt.a si-2,subset-of,90%,10%
catalogs/house/catalog.json,catalogs/law/profile.json,h-3,,,,
catalogs/house/catalog.json,catalogs/law/profile.json,,l-4,,,
catalogs/house/catalog.json,catalogs/law/profile.json,h-5,l-5,adores,,
`
      expect(yield* read("x.csv", bytesOf(csv), {})).toEqual([
        "trestle",
        "{house:h-1, house:h-2} subset {law:ra-5_smt.a, law:si-2} 0.9",
        "house:h-3 no-relationship nothing in law",
        "law:l-4 no-relationship nothing in house",
        'FAULT line 6, Map_Relationship: "adores" is no relationship of OSCAL',
        "WARNING line 3: the column $Map_Coverage is not kept"
      ])
    })
  )
})

const shared = (name: string) => fileURLToPath(new URL(`../../../shared/real/ciso-assistant/${name}`, import.meta.url))
const mapping = shared("mapping-nist-csf-2.0-to-iso27001-2022.yaml")

layer(NodeServices.layer)("a mapping of CISO Assistant", (it) => {
  it.effect.skipIf(!existsSync(mapping))(
    "is read with every pair, and each of its sources is in its framework (skipped without ../shared)",
    () =>
      Effect.gen(function* () {
        const all = yield* Effect.scoped(
          Effect.flatMap(Mappings.open(mapping), ({ items }) => Stream.runCollect(items))
        )
        const pairs = readFileSync(mapping, "utf8").match(/- source_requirement_urn:/gu)?.length
        const good = all.flatMap((item) => (Result.isSuccess(item) ? item.success : []))
        const repeated = all.filter(
          (item) => Result.isFailure(item) && item.failure.problem.includes("is there already")
        )
        expect(good.length + repeated.length).toBe(pairs)
        const { entries } = yield* Effect.scoped(Effect.flatMap(Sources.open(shared("nist-csf-2.0.yaml")), collect))
        const known = new Set(entries.map(({ reference }) => reference.uri))
        const from = good
          .flatMap((item) => (item._tag === "Warning" ? [] : item.sources))
          .filter((uri) => uri.startsWith("nist-csf-2.0:"))
        expect(from.filter((uri) => !known.has(uri))).toEqual([])
      })
  )
})
