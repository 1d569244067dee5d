import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { Backup, type BackupOptions } from "../../src/catalog/Backup.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import * as Migrations from "../../src/storage/Migrations.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { anyBin } from "../support/command.ts"
import * as Sqld from "../support/sqld.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const store = (config: LibsqlClient.Config) =>
  Layer.mergeAll(ReferenceRepository.layer, RelationRepository.layer, Backup.layerLibsql).pipe(
    Layer.provideMerge(LibsqlClient.layer(config)),
    Layer.fresh
  )

const write = (path: string, options?: BackupOptions) => Backup.use((backup) => backup.write(path, options))

const fill = (count: number) =>
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    const relations = yield* RelationRepository
    yield* references.saveMany(
      Array.from({ length: count }, (_, i) => ({
        uri: `r:${i}`,
        title: `Reference ${i}`,
        entityType: "rule",
        metadata: { n: 100 }
      }))
    )
    yield* relations.save({ sources: ["r:0"], targets: ["r:1"], type: "equal", status: "accepted" })
  })

const sum = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly sum: number }>`SELECT sum(metadata ->> '$.n') AS sum FROM crosswalk_reference`
  return row?.sum
})

const count = (config: LibsqlClient.Config) =>
  Effect.provide(
    ReferenceRepository.use((references) => references.count()),
    store(config)
  )

const names = (folder: string) => readdirSync(folder).filter((name) => !/-(wal|shm)$/u.test(name))

const place = Effect.map(temporaryFolder, (folder) => ({
  folder,
  url: join(folder, "x.db"),
  backup: join(folder, "backup.db")
}))

/** The command in a process of its own: one that has opened a database keeps it. */
const command = (...args: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [anyBin, ...args], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" }
  })
  return { code: status, text: `${stdout}${stderr}` }
}

describe("a backup", () => {
  it.live("is one state of the database, whatever is written meanwhile", () =>
    Effect.gen(function* () {
      const { backup, folder, url } = yield* place
      yield* Effect.gen(function* () {
        yield* fill(600)
        const child = spawn(
          process.execPath,
          [join(import.meta.dirname, "../support/movingWriter.ts"), `file:${url}`],
          {
            stdio: ["pipe", "pipe", "inherit"]
          }
        )
        yield* Effect.promise(() => once(child.stdout, "data"))
        for (let i = 0; i < 5; i++) {
          const { bytes, path } = yield* write(backup, { force: true })
          expect(statSync(path).size).toBe(bytes)
          expect(yield* Effect.provide(sum, LibsqlClient.layer({ url: backup, readonly: true }))).toBe(60_000)
        }
        child.stdin.end()
        yield* Effect.promise(() => once(child, "exit"))
      }).pipe(Effect.provide(store({ url })))
      expect(names(folder)).toEqual(["backup.db", "x.db"])
    })
  )

  it.effect("never replaces a file by itself, is its owner's, and clears what was killed", () =>
    Effect.gen(function* () {
      const { backup, folder, url } = yield* place
      writeFileSync(backup, "precious")
      // No process has this number.
      for (const name of [".backup.db.4194999-abc.crosswalk-part", ".yesterday.db.4194999-abc.crosswalk-part"]) {
        writeFileSync(join(folder, name), "left behind")
      }
      yield* Effect.gen(function* () {
        yield* fill(3)
        expect(yield* Effect.flip(write(backup))).toMatchObject({
          _tag: "ValidationError",
          field: "path",
          remedy: { action: "force" }
        })
        expect(readFileSync(backup, "utf8")).toBe("precious")
        yield* write(backup, { force: true })
        expect(statSync(backup).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o600)
        for (const nowhere of [join(folder, "none", "x.db"), join(folder, "x".repeat(300))]) {
          expect(yield* Effect.flip(write(nowhere))).toMatchObject({ _tag: "DatabaseError" })
          expect(yield* Effect.flip(Backup.restore(backup, { url: nowhere }))).toMatchObject({ _tag: "DatabaseError" })
        }
      }).pipe(Effect.provide(store({ url })))
      expect(yield* count({ url: backup })).toBe(3)
      expect(names(folder)).toEqual(["backup.db", "x.db"])
    })
  )

  it.effect.skipIf(process.platform === "win32")(
    "takes the place of no link, device, folder or database in use, forced or not",
    () =>
      Effect.gen(function* () {
        const { backup, folder, url } = yield* place
        const at = (name: string) => join(folder, name)
        const [link, nowhere, loop] = [at("link.db"), at("nowhere.db"), at("loop.db")]
        symlinkSync("x.db", link)
        symlinkSync("backup.db", nowhere)
        symlinkSync("loop.db", loop)
        yield* Effect.gen(function* () {
          yield* fill(3)
          const { ino } = statSync(url)
          for (const path of [url, link, `${url}-wal`, folder, "/dev/null"]) {
            expect(yield* Effect.flip(write(path, { force: true }))).toMatchObject({ field: "path", value: path })
          }
          expect(yield* Effect.flip(write(loop))).toMatchObject({ _tag: "DatabaseError" })
          expect(statSync(url).ino).toBe(ino)
          yield* write(nowhere)
          yield* fill(4)
        }).pipe(Effect.provide(store({ url })))
        expect(lstatSync(nowhere).isSymbolicLink()).toBe(true)
        expect(yield* count({ url: backup })).toBe(3)
        symlinkSync("restored.db", at("restored-link.db"))
        expect(yield* Backup.restore(backup, { url: at("restored-link.db") })).toMatchObject({ migrated: false })
        expect(lstatSync(at("restored-link.db")).isSymbolicLink()).toBe(true)
        expect(yield* count({ url: at("restored.db") })).toBe(3)
      })
  )

  it.effect("is made of memory too, and has the key of an encrypted database", () =>
    Effect.gen(function* () {
      const { backup, folder } = yield* place
      yield* Effect.andThen(fill(3), write(backup)).pipe(Effect.provide(store({ url: ":memory:" })))
      expect(yield* count({ url: backup })).toBe(3)
      const secret = { url: join(folder, "secret.db"), encryptionKey: "key" }
      const copy = join(folder, "copy.db")
      yield* Effect.andThen(fill(4), write(copy)).pipe(Effect.provide(store(secret)))
      expect(yield* count({ url: copy, encryptionKey: "key" })).toBe(4)
      expect(yield* Effect.flip(count({ url: copy }))).toMatchObject({ reason: "corrupt" })
    })
  )
})

