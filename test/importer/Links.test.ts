import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { dump } from "js-yaml"
import { typeOf } from "../../src/importer/Links.ts"
import { read } from "./reading.ts"

const stix = {
  type: "bundle",
  objects: [
    {
      type: "attack-pattern",
      id: "a--1",
      name: "Picking",
      external_references: [{ source_name: "x", external_id: "T1" }]
    },
    {
      type: "course-of-action",
      id: "c--1",
      name: "Locks",
      external_references: [{ source_name: "x", external_id: "M1" }]
    },
    { type: "relationship", relationship_type: "mitigates", source_ref: "c--1", target_ref: "a--1" }
  ]
}

const urn = (rest: string) => `urn:house:risk:${rest}`
const library = {
  urn: urn("library:house"),
  objects: {
    framework: {
      urn: urn("framework:house"),
      requirement_nodes: [
        {
          urn: urn("req_node:house:d:1"),
          assessable: true,
          name: "Locks",
          reference_controls: [urn("function:house:lock"), urn("function:yard:gate")],
          threats: [urn("threat:house:thief")]
        }
      ]
    },
    reference_controls: [{ urn: urn("function:house:lock"), name: "A lock" }]
  }
}

const need = { id: "A", title: "t", links: ["B"] }

const control = (id: string, rel: string) => ({ id, title: id, links: [{ href: "#b-1", rel }] })

type Expected = readonly [
  nature: string,
  other: string,
  type: string,
  direction?: "incoming" | undefined,
  standard?: string
]

/** Each: the name of a file, what is in it, and the links of its entries. */
const sources: ReadonlyArray<readonly [name: string, content: string, links: ReadonlyArray<Expected>]> = [
  [
    "policy.yml",
    "policy: P\nid: p\ncontrols:\n- {id: '1', title: t, rules: [lock_shut, 7], related_rules: [lock_oiled]}\n",
    [
      ["rule", "lock_shut", "implements", "incoming"],
      ["rule", "7", "implements", "incoming"],
      ["related rule", "lock_oiled", "intersects"]
    ]
  ],
  [
    "prowler.json",
    '{"Framework":"F","Requirements":[{"Id":"1","Description":"d","Checks":["c"]}]}',
    [["check", "c", "implements", "incoming"]]
  ],
  [
    "gemara.yaml",
    dump({
      controls: [
        {
          id: "C-1",
          title: "t",
          "guideline-mappings": [{ "reference-id": "CSF", entries: [{ "reference-id": "PR.A-02" }, "PR.A-05"] }],
          control_mappings: { CCM: ["DSP-10"] },
          threats: ["TH01"],
          "assessment-requirements": [{ id: "C-1.1", text: "u" }]
        }
      ]
    }),
    [
      ["guideline mapping", "PR.A-02", "intersects", undefined, "CSF"],
      ["guideline mapping", "PR.A-05", "intersects", undefined, "CSF"],
      ["control mapping", "DSP-10", "intersects", undefined, "CCM"],
      ["threat", "TH01", "intersects"]
    ]
  ],
  ["stix.json", JSON.stringify(stix), [["mitigates", "T1", "intersects"]]],
  [
    "needs.json",
    JSON.stringify({ current_version: "1", versions: { 1: { needs: { A: need } } } }),
    [["links", "B", "intersects"]]
  ],
  [
    "REQ1.yml",
    "active: true\nnormative: true\nlevel: 1.0\ntext: t\nlinks:\n- SYS1: x\n- SYS2\n",
    [
      ["links", "SYS1", "implements"],
      ["links", "SYS2", "implements"]
    ]
  ],
  [
    "library.yaml",
    dump(library),
    [
      ["reference control", "control/lock", "implements", "incoming"],
      ["reference control", "yard:control/gate", "implements", "incoming"],
      ["threat", "threat/thief", "intersects"]
    ]
  ],
  [
    "oft.json",
    '{"header":{"oftVersion":"4"},"items":[{"id":"req~a~1","title":"t","covers":["feat~b~1"],"depends":["req~c~1"]}]}',
    [
      ["covers", "feat~b~1", "implements"],
      ["depends on", "req~c~1", "intersects"]
    ]
  ],
  [
    "house.sdoc",
    "[DOCUMENT]\nTITLE: H\n\n[REQUIREMENT]\nUID: H-1\nSTATEMENT: See [LINK: H-2].\nRELATIONS:\n- TYPE: Parent\n  VALUE: S-1\n  ROLE: Refines\n- TYPE: Child\n  VALUE: L-1\n- TYPE: File\n  VALUE: a.c\n",
    [
      ["Parent Refines", "S-1", "implements"],
      ["Child", "L-1", "implements", "incoming"],
      ["link", "H-2", "intersects"]
    ]
  ],
  [
    "house.reqif",
    '<REQ-IF><SPEC-RELATION-TYPE IDENTIFIER="t" LONG-NAME="satisfies"/><SPEC-OBJECT IDENTIFIER="u1" LONG-NAME="Locks"/>' +
      "<SPEC-RELATION><TYPE>t</TYPE><SOURCE>u1</SOURCE><TARGET>u2</TARGET></SPEC-RELATION></REQ-IF>",
    [["satisfies", "u2", "implements"]]
  ],
  [
    "cwe.xml",
    '<Weakness_Catalog Version="1"><Weaknesses><Weakness ID="1" Name="n" Status="Draft"><Description>d</Description><Related_Weaknesses>' +
      '<Related_Weakness Nature="ChildOf" CWE_ID="2"/><Related_Weakness Nature="PeerOf" CWE_ID="3"/></Related_Weaknesses></Weakness></Weaknesses></Weakness_Catalog>',
    [
      ["ChildOf", "CWE-2", "subset"],
      ["PeerOf", "CWE-3", "intersects"]
    ]
  ],
  [
    "cwe.csv",
    "CWE-ID,Name,Status,Description,Related Weaknesses\n1,n,Draft,d,::NATURE:ChildOf:CWE ID:2:VIEW ID:1000::\n",
    [["ChildOf", "CWE-2", "subset"]]
  ],
  [
    "oscal.json",
    JSON.stringify({
      catalog: {
        metadata: { title: "C" },
        controls: [control("a-1", "related"), control("a-2", "required"), control("a-3", "reference")]
      }
    }),
    [
      ["related", "b-1", "intersects"],
      ["required", "b-1", "intersects"]
    ]
  ]
]

describe("links", () => {
  for (const [name, content, expected] of sources) {
    it.effect(`of ${name} follow their entries, in the words of the source`, () =>
      Effect.gen(function* () {
        const { entries, failed, links } = yield* read(name, content)
        assert.deepStrictEqual(failed, [])
        assert.deepStrictEqual(
          links.map(({ direction, nature, other, standard, type }) => [nature, other, type, direction, standard]),
          expected.map(([nature, other, type, direction = "outgoing", standard]) => [
            nature,
            other,
            type,
            direction,
            standard
          ])
        )
        const uris = new Set(entries.map(({ reference }) => reference.uri))
        for (const { entry } of links) assert.isTrue(uris.has(entry), entry)
      })
    )
  }

  it("mean what their words say, else that both have something in common", () => {
    const natures = [
      "Satisfies",
      "is derived from",
      "Equal to",
      "supersedes",
      "PartOf",
      "HasMember",
      "links",
      "conflicts with",
      ""
    ]
    assert.deepStrictEqual(natures.map(typeOf), [
      "implements",
      "implements",
      "equal",
      "supersedes",
      "subset",
      "superset",
      "intersects",
      "intersects",
      "intersects"
    ])
  })
})
