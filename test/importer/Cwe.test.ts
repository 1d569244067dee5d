import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { read } from "./reading.ts"

/** Two weaknesses, a category and a deprecated one of our own, in the shape of CWE. */
const xml = `<?xml version="1.0" encoding="UTF-8"?>
<Weakness_Catalog Name="CWE" Version="4.99" Date="2026-01-01" xmlns="http://cwe.mitre.org/cwe-7"
  xmlns:xhtml="http://www.w3.org/1999/xhtml">
  <Weaknesses>
    <Weakness ID="9001" Name="Leaky &quot;Roof&quot;" Abstraction="Base" Structure="Simple"
      Status="Draft">
      <Description>Rain &amp; snow
         come in.</Description>
      <Extended_Description>
        <xhtml:p>The first   part.</xhtml:p>
        <xhtml:p>The <xhtml:b>second</xhtml:b> part.</xhtml:p>
      </Extended_Description>
      <Related_Weaknesses>
        <Related_Weakness Nature="ChildOf" CWE_ID="9002" View_ID="1000" Ordinal="Primary"/>
        <Related_Weakness Nature="ChildOf" CWE_ID="9002" View_ID="1003" Ordinal="Primary"/>
      </Related_Weaknesses>
      <Alternate_Terms><Alternate_Term><Term>Drip</Term><Description>A sound.</Description></Alternate_Term></Alternate_Terms>
      <Likelihood_Of_Exploit>High</Likelihood_Of_Exploit>
      <Potential_Mitigations><Mitigation><Description>Not this one.</Description></Mitigation></Potential_Mitigations>
    </Weakness>
    <Weakness ID="9002" Name="DEPRECATED: Old" Abstraction="Class" Status="Deprecated"><Description>Use 9001.</Description></Weakness>
    <Weakness ID="x" Name="No number" Status="Draft"/>
  </Weaknesses>
  <Categories>
    <Category ID="9003" Name="Roofs" Status="Draft">
      <Summary>All about roofs.</Summary>
      <Relationships><Has_Member CWE_ID="9001" View_ID="699"/></Relationships>
    </Category>
  </Categories>
  <Views><View ID="9004" Name="A view" Type="Graph" Status="Draft"><Objective>None.</Objective></View></Views>
</Weakness_Catalog>
`

const csv = `CWE-ID,Name,Weakness Abstraction,Status,Description,Extended Description,Related Weaknesses,Weakness Ordinalities,Alternate Terms,Likelihood of Exploit
9001,"Leaky ""Roof""",Base,Draft,Rain & snow come in.,"The first part.

The second part.",::NATURE:ChildOf:CWE ID:9002:VIEW ID:1000:ORDINAL:Primary::NATURE:ChildOf:CWE ID:9002:VIEW ID:1003:ORDINAL:Primary::,,::TERM:Drip:DESCRIPTION:A sound.::,High,
9002,DEPRECATED: Old,Class,Deprecated,Use 9001.,,,,,,
x,No number,Base,Draft,,,,,,,
`

const expected = {
  uri: "cwe:4.99/CWE-9001",
  title: 'Leaky "Roof"',
  entityType: "weakness",
  description: "Rain & snow come in.",
  metadata: {
    id: "CWE-9001",
    abstraction: "Base",
    status: "Draft",
    likelihood: "High",
    terms: ["Drip"],
    related: [{ nature: "ChildOf", id: "CWE-9002" }],
    extended: "The first part.\n\nThe second part."
  },
  catalog: "cwe@4.99"
}

describe("CWE", () => {
  it.effect("is read from XML, however its bytes are cut: weaknesses and categories with lines", () =>
    Effect.gen(function* () {
      for (const size of [1, 7, 100, 64 * 1024]) {
        const { catalog, entries, failed, format, withdrawn } = yield* read("cwec.xml", xml, {}, size)
        assert.deepStrictEqual([format, catalog], ["cwe-xml", "cwe@4.99"])
        assert.deepStrictEqual(entries, [
          { _tag: "Entry", at: "line 5", reference: expected },
          {
            _tag: "Entry",
            at: "line 25",
            reference: {
              uri: "cwe:4.99/CWE-9003",
              title: "Roofs",
              entityType: "category",
              description: "All about roofs.",
              metadata: { id: "CWE-9003", status: "Draft", related: [{ nature: "HasMember", id: "CWE-9001" }] },
              catalog: "cwe@4.99"
            }
          }
        ])
        assert.deepStrictEqual(
          withdrawn.map(({ at, id, reason }) => [at, id, reason]),
          [["line 21", "CWE-9002", "Deprecated: Use 9001."]]
        )
        assert.deepStrictEqual(failed, ['line 22, ID: is not a CWE number: "x"'])
      }
    })
  )

  it.effect("is read from CSV, whose rows end with a comma, as the same weaknesses", () =>
    Effect.gen(function* () {
      const { entries, failed, format, withdrawn } = yield* read("1000.csv", csv, { catalog: "cwe@4.99" })
      assert.strictEqual(format, "cwe-csv")
      assert.deepStrictEqual(
        entries.map(({ reference }) => reference),
        [expected]
      )
      assert.strictEqual(withdrawn[0]?.id, "CWE-9002")
      assert.deepStrictEqual(failed, ['line 6, ID: is not a CWE number: "x"'])
      const unnamed = yield* read("1000.csv", csv)
      assert.strictEqual(unnamed.catalog, "cwe")
    })
  )

  it.effect("refuses document types and entities, and says where XML is wrong", () =>
    Effect.gen(function* () {
      const fault = (text: string | Uint8Array) =>
        Effect.map(Effect.flip(read("x.xml", text)), ({ at, problem }) => `${at}: ${problem}`)
      const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`).join("")
      const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">${laughs}]><Weakness_Catalog>&a9;</Weakness_Catalog>`
      assert.match(
        yield* fault(bomb),
        /^line 1, column \d+: has a document type declaration \(DTD\), which is refused/u
      )
      const external = `<!DOCTYPE x SYSTEM "file:///etc/passwd"><Weakness_Catalog/>`
      assert.match(yield* fault(external), /document type declaration/u)
      assert.match(yield* fault("<Weakness_Catalog>\n&nbsp;</Weakness_Catalog>"), /^line 2, column \d+: is not XML/u)
      assert.match(yield* fault("<Weakness_Catalog>\n<a></b></Weakness_Catalog>"), /^line 2, column \d+: is not XML/u)
      assert.match(yield* fault("<Weakness_Catalog><Weaknesses>"), /is not XML: unclosed tag/u)
      const deep = `<Weakness_Catalog>${"<a>".repeat(100_000)}`
      assert.match(yield* fault(deep), /nested in more than 100 levels/u)
      const long = `<Weakness_Catalog>${"x".repeat(17 * 1024 * 1024)}`
      assert.match(yield* fault(long), /^line 1, column \d+: has no element in 16 MB/u)
      assert.match(yield* fault(`${long}</Weakness_Catalog>`), /^line 1, column \d+: has no element in 16 MB/u)
      const latin = Buffer.from("<Weakness_Catalog>\n\u00fc</Weakness_Catalog>", "latin1")
      assert.match(yield* fault(latin), /is not UTF-8/u)
      const wide = `<Weakness_Catalog><Weakness ID="1"><Description>${"<a/>xxx".repeat(400_000)}`
      assert.match(yield* fault(wide), /more than 1 MB of text/u)
    })
  )
})
