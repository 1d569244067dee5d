import { describe, expect, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Lint } from "../../src/catalog/Lint.ts"
import type { RelationInput } from "../../src/domain/RelationInput.ts"
import { CatalogExport } from "../../src/report/CatalogExport.ts"
import { exchangeNames, workbookNames } from "../../src/report/ExchangeFormats.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { TestStore } from "../../src/testing.ts"

const [from, to] = ["house@1", "law@2"]

const store = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  yield* references.saveMany(
    [...Array(9).keys()].flatMap((i) =>
      [
        ["house:1", from, "R"],
        ["law:2", to, "PO.3"]
      ].map(([space, catalog = "", letters]) => ({
        uri: `${space}/${letters}.${i}`,
        title: `${letters} ${i}`,
        entityType: "rule",
        catalog,
        identifier: `${letters}.${i}`
      }))
    )
  )
  const source = (i: number) => `house:1/R.${i}`
  const target = (i: number) => `law:2/PO.3.${i}`
  const said: ReadonlyArray<RelationInput> = [
    { sources: [source(0)], targets: [target(0)], type: "equal" },
    { sources: [source(1)], targets: [target(1)], type: "subset", provenance: { method: "manual", strength: 4 } },
    {
      sources: [source(2)],
      targets: [target(2)],
      type: "superset",
      provenance: { method: "manual", note: 'a\n"b", c' }
    },
    { sources: [source(3)], targets: [target(3)], type: "intersects", provenance: { method: "manual", by: "Ann" } },
    { sources: [source(4), source(5)], targets: [target(4), target(5)], type: "intersects" },
    { sources: [source(6)], targets: [target(6)], type: "implements" },
    { sources: [source(7)], targets: [], to, type: "no-relationship" }
  ]
  const relations = yield* RelationRepository
  yield* relations.saveMany(said.map((one) => ({ ...one, status: "accepted" as const })))
  const { relations: read, workbook } = yield* CatalogExport
  const { file } = yield* Lint
  const check = (name: string, bytes: Uint8Array) => file({ name, bytes: Stream.make(bytes) }, { from, to })
  return { check, read, workbook }
})

describe("a check of what was exported", () => {
  it.effect("finds nothing in any format of exchange", () =>
    Effect.gen(function* () {
      const { check, read, workbook } = yield* store
      for (const format of exchangeNames) {
        const text = yield* Stream.mkString(read({ from, to, format }))
        const { findings, relations } = yield* check("sound", new TextEncoder().encode(text))
        expect({ format, findings }).toEqual({ format, findings: [] })
        expect(relations).toBeGreaterThan(5)
      }
      for (const format of workbookNames) {
        const { findings } = yield* check("sound.xlsx", yield* workbook({ from, to, format }))
        expect({ format, findings }).toEqual({ format, findings: [] })
      }
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("finds a zero for an O and a number too much in every one, each once, with what was meant", () =>
    Effect.gen(function* () {
      const { check, read } = yield* store
      for (const format of exchangeNames) {
        const text = yield* Stream.mkString(read({ from, to, format }))
        for (const [wrong, rule] of [
          ["P0.3.1", "look-alike"],
          ["PO.3.1.9", "unknown-identifier"]
        ]) {
          const damaged = text.replaceAll(/\bPO\.3\.1\b/giu, (found) =>
            found === found.toLowerCase() ? (wrong ?? "").toLowerCase() : (wrong ?? "")
          )
          expect(damaged).not.toBe(text)
          const { findings } = yield* check("damaged", new TextEncoder().encode(damaged))
          expect({ format, found: findings.map((one) => [one.rule, one.remedy]) }).toEqual({
            format,
            found: [[rule, { action: "chooseOne", field: "uri", values: ["law:2/PO.3.1"] }]]
          })
        }
      }
    }).pipe(Effect.provide(TestStore.layer))
  )
})
