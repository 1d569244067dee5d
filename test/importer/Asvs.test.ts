import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Options } from "../../src/importer/Importer.ts"
import * as Sources from "../../src/importer/Sources.ts"
import { collect, read } from "./reading.ts"

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/importer/${name}`, import.meta.url))
const shared = (name: string) => fileURLToPath(new URL(`../../../shared/asvs/${name}`, import.meta.url))

const open = (path: string, options?: Options) => Effect.scoped(Effect.flatMap(Sources.open(path, options), collect))

const shapes = {
  "4": [
    ["asvs-4.json", "asvs-json"],
    ["asvs-4.flat.json", "asvs-flat-json"],
    ["asvs-4.csv", "asvs-csv"]
  ],
  "5": [
    ["asvs-5.json", "asvs-json"],
    ["asvs-5.legacy.json", "asvs-legacy-json"],
    ["asvs-5.flat.json", "asvs-flat-json"],
    ["asvs-5.csv", "asvs-csv"]
  ]
} as const

layer(NodeServices.layer)("ASVS", (it) => {
  describe("files of our own in the shapes of ASVS", () => {
    it.effect("are recognised and give the same references in every shape", () =>
      Effect.gen(function* () {
        for (const [version, catalog] of [
          ["4", "asvs@4.0.3"],
          ["5", "asvs@5.0.0"]
        ] as const) {
          const expected = yield* open(fixture(`asvs-${version}.csv`))
          assert.strictEqual(expected.entries.length, version === "4" ? 4 : 3)
          for (const [name, format] of shapes[version]) {
            const found = yield* open(fixture(name))
            assert.strictEqual(found.format, format)
            assert.strictEqual(found.catalog, catalog)
            assert.deepStrictEqual(found.failed, [])
            assert.deepStrictEqual(
              found.entries.map((e) => e.reference),
              expected.entries.map((e) => e.reference)
            )
            assert.deepStrictEqual(
              found.withdrawn.map((w) => w.id),
              expected.withdrawn.map((w) => w.id)
            )
          }
        }
      })
    )

    it.effect("put link markup, level, chapter, CWE and NIST into the metadata", () =>
      Effect.gen(function* () {
        const { entries } = yield* open(fixture("asvs-4.flat.json"))
        assert.deepStrictEqual(entries[0]?.reference, {
          uri: "asvs:4.0.3/V1.1.1",
          identifier: "V1.1.1",
          title: "Locks",
          entityType: "requirement",
          description: 'Check that every door has a lock, also the one marked "Staff".',
          metadata: {
            level: 1,
            chapter: { id: "V1", name: "Doors, Gates and Windows" },
            section: { id: "V1.1", name: "Locks" },
            cwe: [667],
            nist: ["5.1.1.2", "A.3"],
            links: [{ label: "C1, C2", url: "https://example.org/locks/#doors" }]
          },
          catalog: "asvs@4.0.3"
        })
      })
    )

    it.effect("keep what a level says beyond that it asks", () =>
      Effect.gen(function* () {
        const { entries } = yield* open(fixture("asvs-4.json"))
        const metadata = entries.map(({ reference }) => reference.metadata)
        assert.deepInclude(metadata[1], { level: 2, levelNotes: { L2: "Optional" } })
        assert.deepInclude(metadata[2], { level: 1, levelNotes: { L1: "30 days", L2: "12 hours", L3: "12 hours" } })
        assert.deepInclude(metadata[3], { level: 3 })
      })
    )

    it.effect("report what is marked deleted as withdrawn, not what speaks of deleting", () =>
      Effect.gen(function* () {
        const json = yield* open(fixture("asvs-4.json"))
        assert.deepStrictEqual(json.withdrawn, [
          {
            _tag: "Withdrawn",
            id: "V1.1.2",
            reason: "DELETED, DUPLICATE OF 1.2.1",
            at: "$.Requirements[0].Items[0].Items[1]"
          }
        ])
        assert.include(
          json.entries.map((e) => e.reference.uri),
          "asvs:4.0.3/V2.1.1"
        )
        const csv = yield* open(fixture("asvs-4.csv"))
        assert.strictEqual(csv.withdrawn[0]?.at, "line 3")
      })
    )

    it.effect("take another catalog, which is in the URIs too", () =>
      Effect.gen(function* () {
        const { catalog, entries } = yield* open(fixture("asvs-5.flat.json"), { catalog: "asvs@5.0.1" })
        assert.strictEqual(catalog, "asvs@5.0.1")
        assert.strictEqual(entries[0]?.reference.uri, "asvs:5.0.1/V1.1.1")
        assert.strictEqual(entries[0]?.reference.catalog, "asvs@5.0.1")
      })
    )
  })

  describe("the older flat shape", () => {
    const row = { chapter_id: "V1", chapter_name: "Doors", section_id: "V1.1", section_name: "Locks", req_id: "V1.1.1" }
    const old = {
      ...row,
      req_description: "Verify that doors are locked.",
      level1: "",
      level2: "✓",
      level3: "✓",
      nist: ""
    }
    const later = { ...old, cwe: "" }
    const catalogOf = (rows: ReadonlyArray<Readonly<Record<string, string>>>, name = "x.json") =>
      Effect.map(read(name, JSON.stringify({ requirements: rows })), ({ catalog }) => catalog)
    const csv = (rows: ReadonlyArray<Readonly<Record<string, string>>>) =>
      Effect.map(
        read(
          "x.csv",
          [Object.keys(later), ...rows.map((row) => Object.values(row))].map((cells) => cells.join(",")).join("\n")
        ),
        ({ catalog }) => catalog
      )

    it.effect("is of 5.0.0 where no requirement names CWE, or where the name of the file says so", () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* catalogOf([later]), "asvs@5.0.0")
        assert.strictEqual(yield* csv([later]), "asvs@5.0.0")
        assert.strictEqual(yield* catalogOf([later, { ...old, req_id: "V1.1.2", cwe: "16" }]), "asvs@4.0.3")
        assert.strictEqual(yield* csv([later, { ...old, req_id: "V1.1.2", cwe: "16" }]), "asvs@4.0.3")
        assert.strictEqual(yield* catalogOf([{ ...old, cwe: "16" }], "asvs_5.0.1_en.json"), "asvs@5.0.1")
      })
    )

    it.effect("and the nested one are read under any name, into a catalog of that name", () =>
      Effect.gen(function* () {
        const requirement = {
          Shortcode: "V1.1.1",
          Description: "Verify that the gate is shut.",
          L1: { Required: true, Requirement: "" }
        }
        const deleted = { Shortcode: "V1.1.2", Description: "[DELETED, MERGED WITH 1.1.1]" }
        const section = { Shortcode: "V1.1", Name: "Shut", Items: [requirement, requirement, deleted] }
        const chapters = [{ Shortcode: "V1", Name: "Gates", Items: [section] }]
        const gates = { Name: "Gates", ShortName: "GVS", Version: "4.0.3", Requirements: chapters }
        const found = yield* read("gates.json", JSON.stringify(gates))
        assert.strictEqual(found.catalog, "gvs@4.0.3")
        assert.deepStrictEqual([found.entries.length, found.failed.length], [1, 1])
        assert.deepStrictEqual(
          found.withdrawn.map(({ id }) => id),
          ["V1.1.2"]
        )
      })
    )
  })

  describe("rows that are wrong", () => {
    const row = { chapter_id: "V1", chapter_name: "C", section_id: "V1.1", section_name: "S", req_id: "V1.1.1" }
    const good = { ...row, req_description: "Check the lock.", L: "1" }
    const flat = (rows: ReadonlyArray<unknown>) => JSON.stringify({ requirements: rows })

    it.effect("are failures with their path beside the others", () =>
      Effect.gen(function* () {
        const { entries, failed, warnings } = yield* read(
          "x.json",
          flat([good, { ...row, L: "1" }, 7, { ...good, req_id: "V1.1.2", L: "high" }, { ...good, req_id: "V1.1.3" }])
        )
        assert.deepStrictEqual(
          entries.map((e) => e.at),
          ["$.requirements[0]", "$.requirements[3]", "$.requirements[4]"]
        )
        assert.strictEqual(failed.length, 2)
        assert.strictEqual(failed[0], "$.requirements[1].req_description: is missing")
        assert.match(failed[1] ?? "", /^\$\.requirements\[2\]: Expected object/u)
        assert.deepStrictEqual(warnings, ['$.requirements[3].L: the level "high" is not 1, 2 or 3, and is left out'])
      })
    )

    it.effect("have their line in CSV", () =>
      Effect.gen(function* () {
        const header =
          "chapter_id,chapter_name,section_id,section_name,req_id,req_description,level1,level2,level3,cwe,nist"
        const text = `${header}\nV1,C,V1.1,S,V1.1.1,"two\nlines",✓,✓,✓,x,\nV1,C,V1.1,,V1.1.2,t,✓,✓,✓,,\n`
        const { entries, failed, warnings } = yield* read("x.csv", `${text}V1,C,V1.1,S,,t,✓,✓,✓,,\n`)
        assert.deepStrictEqual(warnings, [
          "line 2, cwe: is not a list of CWE numbers: x",
          "line 4, section_name: the name of the section is blank"
        ])
        assert.strictEqual(entries.length, 2)
        assert.match(failed[0] ?? "", /^line 5, req_id: Expected text that is not blank/u)
      })
    )

    it.effect("cost only their chapter where a whole chapter is wrong", () =>
      Effect.gen(function* () {
        const items = [{ Shortcode: "V1.1.1", Description: "Check.", L: "1" }]
        const chapter = { Shortcode: "V1", Name: "C", Items: [{ Shortcode: "V1.1", Name: "S", Items: items }] }
        const root = { ShortName: "ASVS", Version: "5.0.0", Requirements: [{ Shortcode: "V0" }, chapter] }
        const { entries, failed } = yield* read("x.json", JSON.stringify(root))
        assert.deepStrictEqual(failed, ["$.Requirements[0].Name: is missing"])
        assert.deepStrictEqual(
          entries.map((e) => e.at),
          ["$.Requirements[1].Items[0].Items[0]"]
        )
      })
    )

    it.effect("are told of where a chapter has no name, and still count", () =>
      Effect.gen(function* () {
        const { entries, failed, warnings } = yield* read("x.json", flat([{ ...good, chapter_name: "" }]))
        assert.deepStrictEqual(failed, [])
        assert.deepStrictEqual(warnings, ["$.requirements[0].chapter_name: the name of the chapter is blank"])
        assert.strictEqual(entries[0]?.reference.identifier, "V1.1.1")
      })
    )

    it.effect("end the import where the version cannot be told", () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(read("x.json", flat([{ ...row, req_description: "Check." }])))
        assert.strictEqual(error.at, "$.requirements")
        assert.include(error.problem, "Give the catalog")
      })
    )
  })

  describe("the real files", () => {
    const real = it.effect.skipIf(!existsSync(shared("asvs-5.0.0.csv")))
    const files = {
      "4.0.3": ["asvs-4.0.3.json", "asvs-4.0.3.flat.json", "asvs-4.0.3.csv"],
      "5.0.0": ["asvs-5.0.0.json", "asvs-5.0.0.legacy.json", "asvs-5.0.0.flat.json", "asvs-5.0.0.csv"]
    } as const
    for (const [version, names] of Object.entries(files)) {
      const [entries, withdrawn] = version === "4.0.3" ? [278, 8] : [345, 0]
      real(`of ${version} give ${entries} references, the same in every shape (skipped without ../shared/asvs)`, () =>
        Effect.gen(function* () {
          const [first, ...others] = yield* Effect.forEach(names, (name) => open(shared(name)))
          for (const { catalog, entries: found, failed, withdrawn: gone } of [first, ...others]) {
            assert.strictEqual(catalog, `asvs@${version}`)
            assert.strictEqual(found.length, entries)
            assert.strictEqual(gone.length, withdrawn)
            assert.deepStrictEqual(failed, [])
            assert.deepStrictEqual(
              found.map((e) => e.reference),
              first?.entries.map((e) => e.reference)
            )
          }
          for (const { reference } of first?.entries ?? []) assert.notInclude(reference.description, "](")
        })
      )
    }
  })
})
