import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, FileSystem, Layer, Option, Schema, Stdio, Stream } from "effect"
import { CatalogImport, type ImportOptions } from "../../src/catalog/CatalogImport.ts"
import { ImportDone, ImportEvent, ImportReport } from "../../src/catalog/ImportReport.ts"
import { EmbeddingError } from "../../src/domain/EmbeddingError.ts"
import { ImportError } from "../../src/domain/ImportError.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { Embedder } from "../../src/embedder/Embedder.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import { TestStore } from "../../src/testing.ts"
import { everything } from "../support/everything.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

/** Bytes in pieces that do not end with lines. */
const source = (text: string, name = "rules.csv") => ({
  name,
  bytes: Stream.fromIterable(text.match(/.{1,70}/gsu) ?? []).pipe(Stream.encodeText)
})

/** More than is read to tell the format. */
const long = Array.from({ length: 5_000 }, (_, i) => `R${i}`)

const rules = (...ids: ReadonlyArray<string>) => source(`id,title\n${ids.map((id) => `${id},Rule ${id}\n`).join("")}`)

const broken = source("id,title\nA,Rule A\nA,Rule A again\nC,Rule C\n")

const run = Effect.fnUntraced(function* (...args: Parameters<(typeof CatalogImport)["Service"]["run"]>) {
  return yield* (yield* CatalogImport).run(...args)
})

const uris = Effect.gen(function* () {
  const all = yield* Stream.runCollect((yield* ReferenceRepository).findAll())
  return all.map(({ uri }) => uri)
})

