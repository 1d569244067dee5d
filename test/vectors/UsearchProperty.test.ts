import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Exit, Layer, Schema, Scope } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import { SqlClient } from "effect/sql"
import { ModelInfo } from "../../src/domain/Embedding.ts"
import type { DatabaseError } from "../../src/domain/DatabaseError.ts"
import { normalise } from "../../src/domain/Vector.ts"
import type { ValidationError } from "../../src/domain/ValidationError.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as Usearch from "../../src/vectors/Usearch.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as PassageKey from "../../src/storage/PassageKey.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { type Neighbour, VectorIndex } from "../../src/storage/VectorIndex.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const dimensions = 12

/** Few different vectors, so that many are equally near and the order of uris matters. */
const vectorOf = (text: string, salt: number): Float32Array => {
  const vector = new Float32Array(dimensions)
  for (let i = 0; i < text.length; i++) vector[(text.charCodeAt(i) + salt) % dimensions]! += 1
  return normalise(vector) ?? new Float32Array(dimensions)
}

/** Reads three words, so that many texts have passages. */
const embedder = (fingerprint: string) =>
  Layer.sync(Embedder, () => {
    const lengths = new WeakMap<Float32Array, number>()
    const embed = (text: string) => {
      const vector = vectorOf(text.split(/\s+/u).slice(0, 3).join(" "), fingerprint.length)
      lengths.set(vector, text.split(/\s+/u).length)
      return vector
    }
    return Embedder.of({
      model: new ModelInfo({ id: fingerprint, dimensions, maxLength: 3, fingerprint }),
      embed: (text) => Effect.succeed(embed(text)),
      embedMany: (texts) => Effect.succeed(texts.map(embed)),
      tokensOf: (vector) => lengths.get(vector)
    })
  })

/** A database opened by a process of its own, as far as the database can tell. */
const open = (
  url: string,
  fingerprint: string,
  index: Layer.Layer<VectorIndex, DatabaseError | ValidationError, LibsqlClient.LibsqlClient | SqlClient.SqlClient>,
  longReads: "inline" | "thread" = "inline"
) =>
  Layer.merge(EmbeddingRepository.layer, ReferenceRepository.layer).pipe(
    Layer.provideMerge(index),
    Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url, longReads }), embedder(fingerprint))),
    Layer.fresh
  )

const uri = Schema.Literals(["a", "b", "c", "d", "e", "f", "g", "h"])
const word = Schema.Literals(["red", "green", "blue", "read", "bleu", "dare", "lube"])

const Command = Schema.Union([
  Schema.TaggedStruct("Save", { uri, words: Schema.Array(word), elsewhere: Schema.Boolean }),
  Schema.TaggedStruct("SaveMany", { from: Schema.Literals([0, 5, 40]), words: Schema.Array(word) }),
  Schema.TaggedStruct("Remove", { uri, elsewhere: Schema.Boolean }),
  Schema.TaggedStruct("Embed", { force: Schema.Boolean, elsewhere: Schema.Boolean }),
  Schema.TaggedStruct("ChangeModel", {}),
  Schema.TaggedStruct("Reopen", {}),
  // Time in which a graph is built and changes are merged.
  Schema.TaggedStruct("Pause", {}),
  Schema.TaggedStruct("Search", { words: Schema.Array(word), limit: Schema.Literals([1, 3, 10, 200]) })
])
type Command = typeof Command.Type

const textOf = (words: ReadonlyArray<string>) => `x ${words.join(" ")}`

const everyUri = [..."abcdefgh", ...Array.from({ length: 70 }, (_, i) => `m${i}`)]
const byUri = (neighbours: ReadonlyArray<Neighbour>) => neighbours.toSorted((a, b) => (a.uri < b.uri ? -1 : 1))

/** The same but for what adding numbers in another order changes, which can put equals in another order. */
const isSame = (found: ReadonlyArray<Neighbour>, expected: ReadonlyArray<Neighbour>) => {
  assert.strictEqual(found.length, expected.length)
  const cosines = new Map(expected.map(({ cosine, uri }) => [uri, cosine]))
  const last = expected.at(-1)?.cosine ?? 0
  for (const [i, { cosine, uri }] of found.entries()) {
    assert.closeTo(cosine, expected[i]?.cosine ?? Number.NaN, 1e-6)
    // Of those that are as near as the last, others may be there.
    assert.closeTo(cosine, cosines.get(uri) ?? last, 1e-6, uri)
  }
}

