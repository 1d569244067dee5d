import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { dump } from "js-yaml"
import type { Options } from "../../src/importer/Importer.ts"
import * as Sources from "../../src/importer/Sources.ts"
import { collect, read } from "./reading.ts"

const shared = (name: string) => fileURLToPath(new URL(`../../../shared/formats/oscal-${name}.json`, import.meta.url))
const open = (path: string, options?: Options) => Effect.scoped(Effect.flatMap(Sources.open(path, options), collect))

const item = (label: string, prose: string, parts?: ReadonlyArray<unknown>) => ({
  name: "item",
  id: `x_${label}`,
  props: [
    { name: "label", value: `${label}-padded`, class: "zero-padded" },
    { name: "label", value: `${label})` }
  ],
  prose,
  ...(parts && { parts })
})

const statement = (...parts: ReadonlyArray<unknown>) => ({ name: "statement", id: "smt", parts })

const controls = [
  {
    id: "d-1",
    title: "Doors",
    props: [
      { name: "label", value: "D-1" },
      { name: "impact", value: "low" }
    ],
    params: [
      { id: "who", label: "the keeper" },
      { id: "when", values: ["dawn", "dusk"] },
      { id: "how", select: { "how-many": "one-or-more", choice: ["by hand", "at {{ insert: param, when }}"] } },
      { id: "me", label: "{{ insert: param, me }}" }
    ],
    links: [{ href: "#w-1", rel: "related" }],
    parts: [
      statement(
        item("a", "{{ insert: param, who }} closes doors {{ insert: param, how }} ;", [item("1", "all of them;")])
      ),
      { name: "guidance", prose: "Doors keep out the cold, says {{who}}." },
      { name: "assessment-method", prose: "Look at it." }
    ],
    controls: [
      { id: "d-1.1", title: "Locks", parts: [{ name: "overview", prose: "Locked {{ insert: param, gone }}." }] },
      {
        id: "d-1.2",
        title: "Bolts",
        props: [{ name: "status", value: "Withdrawn" }],
        links: [
          { href: "#d-1", rel: "incorporated-into" },
          { href: "#w-1", rel: "moved-to" }
        ]
      }
    ]
  },
  { id: "w-1", title: "Windows", parts: [statement(item("a", "Shut {{ insert: param, me }}."))] },
  { id: "w-2" }
]
const catalog = {
  catalog: {
    uuid: "u",
    metadata: { title: "House Controls Revision 2", version: "2.1" },
    groups: [{ id: "h", title: "House", groups: [{ id: "o", title: "Openings", controls }] }]
  }
}

const profile = (more: Record<string, unknown>, imported: Record<string, unknown> = {}) => ({
  profile: {
    uuid: "p",
    metadata: { title: "Cabin", version: "1" },
    imports: [{ href: "#r", "include-controls": [{ "with-ids": ["d-1", "w-1", "z-9"] }], ...imported }],
    "back-matter": {
      resources: [
        {
          uuid: "r",
          title: "the house",
          rlinks: [{ href: "../far/house.xml" }, { href: "../far/house.json", "media-type": "application/json" }]
        }
      ]
    },
    ...more
  }
})

