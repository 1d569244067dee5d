import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { dump } from "js-yaml"
import { setText } from "../../src/domain/RelationEnds.ts"
import type { MappingItem, MappingOptions } from "../../src/importer/mapping/Mapping.ts"
import * as Mappings from "../../src/importer/mapping/Mappings.ts"
import * as Sources from "../../src/importer/Sources.ts"
import { collect } from "./reading.ts"

const shared = (name: string) => fileURLToPath(new URL(`../../../shared/${name}`, import.meta.url))

/** What came out, a line each. */
const lines = (items: ReadonlyArray<MappingItem>): ReadonlyArray<string> =>
  items.map((item) => {
    if (Result.isFailure(item)) return `FAULT ${item.failure.at}: ${item.failure.problem}`
    const found = item.success
    if (found._tag === "Unmapped") return `${found.sources} none (${found.reason}) @${found.at}`
    if (found._tag === "Warning") return `WARNING ${found.at}: ${found.problem}`
    const { at, confidence, provenance, sources, targets, type } = found
    const note = provenance?.note
    if (targets.length === 0) return `${setText(sources)} none (${note ?? "no counterpart"}) @${at}`
    return `${setText(sources)} ${type} ${setText(targets)}${confidence === undefined ? "" : ` ${confidence}`}${note ? ` (${note})` : ""} @${at}`
  })

const collected = (opened: ReturnType<typeof Mappings.open>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { format, items } = yield* opened
      const all = yield* Stream.runCollect(items)
      return { format, all, lines: lines(all) }
    })
  )

const read = (name: string, text: string, options: MappingOptions = {}) =>
  collected(Mappings.read(name, Stream.succeed(new TextEncoder().encode(text)), options))

