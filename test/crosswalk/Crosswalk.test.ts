import { existsSync } from "node:fs"
import { join } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Result, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { readAnswers } from "../../bench/crosswalk/asvs.ts"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import { ModelInfo } from "../../src/domain/Embedding.ts"
import { EmbeddingError } from "../../src/domain/EmbeddingError.ts"
import type { ReferenceInput } from "../../src/domain/Reference.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as Sources from "../../src/importer/Sources.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"

const repositories = Crosswalk.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(EmbeddingRepository.layer, ReferenceRepository.layer, RelationRepository.layer)),
  Layer.provideMerge(VectorIndex.layerSql)
)

const storeOf = (embedder: Layer.Layer<Embedder>) =>
  Layer.fresh(repositories).pipe(Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url: ":memory:" }), embedder)))

const store = storeOf(Deterministic.layer())

const reference = (catalog: string | undefined, id: string, title: string, description?: string): ReferenceInput => ({
  uri: `${catalog ?? "alone"}/${id}`,
  title,
  entityType: "requirement",
  ...(description === undefined ? {} : { description }),
  ...(catalog === undefined ? {} : { catalog })
})

const company = [
  reference("company", "1", "Password storage", "Passwords are stored with a slow, salted hash."),
  reference("company", "2", "Session end", "Sessions end after fifteen minutes without activity."),
  reference("company", "3", "Canteen", "Lunch is served from noon.")
]
const standard = [
  reference("standard@2", "A", "Storage of passwords", "Passwords are hashed with a slow function and a salt."),
  reference("standard@2", "B", "Session timeout", "A session ends after a time without activity."),
  reference("standard@2", "C", "Audit log", "Administrative actions are logged with time and origin."),
  reference("standard@2", "D", "Transport", "Traffic is encrypted in transit.")
]

/** An empty database with these references. */
const prepare = Effect.fnUntraced(function* (...inputs: ReadonlyArray<ReferenceInput>) {
  const sql = yield* SqlClient.SqlClient
  for (const table of ["relation", "orphan", "reference", "catalog", "embedding_model"])
    yield* sql.unsafe(`DELETE FROM crosswalk_${table}`)
  const references = yield* ReferenceRepository
  yield* references.saveMany(inputs)
  return yield* Crosswalk
})

const between = { from: "company", to: "standard@2" } as const

