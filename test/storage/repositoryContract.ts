import { assert, layer } from "@effect/vitest"
import { Context, DateTime, Effect, Layer, Option, Ref, Schema, type Scope, Stream } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { ModelInfo } from "../../src/domain/Embedding.ts"
import { EmbeddingError } from "../../src/domain/EmbeddingError.ts"
import type { ReferenceInput } from "../../src/domain/Reference.ts"
import { dot, normalise } from "../../src/domain/Vector.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { versionOf } from "../../src/storage/ReferenceVersion.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import { metadata, optional, textOf } from "../support/arbitraries.ts"

const dimensions = 8

/** Counts the texts it embeds; fails on texts that hold the word "unembeddable"; the letters decide the direction. */
class Calls extends Context.Service<Calls, Ref.Ref<number>>()("test/Calls") {
  static readonly layer = Layer.effect(this, Ref.make(0))
}

const vectorOf = (text: string): Float32Array => {
  const vector = new Float32Array(dimensions)
  for (let i = 0; i < text.length; i++) vector[text.charCodeAt(i) % dimensions]! += 1
  vector[0]! += 0.5
  return normalise(vector) ?? new Float32Array(dimensions)
}

const embedderOf = (fingerprint: string) =>
  Layer.effect(
    Embedder,
    Effect.gen(function* () {
      const calls = yield* Calls
      const embed = (text: string) =>
        text.includes("unembeddable")
          ? Effect.fail(new EmbeddingError({ text, reason: "text", problem: "it says so" }))
          : Effect.as(
              Ref.update(calls, (n) => n + 1),
              vectorOf(text)
            )
      return Embedder.of({
        model: new ModelInfo({ id: `letters-${fingerprint}`, dimensions, maxLength: 100, fingerprint }),
        embed,
        embedMany: (texts) => Effect.forEach(texts, (text) => embed(text))
      })
    })
  )

const repositories = Layer.provideMerge(
  EmbeddingRepository.layer,
  Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer, VectorIndex.layerSql)
)

const clear = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql.withTransaction(
    Effect.gen(function* () {
      for (const table of ["relation", "reference", "catalog", "embedding_model"]) {
        yield* sql.unsafe(`DELETE FROM crosswalk_${table}`)
      }
    })
  )
})

const pieces = [
  "a",
  "Z",
  "é",
  "密",
  "🙂",
  "\u{1F469}\u200D\u{1F4BB}",
  "'",
  '"',
  "\\",
  "\n",
  "\r\n",
  "\t",
  "%",
  "_",
  "\u2028",
  "\uFEFF",
  "\u0001",
  "0"
]
const text = textOf(pieces, 12)
const filled = Arbitrary.map(text, (tail) => `x${tail}`)
const anyReference = Arbitrary.all({
  uri: filled,
  title: filled,
  entityType: filled,
  description: optional(text),
  tags: optional(Arbitrary.array(filled, { maxLength: 4 })),
  metadata: optional(metadata),
  catalog: optional(Arbitrary.schema(Schema.Literals(["asvs@5.0.0", "company"])))
})

const sample = (uri: string, more?: Partial<ReferenceInput>): ReferenceInput => ({
  uri,
  title: "Password storage",
  entityType: "requirement",
  ...more
})

const uris = (hits: ReadonlyArray<{ readonly reference: { readonly uri: string } }>) =>
  hits.map(({ reference }) => reference.uri)