/** Runs commands on a database that two processes use, and compares what the index finds with comparing all. */
const run = (
  commands: ReadonlyArray<Command>,
  options: Usearch.Options,
  same: typeof isSame = assert.deepStrictEqual,
  longReads: "inline" | "thread" = "inline"
) =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "crosswalk-"))),
      (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
    )
    const url = join(folder, "references.db")
    let fingerprint = "one"
    const start = Effect.gen(function* () {
      const scope = yield* Scope.make()
      yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
      const here = yield* Layer.buildWithScope(open(url, fingerprint, Usearch.layerLibsql(options), longReads), scope)
      const elsewhere = yield* Layer.buildWithScope(open(url, fingerprint, VectorIndex.layerSql), scope)
      return { here, elsewhere, close: Scope.close(scope, Exit.void) }
    })
    let both = yield* start
    const side = (elsewhere: boolean) => (elsewhere ? both.elsewhere : both.here)

    const search = (words: ReadonlyArray<string>, limit: number) =>
      Effect.gen(function* () {
        const vector = vectorOf(textOf(words), fingerprint.length)
        const nearest = Effect.flatMap(VectorIndex, (index) => index.nearest(vector, { fingerprint, limit }))
        const expected = yield* Effect.provide(nearest, both.elsewhere)
        const found = yield* Effect.provide(nearest, both.here)
        same(found.neighbours, expected.neighbours)
        const of = Effect.flatMap(VectorIndex, (index) => index.cosines(vector, { fingerprint, uris: everyUri }))
        same(byUri(yield* Effect.provide(of, both.here)), byUri(yield* Effect.provide(of, both.elsewhere)))
      })

    for (const command of commands) {
      switch (command._tag) {
        case "Save":
          yield* Effect.flatMap(EmbeddingRepository, (embeddings) =>
            embeddings.saveWithEmbedding({ uri: command.uri, title: textOf(command.words), entityType: "t" })
          ).pipe(Effect.provide(side(command.elsewhere)))
          break
        case "SaveMany":
          yield* Effect.gen(function* () {
            const references = yield* ReferenceRepository
            yield* references.saveMany(
              Array.from({ length: 30 }, (_, i) => ({
                uri: `m${command.from + i}`,
                title: textOf(command.words) + "abcdefghij"[i % 10],
                entityType: "t"
              }))
            )
            yield* (yield* EmbeddingRepository).updateAllEmbeddings()
          }).pipe(Effect.provide(both.elsewhere))
          break
        case "Remove":
          yield* Effect.flatMap(ReferenceRepository, (references) => references.remove(command.uri)).pipe(
            Effect.ignore,
            Effect.provide(side(command.elsewhere))
          )
          break
        case "Embed":
          yield* Effect.flatMap(EmbeddingRepository, (embeddings) =>
            embeddings.updateAllEmbeddings({ force: command.force })
          ).pipe(Effect.provide(side(command.elsewhere)))
          break
        case "ChangeModel":
          fingerprint = fingerprint === "one" ? "another" : "one"
          yield* both.close
          both = yield* start
          break
        case "Reopen":
          yield* both.close
          both = yield* start
          break
        case "Pause":
          yield* search(["dare"], 1)
          yield* Effect.sleep("200 millis")
          break
        case "Search":
          yield* search(command.words, command.limit)
      }
    }
    yield* search(["red"], 10)
    yield* search(["blue", "read"], 200)
    yield* both.close
  }).pipe(Effect.scoped)

/** Ends with a graph. */
const graph: ReadonlyArray<Command> = [
  { _tag: "SaveMany", from: 0, words: ["red"] },
  { _tag: "SaveMany", from: 40, words: ["blue", "dare"] },
  { _tag: "Pause" }
]

const commands = Arbitrary.array(Arbitrary.schema(Command), { minLength: 1, maxLength: 25 })

it.live.prop(
  "whatever is done by two processes, a search finds what comparing all finds",
  { commands },
  ({ commands }) => run(commands, {}),
  { arbitrary: { runs: 12 } }
)