layer(store)("Crosswalk.suggest", (it) => {
  it.effect("proposes the counterpart first, says what confidences rest on, and hints where there is none", () =>
    Effect.gen(function* () {
      const crosswalk = yield* prepare(...company, ...standard)
      const { calibration, references, stored } = yield* crosswalk.suggest({ ...between, limit: 2 })
      assert.deepStrictEqual(
        references.map(({ source, suggestions }) => [source.uri, suggestions[0]?.target.uri]).slice(0, 2),
        [
          ["company/1", "standard@2/A"],
          ["company/2", "standard@2/B"]
        ]
      )
      assert.deepStrictEqual(
        references.map(({ mayHaveNone }) => !mayHaveNone),
        [true, true, false]
      )
      for (const { noCounterpart, suggestions } of references) {
        assert.strictEqual(suggestions.length, 2)
        const confidences = suggestions.map(({ confidence }) => confidence)
        assert.deepStrictEqual(
          confidences,
          confidences.toSorted((a, b) => b - a)
        )
        for (const value of [noCounterpart, ...confidences]) assert.isTrue(value >= 0 && value <= 1)
        assert.isAtMost(noCounterpart + (confidences[0] ?? 0), 1.0001)
      }
      assert.include(calibration.name, "ASVS")
      assert.strictEqual(calibration.basis, "order")
      assert.deepInclude(calibration.pair, { from: "company", to: "standard@2", decisions: 0, isCalibrated: false })
      assert.strictEqual(calibration.hint.basis, "development")
      assert.isFalse(calibration.matches, "another model than the one it was calibrated with")
      assert.deepStrictEqual(stored, { removed: 0, saved: 6, kept: 0 })
    })
  )

  it.effect("stores suggestions with where they come from", () =>
    Effect.gen(function* () {
      const crosswalk = yield* prepare(...company, ...standard)
      const { references } = yield* crosswalk.suggest({ ...between, limit: 1, type: "equal" })
      const relations = yield* RelationRepository
      const [relation] = yield* relations.find("company/1", "outgoing")
      const { model } = yield* Embedder
      assert.strictEqual(relation?.status, "suggested")
      assert.strictEqual(relation?.type, "equal")
      assert.strictEqual(relation?.confidence, references[0]?.suggestions[0]?.confidence)
      assert.strictEqual(relation?.provenance.method, "suggest:hybrid")
      assert.strictEqual(relation?.provenance.model, model.fingerprint)
      assert.include(relation?.provenance.calibration ?? "", "ASVS")
      assert.deepStrictEqual(Object.keys(relation?.provenance.scores ?? {}).toSorted(), [
        "competition",
        "margin",
        "meaning",
        "noCounterpart",
        "rank",
        "similarity",
        "trigrams",
        "uncalibrated",
        "words"
      ])
    })
  )

  it.effect("never contradicts that something has no counterpart, or that two are unrelated", () =>
    Effect.gen(function* () {
      const crosswalk = yield* prepare(...company, ...standard)
      const relations = yield* RelationRepository
      yield* relations.saveMany([
        { sources: ["company/1"], targets: [], to: "standard@2" },
        { sources: ["standard@2/B"], targets: [], to: "company" },
        { sources: ["company/2"], targets: ["standard@2/A"], type: "no-relationship" }
      ])
      const { references } = yield* crosswalk.suggest({ ...between, limit: 3 })
      const [first, second] = references
      assert.deepInclude(first, { suggestions: [], noCounterpart: 1, mayHaveNone: true })
      assert.notIncludeMembers(second?.suggestions.map(({ target }) => target.uri) ?? [], [
        "standard@2/A",
        "standard@2/B"
      ])
      assert.strictEqual(yield* relations.count({ source: "company/1" }), 1)
      assert.strictEqual(yield* relations.count({ target: "standard@2/B" }), 0)
    })
  )

  it.effect("run again gives the same, replaces what it suggested and never touches what a person decided", () =>
    Effect.gen(function* () {
      const crosswalk = yield* prepare(...company, ...standard)
      const relations = yield* RelationRepository
      const first = yield* crosswalk.suggest({ ...between, limit: 3 })
      yield* relations.save({
        sources: ["company/1"],
        targets: ["standard@2/A"],
        type: "equal",
        provenance: { method: "manual", by: "Ada" }
      })
      yield* relations.save({ sources: ["company/2"], targets: ["standard@2/B"], status: "rejected" })
      const again = yield* crosswalk.suggest({ ...between, limit: 3 })
      assert.deepStrictEqual(again.references, first.references)
      assert.deepStrictEqual(again.stored, { removed: 8, saved: 7, kept: 2 })
      const [accepted, ...others] = yield* relations.find("company/1", "outgoing")
      assert.strictEqual(accepted?.targets[0], "standard@2/A")
      assert.strictEqual(accepted?.provenance.by, "Ada")
      assert.isTrue(others.every(({ targets }) => targets[0] !== "standard@2/A"))
      const rejected = (yield* relations.find("company/2", "outgoing")).filter(({ status }) => status === "rejected")
      assert.deepStrictEqual(
        rejected.map(({ targets }) => targets[0]),
        ["standard@2/B"]
      )
      yield* crosswalk.suggest({ ...between, limit: 1 })
      assert.strictEqual(yield* relations.count({ status: ["suggested"] }), 1)
    })
  )

  it.effect("gives one reference what it gets among all, and replaces only its suggestions", () =>
    Effect.gen(function* () {
      const crosswalk = yield* prepare(...company, ...standard)
      const all = yield* crosswalk.suggest(between)
      const one = yield* crosswalk.suggest({ source: "company/2", to: "standard@2", limit: 1 })
      assert.strictEqual(one.references.length, 1)
      assert.deepStrictEqual(one.references[0]?.suggestions[0], all.references[1]?.suggestions[0])
      const relations = yield* RelationRepository
      assert.strictEqual(yield* relations.count({ source: "company/1" }), 4)
      assert.strictEqual(yield* relations.count({ source: "company/2" }), 1)
    })
  )

  it.effect("takes a reference that is in no catalog", () =>
    Effect.gen(function* () {
      const lonely = reference(undefined, "x", "Audit", "Actions of administrators are logged.")
      const crosswalk = yield* prepare(lonely, ...standard)
      const { references } = yield* crosswalk.suggest({ source: lonely.uri, to: "standard@2", method: "hybrid" })
      assert.strictEqual(references[0]?.suggestions[0]?.target.uri, "standard@2/C")
    })
  )

  it.effect("stores nothing where it is not to, and leaves out what is less certain than asked", () =>
    Effect.gen(function* () {
      const crosswalk = yield* prepare(...company, ...standard)
      const relations = yield* RelationRepository
      const { references, stored } = yield* crosswalk.suggest({ ...between, store: false, minConfidence: 0.2 })
      assert.isUndefined(stored)
      assert.strictEqual(yield* relations.count(), 0)
      assert.isTrue(references.every(({ suggestions }) => suggestions.every(({ confidence }) => confidence >= 0.2)))
    })
  )

  it.effect("needs no embeddings for the method keyword", () =>
    Effect.gen(function* () {
      const crosswalk = yield* prepare(...company, ...standard)
      const { references } = yield* crosswalk.suggest({ ...between, method: "keyword", limit: 1 })
      assert.strictEqual(references[0]?.suggestions[0]?.target.uri, "standard@2/A")
      const embeddings = yield* EmbeddingRepository
      assert.strictEqual((yield* embeddings.status).fresh, 0)
      const relations = yield* RelationRepository
      assert.isUndefined((yield* relations.find("company/1", "outgoing"))[0]?.provenance.model)
    })
  )

  it.effect("refuses what cannot be compared, in words", () =>
    Effect.gen(function* () {
      const crosswalk = yield* prepare(...company, ...standard)
      const said = (options: Parameters<typeof crosswalk.suggest>[0]) =>
        Effect.map(Effect.flip(crosswalk.suggest(options)), ({ _tag, message }) => [_tag, message] as const)
      assert.deepStrictEqual(yield* said({ from: "nowhere", to: "standard@2" }), [
        "NotFoundError",
        "There is no catalog nowhere"
      ])
      assert.strictEqual((yield* said({ from: "company", to: "nowhere" }))[0], "NotFoundError")
      assert.deepStrictEqual(yield* said({ source: "company/9", to: "standard@2" }), [
        "NotFoundError",
        "There is no reference company/9"
      ])
      assert.include((yield* said({ from: "company", to: "company" }))[1], "is the catalog of what is to be answered")
      assert.include(
        (yield* said({ source: "company/1", to: "company" }))[1],
        "is the catalog of what is to be answered"
      )
      for (const neither of [{ to: "company" }, { ...between, source: "company/1" }]) {
        const [tag, message] = yield* said(neither)
        assert.strictEqual(tag, "ValidationError")
        assert.include(message, "either from (a catalog) or source (the URI of a reference)")
      }
      assert.strictEqual((yield* said({ ...between, limit: 0 }))[0], "ValidationError")
      assert.strictEqual((yield* said({ ...between, minConfidence: 2 }))[0], "ValidationError")
    })
  )

  it.effect("does with catalogs of one reference, with equal texts and with texts without words", () =>
    Effect.gen(function* () {
      const crosswalk = yield* prepare(
        reference("a@1", "1", "!!!"),
        reference("a@1", "2", "same"),
        reference("a@1", "3", "same"),
        reference("b@1", "1", "same")
      )
      const { references } = yield* crosswalk.suggest({ from: "a@1", to: "b@1" })
      assert.deepStrictEqual(
        references.map(({ suggestions }) => suggestions.length),
        [1, 1, 1]
      )
      const back = yield* crosswalk.suggest({ from: "b@1", to: "a@1" })
      assert.strictEqual(back.references[0]?.suggestions.length, 3)
    })
  )

  it.effect("lets other work run meanwhile and tells how far it is", () =>
    Effect.gen(function* () {
      const many = (catalog: string) =>
        Array.from({ length: 400 }, (_, i) =>
          reference(catalog, `${i}`, `Title ${i}`, `${catalog} word${i} key${i % 7}`)
        )
      const crosswalk = yield* prepare(...many("a@1"), ...many("b@1"))
      let ticks = 0
      const timer = setInterval(() => ticks++, 5)
      const seen: Array<number> = []
      yield* crosswalk
        .suggest(
          { from: "a@1", to: "b@1" },
          { onProgress: ({ done, total }) => Effect.sync(() => seen.push(done / total)) }
        )
        .pipe(Effect.ensuring(Effect.sync(() => clearInterval(timer))))
      assert.deepStrictEqual(seen, [0.25, 0.5, 0.75, 1])
      assert.isAbove(ticks, 3)
    })
  )
})

