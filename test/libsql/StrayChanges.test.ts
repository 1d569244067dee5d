import { spawnSync } from "node:child_process"
import { copyFileSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import { createClient } from "@libsql/client"
import { Effect, Layer, Option } from "effect"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Doctor from "../../src/storage/Doctor.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { crosswalk } from "../cli/run.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const command = fileURLToPath(new URL("../../src/cli/crosswalk.ts", import.meta.url))

const store = (config: LibsqlClient.Config) =>
  Layer.fresh(Layer.provideMerge(ReferenceRepository.layer, LibsqlClient.layer(config)))

const input = (uri: string, title: string) => ({ uri, title, entityType: "rule" })

const save = (url: string, ...inputs: ReadonlyArray<ReturnType<typeof input>>) =>
  Effect.provide(
    ReferenceRepository.use(({ saveMany }) => saveMany(inputs)),
    store({ url })
  )

const title = (config: LibsqlClient.Config, uri: string) =>
  Effect.provide(
    ReferenceRepository.use(({ find }) => Effect.map(find(uri), (found) => Option.getOrUndefined(found)?.title)),
    store(config)
  )

/** A database that a process left when it was killed: its last changes wait beside it. `to` gets both. */
const left = (url: string, to: string) =>
  Effect.promise(async () => {
    const client = createClient({ url: `file:${url}` })
    await client.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    await client.execute("PRAGMA wal_autocheckpoint = 0")
    await client.execute("UPDATE crosswalk_reference SET title = title || ' changed'")
    copyFileSync(url, to)
    copyFileSync(`${url}-wal`, `${to}-wal`)
    client.close()
  })

/** As after `cp` at a later moment. */
const touch = (path: string, seconds: number) => {
  const at = new Date(statSync(path).mtimeMs + seconds * 1000)
  utimesSync(path, at, at)
}

const databases = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const [ours, others, url] = ["ours.db", "others.db", "x.db"].map((name) => join(folder, name)) as [
    string,
    string,
    string
  ]
  yield* save(ours, input("a:1", "One"), input("a:2", "Two"))
  yield* save(others, input("b:1", "Beta"), input("b:2", "Gamma"), input("b:3", "Delta"))
  const whole = join(folder, "whole.db")
  yield* Effect.promise(async () => {
    const client = createClient({ url: `file:${ours}` })
    await client.execute({ sql: "VACUUM INTO ?", args: [whole] })
    client.close()
    const copy = createClient({ url: `file:${whole}` })
    await copy.execute("PRAGMA journal_mode = WAL")
    copy.close()
  })
  return { folder, ours: whole, others, url }
})

describe("changes of another database beside a file", () => {
  it.live("are not taken over, by whoever opens it: the file and what to do are told, and that helps", () =>
    Effect.gen(function* () {
      const { folder, others, ours, url } = yield* databases
      yield* left(others, url)
      copyFileSync(ours, url)
      touch(url, 5)
      const before = [readFileSync(url), readFileSync(`${url}-wal`)]
      for (const config of [{ url }, { url, readonly: true }]) {
        const error = yield* Effect.flip(title(config, "a:1"))
        expect(error).toMatchObject({ reason: "corrupt", isRetryable: false })
        expect(error.message).toContain(`the changes in ${url}-wal are not of this database`)
        expect(error.message).toContain(`move ${url}-wal and ${url}-shm away`)
      }
      for (const words of [["list"], ["status"], ["doctor"], ["doctor", "--repair"]]) {
        const { code, stderr } = yield* crosswalk(folder)(...words, "--db", url)
        expect(code, words.join(" ")).toBe(1)
        expect(stderr, words.join(" ")).toContain(`${url}-wal`)
      }
      expect([readFileSync(url), readFileSync(`${url}-wal`)]).toEqual(before)
      for (const beside of ["-wal", "-shm"]) rmSync(`${url}${beside}`, { force: true })
      // Another process, as this one has had the file open.
      const listed = spawnSync(process.execPath, [command, "list", "--db", url], { encoding: "utf8" })
      expect(listed.stdout, listed.stderr).toContain("a:1  One")
    })
  )

  it.live("are told by the checks where the times of the files do not show it", () =>
    Effect.gen(function* () {
      const { others, ours, url } = yield* databases
      yield* left(others, url)
      copyFileSync(ours, url)
      touch(url, -60)
      // Where it cannot even be opened the same is told at once.
      const checks = Effect.provide(Doctor.run, LibsqlClient.layer({ url, readonly: true })).pipe(
        Effect.map((checks) => checks.find(({ name }) => name === "database file")?.detail),
        Effect.catchTag("DatabaseError", ({ problem }) => Effect.succeed(problem))
      )
      expect(yield* checks).toContain(`move ${url}-wal and ${url}-shm away`)
    })
  )

  it.live("are told from its own, which a killed process left, whatever the times of the files are", () =>
    Effect.gen(function* () {
      for (const seconds of [-5, 5]) {
        const { others, url } = yield* databases
        yield* left(others, url)
        touch(url, seconds)
        expect(yield* title({ url, readonly: true }, "b:1")).toBe("Beta changed")
        expect(yield* title({ url }, "b:1")).toBe("Beta changed")
      }
    })
  )
})
