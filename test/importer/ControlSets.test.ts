import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { dump } from "js-yaml"
import { read } from "./reading.ts"

const urn = (rest: string) => `urn:house:risk:${rest}`
const library = {
  urn: urn("library:house-rules"),
  locale: "en",
  name: "House rules",
  translations: { fr: { name: "Règles" } },
  dependencies: [urn("library:other")],
  objects: {
    framework: {
      urn: urn("framework:house-rules"),
      requirement_nodes: [
        {
          urn: urn("req_node:house-rules:d"),
          assessable: false,
          depth: 1,
          ref_id: "D",
          name: "Doors",
          translations: { fr: { name: "Portes" } }
        },
        {
          urn: urn("req_node:house-rules:d:1"),
          parent_urn: urn("req_node:house-rules:d"),
          assessable: true,
          ref_id: "D:1",
          description: "Doors are locked.",
          implementation_groups: ["basic"],
          translations: { fr: { name: null, description: "Les portes sont fermées." } }
        },
        {
          urn: urn("req_node:house-rules:d:note"),
          parent_urn: urn("req_node:house-rules:d"),
          assessable: false,
          description: "A remark."
        },
        {
          urn: urn("req_node:house-rules:w"),
          parent_urn: urn("req_node:house-rules:gone"),
          assessable: true,
          ref_id: 1.1,
          name: "Windows"
        }
      ]
    },
    reference_controls: [{ urn: urn("function:house-rules:d:1"), ref_id: "D:1", name: "A lock", category: "physical" }]
  }
}