layer(NodeServices.layer)("OSCAL", (it) => {
  it.effect("catalogs give controls and enhancements, with parameters filled in, in JSON and YAML", () =>
    Effect.gen(function* () {
      const json = yield* read("x.json", JSON.stringify(catalog))
      const yaml = yield* read("-", dump(catalog))
      assert.deepStrictEqual([json.format, json.catalog], ["oscal-catalog", "house-controls@2.1"])
      assert.deepStrictEqual(yaml, json)
      const families = { chapter: { id: "h", name: "House" }, section: { id: "o", name: "Openings" } }
      assert.deepStrictEqual(
        json.entries.map(({ at, reference }) => ({ at, ...reference, catalog: undefined })),
        [
          {
            at: "$.catalog.groups[0].groups[0].controls[0]",
            uri: "house-controls:2.1/d-1",
            title: "Doors",
            entityType: "control",
            description: "a) [the keeper] closes doors [one or more: by hand; at dawn, dusk];\n1) all of them;",
            metadata: {
              label: "D-1",
              ...families,
              guidance: "Doors keep out the cold, says [the keeper].",
              related: ["w-1"],
              props: { impact: "low" }
            },
            catalog: undefined
          },
          {
            at: "$.catalog.groups[0].groups[0].controls[0].controls[0]",
            uri: "house-controls:2.1/d-1.1",
            title: "Locks",
            entityType: "control",
            description: "Locked [gone].",
            metadata: { ...families, parent: { id: "d-1", title: "Doors" } },
            catalog: undefined
          },
          {
            at: "$.catalog.groups[0].groups[0].controls[1]",
            uri: "house-controls:2.1/w-1",
            title: "Windows",
            entityType: "control",
            // A parameter that names itself is given up after some turns.
            description: `a) Shut ${"[".repeat(10)}me${"]".repeat(10)}.`,
            metadata: families,
            catalog: undefined
          }
        ]
      )
      assert.deepStrictEqual(
        json.withdrawn.map(({ id, reason }) => `${id}: ${reason}`),
        ["d-1.2: withdrawn, incorporated into d-1, moved to w-1"]
      )
      assert.deepStrictEqual(json.failed, ["$.catalog.groups[0].groups[0].controls[2].title: is missing"])
    })
  )

  it.effect("catalogs that are wrong as a whole fail with the place", () =>
    Effect.gen(function* () {
      const untitled = yield* Effect.flip(read("x.json", '{"catalog":{"uuid":"u","metadata":{}}}'))
      assert.strictEqual(untitled.at, "$.catalog.metadata.title")
      const deep = `${'{"name":"p","parts":['.repeat(5000)}${"]}".repeat(5000)}`
      const nested = yield* Effect.flip(
        read("x.json", `{"catalog":{"metadata":{"title":"x"},"controls":[{"id":"a","title":"b","parts":[${deep}]}]}}`)
      )
      assert.include(nested.problem, "nested in more than")
    })
  )

  describe("profiles", () => {
    const write = Effect.fnUntraced(function* (files: Record<string, unknown>) {
      const system = yield* FileSystem.FileSystem
      const folder = yield* system.makeTempDirectoryScoped()
      for (const [name, content] of Object.entries(files)) {
        yield* system.writeFileString(`${folder}/${name}`, JSON.stringify(content))
      }
      return folder
    })

    it.effect("take the controls they name from the catalog beside them, and report those that are not there", () =>
      Effect.gen(function* () {
        const folder = yield* write({ "cabin.json": profile({}), "house.json": catalog })
        const found = yield* open(`${folder}/cabin.json`)
        assert.deepStrictEqual([found.format, found.catalog], ["oscal-profile", "cabin@1"])
        assert.deepStrictEqual(
          found.entries.map(({ reference }) => reference.uri),
          ["cabin:1/d-1", "cabin:1/w-1"]
        )
        assert.deepStrictEqual(found.failed, [
          '$.profile.imports[0]["include-controls"][0]["with-ids"][2]: there is no control z-9 in House Controls Revision 2'
        ])
      })
    )

    it.effect("include children and patterns, exclude, set parameters, add and remove", () =>
      Effect.gen(function* () {
        const include = {
          "include-controls": [
            { matching: [{ pattern: "d*1" }], "with-child-controls": "yes" },
            { "with-ids": ["w-1"] }
          ],
          "exclude-controls": [{ "with-ids": ["d-1.2"] }]
        }
        const modify = {
          "set-parameters": [{ "param-id": "who", values: ["Ada"] }],
          alters: [
            {
              "control-id": "d-1",
              removes: [{ "by-id": "x_1" }, { "by-name": "impact" }],
              adds: [
                { position: "after", "by-id": "x_a", parts: [item("b", "and gates.")] },
                { props: [{ name: "priority", value: "P1" }] }
              ]
            },
            { "control-id": "w-1", adds: [{ "by-id": "nothing", parts: [] }] },
            { "control-id": "q-1" }
          ]
        }
        const folder = yield* write({ "cabin.json": profile({ modify }, include), "house.json": catalog })
        const { entries, failed } = yield* open(`${folder}/cabin.json`)
        assert.deepStrictEqual(
          entries.map(({ reference }) => reference.uri),
          ["cabin:1/d-1", "cabin:1/d-1.1", "cabin:1/w-1"]
        )
        assert.strictEqual(
          entries[0]?.reference.description,
          "a) Ada closes doors [one or more: by hand; at dawn, dusk];\nb) and gates."
        )
        assert.deepInclude(entries[0]?.reference.metadata, { props: { priority: "P1" } })
        assert.deepStrictEqual(
          failed.map((problem) => problem.split(": ")[0]),
          ["$.profile.modify.alters[1]", "$.profile.modify.alters[2]"]
        )
      })
    )

    it.effect("import profiles, and refuse a circle of them", () =>
      Effect.gen(function* () {
        const hut = { profile: { metadata: { title: "Hut" }, imports: [{ href: "cabin.json", "include-all": {} }] } }
        const folder = yield* write({ "hut.json": hut, "cabin.json": profile({}), "house.json": catalog })
        const { catalog: name, entries } = yield* open(`${folder}/hut.json`)
        assert.deepStrictEqual([name, entries.length], ["hut", 2])
        const loop = { profile: { metadata: { title: "Loop" }, imports: [{ href: "loop.json" }] } }
        const circle = yield* write({ "loop.json": loop })
        assert.include((yield* Effect.flip(open(`${circle}/loop.json`))).problem, "which imports this profile in turn")
      })
    )

    it.effect("say which catalog they need, and follow nothing that is not relative", () =>
      Effect.gen(function* () {
        const folder = yield* write({ "cabin.json": profile({}) })
        const error = yield* Effect.flip(open(`${folder}/cabin.json`))
        assert.strictEqual(error.at, "$.profile.imports[0]")
        assert.include(error.problem, "imports the house, and its catalog cannot be read")
        assert.include(error.problem, "Put it beside the profile as house.json")
        for (const href of ["https://example.org/c.json", "file:///etc/passwd", "/etc/passwd"]) {
          const away = yield* write({ "p.json": { profile: { metadata: { title: "x" }, imports: [{ href }] } } })
          assert.include((yield* Effect.flip(open(`${away}/p.json`))).problem, "is not relative to", href)
        }
        const streamed = yield* Effect.flip(read("-", JSON.stringify(profile({}))))
        assert.include(streamed.problem, "Open the profile as a file")
      })
    )
  })

  describe("as published (skipped without ../shared/formats)", () => {
    const real = it.effect.skipIf(!existsSync(shared("800-53-low-catalog")))

    real("SP 800-53's LOW baseline gives 131 controls and 18 enhancements, no insertion left", () =>
      Effect.gen(function* () {
        const { catalog, entries, failed } = yield* open(shared("800-53-low-catalog"))
        assert.deepStrictEqual(failed, [])
        assert.strictEqual(catalog, "nist-special-publication-800-53-low-impact-baseline@5.1.1+u4")
        assert.strictEqual(entries.length, 149)
        assert.strictEqual(entries.filter(({ at }) => at.split(".controls").length === 3).length, 18)
        for (const { reference } of entries) {
          assert.isNotEmpty(reference.description)
          assert.notInclude(JSON.stringify(reference), "{{")
        }
      })
    )

    real("its profile takes all 149 from its catalog, and says what it needs where that is not there", () =>
      Effect.gen(function* () {
        const system = yield* FileSystem.FileSystem
        const folder = yield* system.makeTempDirectoryScoped()
        yield* system.copyFile(shared("800-53-low-profile"), `${folder}/low.json`)
        const error = yield* Effect.flip(open(`${folder}/low.json`))
        assert.include(error.problem, "Put it beside the profile as NIST_SP-800-53_rev5_catalog.json")
        yield* system.copyFile(shared("800-53-low-catalog"), `${folder}/NIST_SP-800-53_rev5_catalog.json`)
        const { entries, failed } = yield* open(`${folder}/low.json`)
        assert.deepStrictEqual([entries.length, failed], [149, []])
      })
    )
  })
})