describe.skipIf(Sqld.unavailable !== undefined)(`a server ${Sqld.unavailable ?? ""}`, () => {
  it.live("is not backed up from here, but a replica of it is", () =>
    Effect.gen(function* () {
      const { backup, folder } = yield* place
      const { url } = yield* Sqld.primary()
      yield* Effect.gen(function* () {
        yield* fill(3)
        expect(yield* Effect.flip(write(backup))).toMatchObject({ reason: "unsupported" })
      }).pipe(Effect.provide(store({ url })))
      yield* Effect.provide(write(backup), store({ url: join(folder, "replica.db"), syncUrl: url }))
      expect(yield* count({ url: backup })).toBe(3)
    })
  )
})

describe("restoring", () => {
  it.effect("brings back what was backed up", () =>
    Effect.gen(function* () {
      const { backup, folder, url } = yield* place
      yield* Effect.andThen(fill(5), write(backup)).pipe(Effect.provide(store({ url })))
      const other = join(folder, "other.db")
      expect(yield* Backup.restore(backup, { url: other })).toEqual({ path: other, migrated: false })
      expect(statSync(other).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o600)
      expect(yield* count({ url: other })).toBe(5)
      expect(names(folder)).toEqual(["backup.db", "other.db", "x.db"])
      expect(yield* Effect.flip(Backup.restore(backup, { url: other }))).toMatchObject({ remedy: { action: "force" } })
      expect(yield* Effect.flip(Backup.restore(backup, { url: ":memory:" }))).toMatchObject({ reason: "unsupported" })
    })
  )

  it.effect("names a backup that cannot be read, whatever is wrong with it", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const [url, text, older] = [join(folder, "x.db"), join(folder, "text.db"), join(folder, "older.db")]
      writeFileSync(text, "uri,title\n".repeat(100))
      yield* Migrations.runTo(12).pipe(
        Effect.andThen(SqlClient.SqlClient.use((sql) => sql`DROP TABLE crosswalk_decision`)),
        Effect.provide(LibsqlClient.layer({ url: older, journalMode: "delete" }))
      )
      for (const backup of [join(folder, "nowhere.db"), folder, text, older]) {
        const error = yield* Effect.flip(Backup.restore(backup, { url }))
        expect(error).toMatchObject({ message: expect.stringContaining(`${backup} cannot be restored: `) })
        // To name another database, or to check the one that is there, would not help.
        expect(error.remedy).toBeUndefined()
      }
      expect(readdirSync(folder).sort()).toEqual(["older.db", "text.db"])
    })
  )

  it.effect("replaces nothing by what is damaged, another program's, or newer", () =>
    Effect.gen(function* () {
      const { backup, folder, url } = yield* place
      const damaged = (statement: string) =>
        Effect.gen(function* () {
          yield* Effect.provide(write(backup, { force: true }), store({ url, readonly: true }))
          yield* Effect.provide(
            Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(statement)),
            LibsqlClient.layer({ url: backup, journalMode: "delete" })
          )
        })
      const refused = Effect.flip(Backup.restore(backup, { url: join(folder, "new.db") }))
      yield* Effect.provide(fill(200), store({ url }))
      yield* damaged("UPDATE crosswalk_reference SET title = CAST(x'ff' AS TEXT) WHERE id = 7")
      expect(yield* refused).toMatchObject({ reason: "corrupt", problem: expect.stringContaining("r:6") })
      yield* damaged("DELETE FROM crosswalk_keyword_docsize WHERE id = 1")
      expect(yield* refused).toMatchObject({ reason: "corrupt" })
      yield* damaged("INSERT INTO crosswalk_migration (migration_id, name) VALUES (99999, 'later')")
      expect(yield* refused).toMatchObject({ reason: "migration", remedy: { action: "update" } })
      yield* damaged("ANALYZE")
      truncateSync(backup, Math.floor(statSync(backup).size / 2))
      expect(yield* refused).toMatchObject({ reason: "corrupt" })
      writeFileSync(backup, "no database")
      expect(yield* refused).toMatchObject({ reason: "corrupt" })
      writeFileSync(backup, "")
      expect(yield* refused).toMatchObject({ reason: "corrupt" })
      expect(names(folder).filter((name) => !name.startsWith("backup.db") && name !== "x.db")).toEqual([])
    })
  )

  it.live(
    "replaces a database that nobody uses, and its index; the command does, too",
    () =>
      Effect.gen(function* () {
        const { backup, folder, url } = yield* place
        const csv = join(folder, "a.csv")
        writeFileSync(csv, "uri,title\na:1,One\na:2,Two\n")
        const db = ["--db", url, "--embedder", "deterministic"]
        expect(command("import", csv, ...db).text).toContain("2 created")
        expect(command("backup", backup, ...db).code).toBe(0)
        writeFileSync(csv, "uri,title\na:1,One\na:2,Two\na:3,Three\n")
        expect(command("import", csv, ...db).text).toContain("1 created")
        expect(command("index", "build", ...db).code).toBe(0)
        const before = readFileSync(url)

        expect(command("restore", backup, ...db)).toMatchObject({ code: 2, text: expect.stringContaining("--force") })
        // Somebody has it open.
        const holder = spawn(process.execPath, [join(import.meta.dirname, "../support/holdOpen.ts"), url], {
          stdio: ["pipe", "pipe", "inherit"]
        })
        yield* Effect.promise(() => once(holder.stdout, "data"))
        expect(command("restore", backup, "--force", ...db).text).toContain("is in use")
        holder.stdin.end()
        yield* Effect.promise(() => once(holder, "exit"))
        expect(readFileSync(url).equals(before)).toBe(true)

        expect(command("restore", backup, "--force", ...db)).toMatchObject({ code: 0 })
        expect(command("list", ...db).text).not.toContain("a:3")
        expect(command("list", ...db).text).toContain("a:2")
        expect(command("doctor", ...db).code).toBe(0)
        expect(names(folder)).toEqual(["a.csv", "backup.db", "x.db"])

        // One that is damaged is replaced as well.
        truncateSync(url, 5000)
        expect(command("restore", backup, "--force", ...db)).toMatchObject({ code: 0 })
        expect(command("list", ...db).text).toContain("a:2")
      }),
    300_000
  )
})
