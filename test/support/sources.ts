import { dump } from "js-yaml"

const control = { id: "a-1", title: "A", parts: [{ name: "statement", prose: "Do {{ insert: param, p }}." }] }
const catalog = { catalog: { metadata: { title: "C", version: "1" }, controls: [control], params: [{ id: "p" }] } }
const profile = { profile: { metadata: { title: "P" }, imports: [{ href: "c.json" }] } }
const standard = { name: "S", version: "1", requirements: [{ identifier: "1", text: "t" }] }

/** A small source of every format of catalogues that is text, by file name; `profile.json` names another file. */
export const sources = {
  "catalog.json": JSON.stringify(catalog),
  "catalog.yaml": dump(catalog),
  "profile.json": JSON.stringify(profile),
  "cdx.json": JSON.stringify({ bomFormat: "CycloneDX", declarations: { standards: [standard] } }),
  "catalog.xml":
    '<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0"><metadata><title>C</title></metadata><control id="a-1"><title>A</title>' +
    '<part name="statement"><p>Do <insert type="param" id-ref="p"/>.</p></part></control></catalog>',
  "nested.json": '[{"id":"1","title":"a","items":{"b-1":{"title":"b","n":1.10}}}]',
  "library.yaml":
    "urn: urn:a:b:library:c\nobjects:\n  framework:\n    requirement_nodes:\n    - {urn: 'urn:a:b:req_node:c:1', assessable: true, name: n}\n",
  "policy.yml": "policy: P\nid: p\ncontrols:\n- {id: '1', title: t, controls: [{id: '1.1', title: u}]}\n",
  "prowler.json": '{"Framework":"F","Requirements":[{"Id":"1","Description":"d","Checks":["c"]}]}',
  "gemara.yaml": "controls:\n- {id: C-1, title: t, assessment-requirements: [{id: C-1.1, text: u}]}\n",
  "stix.json": '{"type":"bundle","objects":[{"type":"attack-pattern","id":"a--1","name":"n"}]}',
  "needs.json": '{"current_version":"1","versions":{"1":{"needs":{"A":{"id":"A","title":"t"}}}}}',
  "REQ1.yml": "active: true\nnormative: true\nlevel: 1.0\ntext: t\n",
  "house.reqif":
    '<REQ-IF><SPEC-OBJECT IDENTIFIER="u1"><VALUES><ATTRIBUTE-VALUE-XHTML><DEFINITION>x_OBJECTTEXT</DEFINITION><THE-VALUE><div>Doors<ol><li>a</li></ol>' +
    '</div></THE-VALUE></ATTRIBUTE-VALUE-XHTML></VALUES></SPEC-OBJECT><SPECIFICATION LONG-NAME="House"><CHILDREN><SPEC-HIERARCHY><OBJECT>u1</OBJECT>' +
    "</SPEC-HIERARCHY></CHILDREN></SPECIFICATION><SPEC-RELATION><SOURCE>u1</SOURCE><TARGET>u2</TARGET></SPEC-RELATION></REQ-IF>",
  "house.sdoc":
    "[DOCUMENT]\nTITLE: House\n\n[[SECTION]]\nTITLE: Doors\n\n[REQUIREMENT]\nUID: H-1\nSTATEMENT: >>>\nShut.\n<<<\nRELATIONS:\n" +
    "- TYPE: Parent\n  VALUE: S-1\n\n[[/SECTION]]\n",
  "oft.json": '{"header":{"oftVersion":"4"},"items":[{"id":"req~a~1","title":"t","covers":["feat~b~1"]}]}',
  "oft.xml":
    '<specdocument><specobjects doctype="req"><specobject><id>a</id><version>1</version><description>d</description>' +
    "<providescoverage><provcov><linksto>feat:b</linksto></provcov></providescoverage></specobject></specobjects></specdocument>",
  "cwe.xml":
    '<?xml version="1.0"?>\n<Weakness_Catalog Version="1"><Weaknesses>' +
    '<Weakness ID="1" Name="n" Status="Draft"><Description>d &amp; e</Description></Weakness></Weaknesses></Weakness_Catalog>',
  "cwe.csv": "CWE-ID,Name,Status,Description\n1,n,Draft,d,\n",
  "cre.csv": "CRE 0,CWE|id\n100-001|Doors,1\n",
  "list.md":
    "---\ncatalog: a@1\n---\n# List\n\n## R-1: Doors {#d}\n\nShut.\n\n- **R-2** Keys: hang up.\n  - [x] `R-3` [Lamp](http://a.b)\n\n" +
    "| # | Text | L1 |\n|---|:-:|---|\n| R-4 | a \\| `b|c` | x |\n\n<table><tr><td>R-5</td></tr></table>\n\n<!-- c -->\n",
  "list.yaml": "catalog: a@1\nitems:\n  - id: 1\n    title: &t doors\n  - {id: 2, title: *t}\n"
} as const

/** A small source of every format of mappings that is text, by file name. */
export const mappings = {
  "pairs.csv": "source,target,type,confidence\na:1,b:1,equal,0.5\n",
  "asvs.yml": "v4.0.3-1.1.1:\n  tag-v5.0.0: MODIFIED, MOVED TO v5.0.0-1.2.3\n",
  "ctid.json":
    '{"metadata":{"mapping_framework":"f","attack_version":"1","technology_domain":"d"},"mapping_objects":[{"capability_id":"c","attack_object_id":"T1"}]}',
  "ciso.yaml":
    "urn: urn:a:b:library:c\nobjects:\n  requirement_mapping_sets:\n  - source_framework_urn: urn:a:b:framework:c\n    target_framework_urn: urn:a:b:framework:d\n" +
    "    requirement_mappings:\n    - {source_requirement_urn: 'urn:a:b:req_node:c:1', target_requirement_urn: 'urn:a:b:req_node:d:1', relationship: equal}\n",
  "oscal.json": JSON.stringify({
    "mapping-collection": { mappings: [{ maps: [{ relationship: "equal-to", sources: [], targets: [] }] }] }
  })
} as const
