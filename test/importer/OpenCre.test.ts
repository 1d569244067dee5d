import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Options } from "../../src/importer/Importer.ts"
import * as Sources from "../../src/importer/Sources.ts"
import { collect, read } from "./reading.ts"

const shared = fileURLToPath(new URL("../../../shared/formats/opencre-export-sample.csv", import.meta.url))

const csv = `CRE 0,CRE 1,CWE|id,CWE|hyperlink,House|section,House|id,NIST 800-53 v5|section
100-001|Doors,,,,,,
100-001|Doors,"100-002|Locks, bolts",384,https://example.org/384,Shut it,H-1,AC-2(3) Locked
100-001|Doors,"100-002|Locks, bolts",,,Shut it,H-1,
,100-003|Keys,385,,,,
oops,,,,,,
,,,,,H-2,
`

layer(NodeServices.layer)("OpenCRE", (it) => {
  it.effect("gives one reference for each CRE, with its parents and what it is linked to", () =>
    Effect.gen(function* () {
      const { catalog, entries, failed, format } = yield* read("export.csv", csv)
      assert.deepStrictEqual([format, catalog], ["opencre", "opencre"])
      assert.deepStrictEqual(
        entries.map(({ at, reference: { entityType, metadata, title, uri } }) => [
          at,
          uri,
          title,
          entityType,
          metadata
        ]),
        [
          ["line 2", "opencre:100-001", "Doors", "cre", undefined],
          [
            "line 3",
            "opencre:100-002",
            "Locks, bolts",
            "cre",
            {
              parents: ["100-001"],
              linked: [
                { standard: "CWE", id: "CWE-384", title: "CWE-384" },
                { standard: "House", id: "H-1", title: "Shut it" },
                { standard: "NIST 800-53 v5", id: "ac-2.3", title: "Locked" }
              ]
            }
          ],
          [
            "line 5",
            "opencre:100-003",
            "Keys",
            "cre",
            { linked: [{ standard: "CWE", id: "CWE-385", title: "CWE-385" }] }
          ]
        ]
      )
      assert.deepStrictEqual(failed, ['line 6, CRE 0: is not id|name, such as 002-630|Logging: "oops"'])
    })
  )

  it.effect("gives the entries of a standard where that is asked for", () =>
    Effect.gen(function* () {
      const house = yield* read("export.csv", csv, { path: "House", catalog: "house@1" })
      assert.deepStrictEqual(
        house.entries.map(({ reference: { metadata, title, uri } }) => [uri, title, metadata]),
        [
          ["house:1/H-1", "Shut it", { cres: ["100-002"] }],
          ["house:1/H-2", "H-2", undefined]
        ]
      )
      const error = yield* Effect.flip(read("export.csv", csv, { path: "ISO" }))
      assert.include(error.problem, "there is no standard ISO; there are CWE, House, NIST 800-53 v5")
    })
  )

  it.effect.skipIf(!existsSync(shared))("reads the published sample (skipped without ../shared)", () =>
    Effect.gen(function* () {
      const open = (options: Options = {}) => Effect.scoped(Effect.flatMap(Sources.open(shared, options), collect))
      const counts = ({ entries, failed }: Effect.Success<ReturnType<typeof open>>) => [entries.length, failed.length]
      assert.deepStrictEqual(counts(yield* open()), [20, 0])
      assert.deepStrictEqual(counts(yield* open({ path: "CWE" })), [17, 0])
      assert.deepStrictEqual(counts(yield* open({ path: "NIST 800-53 v5" })), [6, 0])
    })
  )
})
