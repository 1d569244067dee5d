import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { LibsqlClient } from "../../src/libsql.ts"
import * as ReferenceKeys from "../../src/storage/ReferenceKeys.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const onFile = <A, E>(program: Effect.Effect<A, E, SqlClient.SqlClient | ReferenceRepository>) =>
  Effect.flatMap(temporaryFolder, (folder) =>
    Effect.provide(
      program,
      Layer.provideMerge(
        ReferenceRepository.layer,
        LibsqlClient.layer({ url: join(folder, "a.db"), longReads: "thread" })
      )
    )
  ).pipe(Effect.scoped)

it.live("the keys of references are found both ways, and none of what is not there", () =>
  onFile(
    Effect.gen(function* () {
      const { saveMany } = yield* ReferenceRepository
      yield* saveMany(["a", "b"].map((uri) => ({ uri, title: uri, entityType: "t" })))
      const { idsOf, urisOf } = yield* ReferenceKeys.make
      for (const time of ["from the table", "as it was remembered"]) {
        assert.deepStrictEqual(
          [...(yield* urisOf([2, 1, 3]))],
          [
            [2, "b"],
            [1, "a"]
          ],
          time
        )
        assert.deepStrictEqual([...(yield* idsOf(["b", "c"]))], [["b", 2]], time)
      }
    })
  )
)

it.live("the table is asked only for what nobody knows", () =>
  onFile(
    Effect.gen(function* () {
      const { saveMany } = yield* ReferenceRepository
      yield* saveMany(["a", "b"].map((uri) => ({ uri, title: uri, entityType: "t" })))
      const { idsOf, urisOf } = yield* ReferenceKeys.make
      // What the table would say otherwise.
      const known = { uriOf: (id: number) => (id === 1 ? "known" : undefined), idOf: () => 7 }
      const told = Effect.provideService(ReferenceKeys.KnownKeys, known)
      assert.deepStrictEqual(
        yield* told(urisOf([1, 2])),
        new Map([
          [1, "known"],
          [2, "b"]
        ])
      )
      assert.deepStrictEqual(yield* told(idsOf(["a"])), new Map([["a", 7]]))
      assert.deepStrictEqual(yield* urisOf([1]), new Map([[1, "a"]]))
    })
  )
)
