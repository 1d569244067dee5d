import { mkdir, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Queue, Stream } from "effect"
import { CatalogImport } from "../../src/catalog/CatalogImport.ts"
import type { WatchEvent } from "../../src/catalog/ImportWatch.ts"
import { TestStore } from "../../src/testing.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const rules = (...ids: ReadonlyArray<string>) => JSON.stringify(ids.map((id) => ({ id, title: `Rule ${id}` })))

/** A folder whose files are watched: `next` is the next thing that is told. */
const watching = Effect.fnUntraced(function* (place: string, options: { readonly prune?: boolean } = {}) {
  const folder = yield* temporaryFolder
  const write = (name: string, text: string) => Effect.promise(() => writeFile(join(folder, name), text))
  yield* write("rules.json", rules("A", "B"))
  const { watch } = yield* CatalogImport
  const told = yield* Queue.unbounded<WatchEvent>()
  yield* watch(join(folder, place), { catalog: "rules@1", ...options }).pipe(
    Stream.runForEach((event) => Queue.offer(told, event)),
    Effect.forkScoped
  )
  const next = Queue.take(told)
  /** The next import that succeeds: a slow machine may show half of a file before. */
  const nextImport = Effect.repeat(next, { until: ({ _tag }) => _tag === "WatchImported" })
  return { folder, next, nextImport, write }
})

const imported = (report: object) => ({ _tag: "WatchImported", report })

describe("a watched import", () => {
  it.live("imports now, and what has changed since, of which it embeds that alone", () =>
    Effect.gen(function* () {
      const { folder, nextImport, write } = yield* watching("rules.json", { prune: true })
      expect(yield* nextImport).toMatchObject(imported({ created: 2, embedded: 2 }))
      yield* write("rules.json", rules("A", "B", "C"))
      expect(yield* nextImport).toMatchObject(imported({ created: 1, unchanged: 2, embedded: 1 }))
      // As editors do that never leave a half-written file.
      yield* write("rules.json.tmp", rules("A", "C"))
      yield* Effect.promise(() => rename(join(folder, "rules.json.tmp"), join(folder, "rules.json")))
      expect(yield* nextImport).toMatchObject(imported({ unchanged: 2, pruned: 1, embedded: 0 }))
    }).pipe(Effect.provide(TestStore.layer))
  )

  it.live("keeps what there was while a file is half written or gone, says so, and goes on", () =>
    Effect.gen(function* () {
      const { folder, next, nextImport, write } = yield* watching("rules.json", { prune: true })
      expect(yield* nextImport).toMatchObject(imported({ created: 2 }))
      yield* write("rules.json", rules("A", "B").slice(0, 20))
      expect(yield* next).toMatchObject({ _tag: "WatchFailed" })
      yield* Effect.promise(() => rm(join(folder, "rules.json")))
      expect(yield* next).toMatchObject({ _tag: "WatchFailed", error: { reason: "missing" } })
      yield* write("rules.json", rules("A", "B"))
      expect(yield* nextImport).toMatchObject(imported({ created: 0, unchanged: 2, pruned: 0, embedded: 0 }))
    }).pipe(Effect.provide(TestStore.layer))
  )

  for (const [what, place] of [
    ["a folder", "."],
    ["a pattern", "**/*.json"]
  ] as const) {
    it.live(`sees files come and go in ${what}`, () =>
      Effect.gen(function* () {
        const { folder, nextImport, write } = yield* watching(place, { prune: true })
        expect(yield* nextImport).toMatchObject(imported({ created: 2 }))
        yield* Effect.promise(() => mkdir(join(folder, "more")))
        yield* write("more/rules.json", rules("C"))
        expect(yield* nextImport).toMatchObject(imported({ created: 1, unchanged: 2 }))
        yield* Effect.promise(() => rm(join(folder, "rules.json")))
        expect(yield* nextImport).toMatchObject(imported({ unchanged: 1, pruned: 2 }))
      }).pipe(Effect.provide(TestStore.layer))
    )
  }

  it.live("fails at once where there is nothing to watch", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { watch } = yield* CatalogImport
      const fails = (source: string) => Effect.flip(Stream.runDrain(watch(source)))
      expect(yield* fails(join(folder, "none.json"))).toMatchObject({ _tag: "ImportError", reason: "missing" })
      expect(yield* fails("-")).toMatchObject({ _tag: "ValidationError", field: "source" })
      expect(yield* fails("https://example.org/a.json")).toMatchObject({ _tag: "ValidationError", field: "source" })
    }).pipe(Effect.provide(TestStore.layer))
  )
})
