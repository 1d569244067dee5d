import { globSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import { Backup } from "../../src/catalog/Backup.ts"
import { DatabaseError } from "../../src/domain/DatabaseError.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"
import { ask, problemOf, serving, servingOf } from "../support/httpServer.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

/** The copies that there are of a database in which this stands. */
const copiesOf = (mark: string) =>
  Effect.sync(() =>
    globSync(join(tmpdir(), "crosswalk-backup-*", "*")).filter((file) => {
      try {
        return readFileSync(file).includes(mark)
      } catch {
        return false
      }
    })
  )

layer(serving(), { excludeTestServices: true })("a backup over HTTP", (it) => {
  it.effect("is the whole database, and nothing of it is left on the server", () =>
    Effect.gen(function* () {
      const mark = `mark-${crypto.randomUUID()}`
      const left = copiesOf(mark)
      yield* ReferenceRepository.use(({ save }) => save({ uri: "b:1", title: mark, entityType: "rule" }))
      const response = yield* ask("POST", "/api/v1/backup")
      assert.deepStrictEqual(
        [response.status, response.headers["content-type"], response.headers["content-disposition"]],
        [200, "application/vnd.sqlite3", 'attachment; filename="crosswalk.db"']
      )
      const path = join(yield* temporaryFolder, "copy.db")
      writeFileSync(path, new Uint8Array(yield* response.arrayBuffer))
      const found = yield* Effect.provide(
        ReferenceRepository.use(({ findPage }) => findPage()),
        ReferenceRepository.layer.pipe(Layer.provide(LibsqlClient.layer({ url: path })), Layer.fresh)
      )
      assert.deepStrictEqual(
        found.references.map(({ uri }) => uri),
        ["b:1"]
      )
      yield* Effect.repeat(left, { until: (files) => files.length === 0, schedule: Schedule.spaced(20), times: 200 })
      assert.deepStrictEqual(yield* left, [])
    })
  )
})

const failing = (reason: DatabaseError["reason"]) =>
  servingOf(
    Layer.merge(
      TestStore.layer,
      Layer.succeed(
        Backup,
        Backup.of({
          write: () => new DatabaseError({ operation: "Backup.write", reason, isRetryable: false, problem: "/secret" })
        })
      )
    )
  )

describe("a backup that cannot be made", () => {
  for (const [reason, status] of [
    ["unsupported", 409],
    ["full", 500]
  ] as const) {
    it.live(`says why: ${reason}`, () =>
      Effect.gen(function* () {
        const problem = yield* Effect.flatMap(ask("POST", "/api/v1/backup"), problemOf)
        assert.strictEqual(problem.status, status)
        assert.notInclude(problem.detail, "/secret")
      }).pipe(Effect.provide(failing(reason)))
    )
  }
})
