import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { ConfigProvider, Effect, Option } from "effect"
import { type Flags, make } from "../../src/cli/Settings.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const none: Flags = {
  db: Option.none(),
  embedder: Option.none(),
  model: Option.none(),
  offline: false,
  json: false,
  quiet: false
}

const settings = (flags: Partial<Flags>, folder: string, env: Record<string, string> = { HOME: "/home/someone" }) =>
  make({ ...none, ...flags }, { folder }).pipe(
    Effect.provide(NodeServices.layer),
    Effect.map((settings) => ({
      database: Effect.provideService(
        settings.database,
        ConfigProvider.ConfigProvider,
        ConfigProvider.fromEnv({ env })
      ),
      embedder: settings.embedder
    }))
  )

const database = (...args: Parameters<typeof settings>) => Effect.flatMap(settings(...args), ({ database }) => database)

const write = (file: string, value: unknown) =>
  Effect.promise(() => writeFile(file, typeof value === "string" ? value : JSON.stringify(value)))

/** A folder, and one deep inside of it. */
const folders = Effect.gen(function* () {
  const top = yield* temporaryFolder
  const deep = join(top, "a", "b")
  yield* Effect.promise(() => mkdir(deep, { recursive: true }))
  return { top, deep }
})

describe("Settings", () => {
  it.effect("takes --db before CROSSWALK_DB before crosswalk.json before the data folder", () =>
    Effect.gen(function* () {
      const { deep, top } = yield* folders
      const env = { HOME: "/home/someone", CROSSWALK_DB: "env.db" }
      expect(yield* database({}, deep)).toMatchObject({
        url: "/home/someone/.local/share/crosswalk/crosswalk.db",
        from: "default"
      })
      yield* write(join(top, "crosswalk.json"), { db: "data/of file.db" })
      expect(yield* database({}, deep)).toMatchObject({
        url: join(top, "data", "of file.db"),
        from: "crosswalk.json",
        file: join(top, "crosswalk.json")
      })
      expect(yield* database({}, deep, env)).toMatchObject({ url: "env.db", from: "CROSSWALK_DB" })
      expect(yield* database({ db: Option.some("flag.db") }, deep, env)).toMatchObject({ url: "flag.db", from: "--db" })
    })
  )

  it.effect("takes the nearest crosswalk.json", () =>
    Effect.gen(function* () {
      const { deep, top } = yield* folders
      yield* write(join(top, "crosswalk.json"), { db: "far.db" })
      yield* write(join(deep, "crosswalk.json"), { db: "near.db" })
      expect((yield* database({}, deep)).url).toBe(join(deep, "near.db"))
    })
  )

  it.effect("follows XDG_DATA_HOME where it is absolute", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const env = { HOME: "/home/someone", XDG_DATA_HOME: "/data" }
      expect((yield* database({}, folder, env)).url).toBe("/data/crosswalk/crosswalk.db")
      expect((yield* database({}, folder, { ...env, XDG_DATA_HOME: "relative" })).url).toBe(
        "/home/someone/.local/share/crosswalk/crosswalk.db"
      )
    })
  )

  it.effect("leaves URLs of crosswalk.json as they are", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const url of [":memory:", "http://127.0.0.1:8080", "libsql://x.turso.io", "/absolute.db"]) {
        yield* write(join(folder, "crosswalk.json"), { db: url })
        expect((yield* database({}, folder)).url).toBe(url)
      }
      yield* write(join(folder, "crosswalk.json"), { db: "file:x%20y.db" })
      expect((yield* database({}, folder)).url).toBe(join(folder, "x y.db"))
      yield* write(join(folder, "crosswalk.json"), { db: "file:///a/b%20c.db" })
      expect(yield* database({}, folder)).toMatchObject({ url: "/a/b c.db", path: "/a/b c.db" })
    })
  )

  it.effect("refuses a file URL that is none, wherever it comes from", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const url of ["file:%zz", "file://%zz"]) {
        yield* write(join(folder, "crosswalk.json"), { db: url })
        for (const error of [
          yield* Effect.flip(database({}, folder)),
          yield* Effect.flip(database({ db: Option.some(url) }, folder))
        ]) {
          expect(error._tag).toBe("DatabaseError")
          expect(error.message).toContain(`${url} is not a file URL; give the plain path instead`)
        }
      }
    })
  )

  it.effect("refuses a crosswalk.json that is not JSON, or has a key that means nothing", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const file = join(folder, "crosswalk.json")
      for (const text of ["{", '{"database": "x.db"}', '{"db": 1}', "[]"]) {
        yield* write(file, text)
        const error = yield* Effect.flip(database({}, folder))
        expect(error).toMatchObject({ _tag: "ValidationError", field: file })
      }
    })
  )

  it.effect("keeps the token out of what is printed", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const found = yield* database({}, folder, { HOME: "/h", CROSSWALK_DB: "http://x", CROSSWALK_DB_TOKEN: "secret" })
      expect(JSON.stringify(found)).not.toContain("secret")
      expect(found.path).toBeUndefined()
    })
  )

  it.effect("lets --model and --embedder replace the embedder of crosswalk.json", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const embedder = (flags: Partial<Flags>) => Effect.flatMap(settings(flags, folder), ({ embedder }) => embedder)
      expect(yield* embedder({})).toEqual({ type: "transformers" })
      yield* write(join(folder, "crosswalk.json"), { embedder: { type: "transformers", folder: "m", maxLength: 16 } })
      expect(yield* embedder({})).toEqual({ type: "transformers", folder: join(folder, "m"), maxLength: 16 })
      expect(yield* embedder({ model: Option.some("a/b") })).toEqual({ type: "transformers", model: "a/b" })
      expect(yield* embedder({ model: Option.some("./a") })).toEqual({ type: "transformers", folder: "./a" })
      expect(yield* embedder({ embedder: Option.some("deterministic") })).toEqual({ type: "deterministic" })
    })
  )
})
