import { rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, type Scope, Schedule } from "effect"
import { HttpClient } from "effect/http"
import * as Store from "../../src/Store.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { base, client, servingOf } from "../support/httpServer.ts"
import * as Sqld from "../support/sqld.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const one = { uri: "a:1", title: "Passwords are hashed", entityType: "requirement" }

/** Where the file is, and of which server it is a replica. */
const files: ReadonlyArray<{
  readonly name: string
  readonly of: Effect.Effect<{ readonly syncUrl?: string }, never, Scope.Scope>
  readonly skipped: string | undefined
}> = [
  { name: "its file", of: Effect.succeed({}), skipped: undefined },
  {
    name: "the file of its replica",
    of: Effect.map(Sqld.primary(), ({ url }) => ({ syncUrl: url })),
    skipped: Sqld.unavailable
  }
]

for (const { name, of, skipped } of files) {
  describe.skipIf(skipped !== undefined)(`a server of which ${name} is removed or replaced ${skipped ?? ""}`, () => {
    it.live("is not ready and answers nothing of what it read before, until the file is back", () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const [url, aside] = [join(folder, "a.db"), join(folder, "aside.db")]
        const store = Store.layerLibsql({ ...(yield* of), url, embedder: { type: "deterministic" }, vectors: "memory" })
        yield* Effect.gen(function* () {
          const save = ReferenceRepository.use((references) => references.save(one))
          yield* save
          const ready = Effect.gen(function* () {
            const response = yield* HttpClient.get(`${yield* base}/ready`)
            return [response.status, yield* response.json] as const
          })
          const { search, status } = yield* client
          const found = Effect.map(search.search({ query: { q: "passwords" } }), ({ hits }) => hits.length)
          const isFine = Effect.gen(function* () {
            assert.deepInclude(yield* ready, 200)
            assert.strictEqual(yield* found, 1)
            assert.strictEqual((yield* status()).references, 1)
          })
          const isRefused = Effect.gen(function* () {
            // What is read often looks for the file ten times a second.
            const [code, problem] = yield* Effect.repeat(ready, {
              until: ([code]) => code !== 200,
              schedule: Schedule.spaced("20 millis")
            }).pipe(Effect.timeout("5 seconds"))
            assert.strictEqual(code, 503)
            assert.deepInclude(problem, {
              detail: "The database cannot be read (DatabaseError, connection)",
              reason: "database"
            })
            for (const asked of [Effect.asVoid(found), Effect.asVoid(status())])
              assert.deepInclude(yield* Effect.flip(asked), { _tag: "Unavailable", reason: "connection" })
            assert.deepInclude(yield* Effect.flip(save), { _tag: "DatabaseError", reason: "connection" })
          })
          yield* isFine
          yield* Effect.promise(() => rename(url, aside))
          yield* isRefused
          yield* Effect.promise(() => writeFile(url, ""))
          yield* isRefused
          yield* Effect.promise(() => rm(url))
          yield* Effect.promise(() => rename(aside, url))
          yield* isFine
          yield* ReferenceRepository.use((references) => references.save({ ...one, uri: "a:2", title: "Another" }))
        }).pipe(Effect.provide(Layer.merge(servingOf(store), Logger.layer([]))))
      }).pipe(Effect.scoped)
    )
  })
}
