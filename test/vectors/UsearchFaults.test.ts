import { spawn } from "node:child_process"
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { ModelInfo } from "../../src/domain/Embedding.ts"
import { normalise, toBytes } from "../../src/domain/Vector.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as IndexAdmin from "../../src/vectors/IndexAdmin.ts"
import * as IndexFile from "../../src/vectors/IndexFile.ts"
import * as Usearch from "../../src/vectors/Usearch.ts"
import { repair } from "../../src/storage/doctor/Repair.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"

const dimensions = 16
const model = new ModelInfo({ id: "letters", dimensions, maxLength: 100, fingerprint: "letters-1" })

/** A direction for each text, near none of the others. */
const vectorOf = (text: string): Float32Array => {
  let state = crc32(text)
  return (
    normalise(
      Float32Array.from({ length: dimensions }, () => {
        state = (Math.imul(state, 1664525) + 1013904223) | 0
        return state / 2 ** 31
      })
    ) ?? new Float32Array(dimensions)
  )
}

const embedder = Layer.succeed(
  Embedder,
  Embedder.of({
    model,
    embed: (text) => Effect.succeed(vectorOf(text)),
    embedMany: (texts) => Effect.succeed(texts.map(vectorOf))
  })
)

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "crosswalk-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

/** A database as a process opens it. Its index takes the place of what compares in SQL. */
const database = (url: string, options: Usearch.Options = {}) =>
  Layer.merge(EmbeddingRepository.layer, ReferenceRepository.layer).pipe(
    Layer.provideMerge(Usearch.layerLibsql(options)),
    Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url }), embedder)),
    Layer.fresh
  )

const fill = Effect.fnUntraced(function* (from: number, count: number, word = "title") {
  const references = yield* ReferenceRepository
  yield* references.saveMany(
    Array.from({ length: count }, (_, i) => ({ uri: `r:${from + i}`, title: `${word} ${from + i}`, entityType: "t" }))
  )
  yield* (yield* EmbeddingRepository).updateAllEmbeddings()
})

/** What is nearest by the index and by comparing all in SQL. */
const both = Effect.fnUntraced(function* (text: string, limit = 10) {
  const nearest = Effect.map(
    VectorIndex.use((index) => index.nearest(vectorOf(text), { fingerprint: model.fingerprint, limit })),
    ({ neighbours }) => neighbours
  )
  const found = yield* nearest
  const expected = yield* Effect.provide(nearest, Layer.fresh(VectorIndex.layerSql), { local: true })
  return { found, expected }
})

const agrees = Effect.fnUntraced(function* (text: string) {
  const { expected, found } = yield* both(text)
  assert.isAbove(expected.length, 0)
  assert.deepStrictEqual(found, expected)
})

const quiet = Effect.provide(Logger.layer([]))

it.live(
  "a damaged index is not used: the tables are read, and the process lives",
  () =>
    Effect.gen(function* () {
      const url = join(yield* folder, "a.db")
      const path = `${url}.vectors`
      for (const exactUpTo of [1000, 50]) {
        yield* Effect.gen(function* () {
          yield* fill(0, 200)
          yield* IndexAdmin.build({ exactUpTo, fresh: true })
        }).pipe(Effect.provide(database(url)))
        const whole = readFileSync(path)
        const damages = [
          whole.subarray(0, whole.length / 2),
          Buffer.alloc(0),
          Buffer.concat([whole, Buffer.from("x")]),
          ...[100, 4096, whole.length - 200].map((at) => {
            const damaged = Buffer.from(whole)
            damaged.fill(0xff, at, at + 64)
            return damaged
          })
        ]
        for (const damaged of damages) {
          writeFileSync(path, damaged)
          yield* agrees("title 17").pipe(Effect.provide(database(url, { exactUpTo })))
          const { state } = yield* IndexAdmin.status({}).pipe(Effect.provide(database(url)))
          // Where a graph is wanted it may have been built again already.
          if (exactUpTo > 200) assert.strictEqual(state, "unusable")
        }
      }
    }).pipe(Effect.scoped, quiet),
  300_000
)