it.live.prop(
  "so it does where the index answers by itself as long as nothing is committed",
  { commands },
  ({ commands }) => run(commands, {}, isSame, "thread"),
  { arbitrary: { runs: 12 } }
)

it.live.prop(
  "so it does where a graph is built beside it and changes are merged",
  { commands },
  ({ commands }) => run([...graph, ...commands], { exactUpTo: 10, mergeAfter: 5 }),
  { arbitrary: { runs: 12 } }
)

it.live.prop(
  "so it does where a graph tells cosines by itself as long as nothing is committed",
  { commands },
  ({ commands }) => run([...graph, ...commands], { exactUpTo: 10, mergeAfter: 5 }, isSame, "thread"),
  { arbitrary: { runs: 8 } }
)

it.live(
  "what a graph links to equals only is found by comparing all, where more is wanted than its links lead to",
  () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const url = join(folder, "references.db")
      const index = Usearch.layerLibsql({ exactUpTo: 10 })
      const here = yield* Layer.build(open(url, "one", index))
      const elsewhere = yield* Layer.build(open(url, "one", VectorIndex.layerSql))
      yield* Effect.gen(function* () {
        const references = yield* ReferenceRepository
        for (const word of ["red", "green", "blue", "lube x"]) {
          yield* references.saveMany(
            Array.from({ length: 150 }, (_, i) => ({ uri: `${word}${i}`, title: word, entityType: "t" }))
          )
        }
        yield* (yield* EmbeddingRepository).updateAllEmbeddings()
      }).pipe(Effect.provide(elsewhere))
      const vector = vectorOf("red", 3)
      const nearest = Effect.flatMap(VectorIndex, (index) => index.nearest(vector, { fingerprint: "one", limit: 600 }))
      // Until the graph is there.
      const near = Effect.flatMap(VectorIndex, (index) => index.nearest(vector, { fingerprint: "one", limit: 1 }))
      yield* Effect.repeat(Effect.tap(near, Effect.sleep("50 millis")), {
        until: ({ comparedBy }) => comparedBy === "graph"
      }).pipe(Effect.provide(here))
      const found = yield* Effect.provide(nearest, here)
      assert.deepStrictEqual(found, yield* Effect.provide(nearest, elsewhere))
    })
)

it.live("a long text of which only a late passage can be read takes no other's place: the tables are asked", () =>
  Effect.gen(function* () {
    const url = join(yield* temporaryFolder, "references.db")
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const references = yield* ReferenceRepository
      const long = { uri: "long", title: "lube lube lube dare dare dare blue", entityType: "t" }
      const others = ["red", "green", "dare"].map((word) => ({ uri: word, title: word, entityType: "t" }))
      yield* references.saveMany([long, ...others])
      yield* (yield* EmbeddingRepository).updateAllEmbeddings()
      const vector = vectorOf("red", 3)
      const nearest = (limit: number) =>
        VectorIndex.use((index) => index.nearest(vector, { fingerprint: "one", limit })).pipe(
          Effect.map(({ neighbours }) => neighbours.map(({ uri }) => uri))
        )
      const damaged = new Uint8Array(4 * dimensions).fill(0xff)
      yield* sql`UPDATE crosswalk_embedding SET vector = ${damaged}
        WHERE reference_id = (SELECT id FROM crosswalk_reference WHERE uri = 'long')`
      // The passages went with the vector; one that is not the first comes back.
      yield* sql`INSERT INTO crosswalk_passage (key, reference_id, model_id, vector)
        SELECT reference_id + ${2 * PassageKey.first}, reference_id, model_id, ${new Uint8Array(vector.buffer)}
        FROM crosswalk_embedding WHERE vector = ${damaged}`
      for (const [limit, found] of [
        [1, ["long"]],
        [4, ["long", "red", "dare", "green"]]
      ] as const) {
        const inSql = Effect.provide(nearest(limit), Layer.fresh(VectorIndex.layerSql), { local: true })
        assert.deepStrictEqual([yield* nearest(limit), yield* inSql], [found, found])
      }
    }).pipe(Effect.provide(open(url, "one", Usearch.layerLibsql({}), "thread")))
  }).pipe(Effect.scoped)
)
