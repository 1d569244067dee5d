import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { crosswalk } from "./run.ts"

/** Small inputs of things that users reported, which lie beside the repository where they are there at all. */
const cases = resolve(import.meta.dirname, "../../../shared/cases")

type Case = readonly [
  file: string,
  code: number,
  uris: ReadonlyArray<string>,
  more?: { readonly args?: ReadonlyArray<string>; readonly says?: string }
]

const numbers = (name: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${name}${from + index}`)

const table: ReadonlyArray<Case> = [
  [
    "01-nested-json/j-children.json",
    0,
    ["j-children:1", "j-children:1.1", "j-children:1.2", "j-children:2", "j-children:2.1"]
  ],
  ["01-nested-json/j-nest2.json", 0, ["j-nest2:S1", "j-nest2:S1.1", "j-nest2:S1.2"]],
  ["01-nested-json/y-nest.yaml", 0, ["y-nest:S1", "y-nest:S1.1", "y-nest:S1.2"]],
  ["01-nested-json/a-legacy.json", 5, ["gvs:4.0.3/V1.1.1"], { says: "is there already" }],
  ["02-markdown-task-list/m-task.md", 0, numbers("m-task:CHK-", 1, 5)],
  ["02-markdown-task-list/m-task2.md", 0, numbers("m-task2:CHK-", 1, 3)],
  ["02-markdown-task-list/t1.md", 0, ["chk:CHK-1", "chk:CHK-2"], { args: ["--catalog", "chk"] }],
  ["02-markdown-task-list/t2.md", 0, ["chk:CHK-1", "chk:CHK-2"], { args: ["--catalog", "chk"] }],
  ["03-markdown-table/m-asvslike.md", 0, ["m-asvslike:1.1.1", "m-asvslike:1.1.2", "m-asvslike:V1", "m-asvslike:V1.1"]],
  ["03-markdown-table/m-table.md", 0, ["m-table:HR-1", "m-table:HR-2"]],
  [
    "04-markdown-ids-dropped/m-underscore.md",
    0,
    ["1.1", "1.10", "REQ_DOOR", "REQ_GATE_SHUT", "req~lamp-lit~1"].map((id) => `m-underscore:${id}`)
  ],
  [
    "04-markdown-ids-dropped/m-mix.md",
    5,
    ["m-mix:A-1", "m-mix:A-2"],
    { says: "a heading was not read: Emergency lamp" }
  ],
  ["04-markdown-ids-dropped/m-us1.md", 0, ["m-us1:REQ_GATE_SHUT", "m-us1:REQ_LAMP"]],
  ["04-markdown-ids-dropped/m-oft.md", 0, ["m-oft:req~gate-shut~1", "m-oft:req~lamp-lit~2"]],
  ["05-wrong-array-nothing-read/doorstop.yml", 0, ["doorstop:doorstop"]],
  ["05-wrong-array-nothing-read/j-one.json", 0, ["j-one:A-1"]],
  ["05-wrong-array-nothing-read/j-one2.json", 0, ["x:A-1"]],
  ["07-xlsx-number-format/x-trail2.xlsx", 0, ["1.1", "1.10", "1.20", "1.9", "R-007"].map((id) => `x-trail2:${id}`)],
  ["07-xlsx-number-format/x-trail.xlsx", 5, ["x-trail:007", "x-trail:1.10", "x-trail:1.20"]],
  ["08-xlsx-float-noise/x-fill.xlsx", 0, ["x-fill:1.1", "x-fill:1.2", "x-fill:1.3"]],
  ["08-xlsx-float-noise/x-num.xlsx", 0, ["0.3", "1", "100000", "2", "202401150001"].map((id) => `x-num:${id}`)],
  [
    "09-json-number-ids/j-num.json",
    0,
    ["1.1", "1.10", "12345678901234567890", "12345678901234567891", "7"].map((id) => `j-num:${id}`)
  ],
  ["10-two-row-header/x-2hdr.xlsx", 0, ["x-2hdr:K-1", "x-2hdr:K-2"]],
  ["10-two-row-header/c-group.csv", 0, ["c-group:A-1"]],
  ["11-unnamed-column-loses-row/x-note.xlsx", 0, numbers("x-note:A-", 1, 3)],
  ["11-unnamed-column-loses-row/c-emptycols.csv", 0, numbers("c-emptycols:A-", 1, 2)],
  ["12-csv-lines-above-header/c-pre.csv", 0, ["c-pre:A-1"]],
  ["12-csv-lines-above-header/h-pre.csv", 0, ["h-pre:H-1"]],
  ["13-csv-sep-line/c-sep.csv", 0, ["c-sep:A-1"]],
  ["14-csv-short-rows/c-short.csv", 0, numbers("c-short:A-", 1, 4)],
  ["15-xlsx-vertical-merge/x-vmerge.xlsx", 0, [...numbers("x-vmerge:G-", 1, 3), "x-vmerge:L-1"]],
  ["15-xlsx-vertical-merge/h-vmerge.xlsx", 0, numbers("h-vmerge:A-", 1, 3)],
  ["16-xlsx-cover-sheet/x-hidden.xlsx", 0, numbers("x-hidden:A-", 1, 3)],
  ["16-xlsx-cover-sheet/h-cover.xlsx", 0, numbers("h-cover:A-", 1, 2)],
  ["17-xlsx-error-cells/x-error.xlsx", 1, [], { says: "row 2, Description: shows the error #N/A" }],
  ["18-xlsx-formula-without-value/x-nocache.xlsx", 1, [], { says: "is a formula whose result is not stored" }],
  ["19-duplicate-headers/c-dup.csv", 1, [], { says: "--columns" }],
  ["19-duplicate-headers/x-dup.xlsx", 0, ["x-dup:A-1"]],
  ["20-columns-alike-last-wins/c-plaindup.csv", 1, [], { says: "--columns" }],
  ["21-header-words/c-ciso.csv", 0, ["c-ciso:A", "c-ciso:A.1", "c-ciso:A.10"]],
  ["21-header-words/c-nist.csv", 0, ["c-nist:G-1", "c-nist:G-1(1)"]],
  ["21-header-words/c-req.csv", 0, ["c-req:A-1", "c-req:A-2"]],
  ["21-header-words/c-hash.csv", 0, ["c-hash:1.1", "c-hash:1.10"]],
  ["21-header-words/c-ccm.csv", 0, ["c-ccm:GAT-01"]],
  ["22-excel-protected-ids/h-prot.csv", 0, ["h-prot:007", "h-prot:1.10"]],
  ["22-excel-protected-ids/c-formula.csv", 0, ["c-formula:012", "c-formula:A-1"]],
  ["23-invisible-and-lookalike-ids/c-uni.csv", 5, ["c-uni:AC-2", "c-uni:AC-3", "c-uni:É-1"]],
  ["23-invisible-and-lookalike-ids/c-spaces.csv", 5, ["c-spaces:A -2", "c-spaces:A-1", "c-spaces:A-3"]],
  ["24-encodings/c-cp1252b.csv", 1, [], { says: "--encoding windows-1252" }],
  ["24-encodings/c-cp1252b.csv", 0, numbers("c-cp1252b:K-", 1, 30), { args: ["--encoding", "windows-1252"] }],
  ["24-encodings/c-utf16.csv", 0, ["c-utf16:Ä-1"]],
  ["24-encodings/c-utf16nobom.csv", 0, ["c-utf16nobom:A-1"]],
  ["25-keyed-objects/j-needs.json", 0, ["gates:1.0/R_A1", "gates:1.0/R_A2"]],
  ["25-keyed-objects/y-keyed.yaml", 0, ["y-keyed:A-1", "y-keyed:A-2"]],
  [
    "26-oscal-unknown-parameter/o-cat3.json",
    0,
    ["house-controls:1.0/g-1"],
    { says: "the parameter g-1_prm_O1, which there is not" }
  ],
  ["28-files-that-are-not-read/bom.xml", 1, [], { says: "is CycloneDX in XML" }],
  ["28-files-that-are-not-read/rules.ods", 1, [], { says: "Save it as XLSX or CSV" }],
  ["28-files-that-are-not-read/rules.xls", 1, [], { says: "is a web page (HTML)" }],
  ["28-files-that-are-not-read/ssp.json", 1, [], { says: "is an OSCAL system security plan (SSP)" }],
  ["28-files-that-are-not-read/sbom.json", 1, [], { says: "is a CycloneDX bill of materials (SBOM)" }],
  ["29-markdown-leftovers/m-html.md", 0, ["m-html:R-1"]],
  ["29-markdown-leftovers/m-setext.md", 0, ["m-setext:GATE-1", "m-setext:LAMP-1"]],
  ["30-repeated-keys/j-dupkey.json", 1, [], { says: 'repeats the key "title"' }],
  ["30-repeated-keys/y-merge.yaml", 0, ["y-merge:A-1", "y-merge:A-2"]],
  ["newcomer/asvs5-legacy-flat.json", 0, ["asvs:5.0.0/V1.1.1"]],
  ["newcomer/asvs5-legacy-flat_5.0.0_en.json", 0, ["asvs:5.0.0/V1.1.1"]],
  ["newcomer/binary.xlsx", 1, [], { says: "is a ZIP archive that breaks off" }],
  [
    "newcomer/blank-chapter.csv",
    0,
    ["asvs:5.0.0/V1.1.1", "asvs:5.0.0/V2.1.1"],
    { says: "the name of the chapter is blank" }
  ],
  ["newcomer/ctid.csv", 0, ["ctid:H-1"]],
  [
    "newcomer/dangling-parent.cdx.json",
    0,
    ["house:1/A", "house:1/B", "house:1/E"],
    { says: 'no requirement "missing"' }
  ],
  ["newcomer/deleted.cdx.json", 0, []],
  ["newcomer/german-excel.csv", 1, [], { says: "--encoding windows-1252" }],
  ["newcomer/german-excel.csv", 0, ["german-excel:A-1"], { args: ["--encoding", "windows-1252"] }],
  ["newcomer/german-utf8.csv", 0, ["german-utf8:A-1", "german-utf8:A-10", "german-utf8:A-2"]],
  [
    "newcomer/guide.md",
    0,
    ["guide:choosing-a-lock", "guide:hinges", "guide:keys"],
    { says: "are read as text of Choosing a lock" }
  ],
  ["newcomer/house.sdoc", 0, ["house-rules:H-1"]],
  ["newcomer/id-and-description.json", 0, ["id-and-description:H-1", "id-and-description:H-2"]],
  ["newcomer/ids.csv", 0, ["ids:R-1", "ids:R-10", "ids:R-2"]],
  ["newcomer/labels-oscal.json", 0, ["house-controls:1/zz-2", "house-controls:1/zz-2.3"]],
  ["newcomer/map-of-objects.yaml", 0, ["map-of-objects:H-1", "map-of-objects:H-2"]],
  ["newcomer/mapping-collection.json", 1, [], { says: "crosswalk map FILE" }],
  ["newcomer/nested.yml", 0, ["nested:H-1", "nested:H-1.1", "nested:H-1.2"], { args: ["--path", "$.controls"] }],
  ["newcomer/one-control.md", 0, ["one-control:HOUSE-DOOR-1"]],
  ["newcomer/one-heading.md", 0, ["one-heading:HOUSE-DOOR"]],
  ["newcomer/oscal.xml", 0, ["house:1/h-1"]],
  ["newcomer/profile-absolute.json", 0, ["house-baseline:1/zz-2", "house-baseline:1/zz-2.3"]],
  ["newcomer/scalar-array.yaml", 0, ["scalar-array:H-1", "scalar-array:H-2"]],
  ["newcomer/table.md", 0, ["table:1.1.1", "table:1.1.2", "table:H1", "table:H1.1"]]
]

/** Imports a file into a database of its own, and gives how that ended and which URIs are stored. */
const importing = (file: string, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const db = join(folder, "x.db")
    const run = crosswalk(folder)
    const { code, stderr } = yield* run("import", join(cases, file), "--no-embed", "--db", db, ...args)
    const listed: { readonly references: ReadonlyArray<{ readonly uri: string }> } = (yield* run(
      "list",
      "--json",
      "--db",
      db
    )).json()
    return { code, stderr, uris: listed.references.map(({ uri }) => uri) }
  })

describe.skipIf(!existsSync(cases))(
  "a reported case (skipped where the cases do not lie beside the repository)",
  () => {
    it.live.each(table)("%s ends with %i", ([file, code, uris, { args = [], says } = {}]) =>
      Effect.gen(function* () {
        const done = yield* importing(file, ...args)
        expect({ code: done.code, uris: new Set(done.uris) }, done.stderr).toEqual({ code, uris: new Set(uris) })
        if (says !== undefined) expect(done.stderr).toContain(says)
        if (uris.length === 0) expect(done.stderr).not.toContain("the rest was imported")
      })
    )

    it.live("a box that is ticked since prunes nothing", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const run = (...args: ReadonlyArray<string>) => crosswalk(folder)(...args, "--db", join(folder, "x.db"))
        const list = (name: string) => join(cases, "02-markdown-task-list", name)
        yield* run("import", list("t1.md"), "--catalog", "chk", "--no-embed")
        const again = yield* run("import", list("t2.md"), "--catalog", "chk", "--no-embed", "--prune", "--json")
        expect(again.json()).toMatchObject({ created: 0, missing: 0, pruned: 0 })
      })
    )

    it.live("an identifier that is typed comes first", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const run = (...args: ReadonlyArray<string>) => crosswalk(folder)(...args, "--db", join(folder, "x.db"))
        yield* run("import", join(cases, "06-search-by-identifier", "s.csv"))
        yield* run("import", join(cases, "newcomer", "ids.csv"))
        for (const mode of ["hybrid", "keyword"]) {
          for (const uri of ["s:AC-2(5)", "s:V1.2.3", "s:BR-01", "s:CVE-2024-1234", "ids:R-10"]) {
            const found = yield* run("search", uri.replace(/^.*:/u, ""), "--mode", mode, "--limit", "3", "--json")
            expect(found.json().hits[0]?.uri, `${mode} ${uri}`).toBe(uri)
          }
        }
      })
    )

    it.live("a mapping that breaks off is never on the screen, and one with a line for its separator is read", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const run = (...args: ReadonlyArray<string>) => crosswalk(folder)(...args, "--db", join(folder, "x.db"))
        yield* run("import", join(cases, "06-search-by-identifier", "s.csv"), "--no-embed")
        const binary = yield* run("map", join(cases, "newcomer", "binary.xlsx"), "--from", "a@1", "--to", "b@1")
        expect(binary).toMatchObject({ code: 1, stderr: expect.stringMatching(/^[\n\x20-\x7e]*$/u) })
        const separated = yield* run("map", join(cases, "13-csv-sep-line", "map-sep.csv"))
        expect(separated.stderr).toContain("there is no reference s:A-1")
      })
    )
  }
)