it.live(
  "the index of another database is not used, nor one from before a backup was put back",
  () =>
    Effect.gen(function* () {
      const home = yield* folder
      const [a, b, backup] = ["a.db", "b.db", "backup.db"].map((name) => join(home, name)) as [string, string, string]
      const make = (url: string, word: string) =>
        Effect.andThen(fill(0, 50, word), IndexAdmin.build({})).pipe(Effect.provide(database(url)))
      yield* make(a, "title")
      yield* make(b, "other")
      copyFileSync(`${b}.vectors`, `${a}.vectors`)
      yield* agrees("title 17").pipe(Effect.provide(database(a)))
      assert.strictEqual((yield* IndexAdmin.status({}).pipe(Effect.provide(database(a)))).state, "unusable")

      yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`VACUUM INTO ${backup}`).pipe(Effect.provide(database(a)))
      yield* Effect.andThen(fill(100, 20, "later"), IndexAdmin.build({})).pipe(Effect.provide(database(a)))
      const restored = join(home, "restored.db")
      copyFileSync(backup, restored)
      copyFileSync(`${a}.vectors`, `${restored}.vectors`)
      // As many changes as there were, but others.
      yield* Effect.andThen(fill(200, 20, "instead"), agrees("instead 205")).pipe(Effect.provide(database(restored)))
    }).pipe(Effect.scoped, quiet),
  300_000
)

it.live("a database that is put in the place of another under a running process is noticed", () =>
  Effect.gen(function* () {
    const url = join(yield* folder, "a.db")
    yield* Effect.gen(function* () {
      yield* fill(0, 30)
      yield* agrees("title 3")
      const sql = yield* SqlClient.SqlClient
      // As if history had been written anew.
      yield* sql`UPDATE crosswalk_change SET nonce = nonce + 1`
      yield* sql`DELETE FROM crosswalk_embedding WHERE reference_id = 3`
      yield* agrees("title 2")
      // As if another process had written more than the log keeps.
      yield* fill(0, 30, "newer")
      yield* sql`DELETE FROM crosswalk_change WHERE seq < (SELECT max(seq) FROM crosswalk_change)`
      yield* agrees("newer 3")
    }).pipe(Effect.provide(database(url)))
  }).pipe(Effect.scoped, quiet)
)

it.live("a vector that changed while a trigger was gone is found after a repair", () =>
  Effect.gen(function* () {
    const url = join(yield* folder, "a.db")
    yield* Effect.gen(function* () {
      yield* fill(0, 30)
      yield* agrees("title 3")
      const sql = yield* SqlClient.SqlClient
      yield* sql`DROP TRIGGER crosswalk_change_update`
      yield* sql`UPDATE crosswalk_embedding SET vector = ${toBytes(vectorOf("another"))} WHERE reference_id = 20`
      assert.include(yield* repair, "began the log crosswalk_change anew")
      yield* agrees("another")
    }).pipe(Effect.provide(database(url)))
  }).pipe(Effect.scoped, quiet)
)

it.live(
  "in a transaction, what is not committed is found there and not elsewhere, and leaves no trace when undone",
  () =>
    Effect.gen(function* () {
      for (const url of [":memory:", join(yield* folder, "a.db")]) {
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* fill(0, 30)
          yield* agrees("title 3")
          yield* Effect.exit(
            sql.withTransaction(
              Effect.gen(function* () {
                yield* fill(0, 40, "new")
                yield* agrees("new 3")
                return yield* Effect.fail("undo")
              })
            )
          )
          yield* agrees("new 3")
          const { found } = yield* both("title 3", 100)
          assert.lengthOf(found, 30)
        }).pipe(Effect.provide(database(url)))
      }
    }).pipe(Effect.scoped, quiet)
)

it.live(
  "many searches while all is embedded anew see a whole state each time",
  () =>
    Effect.gen(function* () {
      const url = join(yield* folder, "a.db")
      yield* Effect.gen(function* () {
        yield* fill(0, 400)
        const embeddings = yield* EmbeddingRepository
        const writer = yield* Effect.forkChild(
          Effect.forEach([1, 2, 3], () => embeddings.updateAllEmbeddings({ force: true }), { discard: true })
        )
        const index = yield* VectorIndex
        const search = (i: number) =>
          Effect.map(
            index.nearest(vectorOf(`title ${i}`), { fingerprint: model.fingerprint, limit: 5 }),
            ({ neighbours }) => {
              assert.lengthOf(neighbours, 5)
              assert.closeTo(neighbours[0]!.cosine, 1, 1e-5)
            }
          )
        yield* Effect.forEach(
          Array.from({ length: 400 }, (_, i) => i),
          search,
          { concurrency: 8, discard: true }
        )
        yield* Fiber.join(writer)
        yield* agrees("title 7")
      }).pipe(Effect.provide(database(url)))
    }).pipe(Effect.scoped, quiet),
  300_000
)

