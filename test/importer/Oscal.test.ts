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
            identifier: "d-1",
            label: "D-1",
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
            identifier: "d-1.1",
            title: "Locks",
            entityType: "control",
            description: "Locked [gone].",
            metadata: { ...families, parent: { id: "d-1", title: "Doors" } },
            catalog: undefined
          },
          {
            at: "$.catalog.groups[0].groups[0].controls[1]",
            uri: "house-controls:2.1/w-1",
            identifier: "w-1",
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

    it.effect("take a catalog at an absolute URL from the file beside them, in whatever form it is there", () =>
      Effect.gen(function* () {
        for (const href of [
          "https://house.example/v1/house.json",
          "https://house.example/v1/house.xml",
          "../../house.json"
        ]) {
          const folder = yield* write({
            "p.json": { profile: { metadata: { title: "x" }, imports: [{ href, "include-all": {} }] } },
            "house.json": catalog
          })
          assert.strictEqual((yield* open(`${folder}/p.json`)).entries.length, 3, href)
        }
      })
    )

    it.effect("leave their folder only where that is allowed", () =>
      Effect.gen(function* () {
        const folder = yield* write({ "house.json": catalog })
        const files = yield* FileSystem.FileSystem
        yield* files.makeDirectory(`${folder}/inner/sub`, { recursive: true })
        for (const href of ["../house.json", "sub/../../house.json", "./../house.json"]) {
          const document = { profile: { metadata: { title: "x" }, imports: [{ href, "include-all": {} }] } }
          yield* files.writeFileString(`${folder}/inner/p.json`, JSON.stringify(document))
          assert.include((yield* Effect.flip(open(`${folder}/inner/p.json`))).problem, "leaves the folder", href)
        }
        const document = { profile: { metadata: { title: "x" }, imports: [{ href: "../house.json" }] } }
        yield* files.writeFileString(`${folder}/inner/p.json`, JSON.stringify(document))
        assert.strictEqual((yield* open(`${folder}/inner/p.json`, { allowOutside: true })).entries.length, 3)
      })
    )

    it.effect("say of a control in two catalogs which files they are and whether they differ", () =>
      Effect.gen(function* () {
        const house = (prose: string) => ({
          catalog: {
            metadata: { title: "H" },
            controls: [{ id: "g-1", title: "Shut", parts: [{ name: "statement", prose }] }]
          }
        })
        const imports = [{ href: "a.json" }, { href: "b.json" }]
        const both = (more = {}) => ({ profile: { metadata: { title: "Both" }, imports, ...more } })
        const differ = yield* write({ "p.json": both(), "a.json": house("One."), "b.json": house("Two.") })
        const { entries, failed } = yield* open(`${differ}/p.json`)
        assert.strictEqual(entries.length, 1)
        assert.match(failed[0] ?? "", /g-1 of \S*b\.json is there already, from \S*a\.json.*their texts differ/u)
        const same = yield* write({ "p.json": both(), "a.json": house("One."), "b.json": house("One.") })
        const found = yield* open(`${same}/p.json`)
        assert.deepStrictEqual([found.entries.length, found.failed.length, found.warnings.length], [1, 0, 1])
        const first = yield* write({
          "p.json": both({ merge: { combine: { method: "use-first" } } }),
          "a.json": house("One."),
          "b.json": house("Two.")
        })
        const taken = yield* open(`${first}/p.json`)
        assert.deepStrictEqual([taken.entries.length, taken.failed.length, taken.warnings.length], [1, 0, 0])
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

  it.effect("labels are labels, and a control that only groups others is a heading", () =>
    Effect.gen(function* () {
      const keys = {
        id: "zz-2",
        title: "Keys",
        props: [{ name: "label", value: "ZZ-2" }],
        controls: [
          {
            id: "zz-2.3",
            title: "Lost keys",
            props: [{ name: "label", value: "ZZ-2(3)" }],
            parts: [statement(item("a", "x"))]
          }
        ]
      }
      const { entries } = yield* read(
        "x.json",
        JSON.stringify({ catalog: { metadata: { title: "C" }, controls: [keys] } })
      )
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier, label, role } }) => [identifier, label, role]),
        [
          ["zz-2", "ZZ-2", "heading"],
          ["zz-2.3", "ZZ-2(3)", undefined]
        ]
      )
    })
  )

  it.effect("parameters that there are not are told of, and cost no control", () =>
    Effect.gen(function* () {
      const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
      const write = (name: string, content: unknown) =>
        Effect.flatMap(FileSystem.FileSystem, (files) =>
          files.writeFileString(`${folder}/${name}`, JSON.stringify(content))
        )
      const params = [{ id: "d_prm_01", label: "time" }]
      const gate = {
        id: "g-1",
        title: "Gate",
        params,
        parts: [{ name: "statement", prose: "Shut at {{ insert: param, d_prm_O1 }}." }]
      }
      yield* write("house.json", { catalog: { metadata: { title: "House" }, controls: [gate] } })
      const modify = { "set-parameters": [{ "param-id": "d_prm_1", values: ["22:00"] }] }
      yield* write("cabin.json", {
        profile: { metadata: { title: "Cabin" }, imports: [{ href: "house.json" }], modify }
      })
      const found = yield* open(`${folder}/cabin.json`)
      assert.deepStrictEqual(found.failed, [])
      assert.deepStrictEqual(found.warnings, [
        '$.profile.modify["set-parameters"][0]["param-id"]: there is no parameter d_prm_1 in what is imported, so nothing was set',
        "$.catalog.controls[0]: inserts the parameter d_prm_O1, which there is not; its text has [d_prm_O1] in that place"
      ])
      assert.strictEqual(found.entries[0]?.reference.description, "Shut at [d_prm_O1].")
    })
  )

  it.effect("texts of groups are told not to be taken, once", () =>
    Effect.gen(function* () {
      const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
      const part = { name: "overview", prose: "Doors are how people come in." }
      const group = (title: string) => ({
        title,
        parts: [part],
        controls: [{ id: title, title, parts: [{ name: "statement", prose: `${title} is shut at night.` }] }]
      })
      const catalog = { metadata: { title: "House" }, groups: [group("front"), { groups: [group("back")] }] }
      yield* (yield* FileSystem.FileSystem).writeFileString(`${folder}/house.json`, JSON.stringify({ catalog }))
      const found = yield* open(`${folder}/house.json`)
      assert.deepStrictEqual(found.failed, [])
      assert.strictEqual(found.entries.length, 2)
      assert.deepStrictEqual(found.warnings, [
        "$.catalog.groups[0]: 2 groups have a text of their own, which is not taken: only controls become references, " +
          "with the names of their groups"
      ])
    })
  )

  it.effect("names of catalogues stay short, and of a time the day is taken", () =>
    Effect.gen(function* () {
      const catalogOf = (title: string, version: string) =>
        Effect.map(
          read(
            "x.json",
            JSON.stringify({ catalog: { metadata: { title, version }, controls: [{ id: "a-1", title: "A" }] } })
          ),
          ({ catalog }) => catalog
        )
      assert.strictEqual(
        yield* catalogOf("House Controls", "2026-05-04T08:31:12.123+02:00"),
        "house-controls@2026-05-04"
      )
      const long = "Manual of the Security of Houses and Gardens: Essential Baseline for Doors, Maturity Level"
      const [one, two] = [yield* catalogOf(`${long} One`, "1"), yield* catalogOf(`${long} Two`, "1")]
      assert.isAtMost(one.length, 60)
      assert.notStrictEqual(one, two)
    })
  )

  it.effect("XML gives what JSON gives", () =>
    Effect.gen(function* () {
      const xml = `<?xml version="1.0"?>
<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0" uuid="u">
  <metadata><title>House Controls</title><version>2.1</version></metadata>
  <group id="h"><title>House</title>
    <control id="d-1"><title>Doors &amp; <em>gates</em></title>
      <param id="who"><label>the keeper</label></param>
      <param id="how"><select how-many="one-or-more"><choice>by hand</choice><choice>by <insert type="param" id-ref="who"/></choice></select></param>
      <prop name="label" value="D-1"/>
      <link href="#w-1" rel="related"/>
      <part name="statement"><p>Doors are closed:</p>
        <part name="item"><prop name="label" value="a)"/><p><insert type="param" id-ref="who"/> closes them <insert type="param" id-ref="how"/>;</p></part>
        <part name="item"><prop name="label" value="b)"/><ul><li>all</li><li>always</li></ul></part>
      </part>
      <part name="guidance"><p>It is cold.</p></part>
      <control id="d-1.1"><title>Locks</title><part name="statement"><p>They are locked.</p></part></control>
    </control>
  </group>
</catalog>`
      const { catalog, entries, failed, format } = yield* read("house.xml", xml)
      assert.deepStrictEqual([format, catalog, failed], ["oscal-catalog", "house-controls@2.1", []])
      assert.deepStrictEqual(
        entries.map(({ reference: { description, label, metadata, title, uri } }) => ({
          uri,
          title,
          label,
          description,
          metadata
        })),
        [
          {
            uri: "house-controls:2.1/d-1",
            title: "Doors & gates",
            label: "D-1",
            description:
              "Doors are closed:\na) the keeper".replace("the keeper", "[the keeper]") +
              " closes them [one or more: by hand; by [the keeper]];\nb) - all\n- always",
            metadata: { label: "D-1", chapter: { id: "h", name: "House" }, guidance: "It is cold.", related: ["w-1"] }
          },
          {
            uri: "house-controls:2.1/d-1.1",
            title: "Locks",
            label: undefined,
            description: "They are locked.",
            metadata: { chapter: { id: "h", name: "House" }, parent: { id: "d-1", title: "Doors & gates" } }
          }
        ]
      )
      const profile = `<profile xmlns="http://csrc.nist.gov/ns/oscal/1.0"><metadata><title>Cabin</title></metadata>
        <import href="house.xml"><include-controls with-child-controls="yes"><with-id>d-1</with-id></include-controls></import>
        <modify><set-parameter param-id="who"><value>Ada</value></set-parameter>
          <alter control-id="d-1"><remove by-name="guidance"/><add position="ending"><prop name="priority" value="P1"/></add></alter></modify></profile>`
      const files = yield* FileSystem.FileSystem
      const folder = yield* files.makeTempDirectoryScoped()
      yield* files.writeFileString(`${folder}/house.xml`, xml)
      yield* files.writeFileString(`${folder}/cabin.xml`, profile)
      const cabin = yield* open(`${folder}/cabin.xml`)
      assert.deepStrictEqual(
        [cabin.format, cabin.failed, cabin.warnings, cabin.entries.length],
        ["oscal-profile", [], [], 2]
      )
      assert.include(cabin.entries[0]?.reference.description, "a) Ada closes them")
      assert.deepInclude(cabin.entries[0]?.reference.metadata, { props: { priority: "P1" } })
      assert.notProperty(cabin.entries[0]?.reference.metadata, "guidance")
      const wrong = yield* Effect.flip(read("x.xml", xml.replace("<version>", "<!DOCTYPE x><version>")))
      assert.match(wrong.problem, /DTD|not XML/u)
    })
  )

  describe("as published (skipped without ../shared/formats)", () => {
    const real = it.effect.skipIf(!existsSync(shared("800-53-low-catalog")))

    real("SP 800-53's LOW baseline gives 131 controls and 18 enhancements, no insertion left", () =>
      Effect.gen(function* () {
        const { catalog, entries, failed } = yield* open(shared("800-53-low-catalog"))
        assert.deepStrictEqual(failed, [])
        assert.strictEqual(catalog, "nist-sp-800-53-low-impact-baseline@5.1.1+u4")
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