describe("Crosswalk.suggest with other embedders", () => {
  const failing = Layer.sync(Embedder, () => {
    const embed = (text: string) =>
      text.includes("Canteen")
        ? Effect.fail(new EmbeddingError({ text, reason: "text", problem: "it is about lunch" }))
        : Effect.succeed(Deterministic.vectorOf(text, 8))
    return Embedder.of({
      model: new ModelInfo({ id: "failing", dimensions: 8, maxLength: 100, fingerprint: "failing" }),
      embed,
      embedMany: (texts) => Effect.forEach(texts, embed)
    })
  })

  it.effect("a text that cannot be embedded is an error that names it, and nothing is stored", () =>
    Effect.gen(function* () {
      const crosswalk = yield* prepare(...company, ...standard)
      const error = yield* Effect.flip(crosswalk.suggest(between))
      assert.include(error.message, "company/3")
      assert.include(error.message, "it is about lunch")
      const relations = yield* RelationRepository
      assert.strictEqual(yield* relations.count(), 0)
    }).pipe(Effect.provide(storeOf(failing)))
  )

  it.effect("vectors of another model are refused and stay", () =>
    Effect.gen(function* () {
      const crosswalk = yield* prepare(...company, ...standard)
      const sql = yield* SqlClient.SqlClient
      yield* crosswalk.suggest(between)
      yield* sql`UPDATE crosswalk_embedding_model SET fingerprint = 'older', name = 'older model'`
      const error = yield* Effect.flip(crosswalk.suggest(between))
      assert.strictEqual(error._tag, "ModelMismatchError")
      assert.include(error.message, "older model")
      const [row] = yield* sql`SELECT count(*) AS n FROM crosswalk_embedding`
      assert.deepStrictEqual(row, { n: 7 })
    }).pipe(Effect.provide(storeOf(Deterministic.layer())))
  )
})