/** A process of its own that runs `script` with the modules of the project. */
const processOf = (script: string, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, ["--input-type=module-typescript", "--eval", script, ...args], {
        cwd: join(import.meta.dirname, "../.."),
        stdio: ["ignore", "pipe", "inherit"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

const saving = `
import { IndexStore } from "./src/vectors/IndexStore.ts"
const [path] = process.argv.slice(-1)
const store = new IndexStore({ background: false, buildThreads: 1, expansion: 64 })
const count = 4000, dimensions = ${dimensions}
const vectors = Float32Array.from({ length: count * dimensions }, (_, i) => Math.sin(i))
store.answer({ _tag: "Reset", kind: "flat", dimensions, expected: count })
store.answer({ _tag: "Apply", ids: Float64Array.from({ length: count }, (_, i) => i + 1), vectors, removed: new Float64Array() })
for (let seq = 1;; seq++) {
  store.answer({ _tag: "Save", path, fingerprint: "letters-1", seq, nonce: 1 })
  if (seq === 1) console.log("saved")
}
`

it.live(
  "killed while it saves, a process leaves a whole index or none",
  () =>
    Effect.gen(function* () {
      const home = yield* folder
      const path = join(home, "a.db.vectors")
      for (let i = 0; i < 6; i++) {
        const child = yield* processOf(saving, path)
        yield* Effect.promise(() => new Promise((resolve) => child.stdout.once("data", resolve)))
        yield* Effect.sleep(5 + 7 * i)
        child.kill("SIGKILL")
        yield* Effect.promise(() => new Promise((resolve) => child.once("exit", resolve)))
        assert.strictEqual(IndexFile.verify(path).count, 4000)
      }
      // The next that saves tidies up.
      const url = join(home, "a.db")
      yield* Effect.andThen(fill(0, 5), IndexAdmin.build({})).pipe(Effect.provide(database(url)))
      assert.deepStrictEqual(
        (yield* Effect.promise(() => readdir(home))).filter((name) => name.includes("vectors")),
        ["a.db.vectors"]
      )
    }).pipe(Effect.scoped, quiet),
  300_000
)

const writing = `
import { LibsqlClient } from "./src/libsql.ts"
import { SqlClient } from "effect/sql"
import { Effect } from "effect"
const [url, id] = process.argv.slice(-2)
await Effect.runPromise(Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql\`DELETE FROM crosswalk_reference WHERE uri = \${id}\`
}).pipe(Effect.provide(LibsqlClient.layer({ url }))))
`

it.live(
  "what another process removed is not found, and never comes back",
  () =>
    Effect.gen(function* () {
      const url = join(yield* folder, "a.db")
      for (const exactUpTo of [1000, 10]) {
        yield* Effect.gen(function* () {
          yield* fill(0, 60)
          const first = (yield* both("title 20")).found[0]?.uri
          assert.strictEqual(first, "r:20")
          yield* Effect.sleep(exactUpTo === 10 ? 300 : 0)
          const child = yield* processOf(writing, url, "r:20")
          yield* Effect.promise(() => new Promise((resolve) => child.once("exit", resolve)))
          const { found } = yield* both("title 20", 100)
          assert.notInclude(
            found.map(({ uri }) => uri),
            "r:20"
          )
          yield* agrees("title 20")
        }).pipe(Effect.provide(database(url, { exactUpTo })))
        yield* agrees("title 20").pipe(Effect.provide(database(url, { exactUpTo })))
      }
    }).pipe(Effect.scoped, quiet),
  300_000
)

it.live(
  "a graph is built when there are too many vectors, followed, merged, and opened by the next process",
  () =>
    Effect.gen(function* () {
      const url = join(yield* folder, "a.db")
      const path = `${url}.vectors`
      const options = { exactUpTo: 100, mergeAfter: 20 }
      const settled = (check: () => boolean) =>
        // A search is what notices that something is to be done.
        Effect.andThen(agrees("title 99"), Effect.sync(check)).pipe(
          Effect.flatMap((done) => (done ? Effect.void : Effect.fail("not yet"))),
          Effect.retry(Schedule.spaced("20 millis").pipe(Schedule.upTo({ times: 500 }))),
          Effect.orDie
        )
      yield* Effect.gen(function* () {
        yield* fill(0, 300)
        yield* agrees("title 3")
        yield* settled(() => existsSync(path))
        assert.include(IndexFile.verify(path), { kind: "graph", count: 300 })
        const { ino } = statSync(path)
        yield* fill(0, 10, "changed")
        yield* agrees("changed 3")
        yield* fill(300, 30, "new")
        yield* agrees("new 303")
        yield* settled(() => statSync(path).ino !== ino)
        assert.include(IndexFile.verify(path), { kind: "graph", count: 330 })
        yield* agrees("title 33")
        assert.deepInclude(yield* IndexAdmin.check({}), { status: "ok" })
      }).pipe(Effect.provide(database(url, options)))
      yield* agrees("new 303").pipe(Effect.provide(database(url, options)))
    }).pipe(Effect.scoped, quiet),
  300_000
)

it.live("doctor's check tells an index that differs from the tables", () =>
  Effect.gen(function* () {
    const url = join(yield* folder, "a.db")
    yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* fill(0, 50)
      yield* IndexAdmin.build({})
      assert.strictEqual((yield* IndexAdmin.check({})).status, "ok")
      yield* fill(50, 5)
      assert.strictEqual((yield* IndexAdmin.check({})).status, "ok")
      // Behind the back of the triggers.
      yield* sql`DROP TRIGGER crosswalk_change_delete`
      yield* sql`DELETE FROM crosswalk_embedding WHERE reference_id = 3`
      const found = yield* IndexAdmin.check({})
      assert.strictEqual(found.status, "failed")
      assert.include(found.detail, "1 are left over")
    }).pipe(Effect.provide(database(url)))
  }).pipe(Effect.scoped, quiet)
)

it.effect("options that are not valid fail the layer and the functions with the name of the field", () =>
  Effect.gen(function* () {
    const wrong: Record<string, unknown> = { exactUpto: 1 }
    const built = Layer.build(Usearch.layerLibsql(wrong).pipe(Layer.provide(LibsqlClient.layer({ url: ":memory:" }))))
    assert.deepInclude(yield* Effect.flip(built), { _tag: "ValidationError", field: "exactUpto" })
    const calls: ReadonlyArray<Effect.Effect<unknown, unknown, LibsqlClient.LibsqlClient>> = [
      IndexAdmin.status(wrong),
      IndexAdmin.build(wrong),
      IndexAdmin.drop(wrong),
      IndexAdmin.check(wrong)
    ]
    for (const call of calls) {
      const error = yield* Effect.flip(Effect.provide(call, LibsqlClient.layer({ url: ":memory:" })))
      assert.deepInclude(error, { _tag: "ValidationError", field: "exactUpto" })
    }
    const found = VectorIndex.use((index) => index.nearest(vectorOf("a"), { fingerprint: "", limit: -1 }))
    const error = yield* Effect.flip(found.pipe(Effect.provide(database(":memory:"))))
    assert.deepInclude(error, { _tag: "ValidationError", field: "fingerprint" })
  }).pipe(Effect.scoped)
)

it.live("without a path and without knowing the database, nothing is kept on disk", () =>
  Effect.gen(function* () {
    const home = yield* folder
    const url = join(home, "a.db")
    const path = join(home, "index")
    const open = (options: Usearch.Options) =>
      Layer.merge(EmbeddingRepository.layer, ReferenceRepository.layer).pipe(
        Layer.provideMerge(Usearch.layer(options)),
        Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url }), embedder)),
        Layer.fresh
      )
    yield* Effect.andThen(fill(0, 60), agrees("title 17")).pipe(Effect.provide(open({ exactUpTo: 20 })))
    assert.isFalse(existsSync(`${url}.vectors`))
    const built = Effect.repeat(agrees("title 17"), {
      until: () => existsSync(path),
      schedule: Schedule.spaced("20 millis")
    })
    yield* Effect.provide(built, open({ exactUpTo: 20, path }))
    assert.isFalse(existsSync(`${url}.vectors`))
  }).pipe(Effect.scoped, quiet)
)