layer(NodeServices.layer)("mappings", (it) => {
  it.effect("are read from CSV pairs: URIs or identifiers, words for types, several ways to write numbers", () =>
    Effect.gen(function* () {
      const csv =
        "\uFEFFFrom;To;Relationship;Confidence;Comment\r\n" +
        "R-1;V1.1.1;equivalent to;0,8;same\r\n" +
        "company:R-2;asvs:5.0.0/V1.1.2;;80 %;\r\n" +
        "R-3;;;;not in scope\r\n" +
        "R-4;V9;no relationship;;\r\n" +
        "R-1;V1.1.1;equal;;\r\n" +
        "R-5;V1;likes;;\r\n" +
        "R-6;V1;;2;\r\n" +
        ";V1;;;\r\n" +
        "asvs:5.0.0/V1;V1;;;\r\n" +
        "R-7;V1;too;few\r\n"
      const found = yield* read("pairs.csv", csv, { from: "company@1", to: "asvs@5.0.0", type: "implements" })
      assert.strictEqual(found.format, "csv")
      assert.deepStrictEqual(found.lines, [
        "company:1/R-1 equal asvs:5.0.0/V1.1.1 0.8 (same) @line 2",
        "company:R-2 implements asvs:5.0.0/V1.1.2 0.8 @line 3",
        "company:1/R-3 none (not in scope) @line 4",
        "company:1/R-4 no-relationship asvs:5.0.0/V9 @line 5",
        "FAULT line 6: that company:1/R-1 is equal to asvs:5.0.0/V1.1.1 is there already, at line 2; the first one counts",
        'FAULT line 7, Relationship: "likes" is no type of relation: ' +
          "equal, subset, superset, intersects, implements, supersedes or none",
        "FAULT line 8, confidence: is not a number from 0 to 1",
        "FAULT line 9, From: is blank",
        "FAULT line 10: relates asvs:5.0.0/V1 to itself",
        'FAULT line 11, Relationship: "too" is no type of relation: ' +
          "equal, subset, superset, intersects, implements, supersedes or none"
      ])
      const ids = yield* read("pairs.csv", "source,target\nV1,V2\n", { from: "a@1" })
      assert.match(ids.lines[0] ?? "", /^FAULT line 2, target: "V2" is no URI\. Say which catalog it belongs to: to/u)
      const columns = { source: "ours", target: "theirs" }
      const named = yield* read("pairs.csv", "theirs,ours\na:1,b:2\n", { columns })
      assert.deepStrictEqual(named.lines, ["b:2 intersects a:1 @line 2"])
      const lacking = yield* Effect.flip(read("pairs.csv", "a,b\n1,2\n"))
      assert.include(lacking.problem, "there is no column source; there are a, b")
    })
  )

  it.effect("are read from OWASP's YAML: what became of a requirement, and what had no successor", () =>
    Effect.gen(function* () {
      const yaml = `---
v4.0.3-1.1.1:
  tag-v5.0.0: DELETED, NOT IN SCOPE
v4.0.3-1.1.2:
  tag-v5.0.0: MOVED TO v5.0.0-13.1.1
v4.0.3-1.1.3:
  tag-v5.0.0: MODIFIED, MOVED TO v5.0.0-6.1.3
v4.0.3-1.1.4:
  tag-v5.0.0: MODIFIED, MOVED TO v5.0.0-6.1.3, SPLIT TO v5.0.0-6.3.4,
    v5.0.0-6.3.5
v4.0.3-1.1.5:
  tag-v5.0.0: DELETED, MERGED TO v5.0.0-13.2.1
v4.0.3-1.1.6:
  tag-v5.0.0: DELETED, DEPRECATED BY v5.0.0-1.2.3
oops:
  tag-v5.0.0: MOVED TO v5.0.0-13.1.1
v4.0.3-1.1.7:
  note: none
...
`
      const found = yield* read("mapping.yml", yaml)
      assert.strictEqual(found.format, "asvs-mapping")
      const split = "(MODIFIED, MOVED TO v5.0.0-6.1.3, SPLIT TO v5.0.0-6.3.4, v5.0.0-6.3.5)"
      const at = (id: string) => `@$["v4.0.3-${id}"]["tag-v5.0.0"]`
      assert.deepStrictEqual(found.lines, [
        `asvs:4.0.3/V1.1.1 none (DELETED, NOT IN SCOPE) ${at("1.1.1")}`,
        `asvs:4.0.3/V1.1.2 equal asvs:5.0.0/V13.1.1 (MOVED TO v5.0.0-13.1.1) ${at("1.1.2")}`,
        `asvs:4.0.3/V1.1.3 intersects asvs:5.0.0/V6.1.3 (MODIFIED, MOVED TO v5.0.0-6.1.3) ${at("1.1.3")}`,
        `asvs:4.0.3/V1.1.4 superset asvs:5.0.0/V6.1.3 ${split} ${at("1.1.4")}`,
        `asvs:4.0.3/V1.1.4 superset asvs:5.0.0/V6.3.4 ${split} ${at("1.1.4")}`,
        `asvs:4.0.3/V1.1.4 superset asvs:5.0.0/V6.3.5 ${split} ${at("1.1.4")}`,
        `asvs:4.0.3/V1.1.5 subset asvs:5.0.0/V13.2.1 (DELETED, MERGED TO v5.0.0-13.2.1) ${at("1.1.5")}`,
        `asvs:4.0.3/V1.1.6 intersects asvs:5.0.0/V1.2.3 (DELETED, DEPRECATED BY v5.0.0-1.2.3) ${at("1.1.6")}`,
        "FAULT $.oops: is no requirement, such as v4.0.3-1.2.4",
        'FAULT $["v4.0.3-1.1.7"]: has no tag, such as tag-v5.0.0: MOVED TO v5.0.0-6.1.3'
      ])
    })
  )

  it.effect("are read from OSCAL's control mapping in JSON and YAML", () =>
    Effect.gen(function* () {
      const ends = (...ids: ReadonlyArray<string>) => ids.map((id) => ({ type: "control", "id-ref": id }))
      const document = {
        "mapping-collection": {
          uuid: "u",
          metadata: { title: "m" },
          mappings: [
            {
              uuid: "v",
              "source-resource": { type: "catalog", href: "a.json", props: [{ name: "catalog", value: "a@1" }] },
              "target-resource": { type: "catalog", href: "b.json" },
              maps: [
                { relationship: "equivalent-to", sources: ends("x"), targets: ends("y", "z"), remarks: "why" },
                {
                  relationship: "subset-of",
                  sources: ends("x"),
                  targets: ends("q"),
                  "confidence-score": { percentage: 90 }
                },
                { relationship: "no-relationship", sources: ends("w"), targets: ends("q") },
                { relationship: "adores", sources: ends("w"), targets: ends("q") },
                { sources: [], targets: [] },
                {
                  relationship: "equal-to",
                  sources: ends(...Array(200).fill("a")),
                  targets: ends(...Array(200).fill("b"))
                },
                { relationship: "no-relationship", sources: ends("v"), targets: [] }
              ],
              "source-gap-summary": { uuid: "g", "unmapped-controls": [{ "with-ids": ["g"] }] },
              "target-gap-summary": { uuid: "h", "unmapped-controls": [{ "with-ids": ["h"] }] }
            }
          ]
        }
      }
      const path = '$["mapping-collection"].mappings[0].maps'
      for (const [name, text] of [
        ["m.json", JSON.stringify(document)],
        ["m.yaml", dump(document)]
      ] as const) {
        const found = yield* read(name, text, { to: "b" })
        assert.strictEqual(found.format, "oscal-mapping")
        assert.deepStrictEqual(found.lines, [
          `a:1/x equal {b:y, b:z} (why) @${path}[0]`,
          `a:1/x subset b:q 0.9 @${path}[1]`,
          `a:1/w no-relationship b:q @${path}[2]`,
          `FAULT ${path}[3].relationship: "adores" is no relationship of OSCAL`,
          `FAULT ${path}[4].relationship: is missing`,
          `a:1/a equal b:b @${path}[5]`,
          `a:1/v none (no counterpart) @${path}[6]`,
          `a:1/g none (listed as a gap) @$["mapping-collection"].mappings[0]["source-gap-summary"]`,
          `b:h none (listed as a gap) @$["mapping-collection"].mappings[0]["target-gap-summary"]`
        ])
      }
    })
  )

  it.effect("to several catalogues are read in one run, where it is said which those are", () =>
    Effect.gen(function* () {
      const mapping = (target: string, from: string, to: string, relationship = "subset-of") => ({
        "source-resource": { type: "catalog", href: "a.json" },
        "target-resource": { type: "catalog", href: `https://house.example/${target}` },
        maps: [{ relationship, sources: [{ "id-ref": from }], targets: [{ "id-ref": to }] }]
      })
      const mappings = [mapping("b.json", "R-1", "B-1"), mapping("c.json", "R-2", "C-1")]
      const text = JSON.stringify({ "mapping-collection": { mappings } })
      const resources = { "a.json": "a@1", "b.json": "b@1", "https://house.example/c.json": "c@1" }
      assert.deepStrictEqual(
        (yield* read("m.json", text, { resources })).lines.map((line) => line.split(" @")[0]),
        ["a:1/R-1 subset b:1/B-1", "a:1/R-2 subset c:1/C-1"]
      )
      const error = yield* Effect.flip(read("m.json", text, { from: "a@1", to: "b@1" }))
      assert.include(error.problem, "maps to several catalogues, which cannot all be b@1")
      assert.include(
        (yield* Effect.flip(read("m.json", text, { resources: { "a.json": "a b" } }))).problem,
        "name@version"
      )
    })
  )

  it.effect("tell each resource whose catalogue is not stored once, with the one that is probably meant", () =>
    Effect.gen(function* () {
      const ids = (...all: ReadonlyArray<string>) => all.map((id) => ({ "id-ref": id }))
      const mapping = (target: string, ...from: ReadonlyArray<string>) => ({
        "source-resource": { href: "../ISO27001-AnnexA-catalog.json" },
        "target-resource": { href: target },
        maps: from.map((id) => ({ relationship: "equal-to", sources: ids(id), targets: ids("t") }))
      })
      const mappings = [mapping("Methods++-catalog.json", "1", "2"), mapping("b.json", "3")]
      const text = JSON.stringify({ "mapping-collection": { mappings } })
      const catalogs = ["iso-iec-27001-2022-annex-a@1", "iso-27001-annex-b@1", "b@1"]
      const failures = (resources: Readonly<Record<string, string>>) =>
        Effect.scoped(
          Effect.gen(function* () {
            const bytes = Stream.make(new TextEncoder().encode(text))
            const { items } = yield* Mappings.read("m.json", bytes, { catalogs, resources })
            return (yield* Stream.runCollect(items)).flatMap(
              (item): ReadonlyArray<unknown> =>
                Result.isFailure(item) ? [[item.failure.problem, item.failure.remedy]] : []
            )
          })
        )
      const end = "Import it, or say which catalog it is"
      const sources = [
        `no stored catalog is called like ../ISO27001-AnnexA-catalog.json, which has the sources of 3 maps. ${end}`,
        {
          action: "setOption",
          option: "resources",
          example: "ISO27001-AnnexA-catalog.json=iso-iec-27001-2022-annex-a@1"
        }
      ]
      const targets = [
        `no stored catalog is called like Methods++-catalog.json, which has the targets of 2 maps. ${end}`,
        { action: "import", catalog: "methods" }
      ]
      assert.deepStrictEqual(yield* failures({}), [sources, targets])
      const resources = { "ISO27001-AnnexA-catalog.json": "iso-iec-27001-2022-annex-a@1" }
      assert.deepStrictEqual(yield* failures(resources), [targets])
    })
  )

  it.effect("name their catalogues by the files and titles of resources, and say how they were made", () =>
    Effect.gen(function* () {
      const ids = (...all: ReadonlyArray<string>) => all.map((id) => ({ "id-ref": id }))
      const collection = {
        provenance: { method: "hybrid", "matching-rationale": "semantic", status: "draft" },
        mappings: [
          {
            status: "complete",
            "source-resource": { href: "ours.json" },
            "target-resource": { href: "#1" },
            maps: [
              { relationship: "equal-to", sources: ids("2", "1"), targets: ids("x") },
              { relationship: "subset-of", "matching-rationale": "functional", sources: ids("1"), targets: ids("x") }
            ]
          },
          {
            "source-resource": { href: "ours.json" },
            "target-resource": { href: "#2" },
            maps: [
              {
                relationship: "superset-of",
                sources: ids("1"),
                targets: ids("y", "z"),
                props: [{ name: "strength", value: "8" }]
              }
            ]
          }
        ],
        "back-matter": {
          resources: [
            { uuid: "1", title: "Theirs" },
            { uuid: "2", title: "Unknown", rlinks: [{ href: "https://house.example/iso-27001.json" }] }
          ]
        }
      }
      const catalogs = ["ours@2026", "theirs@1", "iso-27001@2022", "other@1", "other@2"]
      const text = JSON.stringify({ "mapping-collection": collection })
      const { items } = yield* Mappings.read("m.json", Stream.make(new TextEncoder().encode(text)), { catalogs })
      const found = (yield* Stream.runCollect(items)).flatMap((item) => (Result.isSuccess(item) ? item.success : []))
      assert.deepStrictEqual(
        found.map((item) =>
          item._tag === "Mapping" ? [item.sources, item.targets, item.status, item.provenance] : []
        ),
        [
          [["ours:2026/1", "ours:2026/2"], ["theirs:1/x"], undefined, { mapper: "hybrid", rationale: "semantic" }],
          [["ours:2026/1"], ["theirs:1/x"], undefined, { mapper: "hybrid", rationale: "functional" }],
          [
            ["ours:2026/1"],
            ["iso-27001:2022/y", "iso-27001:2022/z"],
            "suggested",
            { mapper: "hybrid", rationale: "semantic", strength: 8 }
          ]
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("are read from the mappings to ATT&CK of the Center for Threat-Informed Defense", () =>
    Effect.gen(function* () {
      const metadata = {
        technology_domain: "enterprise",
        attack_version: "17.1",
        mapping_framework: "house_rules",
        mapping_framework_version: "4"
      }
      const mapped = {
        capability_id: "H-1",
        attack_object_id: "T1",
        mapping_type: "mitigates",
        comments: "Locks help."
      }
      const objects = [
        mapped,
        { ...mapped, mapping_type: "detects" },
        { ...mapped, attack_object_id: null, capability_id: "H-2", mapping_type: "non_mappable", comments: "" },
        { ...mapped, capability_id: null, attack_object_id: "T2", mapping_type: null, status: "non_mappable" },
        { ...mapped, capability_id: "H-3", status: "in_progress", references: ["https://house.example"] },
        {
          ...mapped,
          capability_id: "H-4",
          mapping_type: "technique_scores",
          score_category: "protect",
          score_value: "partial"
        },
        { ...mapped, capability_id: "H-5", attack_object_id: null }
      ]
      const { format, lines } = yield* read("m.json", JSON.stringify({ metadata, mapping_objects: objects }))
      assert.deepStrictEqual(
        [format, lines],
        [
          "ctid-mappings",
          [
            "house-rules:4/H-1 intersects enterprise-attack:17.1/T1 (mitigates: Locks help.\ndetects: Locks help.) @$.mapping_objects[0]",
            "house-rules:4/H-2 none (no counterpart) @$.mapping_objects[2]",
            "enterprise-attack:17.1/T2 none (Locks help.) @$.mapping_objects[3]",
            "house-rules:4/H-3 intersects enterprise-attack:17.1/T1 (mitigates: Locks help.) @$.mapping_objects[4]",
            "house-rules:4/H-4 intersects enterprise-attack:17.1/T1 (technique_scores (protect, partial): Locks help.) @$.mapping_objects[5]",
            "FAULT $.mapping_objects[6].attack_object_id: is blank",
            "WARNING $.mapping_objects[4].references: references of a mapping is not kept"
          ]
        ]
      )
    })
  )

  it.effect("are read from CISO Assistant's mapping libraries, by the names of their frameworks", () =>
    Effect.gen(function* () {
      const urn = (rest: string) => `urn:house:risk:${rest}`
      const pair = (from: string, to: string, relationship: string) => ({
        source_requirement_urn: urn(`req_node:house:${from}`),
        target_requirement_urn: urn(`req_node:iso:${to}`),
        relationship
      })
      const set = {
        source_framework_urn: urn("framework:house"),
        target_framework_urn: urn("framework:iso"),
        requirement_mappings: [
          pair("d:1", "a.5.1", "equal"),
          pair("d:2", "a.5.2", "intersect"),
          pair("d:3", "a.5.3", "not_related"),
          pair("d:4", "a.5.4", "adores")
        ]
      }
      const { format, lines } = yield* read(
        "m.yaml",
        dump({ urn: urn("library:m"), objects: { requirement_mapping_sets: [set] } })
      )
      const path = "$.objects.requirement_mapping_sets[0].requirement_mappings"
      assert.deepStrictEqual(
        [format, lines],
        [
          "ciso-assistant-mapping",
          [
            `house:d:1 equal iso:a.5.1 @${path}[0]`,
            `house:d:2 intersects iso:a.5.2 @${path}[1]`,
            `house:d:3 no-relationship iso:a.5.3 @${path}[2]`,
            `FAULT ${path}[3].relationship: "adores" is no type of relation`
          ]
        ]
      )
    })
  )

  it.effect("are read where the name of a catalog has an underscore or begins with a digit", () =>
    Effect.gen(function* () {
      const cre = "CRE 0,My_House|id\n100-001|Doors,H-1\n"
      const found = yield* read("export.csv", cre, { from: "open_cre@1", to: "my_house@2" })
      assert.deepStrictEqual(found.lines, ["open_cre:1/100-001 intersects my_house:2/H-1 @line 2"])
      const pairs = "source,target\nmy_rules:1/R-1,800-53:5/ac-1\nR-2,ac-2\n"
      assert.deepStrictEqual((yield* read("pairs.csv", pairs, { from: "my_rules@1", to: "800-53@5" })).lines, [
        "my_rules:1/R-1 intersects 800-53:5/ac-1 @line 2",
        "my_rules:1/R-2 intersects 800-53:5/ac-2 @line 3"
      ])
    })
  )

  it.effect("are read from OpenCRE's export: CREs to entries of standards, and CREs to those above them", () =>
    Effect.gen(function* () {
      const csv = `CRE 0,CRE 1,CWE|id,NIST 800-53 v5|section
100-001|Doors,100-002|Locks,384,AC-2(3)
100-001|Doors,100-002|Locks,384,
x,,1,
`
      const all = yield* read("cre.csv", csv)
      assert.strictEqual(all.format, "opencre")
      assert.deepStrictEqual(all.lines, [
        "opencre:100-002 subset opencre:100-001 @line 2",
        "opencre:100-002 intersects cwe:CWE-384 @line 2",
        "opencre:100-002 intersects nist-800-53-v5:ac-2.3 @line 2",
        'FAULT line 4, CRE 0: is not id|name, such as 002-630|Logging: "x"'
      ])
      const cwe = yield* read("cre.csv", csv, { standard: "CWE", to: "cwe@4.16" })
      assert.strictEqual(cwe.lines[0], "opencre:100-002 intersects cwe:4.16/CWE-384 @line 2")
      assert.include((yield* Effect.flip(read("cre.csv", csv, { to: "cwe" }))).problem, "Say which one is meant")
      assert.include((yield* Effect.flip(read("cre.csv", csv, { standard: "ISO" }))).problem, "there are CWE, NIST")
    })
  )

  it.effect("say what they are not", () =>
    Effect.gen(function* () {
      const problem = (text: string, options: MappingOptions = {}) =>
        Effect.map(Effect.flip(read("x", text, options)), (error) => error.problem)
      assert.strictEqual(yield* problem(" "), "is empty")
      assert.include(
        yield* problem("words"),
        "Say which it is: oscal-mapping, ctid-mappings, ciso-assistant-mapping, asvs-mapping, opencre, gemara-mapping, sssom, trestle, strm, xlsx, csv"
      )
      assert.include(yield* problem("a,b\n", { format: "xml" }), 'no format of mappings "xml"')
      assert.include(yield* problem("source,target\n", { from: "a b" }), "name@version")
      const absent = yield* Effect.flip(collected(Mappings.open("none.csv")))
      assert.strictEqual(absent.problem, "there is no such file")
    })
  )

  it.effect.skipIf(!existsSync(shared("asvs")))(
    "OWASP's ASVS mapping gives 228 requirements a successor and 50 none (skipped without ../shared)",
    () =>
      Effect.gen(function* () {
        const { all } = yield* collected(Mappings.open(shared("asvs/mapping_v4.0.3_to_v5.0.0.yml")))
        const good = all.filter(Result.isSuccess).map(({ success }) => success)
        assert.strictEqual(good.length, all.length)
        const mapped = good.filter((item) => item._tag === "Mapping")
        assert.strictEqual(
          new Set(mapped.flatMap(({ sources, targets }) => (targets.length > 0 ? sources : []))).size,
          228
        )
        assert.strictEqual(mapped.filter(({ targets }) => targets.length === 0).length, 50)
        const uris = (name: string) =>
          Effect.scoped(Effect.flatMap(Sources.open(shared(`asvs/${name}`)), collect)).pipe(
            Effect.map(({ entries }) => new Set(entries.map(({ reference }) => reference.uri)))
          )
        const [from, to] = [yield* uris("asvs-4.0.3.flat.json"), yield* uris("asvs-5.0.0.flat.json")]
        const sources = good.flatMap((item) => (item._tag === "Warning" ? [] : item.sources))
        assert.deepStrictEqual(
          sources.filter((uri) => !from.has(uri)),
          []
        )
        assert.deepStrictEqual(
          mapped.flatMap(({ targets }) => targets).filter((uri) => !to.has(uri)),
          []
        )
      })
  )
})
