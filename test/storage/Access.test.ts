import { createHash } from "node:crypto"
import { spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { createClient } from "@libsql/client"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { CreateTables } from "../../src/libsql/CreateTables.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Doctor from "../../src/storage/Doctor.ts"
import { repair } from "../../src/storage/doctor/Repair.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { crosswalk } from "../cli/run.ts"
import * as Sqld from "../support/sqld.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const reference = { uri: "r:1", title: "Passwords are hashed", entityType: "rule" }

const store = (config: LibsqlClient.Config) =>
  ReferenceRepository.layer.pipe(Layer.provideMerge(LibsqlClient.layer(config)), Layer.fresh)

const save = (config: LibsqlClient.Config) =>
  Effect.provide(
    ReferenceRepository.use((references) => references.save(reference)),
    store(config)
  )

const count = (config: LibsqlClient.Config) =>
  Effect.provide(
    ReferenceRepository.use((references) => references.count()),
    store(config)
  )

/** A database of another program, with a rollback journal; every byte of its folder, to compare. */
const foreign = Effect.gen(function* () {
  const folder = join(yield* temporaryFolder, "theirs")
  mkdirSync(folder)
  const path = join(folder, "theirs.sqlite")
  yield* Effect.promise(async () => {
    const client = createClient({ url: `file:${path}` })
    await client.execute("CREATE TABLE invoice (id INTEGER PRIMARY KEY, amount REAL)")
    await client.execute("INSERT INTO invoice VALUES (1, 9.5)")
    client.close()
  })
  const bytes = () =>
    readdirSync(folder).map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(folder, name)))
        .digest("hex")
    ])
  return { path, bytes }
})

describe("a database of another program", () => {
  it.effect("is not changed by any command that reads, nor by one that stores", () =>
    Effect.gen(function* () {
      const { bytes, path } = yield* foreign
      const before = bytes()
      const folder = yield* temporaryFolder
      const source = join(folder, "a.csv")
      writeFileSync(source, "uri,title\na:1,One\n")
      const run = crosswalk(folder)
      for (const args of [
        ["status"],
        ["list"],
        ["search", "x"],
        ["search", "x", "--mode", "keyword"],
        ["get", "x"],
        ["similar", "x"],
        ["export"],
        ["coverage", "a@1", "--by", "b@1"],
        ["graph"],
        ["index", "status"],
        ["review", "--log"],
        ["review", "--list"],
        ["doctor"],
        ["embed"],
        ["suggest", "a@1", "b@1"],
        ["import", source]
      ]) {
        const { code, stderr } = yield* run(...args, "--db", path)
        expect(code, args.join(" ")).toBeGreaterThan(0)
        expect(stderr, args.join(" ")).toMatch(/no tables of Crosswalk|none of Crosswalk/u)
        expect(bytes(), args.join(" ")).toEqual(before)
      }
      const { stderr } = yield* run("import", source, "--db", path)
      expect(stderr).toContain("--create")
      expect((yield* run("import", source, "--create", "--db", path)).code).toBe(0)
      expect((yield* run("list", "--db", path)).stdout).toContain("a:1")
    })
  )

  it.effect("is another's also where it has a view only", () =>
    Effect.gen(function* () {
      const url = join(yield* temporaryFolder, "theirs.sqlite")
      yield* Effect.promise(async () => {
        const client = createClient({ url: `file:${url}` })
        await client.execute("CREATE VIEW report AS SELECT 1")
        client.close()
      })
      const before = readFileSync(url)
      expect(yield* Effect.flip(save({ url }))).toMatchObject({ remedy: { action: "createTables" } })
      expect(readFileSync(url)).toEqual(before)
    })
  )

  for (const [what, statement] of [
    ["the view crosswalk_reference", "CREATE VIEW crosswalk_reference AS SELECT 1 AS id"],
    ["the view crosswalk_migration", "CREATE VIEW crosswalk_migration AS SELECT 1 AS id"],
    ["the table crosswalk_reference", "CREATE TABLE crosswalk_reference (a, b)"],
    ["the table Crosswalk_Reading", "CREATE TABLE Crosswalk_Reading (a, b)"],
    ["the table crosswalk_keyword_data", "CREATE TABLE crosswalk_keyword_data (a, b)"],
    ["the index crosswalk_pin_reading", "CREATE INDEX crosswalk_pin_reading ON invoice (id)"],
    ["the table crosswalk_migration", "CREATE TABLE crosswalk_migration (a, b)"]
  ] as const) {
    it.effect(`is not shared where it has ${what}, which is named, and stays as it was`, () =>
      Effect.gen(function* () {
        const url = join(yield* temporaryFolder, "theirs.sqlite")
        yield* Effect.promise(async () => {
          const client = createClient({ url: `file:${url}` })
          await client.execute("CREATE TABLE invoice (id)")
          await client.execute(statement)
          client.close()
        })
        const before = readFileSync(url)
        const client = LibsqlClient.layer({ url })
        for (const create of [false, true]) {
          const error = yield* Effect.flip(save({ url, create }))
          expect(error).toMatchObject({ reason: "migration", remedy: { action: "chooseDatabase" } })
          expect(error.message).toContain(`${what}, called as theirs are`)
        }
        expect(yield* Effect.flip(Effect.provide(Doctor.run, client))).toMatchObject({
          remedy: { action: "chooseDatabase" }
        })
        expect(yield* Effect.provide(repair, client)).toEqual([])
        expect(readFileSync(url)).toEqual(before)
      })
    )
  }

  it.effect("gets our tables where a program says that they share it, and a transaction spans both", () =>
    Effect.gen(function* () {
      const { path } = yield* foreign
      expect(yield* Effect.flip(save({ url: path }))).toMatchObject({
        reason: "migration",
        remedy: { action: "createTables" }
      })
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const references = yield* ReferenceRepository
        const both = Effect.andThen(references.save(reference), sql`DELETE FROM invoice`)
        yield* Effect.ignore(sql.withTransaction(Effect.andThen(both, Effect.fail("rolled back"))))
        expect(yield* references.count()).toBe(0)
        expect(yield* sql`SELECT id FROM invoice`).toHaveLength(1)
        yield* sql.withTransaction(both)
        expect(yield* references.count()).toBe(1)
      }).pipe(Effect.provide(store({ url: path, create: true })))
      // Once they are there, nothing more has to be said.
      expect(yield* count({ url: path })).toBe(1)
    })
  )

  it.effect("is shared through any other SqlClient by a Reference", () =>
    Effect.gen(function* () {
      const { path } = yield* foreign
      const client = yield* Effect.acquireRelease(
        Effect.sync(() => createClient({ url: `file:${path}`, intMode: "bigint" })),
        (client) => Effect.sync(() => client.close())
      )
      const sql = Layer.effect(
        SqlClient.SqlClient,
        Effect.map(LibsqlClient.LibsqlClient, (client): SqlClient.SqlClient => client)
      ).pipe(Layer.provide(LibsqlClient.layer({ liveClient: client })))
      const all = Effect.provide(
        ReferenceRepository.use((references) => references.count()),
        Layer.provide(ReferenceRepository.layer, sql)
      )
      expect(yield* Effect.flip(all)).toMatchObject({ remedy: { action: "createTables" } })
      expect(yield* Effect.provideService(all, CreateTables, true)).toBe(0)
    })
  )
})