/** What every database must do, whatever holds it. `sqlLayer` opens one that no other test uses. */
export const repositoryContract = <E>(name: string, sqlLayer: Layer.Layer<SqlClient.SqlClient, E>) => {
  const services = Layer.provideMerge(
    repositories,
    Layer.mergeAll(sqlLayer, Layer.provideMerge(embedderOf("one"), Calls.layer))
  )
  /** The same database under another model, as a second process would open it. */
  const withModel = (fingerprint: string) =>
    Effect.provide(Layer.fresh(EmbeddingRepository.layer).pipe(Layer.provide(embedderOf(fingerprint))), { local: true })

  layer(services)(name, (it) => {
    const test = <A, F>(title: string, body: () => Effect.Effect<A, F, Layer.Success<typeof services> | Scope.Scope>) =>
      it.effect(title, () => Effect.andThen(clear, body()))

    test("save creates, then updates by uri: createdAt stays, updatedAt moves", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        yield* TestClock.adjust("1 second")
        const created = yield* references.save(sample("r:1"))
        yield* TestClock.adjust("1 second")
        const updated = yield* references.save(sample("r:1", { title: "Storing passwords" }))
        assert.strictEqual(updated.title, "Storing passwords")
        assert.deepStrictEqual(updated.createdAt, created.createdAt)
        assert.isAbove(DateTime.toEpochMillis(updated.updatedAt), DateTime.toEpochMillis(created.updatedAt))
        assert.strictEqual(yield* references.count(), 1)
      }))

    test("put writes, and remove removes, only what is as expected", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const conflict = <A, E>(effect: Effect.Effect<A, E>) =>
          Effect.map(Effect.flip(effect), (error) => {
            assert.propertyVal(error, "_tag", "ConflictError")
            assert.propertyVal(error, "reason", "changed")
          })
        yield* conflict(references.put(sample("r:1"), { expect: "present" }))
        yield* conflict(references.put(sample("r:1"), { expect: ["other"] }))
        yield* conflict(references.remove("r:1", { expect: "present" }))
        const created = yield* references.put(sample("r:1"), { expect: "absent" })
        assert.isTrue(created.isNew)
        yield* conflict(references.put(sample("r:1", { title: "never" }), { expect: "absent" }))
        const version = versionOf(created.reference)
        const updated = yield* references.put(sample("r:1", { title: "Hashed" }), { expect: ["other", version] })
        assert.isFalse(updated.isNew)
        yield* conflict(references.put(sample("r:1", { title: "never" }), { expect: [version] }))
        yield* conflict(references.remove("r:1", { expect: [version] }))
        assert.deepStrictEqual(yield* references.find("r:1"), Option.some(updated.reference))
        const same = yield* references.put(updated.reference)
        assert.deepStrictEqual(same, { reference: updated.reference, isNew: false })
        yield* references.remove("r:1", { expect: [versionOf(same.reference)] })
        assert.strictEqual(yield* references.count(), 0)
      }))

    test("saving the same again changes nothing and does not embed again", () =>
      Effect.gen(function* () {
        const embeddings = yield* EmbeddingRepository
        const calls = yield* Calls
        const first = yield* embeddings.saveWithEmbedding(sample("r:1", { tags: ["b", "a"] }))
        const before = yield* Ref.get(calls)
        yield* TestClock.adjust("1 hour")
        const second = yield* embeddings.saveWithEmbedding(sample("r:1", { tags: ["a", "b", "a"] }))
        assert.deepStrictEqual(second, first)
        assert.strictEqual(yield* Ref.get(calls), before)
      }))

    test("saveMany counts, validates all before it writes, and keeps the last of one uri", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const many = Array.from({ length: 70 }, (_, i) => sample(`r:${i}`))
        assert.deepStrictEqual(yield* references.saveMany(many), { created: 70, updated: 0, unchanged: 0 })
        const changed = many.map((one, i) => (i < 3 ? { ...one, title: "New" } : one))
        assert.deepStrictEqual(yield* references.saveMany(changed), { created: 0, updated: 3, unchanged: 67 })
        const error = yield* Effect.flip(references.saveMany([sample("r:new"), sample("r:bad", { title: " " })]))
        assert.strictEqual(error._tag, "ValidationError")
        assert.isTrue(Option.isNone(yield* references.find("r:new")))
        yield* references.saveMany([sample("r:1", { title: "First" }), sample("r:1", { title: "Last" })])
        assert.strictEqual(Option.getOrThrow(yield* references.find("r:1")).title, "Last")
      }))

    it.effect.prop(
      "any reference comes back as it was saved, and saving it again changes nothing",
      { input: anyReference },
      ({ input }) =>
        Effect.gen(function* () {
          const references = yield* ReferenceRepository
          const saved = yield* references.save(input)
          const found = Option.getOrThrow(yield* references.find(input.uri))
          assert.deepStrictEqual(found, saved)
          assert.strictEqual(found.title, input.title)
          assert.strictEqual(found.entityType, input.entityType)
          assert.strictEqual(found.description, input.description)
          assert.deepStrictEqual(found.tags, [...new Set(input.tags)].sort())
          assert.deepStrictEqual(found.metadata, input.metadata)
          assert.strictEqual(found.catalog, input.catalog)
          assert.deepStrictEqual(yield* references.saveMany([input]), { created: 0, updated: 0, unchanged: 1 })
        }),
      { arbitrary: { runs: 40 } }
    )

    const invalid: ReadonlyArray<readonly [string, string, ReferenceInput]> = [
      ["a blank uri", "uri", sample("")],
      ["a blank title", "title", sample("r:1", { title: "  " })],
      ["a blank entityType", "entityType", sample("r:1", { entityType: "" })],
      ["a lone surrogate", "description", sample("r:1", { description: "a\uD800b" })],
      ["a NUL", "title", sample("r:1", { title: "a\0b" })],
      ["a lone surrogate inside metadata", "metadata", sample("r:1", { metadata: { note: ["\uDC00"] } })],
      ["a NUL in a tag", "tags.1", sample("r:1", { tags: ["a", "\0"] })],
      ["a catalog with spaces", "catalog", sample("r:1", { catalog: "my catalog" })]
    ]
    for (const [what, field, input] of invalid) {
      test(`${what} is a ValidationError naming ${field}, and nothing is written`, () =>
        Effect.gen(function* () {
          const references = yield* ReferenceRepository
          const error = yield* Effect.flip(references.save(input))
          assert.strictEqual(error._tag, "ValidationError")
          if (error._tag === "ValidationError") assert.strictEqual(error.field, field)
          assert.strictEqual(yield* references.count(), 0)
        }))
    }

    test("a missing title from untyped code is a ValidationError naming title", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const untyped: unknown = JSON.parse(`{ "uri": "r:1", "entityType": "requirement" }`)
        const error = yield* Effect.flip(Effect.suspend(() => references.save(untyped as ReferenceInput)))
        assert.strictEqual(error._tag, "ValidationError")
        if (error._tag === "ValidationError") assert.strictEqual(error.field, "title")
      }))

    test("a text that cannot be embedded leaves the reference without a vector and says so", () =>
      Effect.gen(function* () {
        const embeddings = yield* EmbeddingRepository
        yield* embeddings.saveWithEmbedding(sample("r:1"))
        const error = yield* Effect.flip(embeddings.saveWithEmbedding(sample("r:1", { title: "unembeddable" })))
        assert.strictEqual(error._tag, "EmbeddingError")
        if (error._tag === "EmbeddingError") assert.strictEqual(error.reference?.uri, "r:1")
        const found = Option.getOrThrow(yield* embeddings.findWithEmbedding("r:1"))
        assert.strictEqual(found.reference.title, "unembeddable")
        assert.isUndefined(found.embedding)
      }))

    test("an embedding knows its model, dimensions and time, and is what the embedder gave", () =>
      Effect.gen(function* () {
        const embeddings = yield* EmbeddingRepository
        yield* TestClock.adjust("1 minute")
        yield* embeddings.saveWithEmbedding(sample("r:1", { description: "Slow and salted." }))
        const { embedding } = Option.getOrThrow(yield* embeddings.findWithEmbedding("r:1"))
        assert.strictEqual(embedding?.model.fingerprint, "one")
        assert.strictEqual(embedding?.model.dimensions, dimensions)
        assert.isAbove(DateTime.toEpochMillis(embedding!.createdAt), 0)
        assert.closeTo(dot(embedding!.vector, vectorOf("Password storage\n\nSlow and salted.")), 1, 1e-6)
      }))

    it.effect.prop(
      "the order of a search equals brute force",
      { titles: Arbitrary.array(filled, { minLength: 1, maxLength: 12 }), query: filled },
      ({ titles, query }) =>
        Effect.gen(function* () {
          yield* clear
          const embeddings = yield* EmbeddingRepository
          yield* Effect.forEach(titles, (title, i) => embeddings.saveWithEmbedding(sample(`r:${i}`, { title })))
          const hits = yield* embeddings.findSimilarByText(query, { limit: 100 })
          assert.strictEqual(hits.length, titles.length)
          const target = vectorOf(query)
          const cosineOf = new Map(titles.map((title, i) => [`r:${i}`, dot(vectorOf(title), target)]))
          for (const [i, hit] of hits.entries()) {
            const cosine = cosineOf.get(hit.reference.uri)!
            assert.closeTo(hit.score, Math.max(0, cosine), 1e-5)
            const next = hits[i + 1]
            if (next === undefined) continue
            const nextCosine = cosineOf.get(next.reference.uri)!
            assert.isTrue(
              cosine > nextCosine - 1e-6,
              `${hit.reference.uri} (${cosine}) before ${next.reference.uri} (${nextCosine})`
            )
            if (titles[Number(hit.reference.uri.slice(2))] === titles[Number(next.reference.uri.slice(2))]) {
              assert.isBelow(hit.reference.uri.localeCompare(next.reference.uri, "en"), 0)
            }
          }
        }),
      { arbitrary: { runs: 15 } }
    )

    test("score is 0 where the cosine is negative", () =>
      Effect.gen(function* () {
        const embeddings = yield* EmbeddingRepository
        yield* embeddings.saveWithEmbedding(sample("r:1"))
        const opposite = vectorOf("Password storage").map((value) => -value)
        assert.strictEqual((yield* embeddings.findSimilarByEmbedding(opposite))[0]?.score, 0)
      }))

    test("a filter that means nothing is a ValidationError", () =>
      Effect.gen(function* () {
        const embeddings = yield* EmbeddingRepository
        const references = yield* ReferenceRepository
        yield* embeddings.saveWithEmbedding(sample("r:1"))
        const vector = vectorOf("Password")
        const filter = { metadata: [{ path: 'a"b', operator: "=", value: 1 }] } as const
        for (const search of [
          embeddings.findSimilarByText("Password", { filter }),
          embeddings.findSimilarByEmbedding(vector, { filter }),
          embeddings.findSimilarTo("r:1", { filter }),
          references.search("password", { filter }),
          references.search("password", { filter, limit: 0 }),
          references.count(filter),
          Stream.runDrain(references.findAll(filter)),
          embeddings.updateAllEmbeddings({ filter })
        ]) {
          const error = yield* Effect.flip<unknown, unknown, never>(search)
          assert.include(error, { _tag: "ValidationError", field: "filter.metadata.0.path" })
        }
        const anyTags = Array.from({ length: 40_000 }, (_, i) => `tag ${i}`)
        assert.lengthOf(yield* references.search("password", { filter: { anyTags } }), 0)
      }))

    test("limits: 0 gives none, a huge one all, a negative or fractional one a ValidationError", () =>
      Effect.gen(function* () {
        const embeddings = yield* EmbeddingRepository
        const references = yield* ReferenceRepository
        yield* embeddings.saveWithEmbedding(sample("r:1"))
        const vector = vectorOf("Password")
        for (const search of [
          (limit: number) => embeddings.findSimilarByText("Password", { limit }),
          (limit: number) => embeddings.findSimilarByEmbedding(vector, { limit }),
          (limit: number) => references.search("password", { limit })
        ]) {
          assert.lengthOf(yield* search(0), 0)
          for (const limit of [Number.MAX_SAFE_INTEGER, 1e300, Number.POSITIVE_INFINITY]) {
            assert.lengthOf(yield* search(limit), 1)
          }
          for (const limit of [-1, 1.5, Number.NaN]) {
            const error = yield* Effect.flip(search(limit))
            assert.strictEqual(error._tag, "ValidationError")
            if (error._tag === "ValidationError") assert.strictEqual(error.field, "limit")
          }
        }
      }))

    test("an empty database gives no hits", () =>
      Effect.gen(function* () {
        const embeddings = yield* EmbeddingRepository
        const references = yield* ReferenceRepository
        assert.lengthOf(yield* embeddings.findSimilarByText("anything"), 0)
        assert.lengthOf(yield* references.search("anything"), 0)
      }))

    test("a vector of other dimensions or without direction, and a blank text, are ValidationErrors", () =>
      Effect.gen(function* () {
        const embeddings = yield* EmbeddingRepository
        const references = yield* ReferenceRepository
        for (const search of [
          embeddings.findSimilarByEmbedding(new Float32Array(dimensions + 1).fill(1)),
          embeddings.findSimilarByEmbedding(new Float32Array(dimensions)),
          embeddings.findSimilarByEmbedding(new Array<number>(dimensions).fill(Number.NaN)),
          embeddings.findSimilarByText(" \n"),
          references.search("  ")
        ])
          assert.strictEqual((yield* Effect.flip(search))._tag, "ValidationError")
      }))

    test("vectors of another model are never compared; re-embedding makes them comparable", () =>
      Effect.gen(function* () {
        const embeddings = yield* EmbeddingRepository
        yield* embeddings.saveWithEmbedding(sample("r:1"))
        yield* embeddings.saveWithEmbedding(sample("r:2", { title: "Sessions" }))
        yield* Effect.gen(function* () {
          const other = yield* EmbeddingRepository
          const error = yield* Effect.flip(other.findSimilarByText("Password"))
          assert.strictEqual(error._tag, "ModelMismatchError")
          assert.include(error.message, "updateAllEmbeddings")
          assert.deepStrictEqual(yield* other.status, { fresh: 0, missing: 0, otherModel: 2 })
          assert.deepStrictEqual(yield* other.updateAllEmbeddings(), { updated: 2, skipped: 0, failed: 0 })
          assert.lengthOf(yield* other.findSimilarByText("Password"), 2)
        }).pipe(withModel("two"))
      }))

    test("updateAllEmbeddings embeds what is stale, all if forced, and tells its progress", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const embeddings = yield* EmbeddingRepository
        yield* references.saveMany(Array.from({ length: 40 }, (_, i) => sample(`r:${i}`, { title: `Title ${i}` })))
        yield* references.save(sample("r:bad", { title: "unembeddable" }))
        const progress = yield* Ref.make<ReadonlyArray<number>>([])
        const failures = yield* Ref.make<ReadonlyArray<string | undefined>>([])
        const totals = yield* embeddings.updateAllEmbeddings({
          onProgress: ({ done }) => Ref.update(progress, (all) => [...all, done]),
          onFailure: (error) => Ref.update(failures, (all) => [...all, error.reference?.uri])
        })
        assert.deepStrictEqual(totals, { updated: 40, skipped: 0, failed: 1 })
        assert.strictEqual((yield* Ref.get(progress)).at(-1), 41)
        assert.deepStrictEqual(yield* Ref.get(failures), ["r:bad"])
        yield* references.save(sample("r:7", { title: "Changed" }))
        assert.deepStrictEqual(yield* embeddings.updateAllEmbeddings(), { updated: 1, skipped: 39, failed: 1 })
        yield* references.remove("r:bad")
        assert.deepStrictEqual(yield* embeddings.updateAllEmbeddings({ force: true }), {
          updated: 40,
          skipped: 0,
          failed: 0
        })
      }))

    test("interrupted, updateAllEmbeddings goes on where it stopped", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const embeddings = yield* EmbeddingRepository
        // More than a server is sent at once.
        yield* references.saveMany(Array.from({ length: 1200 }, (_, i) => sample(`r:${i}`, { title: `Title ${i}` })))
        yield* Effect.exit(
          embeddings.updateAllEmbeddings({
            onProgress: ({ done }) => (done >= 64 ? Effect.interrupt : Effect.void)
          })
        )
        const { fresh } = yield* embeddings.status
        assert.isAtLeast(fresh, 32)
        assert.isBelow(fresh, 1200)
        const totals = yield* embeddings.updateAllEmbeddings()
        assert.deepStrictEqual(totals, { updated: 1200 - fresh, skipped: fresh, failed: 0 })
      }))

    test("findSimilarTo leaves out the reference itself and knows no other", () =>
      Effect.gen(function* () {
        const embeddings = yield* EmbeddingRepository
        for (const uri of ["r:1", "r:2", "r:3"]) yield* embeddings.saveWithEmbedding(sample(uri))
        assert.deepStrictEqual(uris(yield* embeddings.findSimilarTo("r:2")), ["r:1", "r:3"])
        assert.strictEqual((yield* Effect.flip(embeddings.findSimilarTo("r:9")))._tag, "NotFoundError")
      }))

    test("filters apply before the limit", () =>
      Effect.gen(function* () {
        const embeddings = yield* EmbeddingRepository
        const references = yield* ReferenceRepository
        for (let i = 0; i < 30; i++) yield* embeddings.saveWithEmbedding(sample(`r:${i}`, { catalog: "a@1" }))
        yield* embeddings.saveWithEmbedding(sample("z:1", { catalog: "b@1", tags: ["x", "y"] }))
        for (const filter of [{ catalog: "b@1" }, { tags: ["x", "y"] }]) {
          assert.deepStrictEqual(uris(yield* embeddings.findSimilarByText("Password", { limit: 1, filter })), ["z:1"])
          assert.deepStrictEqual(uris(yield* references.search("password", { limit: 1, filter })), ["z:1"])
        }
        assert.lengthOf(yield* references.search("password", { filter: { tags: ["x", "w"] } }), 0)
      }))

    test("keyword search follows every change of a text", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        yield* references.save(sample("r:1", { description: "Credentials are hashed." }))
        assert.deepStrictEqual(uris(yield* references.search("hashing credential")), ["r:1"])
        yield* references.save(sample("r:1", { title: "Other", description: "Nothing" }))
        assert.lengthOf(yield* references.search("hashed"), 0)
        yield* references.save(sample("r:1", { title: "Other", description: "Hashed again" }))
        yield* references.remove("r:1")
        assert.lengthOf(yield* references.search("hashed"), 0)
      }))

    for (const query of [
      '"',
      "a AND",
      "NEAR(",
      "*",
      "col:x",
      "-x",
      "🙂",
      "x".repeat(10_000),
      "a\0b",
      "\uD800",
      "'; DROP"
    ]) {
      test(`the query ${JSON.stringify(query.slice(0, 12))} is no syntax error`, () =>
        Effect.gen(function* () {
          const references = yield* ReferenceRepository
          yield* references.save(sample("r:1"))
          assert.isAtMost((yield* references.search(query)).length, 1)
        }))
    }

    test("findAll streams everything in the natural order of uris", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const many = Array.from({ length: 1100 }, (_, i) => sample(`r:${i}`))
        yield* references.saveMany(many)
        const all = yield* Stream.runCollect(references.findAll())
        assert.deepStrictEqual(
          all.map(({ uri }) => uri),
          many.map(({ uri }) => uri)
        )
      }))

    test("findPage gives each reference once over its pages, whatever is saved and removed between them", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        yield* references.saveMany(Array.from({ length: 25 }, (_, i) => sample(`r:${i}`)))
        const seen: Array<string> = []
        let after: string | undefined
        do {
          const page = yield* references.findPage({ limit: 10, after })
          seen.push(...page.references.map(({ uri }) => uri))
          after = page.next
          const last = seen.at(-1) ?? ""
          yield* references.remove(last)
          yield* references.save(sample(`${last}.5`))
          yield* references.save(sample("r:0.5"))
        } while (after !== undefined)
        assert.deepStrictEqual(
          seen.filter((uri) => !uri.includes(".")),
          Array.from({ length: 25 }, (_, i) => `r:${i}`)
        )
        assert.strictEqual(new Set(seen).size, seen.length)
        for (const after of ["", "x", "bm90IGpzb24", Buffer.from('{"natural":1}').toString("base64url")]) {
          const error = yield* Effect.flip(references.findPage({ after }))
          assert.strictEqual(error._tag === "ValidationError" ? error.field : error._tag, "after")
        }
      }))

    test("addImplementation needs both ends, checks its confidence and is idempotent", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        yield* references.saveMany([sample("a"), sample("b")])
        const missing = yield* Effect.flip(references.addImplementation({ sources: ["a"], targets: ["nowhere"] }))
        assert.strictEqual(missing._tag, "NotFoundError")
        if (missing._tag === "NotFoundError") assert.strictEqual(missing.uri, "nowhere")
        for (const confidence of [-0.1, 1.1, Number.NaN]) {
          const error = yield* Effect.flip(references.addImplementation({ sources: ["a"], targets: ["b"], confidence }))
          assert.strictEqual(error._tag, "ValidationError")
          if (error._tag === "ValidationError") assert.strictEqual(error.field, "confidence")
        }
        const first = yield* references.addImplementation({ sources: ["a"], targets: ["b"], confidence: 0.5 })
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(
          yield* references.addImplementation({ sources: ["a"], targets: ["b"], confidence: 0.5 }),
          first
        )
        assert.deepStrictEqual(yield* references.findImplementations("a", "outgoing"), [first])
        assert.deepStrictEqual(yield* references.findImplementations("b", "incoming"), [first])
        assert.lengthOf(yield* references.findImplementations("b", "outgoing"), 0)
      }))

    test("remove refuses to lose a decided relation unless forced, and leaves nothing behind", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const embeddings = yield* EmbeddingRepository
        const sql = yield* SqlClient.SqlClient
        yield* embeddings.saveWithEmbedding(sample("a", { tags: ["t"] }))
        yield* references.saveMany([sample("b"), sample("c")])
        yield* references.addImplementation({ sources: ["a"], targets: ["c"], status: "suggested" })
        yield* references.remove("c")
        yield* references.addImplementation({ sources: ["a"], targets: ["b"] })
        assert.strictEqual((yield* Effect.flip(references.remove("a")))._tag, "ConflictError")
        assert.isTrue(Option.isSome(yield* references.find("a")))
        yield* references.remove("a", { force: true })
        for (const table of ["embedding", "tag", "relation"]) {
          assert.lengthOf(yield* sql.unsafe(`SELECT * FROM crosswalk_${table}`), 0, table)
        }
        assert.strictEqual((yield* Effect.flip(references.remove("a")))._tag, "NotFoundError")
      }))

    test("removeMany removes what it may, and tells what it kept", () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const embeddings = yield* EmbeddingRepository
        const sql = yield* SqlClient.SqlClient
        const many = Array.from({ length: 250 }, (_, i) => `m:${i}`)
        yield* references.saveMany([...many, "kept", "other"].map((uri) => sample(uri, { tags: ["t"] })))
        yield* embeddings.saveWithEmbedding(sample("m:7"))
        yield* references.addImplementation({ sources: ["kept"], targets: ["other"] })
        const { kept, removed } = yield* references.removeMany([...many, "kept", "absent", "m:0"])
        assert.strictEqual(removed, 250)
        assert.deepStrictEqual(
          kept.map(({ _tag, uri }) => [_tag, uri]),
          [["ConflictError", "kept"]]
        )
        assert.lengthOf(yield* sql`SELECT 1 FROM crosswalk_embedding`, 0)
        assert.strictEqual(yield* references.count(), 2)
        assert.deepStrictEqual(yield* references.removeMany(["kept"], { force: true }), { removed: 1, kept: [] })
        assert.deepStrictEqual(yield* references.removeMany([]), { removed: 0, kept: [] })
      }))

    test("a transaction of the application spans its tables and these", () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const embeddings = yield* EmbeddingRepository
        const references = yield* ReferenceRepository
        yield* sql.withTransaction(sql`CREATE TABLE application (name TEXT)`)
        yield* Effect.exit(
          sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`INSERT INTO application VALUES ('one')`
              yield* embeddings.saveWithEmbedding(sample("r:1"))
              return yield* Effect.fail("no")
            })
          )
        )
        assert.lengthOf(yield* sql`SELECT * FROM application`, 0)
        assert.strictEqual(yield* references.count(), 0)
        yield* sql.withTransaction(
          Effect.gen(function* () {
            yield* sql`INSERT INTO application VALUES ('one')`
            yield* embeddings.saveWithEmbedding(sample("r:1"))
          })
        )
        assert.lengthOf(yield* sql`SELECT * FROM application`, 1)
        assert.strictEqual(yield* references.count(), 1)
      }))
  })
}
