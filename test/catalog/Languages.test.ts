import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { CatalogImport } from "../../src/catalog/CatalogImport.ts"
import { Doctor } from "../../src/catalog/Doctor.ts"
import { Status } from "../../src/catalog/Status.ts"
import { ModelInfo } from "../../src/domain/Embedding.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"

const csv = (...texts: ReadonlyArray<string>) => ({
  name: "rules.csv",
  bytes: Stream.make(new TextEncoder().encode(["id,title", ...texts.map((text, i) => `R-${i},"${text}"`)].join("\n")))
})

const german = csv(
  "Passwörter werden mit einem langsamen Verfahren und einem Salt gespeichert.",
  "Die Anwendung muss alle Daten bei der Übertragung verschlüsseln."
)
const plain = csv("Passwords are stored with a slow hash.", "All data is encrypted when it is sent over the network.")

/** A store whose model was made for these languages. */
const storeOf = (languages: ReadonlyArray<string> | undefined) => {
  const embedder = Layer.effect(
    Embedder,
    Effect.map(Embedder, (embedder) => ({
      ...embedder,
      model: new ModelInfo({ ...embedder.model, ...(languages !== undefined && { languages }) })
    }))
  ).pipe(Layer.provide(Deterministic.layer()))
  return Layer.mergeAll(CatalogImport.layer, Status.layer, Doctor.layer).pipe(
    Layer.provide(VectorIndex.layerSql),
    Layer.provide(embedder),
    Layer.provide(LibsqlClient.layer({ url: ":memory:" }))
  )
}

const findings = Effect.gen(function* () {
  const { run } = yield* CatalogImport
  const first = yield* run(german, { catalog: "bsi@1" })
  const second = yield* run(plain, { catalog: "rules@1" })
  const { foreign } = yield* (yield* Status).read
  const { checks, sound } = yield* (yield* Doctor).check
  const check = checks.find(({ name }) => name === "languages")
  return { imported: [first.foreign, second.foreign], foreign, sound, check }
})

describe("a catalog in a language that the model was not made for", () => {
  it.effect("is told by its import, by the status and by the doctor, who name the way out", () =>
    Effect.gen(function* () {
      const { check, foreign, imported, sound } = yield* findings
      assert.deepStrictEqual(imported, ["de", undefined])
      assert.deepStrictEqual(foreign, [{ catalog: "bsi@1", language: "de" }])
      assert.isTrue(sound)
      assert.deepInclude(check, { status: "warning", remedy: { action: "chooseModel", languages: ["de"] } })
      assert.include(check?.detail, "made for English")
      assert.include(check?.detail, "those of bsi@1 in German")
    }).pipe(Effect.provide(storeOf(["en"])))
  )

  for (const [what, languages] of [
    ["one that was made for it", ["de", "en"]],
    ["one whose languages are not known", undefined]
  ] as const) {
    it.effect(`is nothing to ${what}`, () =>
      Effect.gen(function* () {
        const { check, foreign, imported } = yield* findings
        assert.deepStrictEqual(imported, [undefined, undefined])
        assert.deepStrictEqual(foreign, [])
        assert.strictEqual(check?.status, languages === undefined ? "skipped" : "ok")
      }).pipe(Effect.provide(storeOf(languages)))
    )
  }
})