const folder = join(import.meta.dirname, "..", "..", "..", "shared", "asvs")

describe.skipIf(!existsSync(folder))("Crosswalk.suggest on ASVS (skipped without ../shared/asvs)", () => {
  it.effect("by words alone the first proposal is right for 70 % and more", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const crosswalk = yield* Crosswalk
      for (const version of ["4.0.3", "5.0.0"]) {
        const { catalog, items } = yield* Sources.open(join(folder, `asvs-${version}.flat.json`))
        const found = yield* Stream.runCollect(items)
        yield* references.saveMany(
          found.flatMap((item) =>
            Result.isSuccess(item) && item.success._tag === "Entry" ? [item.success.reference] : []
          )
        )
        yield* references.learnBoilerplate(catalog)
      }
      const successors = readAnswers(folder)
      const result = yield* crosswalk.suggest({ from: "asvs@4.0.3", to: "asvs@5.0.0", method: "keyword", store: false })
      const answerable = result.references.filter(
        ({ source }) => (successors.get(source.uri)?.successors.size ?? 0) > 0
      )
      assert.strictEqual(answerable.length, 228)
      const right = answerable.filter(({ source, suggestions }) =>
        successors.get(source.uri)?.successors.has(suggestions[0]?.target.uri ?? "")
      )
      assert.isAtLeast(right.length / answerable.length, 0.7)
    }).pipe(Effect.scoped, Effect.provide([store, NodeServices.layer]))
  )
})
