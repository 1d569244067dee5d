import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { Context } from "effect"
import { describe, expect, it } from "vitest"
import * as root from "../../src/index.ts"
import { open, type PromiseStore, ValidationError } from "../../src/promise.ts"

const deterministic = { embedder: { type: "deterministic" } } as const

const withStore = async (use: (store: PromiseStore) => Promise<void>) => {
  await using store = await open(deterministic)
  await use(store)
}

const requirement = (uri: string, title: string) => ({ uri, title, entityType: "requirement", catalog: "company@1" })

describe("a store of promises", () => {
  it("saves, finds and counts", () =>
    withStore(async ({ embeddings, references, search }) => {
      await embeddings.saveWithEmbedding(requirement("r:1", "Passwords are hashed"))
      const { hits } = await search.search("hashed passwords", { limit: 1 })
      expect(hits.map(({ reference }) => reference.uri)).toEqual(["r:1"])
      expect(await references.count({ catalog: "company@1" })).toBe(1)
    }))

  it("gives the value or undefined where a service gives an Option", () =>
    withStore(async ({ references }) => {
      await references.save(requirement("r:1", "Logging"))
      expect((await references.find("r:1"))?.title).toBe("Logging")
      expect(await references.find("r:2")).toBeUndefined()
    }))

  it("calls a member that takes no arguments", () =>
    withStore(async ({ references }) => {
      await references.save(requirement("r:1", "Logging"))
      expect((await references.catalogs()).map(({ id }) => id)).toEqual(["company@1"])
    }))

  it("reads a stream as an async iterable, and may leave it early", () =>
    withStore(async ({ references }) => {
      await references.saveMany(Array.from({ length: 1200 }, (_, i) => requirement(`r:${i}`, `Rule ${i}`)))
      let all = 0
      for await (const { title } of references.findAll()) if (title.startsWith("Rule")) all++
      expect(all).toBe(1200)
      let some = 0
      for await (const _ of references.findAll()) if (++some === 3) break
      expect(some).toBe(3)
    }))

  it("rejects with the services' own errors", () =>
    withStore(async ({ references }) => {
      const failed = references.save({ uri: "r:1", title: " ", entityType: "requirement" })
      await expect(failed).rejects.toBeInstanceOf(ValidationError)
      await expect(failed).rejects.toMatchObject({ _tag: "ValidationError", field: "title" })
    }))

  it("rejects for what cannot be read, and never throws", async () => {
    const { proxy, revoke } = Proxy.revocable<{ uri: string; title: string; entityType: string }>(
      { uri: "r:1", title: "Logging", entityType: "requirement" },
      {}
    )
    revoke()
    const throwing = {
      title: "Logging",
      entityType: "requirement",
      get uri(): string {
        throw new Error("no")
      }
    }
    await withStore(async ({ references }) => {
      for (const unreadable of [proxy, throwing]) {
        const failed = references.save(unreadable)
        await expect(failed).rejects.toMatchObject({ _tag: "ValidationError", field: "input" })
      }
    })
    // @ts-expect-error no field is one of a configuration
    await expect(open(proxy)).rejects.toMatchObject({ _tag: "ValidationError", field: "config" })
  })

  it("refuses a bad configuration when it is opened", async () => {
    // @ts-expect-error there is no such embedder
    await expect(open({ embedder: { type: "oracle" } })).rejects.toMatchObject({ _tag: "ValidationError" })
  })

  it("takes plain functions where services take Effects", () =>
    withStore(async ({ embeddings, references }) => {
      await references.saveMany(Array.from({ length: 40 }, (_, i) => requirement(`r:${i}`, `Rule ${i}`)))
      const seen: Array<number> = []
      const totals = await embeddings.updateAllEmbeddings({ onProgress: async ({ done }) => void seen.push(done) })
      expect(totals.updated).toBe(40)
      expect(Math.max(...seen)).toBe(40)
    }))

  it("imports what flows, and tells how far it is", () =>
    withStore(async ({ imports, references }) => {
      const text = Buffer.from("id,title\nR-1,Passwords are hashed\n")
      const uploaded = { name: "upload.csv", bytes: Readable.from([text]) }
      const stages = new Set<string>()
      const report = await imports.run(uploaded, {
        catalog: "upload@1",
        onProgress: ({ stage }) => void stages.add(stage)
      })
      expect(report).toMatchObject({ catalog: "upload@1", created: 1, embedded: 1 })
      expect(stages).toEqual(new Set(["saving", "embedding"]))
      const events: Array<string> = []
      for await (const event of imports.stream({ name: "b.csv", bytes: Readable.from([text]) })) events.push(event._tag)
      expect(events.at(-1)).toBe("ImportDone")
      const again = { name: "c.csv", bytes: Readable.from([text]) }
      expect(await imports.run(again, { store: false })).toMatchObject({ created: 1, rehearsed: true })
      expect(await references.count()).toBe(2)
    }))

  it("ends with the reason of a signal, before and during a call", () =>
    withStore(async ({ embeddings, references }) => {
      const before = AbortSignal.abort(new Error("not now"))
      await expect(references.count(undefined, { signal: before })).rejects.toThrow("not now")
      await references.saveMany(Array.from({ length: 200 }, (_, i) => requirement(`r:${i}`, `Rule ${i}`)))
      const controller = new AbortController()
      const running = embeddings.updateAllEmbeddings(
        { onProgress: () => controller.abort(new Error("enough")) },
        { signal: controller.signal }
      )
      await expect(running).rejects.toThrow("enough")
      await expect(open(deterministic, { signal: before })).rejects.toThrow("not now")
    }))

  it("ends a stream with the reason of a signal", () =>
    withStore(async ({ references }) => {
      await references.saveMany(Array.from({ length: 1200 }, (_, i) => requirement(`r:${i}`, `Rule ${i}`)))
      const controller = new AbortController()
      const reading = async () => {
        for await (const _ of references.findAll(undefined, { signal: controller.signal }))
          controller.abort(new Error("enough"))
      }
      await expect(reading()).rejects.toThrow("enough")
    }))

  it("says that it was closed, and closes twice without harm", async () => {
    const store = await open(deterministic)
    await store.close()
    await store.close()
    await expect(store.references.count()).rejects.toMatchObject({ _tag: "DatabaseError" })
  })

  it("copies its database to a file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "crosswalk-test-"))
    try {
      await withStore(async ({ backup, references }) => {
        await references.save(requirement("r:1", "Logging"))
        const path = join(folder, "backup.db")
        expect(await backup.write(path)).toMatchObject({ path })
        await expect(backup.write(path)).rejects.toMatchObject({ _tag: "ValidationError", field: "path" })
        await using copy = await open({ ...deterministic, url: path, readonly: true })
        expect(await copy.references.count()).toBe(1)
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it("has every service of the library that belongs to a store", () =>
    withStore(async (store) => {
      // What a store is made of, not what it is asked; a reference is a setting.
      const parts = new Set(["Embedder", "VectorIndex"])
      const isService = (value: unknown) => Context.isKey(value) && !Context.isReference(value)
      const services = Object.entries(root).filter(([name, value]) => isService(value) && !parts.has(name))
      const { close, ...verbs } = store
      expect(Object.keys(verbs)).toHaveLength(services.length)
      expect(close).toBeTypeOf("function")
    }))
})