describe("control sets", () => {
  describe("CISO Assistant libraries", () => {
    it.effect("give what can be assessed as requirements, with their tree, levels, and aids as guidance", () =>
      Effect.gen(function* () {
        const { catalog, entries, failed, format, warnings } = yield* read("x.yaml", dump(library))
        assert.deepStrictEqual([format, catalog, failed], ["ciso-assistant", "house-rules", []])
        assert.deepStrictEqual(
          entries.map(({ reference: { identifier, metadata, role, title, uri } }) => [
            role,
            identifier,
            uri,
            title,
            metadata
          ]),
          [
            ["heading", "D", "house-rules:d", "Doors", undefined],
            [
              "requirement",
              "D:1",
              "house-rules:d:1",
              "Doors are locked",
              { chapter: { id: "d", name: "Doors" }, levels: ["basic"] }
            ],
            ["guidance", "d:note", "house-rules:d:note", "A remark", { chapter: { id: "d", name: "Doors" } }],
            ["requirement", "1.1", "house-rules:w", "Windows", undefined],
            ["guidance", "D:1", "house-rules:control/d:1", "A lock", { category: "physical" }]
          ]
        )
        assert.deepStrictEqual(warnings, [
          "$.objects.framework.requirement_nodes[3].parent_urn: there is no node urn:house:risk:req_node:house-rules:gone, so it stands below no heading"
        ])
      })
    )

    it.effect("are read in a language they have, and say which those are", () =>
      Effect.gen(function* () {
        const { entries } = yield* read("x.yaml", dump(library), { language: "fr" })
        assert.deepStrictEqual(
          entries.slice(0, 2).map(({ reference: { title } }) => title),
          ["Portes", "Les portes sont fermées"]
        )
        const error = yield* Effect.flip(read("x.yaml", dump(library), { language: "de" }))
        assert.include(error.problem, "has no texts in de; there are en, fr")
      })
    )

    it.effect("of mappings and matrices say what they are", () =>
      Effect.gen(function* () {
        const of = (objects: unknown) => Effect.flip(read("x.yaml", dump({ ...library, objects })))
        const mapping = yield* of({ requirement_mapping_sets: [] })
        assert.include(mapping.problem, "Import it as a mapping")
        assert.deepEqual(mapping.remedy, { action: "importRelations" })
        assert.include((yield* of({ risk_matrix: [] })).problem, "is a library of risk_matrix")
      })
    )

    it.effect("survive parents in a circle", () =>
      Effect.gen(function* () {
        const node = (id: string, parent: string) => ({
          urn: urn(`req_node:h:${id}`),
          parent_urn: urn(`req_node:h:${parent}`),
          assessable: true,
          name: id
        })
        const objects = {
          framework: { urn: urn("framework:h"), requirement_nodes: [node("a", "b"), node("b", "a"), node("c", "c")] }
        }
        const { entries } = yield* read("x.yaml", dump({ ...library, objects }))
        assert.deepStrictEqual(entries.map(({ reference: { identifier } }) => identifier).toSorted(), ["a", "b", "c"])
      })
    )
  })

  it.effect("of ComplianceAsCode give every control, nested ones too, with their rules", () =>
    Effect.gen(function* () {
      const policy = {
        policy: "House",
        id: "house_1",
        version: "1.0.1",
        levels: [{ id: "base" }],
        controls: [
          {
            id: "1.10",
            title: "Doors are\n  controlled.",
            levels: ["base"],
            controls: [{ id: "1.10.1", title: "Doors are locked.", notes: "Look.", rules: ["door_locked"] }, null]
          }
        ]
      }
      const { catalog, entries, failed, format } = yield* read("x.yml", dump(policy))
      assert.deepStrictEqual([format, catalog], ["complianceascode", "house-1@1.0.1"])
      assert.match(failed[0] ?? "", /^\$\.controls\[0\]\.controls\[1\]: Expected object/u)
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier, metadata, role, title } }) => [identifier, role, title, metadata]),
        [
          ["1.10", "heading", "Doors are controlled.", { levels: ["base"] }],
          [
            "1.10.1",
            undefined,
            "Doors are locked.",
            { chapter: { id: "1.10", name: "Doors are controlled." }, notes: "Look.", rules: ["door_locked"] }
          ]
        ]
      )
      const folder = yield* Effect.flip(read("x.yml", dump({ policy: "House", id: "h", controls_dir: "house" })))
      assert.include(folder.problem, "names its controls by the folder house")
    })
  )

  it.effect("of Prowler give an entry a requirement, with its checks", () =>
    Effect.gen(function* () {
      const framework = {
        Framework: "House",
        Version: "2026",
        Provider: "AWS",
        Requirements: [
          {
            Id: "A.1",
            Name: "Doors",
            Description: "Doors are locked.",
            Attributes: [{ Section: "A Doors" }],
            Checks: ["door_locked"]
          },
          { Id: "A.2", Description: "Windows are closed.", Attributes: [], Checks: [] },
          { Name: "nameless" }
        ]
      }
      const { catalog, entries, failed, format } = yield* read("x.json", JSON.stringify(framework))
      assert.deepStrictEqual(
        [format, catalog, failed],
        ["prowler", "house-aws@2026", ["$.Requirements[2].Id: is missing"]]
      )
      assert.deepStrictEqual(
        entries.map(({ reference: { metadata, title, uri } }) => [uri, title, metadata]),
        [
          [
            "house-aws:2026/A.1",
            "Doors",
            { chapter: { name: "A Doors" }, checks: ["door_locked"], attributes: [{ Section: "A Doors" }] }
          ],
          ["house-aws:2026/A.2", "Windows are closed", undefined]
        ]
      )
    })
  )

  it.effect("of Gemara give families, controls and their assessment requirements", () =>
    Effect.gen(function* () {
      const control = {
        id: "HR-D-01",
        title: "Locks\n",
        objective: "Keep thieves\nout.",
        group: "D",
        guidelines: [{ "reference-id": "X", entries: [{ "reference-id": "1" }] }],
        "assessment-requirements": [
          { id: "HR-D-01.01", text: "Doors MUST be locked.", applicability: ["level-1"], recommendation: "Buy locks." },
          { id: "HR-D-01.02", text: "Gone.", state: "Retired" }
        ]
      }
      const flat = {
        groups: [{ id: "D", title: "Doors" }],
        controls: [control],
        threats: [{ id: "T-1", title: "Thieves" }]
      }
      const { group: _group, ...inner } = control
      const nested = {
        metadata: { id: "HR", version: "1" },
        "control-families": [{ id: "D", title: "Doors", controls: [inner] }]
      }
      for (const [document, catalog, more] of [
        [flat, "controls", 1],
        [nested, "hr@1", 0]
      ] as const) {
        const found = yield* read("controls.yaml", dump(document))
        assert.deepStrictEqual([found.format, found.catalog, found.failed], ["gemara", catalog, []])
        assert.deepStrictEqual(
          found.entries
            .slice(0, 3)
            .map(({ reference: { entityType, identifier, metadata, role } }) => [
              identifier,
              role,
              entityType,
              metadata
            ]),
          [
            ["D", "heading", "family", undefined],
            ["HR-D-01", undefined, "control", { chapter: { id: "D", name: "Doors" }, guidelines: control.guidelines }],
            [
              "HR-D-01.01",
              undefined,
              "assessment-requirement",
              {
                chapter: { id: "D", name: "Doors" },
                parent: { id: "HR-D-01", title: "Locks" },
                levels: ["level-1"],
                recommendation: "Buy locks."
              }
            ]
          ]
        )
        assert.deepStrictEqual(
          found.entries.slice(3).map(({ reference: { role } }) => role),
          Array(more).fill("guidance")
        )
        assert.deepStrictEqual(
          found.withdrawn.map(({ id }) => id),
          ["HR-D-01.02"]
        )
        assert.strictEqual(found.entries[1]?.reference.description, "Keep thieves out.")
      }
    })
  )

  it.effect("of OpenControl and of Scorecard give one entry a key", () =>
    Effect.gen(function* () {
      const standard = yield* read(
        "x.yaml",
        "name: House rev4\nHR-1:\n  family: HR\n  name: Doors\n  description: Locked.\nHR-1 (1):\n  family: HR\n  name: Front\n"
      )
      assert.deepStrictEqual([standard.format, standard.catalog], ["opencontrol", "house-rev4"])
      assert.deepStrictEqual(
        standard.entries.map(({ reference: { identifier, title } }) => `${identifier} ${title}`),
        ["HR-1 Doors", "HR-1 (1) Front"]
      )
      const check = {
        risk: "High",
        tags: "safety, doors",
        repos: "a",
        short: "Doors have locks.",
        description: "It looks.\n",
        remediation: ["Buy."]
      }
      const checks = yield* read(
        "checks.yaml",
        dump({ checks: { "Has-Locks": check, Signed: { ...check, short: null } } })
      )
      assert.deepStrictEqual([checks.format, checks.catalog], ["scorecard", "scorecard"])
      assert.deepStrictEqual(
        checks.entries.map(({ reference: { description, identifier, tags, title } }) => [
          identifier,
          title,
          description,
          tags
        ]),
        [
          ["Has-Locks", "Has Locks", "Doors have locks.\n\nIt looks.", ["safety", "doors"]],
          ["Signed", "Signed", "It looks.", ["safety", "doors"]]
        ]
      )
    })
  )

  it.effect("of Doorstop are a file an item, whose name is its identifier", () =>
    Effect.gen(function* () {
      const item = (more: object) =>
        dump({
          active: true,
          derived: false,
          header: "",
          level: "1.10",
          links: [],
          normative: true,
          ref: "",
          text: "",
          ...more
        })
      const one = (name: string, more: object) =>
        Effect.map(read(name, item(more)), ({ entries: [entry], withdrawn }) => [
          entry?.reference.identifier,
          entry?.reference.role,
          entry?.reference.title,
          entry?.reference.description,
          withdrawn.length
        ])
      assert.deepStrictEqual(yield* one("REQ001.yml", { header: "Gate\n", text: "It is shut." }), [
        "REQ001",
        undefined,
        "Gate",
        "It is shut.",
        0
      ])
      assert.deepStrictEqual(yield* one("REQ002.yml", { text: "Doors are locked. Always." }), [
        "REQ002",
        undefined,
        "Doors are locked",
        "Doors are locked. Always.",
        0
      ])
      assert.deepStrictEqual(yield* one("REQ003.yml", { level: "2.0", normative: false, text: "Doors\n" }), [
        "REQ003",
        "heading",
        "Doors",
        undefined,
        0
      ])
      assert.deepStrictEqual(yield* one("REQ004.yml", { normative: false, text: "A remark." }), [
        "REQ004",
        "guidance",
        "A remark",
        "A remark.",
        0
      ])
      assert.deepStrictEqual(yield* one("REQ005.yml", { active: false, text: "Gone." }), [
        undefined,
        undefined,
        undefined,
        undefined,
        1
      ])
      const found = yield* read("REQ001.yml", item({ text: "x", links: ["SYS001", { SYS002: "hash" }] }))
      assert.deepStrictEqual([found.format, found.catalog], ["doorstop", "req"])
      assert.deepStrictEqual(found.entries[0]?.reference.metadata, { position: "1.10", links: ["SYS001", "SYS002"] })
      assert.include((yield* Effect.flip(read("-", item({ text: "x" })))).problem, "name of its file")
      assert.include((yield* Effect.flip(read(".doorstop.yml", "settings:\n  prefix: REQ\n"))).problem, "no item")
    })
  )

  it.effect("of sphinx-needs give the needs of the current version", () =>
    Effect.gen(function* () {
      const need = {
        id: "R_A1",
        title: "Gate shut",
        description: "The gate is shut.",
        type: "req",
        type_name: "Requirement",
        tags: ["x"],
        links: [],
        sections: ["Front", "Doors"],
        status: null
      }
      const versions = {
        "1.0": { needs: { R_A1: need, R_A2: { ...need, id: "R_A2", sections: [], links: ["R_A1"], status: "open" } } }
      }
      const document = { created: "", current_version: "1.0", project: "The gates", versions }
      const { catalog, entries, failed, format } = yield* read("needs.json", JSON.stringify(document))
      assert.deepStrictEqual([format, catalog, failed], ["sphinx-needs", "the-gates@1.0", []])
      assert.deepStrictEqual(
        entries.map(({ reference: { entityType, identifier, metadata } }) => [identifier, entityType, metadata]),
        [
          ["R_A1", "requirement", { chapter: { name: "Doors" }, section: { name: "Front" } }],
          ["R_A2", "requirement", { status: "open", links: ["R_A1"] }]
        ]
      )
      const two = { ...document, current_version: "3", versions: { ...versions, "2.0": versions["1.0"] } }
      assert.include(
        (yield* Effect.flip(read("needs.json", JSON.stringify(two)))).problem,
        'has no version "3"; there are 1.0, 2.0'
      )
      assert.strictEqual((yield* read("needs.json", JSON.stringify(two), { path: "2.0" })).catalog, "the-gates@2.0")
    })
  )

  it.effect("of STIX give techniques, mitigations and tactics, and say what they leave out", () =>
    Effect.gen(function* () {
      const thing = (type: string, id: string, external: string, more: object = {}) => ({
        type,
        id: `${type}--${id}`,
        name: external,
        external_references: [{ source_name: "mitre-attack", external_id: external, url: "https://example.org" }],
        x_mitre_domains: ["enterprise-attack"],
        ...more
      })
      const link = (type: string, from: string, to: string) => ({
        type: "relationship",
        id: `r--${from}${to}`,
        relationship_type: type,
        source_ref: from,
        target_ref: to
      })
      const objects = [
        { type: "x-mitre-collection", id: "c", x_mitre_version: "17.1" },
        thing("x-mitre-tactic", "1", "TA1"),
        thing("attack-pattern", "1", "T1", {
          description: "Climb in [here](https://a.b/c).(Citation: Me)",
          kill_chain_phases: [{ kill_chain_name: "x", phase_name: "entry" }]
        }),
        thing("attack-pattern", "2", "T1.001"),
        thing("attack-pattern", "3", "T9", { revoked: true }),
        thing("course-of-action", "1", "M1"),
        thing("malware", "1", "S1"),
        link("subtechnique-of", "attack-pattern--2", "attack-pattern--1"),
        link("mitigates", "course-of-action--1", "attack-pattern--1")
      ]
      const { catalog, entries, failed, format, warnings, withdrawn } = yield* read(
        "x.json",
        JSON.stringify({ type: "bundle", id: "b", objects })
      )
      assert.deepStrictEqual([format, catalog, failed], ["stix", "enterprise-attack@17.1", []])
      assert.deepStrictEqual(
        entries.map(({ reference: { entityType, identifier, role } }) => [identifier, entityType, role]),
        [
          ["TA1", "tactic", "heading"],
          ["T1", "technique", undefined],
          ["T1.001", "technique", undefined],
          ["M1", "mitigation", undefined]
        ]
      )
      assert.strictEqual(entries[1]?.reference.description, "Climb in here.")
      assert.deepInclude(entries[1]?.reference.metadata, { tactics: ["entry"] })
      assert.deepInclude(entries[2]?.reference.metadata, { parent: { id: "T1", title: "T1" } })
      assert.deepInclude(entries[3]?.reference.metadata, { mitigates: ["T1"] })
      assert.deepStrictEqual(
        withdrawn.map(({ id, reason }) => [id, reason]),
        [["T9", "revoked"]]
      )
      assert.deepStrictEqual(warnings, [
        "$.objects: only techniques, mitigations and tactics are read; left out are 1 of malware"
      ])
    })
  )
})