describe("CatalogImport", () => {
  it.effect("saves and embeds the references of bytes, and reports it", () =>
    Effect.gen(function* () {
      const report = yield* run(rules("A", "B"), { catalog: "rules@1" })
      expect(report).toMatchObject({ format: "csv", catalog: "rules@1", created: 2, embedded: 2, failed: [] })
      expect(yield* uris).toEqual(["rules:1/A", "rules:1/B"])
      expect((yield* (yield* EmbeddingRepository).status).fresh).toBe(2)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("changes nothing when nothing has changed", () =>
    Effect.gen(function* () {
      yield* run(rules("A", "B"))
      expect(yield* run(rules("A", "B"))).toMatchObject({ created: 0, updated: 0, unchanged: 2, embedded: 0 })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("tells headings and guidance apart from requirements", () =>
    Effect.gen(function* () {
      const rows = (["heading", "requirement", "requirement", "guidance"] as const).map((role, i) =>
        JSON.stringify({ uri: `rules:1/${i}`, title: `Rule ${i}`, entityType: "rule", catalog: "rules@1", role })
      )
      const head = JSON.stringify({ crosswalk: "references", version: 1, catalog: "rules@1" })
      const report = yield* run(source([head, ...rows].join("\n"), "rules.ndjson"), { embed: false })
      expect(report).toMatchObject({ created: 4, headings: 1, guidance: 1, failed: [] })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("saves without embeddings", () =>
    Effect.gen(function* () {
      expect(yield* run(rules("A"), { embed: false })).toMatchObject({ created: 1, embedded: 0 })
      expect((yield* (yield* EmbeddingRepository).status).missing).toBe(1)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("says why embedding stopped, keeps what was saved, and goes on the next time", () => {
    const requests: Array<number> = []
    const provider = Layer.effect(
      Embedder,
      Effect.map(Embedder, (embedder) =>
        Embedder.of({
          ...embedder,
          embedMany: (texts, purpose) =>
            requests.push(texts.length) <= 2
              ? Effect.fail(new EmbeddingError({ text: "", reason: "unavailable", problem: "it is down" }))
              : embedder.embedMany(texts, purpose)
        })
      )
    ).pipe(Layer.provide(Deterministic.layer()))
    const store = CatalogImport.layer.pipe(
      Layer.provide(VectorIndex.layerSql),
      Layer.provide(provider),
      Layer.provide(LibsqlClient.layer({ url: ":memory:" }))
    )
    return Effect.gen(function* () {
      const options = { retry: { times: 1, base: 0 } }
      const report = yield* run(rules("A", "B"), options)
      expect(report).toMatchObject({ created: 2, embedded: 0, failed: [] })
      expect(report.stopped).toMatchObject({ reason: "unavailable", embedded: 0 })
      expect(requests).toEqual([2, 2])
      expect(yield* run(rules("A", "B"), options)).toMatchObject({ unchanged: 2, embedded: 2, stopped: undefined })
    }).pipe(Effect.provide(store))
  })

  it.effect("reports a row that is wrong and loses no other", () =>
    Effect.gen(function* () {
      const { created, failed, refused } = yield* run(broken)
      expect({ created, refused }).toEqual({ created: 2, refused: false })
      expect(failed).toEqual([{ at: expect.stringContaining("line 3"), problem: expect.any(String) }])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("writes nothing of a strict import unless every row is good, of bytes that flow once too", () =>
    Effect.gen(function* () {
      const refused = yield* run(broken, { strict: true })
      expect(refused).toMatchObject({ refused: true, created: 0 })
      expect(refused.failed).toHaveLength(1)
      expect(yield* uris).toEqual([])
      let flowed = 0
      const { bytes, name } = rules("A")
      const once = Stream.suspend(() => (flowed++ === 0 ? bytes : Stream.empty))
      expect(yield* run({ name, bytes: once }, { strict: true })).toMatchObject({ refused: false, created: 1 })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("counts what the source no longer has, and removes it only when asked", () =>
    Effect.gen(function* () {
      yield* run(rules("A", "B", "C"))
      expect(yield* run(rules("A"))).toMatchObject({ missing: 2, pruned: 0 })
      expect(yield* run(rules("A"), { prune: true })).toMatchObject({ missing: 2, pruned: 2, failed: [] })
      expect(yield* uris).toEqual(["rules:A"])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("prunes nothing where a row could not be read, or nothing is there", () =>
    Effect.gen(function* () {
      yield* run(rules("A", "B", "C", "D"))
      expect(yield* run(broken, { prune: true })).toMatchObject({ pruned: 0, missing: 2 })
      const empty = source('{"crosswalk":"references","version":1,"catalog":"rules"}\n', "rules.ndjson")
      expect(yield* Effect.flip(run(empty, { prune: true, force: true }))).toBeInstanceOf(ImportError)
      expect(yield* uris).toHaveLength(4)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("keeps what came before the bytes failed, and fails where nothing did", () =>
    Effect.gen(function* () {
      const fault = Stream.fail(new Error("the line is dead"))
      const { bytes, name } = rules(...long)
      const report = yield* run({ name, bytes: Stream.concat(bytes, fault) })
      expect(report.failed).toEqual([{ at: name, problem: "cannot be read" }])
      expect(report.created).toBeGreaterThan(0)
      const error = yield* Effect.flip(run({ name, bytes: fault }))
      expect(error).toBeInstanceOf(ImportError)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("tells its progress and then its report", () =>
    Effect.gen(function* () {
      const catalogs = yield* CatalogImport
      const many = rules(...Array.from({ length: 600 }, (_, i) => `R${i}`))
      const events = yield* Stream.runCollect(catalogs.stream(many, { strict: true }))
      expect(new Set(events.map((event) => (event._tag === "ImportProgress" ? event.stage : event._tag)))).toEqual(
        new Set(["checking", "saving", "embedding", "ImportDone"])
      )
      expect(events.at(-1)).toMatchObject({ _tag: "ImportDone", report: { created: 600, embedded: 600 } })
      const json = Schema.encodeSync(Schema.fromJsonString(ImportEvent))
      const back = Schema.decodeSync(Schema.fromJsonString(ImportEvent))
      expect(events.map((event) => back(json(event)))).toEqual(events)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("ends when its reader does, and goes on when it is run again", () =>
    Effect.gen(function* () {
      const catalogs = yield* CatalogImport
      const many = () => rules(...Array.from({ length: 600 }, (_, i) => `R${i}`))
      const first = yield* catalogs.stream(many()).pipe(Stream.take(1), Stream.runCollect)
      expect(first).toMatchObject([{ stage: "saving", done: 512 }])
      const { created, embedded, unchanged } = yield* catalogs.run(many())
      expect(created + unchanged).toBe(600)
      expect(unchanged).toBeGreaterThanOrEqual(512)
      expect(embedded).toBe(600)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("waits for who is told, and keeps what was saved when it is interrupted", () =>
    Effect.gen(function* () {
      const many = () => rules(...Array.from({ length: 600 }, (_, i) => `R${i}`))
      const told = yield* Deferred.make<void>()
      const onProgress = () => Effect.andThen(Deferred.succeed(told, undefined), Effect.never)
      const fiber = yield* Effect.forkChild(run(many(), { onProgress }))
      yield* Deferred.await(told)
      yield* Fiber.interrupt(fiber)
      expect(Exit.hasInterrupts(yield* Fiber.await(fiber))).toBe(true)
      expect(yield* ReferenceRepository.use(({ count }) => count())).toBe(512)
      expect(yield* run(many())).toMatchObject({ created: 88, unchanged: 512, embedded: 600 })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("says what it would do, as exactly as it then does, and writes nothing", () =>
    Effect.gen(function* () {
      const lines = (...rows: ReadonlyArray<string>) => source(`id,title\n${rows.join("\n")}\n`)
      const before = () => lines("A,Rule A", "B,Rule B", "C,Rule C", "D,Rule D")
      const after = () => lines("A,Rule A", "B,Rule B is stricter", ",No identifier", "E,Rule E")
      const good = () => lines("A,Rule A", "B,Rule B is stricter", "E,Rule E")
      yield* run(before(), { catalog: "rules@1" })
      const relations = yield* RelationRepository
      yield* relations.save({ sources: ["rules:1/C"], targets: ["rules:1/A"], type: "equal", status: "accepted" })
      for (const [given, options] of [
        [after, { prune: true }],
        [after, { strict: true }],
        [good, { prune: true }],
        [good, { prune: true, force: true, links: true }]
      ] as const) {
        const stored = yield* everything
        const tried = yield* run(given(), { ...options, catalog: "rules@1", store: false })
        expect(yield* everything).toEqual(stored)
        const embedded = { embedded: 0, rehearsed: true }
        expect(tried).toMatchObject(embedded)
        const done = yield* run(given(), { ...options, catalog: "rules@1" })
        expect({ ...tried }).toEqual({ ...done, ...embedded })
      }
      expect(yield* uris).toEqual(["rules:1/A", "rules:1/B", "rules:1/E"])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("rehearses without an embedder where nothing is to be embedded, and into a catalog that is not there", () =>
    Effect.gen(function* () {
      const stored = yield* everything
      expect(yield* run(rules("A", "B"), { store: false, embed: false })).toMatchObject({ created: 2, rehearsed: true })
      expect(yield* everything).toEqual(stored)
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("refuses options and sources that are wrong, naming them", () =>
    Effect.gen(function* () {
      const fieldOf = (source: unknown, options?: unknown) =>
        run(source as string, options as ImportOptions).pipe(
          Effect.flip,
          Effect.map((error) => (error._tag === "ValidationError" ? error.field : error._tag))
        )
      expect(yield* fieldOf(rules("A"), { catalogue: "a@1" })).toBe("catalogue")
      expect(yield* fieldOf(rules("A"), { catalog: "a b" })).toBe("catalog")
      expect(yield* fieldOf(rules("A"), { format: "no-such" })).toBe("format")
      expect(yield* fieldOf(rules("A"), { timeout: "soon" })).toBe("timeout")
      expect(yield* fieldOf(rules("A"), 42)).toBe("options")
      for (const wrong of [undefined, null, 42, "", {}, { name: "a.csv" }, { name: "a.csv", bytes: "id" }]) {
        expect(yield* fieldOf(wrong)).toBe("source")
      }
      expect(yield* fieldOf({ name: "a.csv", bytes: Stream.make("id") })).toBe("ImportError")
      expect(yield* uris).toEqual([])
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("reads files with what is in the package, and says which is missing", () =>
    Effect.gen(function* () {
      const path = join(yield* temporaryFolder, "rules.csv")
      const missing = yield* Effect.flip(run(path))
      expect(missing).toMatchObject({ _tag: "ImportError", source: path, problem: "there is no such file" })
      yield* Effect.promise(() => writeFile(path, "id,title\nA,Rule A\n"))
      for (const strict of [false, true]) expect(yield* run(path, { strict })).toMatchObject({ catalog: "rules" })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("takes a folder, a pattern and a list as one catalog", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const id of ["A", "B"]) {
        yield* Effect.promise(() => writeFile(join(folder, `${id}.csv`), `id,title\n${id},Rule ${id}\n`))
      }
      const options = { catalog: "rules@1", strict: true, embed: false }
      expect(yield* run(folder, options)).toMatchObject({ created: 2, failed: [] })
      expect(yield* run(join(folder, "*.csv"), options)).toMatchObject({ unchanged: 2 })
      expect(yield* run([join(folder, "A.csv"), join(folder, "B.csv")], options)).toMatchObject({ unchanged: 2 })
      expect(yield* Effect.flip(run(join(folder, "*.md"), options))).toMatchObject({ _tag: "ImportError" })
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.effect("reads files of the file system that it is given", () =>
    Effect.gen(function* () {
      expect(yield* run("/rules.csv")).toMatchObject({ created: 1 })
      expect(yield* run("-", { catalog: "input" })).toMatchObject({ created: 2 })
    }).pipe(
      Effect.provide(
        CatalogImport.layerNoDeps.pipe(
          Layer.provideMerge(TestStore.layer),
          Layer.provide(FileSystem.layerNoop({ stream: () => rules("A").bytes })),
          Layer.provide(Stdio.layerTest({ stdin: rules("A", "B").bytes }))
        )
      )
    )
  )

  it.effect("saves without an embedder, and says that it has none", () =>
    Effect.gen(function* () {
      expect(yield* run(rules("A"), { embed: false })).toMatchObject({ created: 1 })
      expect(yield* Effect.flip(run(rules("A")))).toMatchObject({ _tag: "ValidationError", field: "embed" })
    }).pipe(Effect.provide(CatalogImport.layerReferences.pipe(Layer.provide(LibsqlClient.layer({ url: ":memory:" })))))
  )

  it("has a report that is JSON both ways", () => {
    const json = Schema.toCodecJson(ImportReport)
    const report = new ImportReport({
      headings: 0,
      guidance: 0,
      ...{ format: "csv", catalog: "a@1", created: 1, updated: 0, unchanged: 0, missing: 0, pruned: 0, withdrawn: 0 },
      ...{ embedded: 1, cut: 0, rehearsed: false, refused: false, failed: [{ at: "line 2", problem: "is blank" }] },
      unread: [{ _tag: "Unread", kind: "table row", at: "line 3", text: "R-3" }],
      warnings: [{ _tag: "Warning", at: "line 4", problem: "has no title" }],
      unresolved: [],
      download: { url: "https://example.com/a.csv", bytes: 3, sha256: "00" }
    })
    const text = JSON.stringify(Schema.encodeSync(json)(report))
    expect(Schema.decodeUnknownSync(json)(JSON.parse(text))).toEqual(report)
    expect(Option.isSome(Schema.decodeUnknownOption(ImportEvent)(new ImportDone({ report })))).toBe(true)
  })
})
