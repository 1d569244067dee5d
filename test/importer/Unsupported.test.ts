import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as Mappings from "../../src/importer/mapping/Mappings.ts"
import { read } from "./reading.ts"

const zip = (content: string) => Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]), Buffer.from(content)])

/** Each: the name of a file, its beginning, and what is said of it. */
const files: ReadonlyArray<readonly [name: string, content: string | Uint8Array, says: RegExp]> = [
  ["ssp.json", '{"system-security-plan":{"uuid":"u"}}', /OSCAL system security plan \(SSP\).*Import the catalog/u],
  ["cd.yaml", "component-definition:\n  uuid: u\n", /OSCAL component definition/u],
  ["poam.xml", '<plan-of-action-and-milestones xmlns="http://csrc.nist.gov/ns/oscal/1.0"/>', /POA&M/u],
  [
    "bom.xml",
    '<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><definitions/></bom>',
    /CycloneDX in XML. Take its JSON/u
  ],
  ["bom.json", '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}', /bill of materials \(SBOM\)/u],
  ["spdx.json", '{"spdxVersion":"SPDX-2.3","packages":[]}', /SPDX bill of materials/u],
  [
    "rules.ods",
    zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
    /OpenDocument spreadsheet \(.ods\). Save it as XLSX or CSV/u
  ],
  ["rules.docx", zip("word/document.xml"), /text document or presentation/u],
  ["rules.xls", Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), /old Office file \(.xls\)/u],
  ["rules.xls", "<html><table><tr><td>A-1</td></tr></table></html>", /web page \(HTML\)/u],
  ["rules.pdf", "%PDF-1.7\n", /is a PDF/u],
  ["maps.json", '{"mapping-collection":{"uuid":"u"}}', /Import it as a mapping/u],
  ["ctid.json", '{"metadata":{"attack_version":"1"},"mapping_objects":[]}', /Import it as a mapping/u],
  ["asvs.yml", "---\nv4.0.3-1.1.1:\n  tag-v5.0.0: MOVED TO v5.0.0-1.2.1\n", /Import it as a mapping/u],
  ["pairs.csv", "source,target,type\nA-1,B-1,equal\n", /relates references to each other, and has none itself/u],
  ["photo", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]), /is not text/u],
  ["tool.ini", "[tool]\nkey = value\n", /is of no format that is known/u]
]

describe("files that are not read", () => {
  for (const [name, content, says] of files) {
    it.effect(`are called by what they are: ${name} ${says.source}`, () =>
      Effect.gen(function* () {
        const { problem } = yield* Effect.flip(read(name, content))
        assert.match(problem, says)
        assert.notInclude(problem, "is not JSON")
        // Nothing of what is no text reaches a screen.
        assert.match(problem, /^[\x20-\x7e…]*$/u)
      })
    )
  }

  it.effect("are called so where a mapping is asked for, too", () =>
    Effect.gen(function* () {
      for (const [name, content, says] of files.filter(
        ([name]) => !/maps|ctid|asvs|pairs|photo|tool|bom\.json/u.test(name)
      )) {
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
        const { problem } = yield* Effect.flip(Effect.scoped(Mappings.read(name, Stream.succeed(bytes))))
        assert.match(problem, says, name)
      }
    })
  )
})