describe("a database that is opened to be read", () => {
  it.effect("is not made, and gets no tables", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const url = join(folder, "x.db")
      expect(yield* Effect.flip(count({ url, readonly: true }))).toMatchObject({ reason: "connection" })
      expect(readdirSync(folder)).toEqual([])
      writeFileSync(url, "")
      expect(yield* Effect.flip(count({ url, readonly: true }))).toMatchObject({
        reason: "migration",
        remedy: { action: "import" }
      })
      expect(statSync(url).size).toBe(0)
    })
  )

  it.effect("refuses writes, and sees what others write", () =>
    Effect.gen(function* () {
      const url = join(yield* temporaryFolder, "x y?#.db")
      yield* save({ url })
      yield* Effect.gen(function* () {
        const references = yield* ReferenceRepository
        expect(yield* references.count()).toBe(1)
        expect(yield* Effect.flip(references.save({ ...reference, uri: "r:2" }))).toMatchObject({ reason: "readonly" })
        yield* Effect.provide(
          ReferenceRepository.use(({ save }) => save({ ...reference, uri: "r:3" })),
          store({ url })
        )
        expect(yield* references.count()).toBe(2)
      }).pipe(Effect.provide(store({ url, readonly: true })))
    })
  )

  it.effect("is read with its key", () =>
    Effect.gen(function* () {
      const url = join(yield* temporaryFolder, "x.db")
      yield* save({ url, encryptionKey: "secret" })
      expect(yield* count({ url, encryptionKey: "secret", readonly: true })).toBe(1)
      expect(yield* Effect.flip(count({ url, readonly: true }))).toMatchObject({ reason: "corrupt" })
    })
  )

  const isRoot = process.getuid?.() === 0
  it.effect.skipIf(!isRoot)("may lie in a folder, or be a file, that only another user can write", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      chmodSync(folder, 0o755)
      for (const journalMode of ["wal", "delete"] as const) {
        const theirs = join(folder, journalMode)
        mkdirSync(theirs)
        const url = join(theirs, "x.db")
        yield* save({ url, journalMode })
        // As it is left by a process that ended in order.
        yield* Effect.promise(async () => {
          const client = createClient({ url: `file:${url}` })
          await client.execute("PRAGMA wal_checkpoint(TRUNCATE)")
          client.close()
        })
        for (const name of readdirSync(theirs)) chmodSync(join(theirs, name), 0o644)
        chmodSync(theirs, 0o755)
        const program = join(dirname(new URL(import.meta.url).pathname), "../support/readAsNobody.ts")
        const { stderr, stdout } = spawnSync(process.execPath, [program, url], { encoding: "utf8" })
        expect(`${stdout}${stderr}`.trim(), journalMode).toBe("1")
      }
    })
  )
})

describe.skipIf(Sqld.unavailable !== undefined)(`a server ${Sqld.unavailable ?? ""}`, () => {
  it.live("gets no tables from what only reads", () =>
    Effect.gen(function* () {
      const { url } = yield* Sqld.primary()
      expect(yield* Effect.flip(count({ url, readonly: true }))).toMatchObject({ reason: "migration" })
      yield* save({ url })
      expect(yield* count({ url, readonly: true })).toBe(1)
    }).pipe(Effect.scoped)
  )
})

describe("a new database", () => {
  it.effect.skipIf(process.platform === "win32")("is readable by its owner only, and so are the files beside it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const url = join(folder, "x.db")
      yield* Effect.provide(
        Effect.gen(function* () {
          yield* ReferenceRepository.use((references) => references.save(reference))
          const modes = readdirSync(folder).map((name) => [
            name,
            (statSync(join(folder, name)).mode & 0o777).toString(8)
          ])
          expect(modes).toEqual([
            ["x.db", "600"],
            ["x.db-shm", "600"],
            ["x.db-wal", "600"]
          ])
        }),
        store({ url })
      )
    })
  )
})
