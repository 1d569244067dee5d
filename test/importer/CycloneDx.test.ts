import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Sources from "../../src/importer/Sources.ts"
import { collect, read } from "./reading.ts"

const shared = fileURLToPath(new URL("../../../shared/asvs", import.meta.url))

/** A standard of our own in the shape of the published ones. */
const standard = {
  name: "House Rules (HR)",
  version: "2.0 beta",
  requirements: [
    { "bom-ref": "k", identifier: "K", title: "Kitchen" },
    { "bom-ref": "k1", identifier: "K.1", title: "Stove", parent: "k" },
    { "bom-ref": "k11", identifier: "K.1.1", text: "The stove is off at night.", parent: "k1", openCre: ["CRE:1-2"] },
    { "bom-ref": "k2", identifier: "K.2", title: "Doors", text: "Doors are closed.", parent: "k" },
    { "bom-ref": "g", identifier: "G", title: "Garden", descriptions: ["It is watered."] }
  ],
  levels: [
    { identifier: "Level 1", requirements: ["k11"] },
    { identifier: "Level 2", requirements: ["k11", "k2"] }
  ]
}
const document = (...standards: ReadonlyArray<unknown>) =>
  JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", definitions: { standards } })

layer(NodeServices.layer)("CycloneDX standards", (it) => {
  it.effect("take titles from headings, levels, chapters and sections, and tell headings from requirements", () =>
    Effect.gen(function* () {
      const { catalog, entries, failed, format } = yield* read("hr.json", document(standard))
      assert.deepStrictEqual([format, catalog, failed], ["cyclonedx", "hr@2.0-beta", []])
      const kitchen = { id: "K", name: "Kitchen" }
      assert.deepStrictEqual(
        entries
          .filter(({ reference: { role } }) => role === undefined)
          .map(({ at, reference: { description, metadata, title, uri } }) => [
            at.replace("$.definitions.standards[0].requirements", ""),
            uri,
            title,
            description,
            metadata
          ]),
        [
          [
            "[2]",
            "hr:2.0-beta/K.1.1",
            "Stove",
            "The stove is off at night.",
            { level: 1, chapter: kitchen, section: { id: "K.1", name: "Stove" }, openCre: ["CRE:1-2"] }
          ],
          ["[3]", "hr:2.0-beta/K.2", "Doors", "Doors are closed.", { level: 2, chapter: kitchen }],
          ["[4]", "hr:2.0-beta/G", "Garden", "It is watered.", undefined]
        ]
      )
      const headings = entries.filter(({ reference: { role } }) => role === "heading")
      assert.deepStrictEqual(
        headings.map(({ reference: { identifier } }) => identifier),
        ["K", "K.1"]
      )
      assert.deepStrictEqual(headings[1]?.reference.metadata, { chapter: kitchen })
    })
  )

  it.effect("ask which standard of several is meant", () =>
    Effect.gen(function* () {
      const two = document(standard, { ...standard, name: "Other", version: "1" })
      const error = yield* Effect.flip(read("x.json", two))
      assert.include(error.problem, "$.definitions.standards[0], $.definitions.standards[1]")
      const second = yield* read("x.json", two, { path: "$.definitions.standards[1]" })
      assert.strictEqual(second.catalog, "other@1")
      const none = yield* Effect.flip(read("x.json", '{"bomFormat":"CycloneDX","components":[]}'))
      assert.include(none.problem, "bill of materials (SBOM)")
      const wrong = yield* Effect.flip(read("x.json", document({ name: "x", requirements: {} })))
      assert.strictEqual(wrong.at, "$.definitions.standards[0].requirements")
    })
  )

  it.effect("tell headings by what stands below them, though they have a text, and what was deleted by its text", () =>
    Effect.gen(function* () {
      const requirements = [
        { "bom-ref": "d", identifier: "D", title: "Doors", text: "Doors matter, because people come through them." },
        { "bom-ref": "d1", identifier: "D-1", title: "Locks", text: "Doors are locked.", parent: "d" },
        { "bom-ref": "d2", identifier: "D-2", title: "Hinges", text: "[DELETED, DUPLICATE OF D-1]", parent: "d" },
        { "bom-ref": "e", identifier: "E", title: "An empty section" }
      ]
      const { entries, withdrawn } = yield* read("x.json", document({ name: "x", version: "1", requirements }))
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier, role } }) => [identifier, role]),
        [
          ["D", "heading"],
          ["D-1", undefined],
          ["E", "heading"]
        ]
      )
      assert.deepStrictEqual(
        withdrawn.map(({ id, reason }) => [id, reason]),
        [["D-2", "DELETED, DUPLICATE OF D-1"]]
      )
    })
  )

  it.effect("say which requirement is wrong, and survive parents in a circle", () =>
    Effect.gen(function* () {
      const requirements = [
        { identifier: "A", text: "a", parent: "nowhere" },
        { text: "no id" },
        { identifier: "B", text: "b", parent: "C" },
        { identifier: "C", text: "c", parent: "B" },
        "text",
        { identifier: "D", text: 4 }
      ]
      const { entries, failed, warnings } = yield* read("x.json", document({ name: "x", version: "1", requirements }))
      assert.deepStrictEqual(
        entries.map((e) => e.reference.title),
        ["A", "B", "C"]
      )
      assert.deepStrictEqual(warnings, [
        '$.definitions.standards[0].requirements[0].parent: there is no requirement "nowhere", so A stands below no heading'
      ])
      assert.deepStrictEqual(
        failed.map((problem) => problem.split(": ")[0]?.replace("$.definitions.standards[0].requirements", "")),
        ["[1].identifier", "[4]", "[5].text"]
      )
    })
  )

  it.effect.skipIf(!existsSync(shared))("give the same references as the flat file for ASVS", () =>
    Effect.gen(function* () {
      const open = (name: string) => Effect.scoped(Effect.flatMap(Sources.open(`${shared}/${name}`), collect))
      const standard = yield* open("asvs-5.0.0.cdx.json")
      const flat = yield* open("asvs-5.0.0.flat.json")
      assert.deepStrictEqual([standard.format, standard.catalog, standard.failed], ["cyclonedx", "asvs@5.0.0", []])
      const plain = ({ entries }: typeof flat) =>
        entries
          .filter(({ reference: { role } }) => role === undefined)
          .map(({ reference }) => ({ ...reference, description: reference.description?.replace(/\s+/gu, " ") }))
      assert.strictEqual(plain(standard).length, 345)
      assert.deepStrictEqual(plain(standard), plain(flat))
    })
  )
})
