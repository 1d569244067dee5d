/**
 * A process that writes to a store and says what it did: `node writer.ts DATABASE NAME SEED SECONDS`. Prints its history as
 * one JSON array.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import * as Store from "../../src/Store.ts"
import type { Entry } from "../History.ts"
import * as Random from "../Random.ts"
import { now } from "./clock.ts"

const [url = "", name = "", seed = "1", seconds = "1"] = process.argv.slice(2)

const keys = 4

const program = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const sql = yield* SqlClient.SqlClient
  const random = Random.make(Number(seed))
  const numbers = new Map<string, number>()
  const history: Array<Entry> = []

  const input = (uri: string, n: number) => ({
    uri,
    title: `word${uri.replaceAll(/[^a-z0-9]/gu, "x")} ${n}`,
    entityType: "counter",
    metadata: { n }
  })
  const timed = Effect.fnUntraced(function* <E, R>(change: Effect.Effect<unknown, E, R>) {
    const start = now()
    const isSure = yield* change.pipe(
      Effect.as(true),
      Effect.catch(() => Effect.succeed(false))
    )
    return { start, end: now(), isSure }
  })

  /** One reference that only this process writes. */
  const own = Effect.gen(function* () {
    const key = `${name}:own${random.below(keys)}`
    const n = (numbers.get(key) ?? 0) + 1
    numbers.set(key, n)
    history.push({ kind: "write", key, n, ...(yield* timed(references.save(input(key, n)))) })
  })

  /** Two references in one call, which nobody may see apart. */
  const pair = Effect.gen(function* () {
    const key = `${name}:pair`
    const n = (numbers.get(key) ?? 0) + 1
    numbers.set(key, n)
    const inputs = [input(`${key}-a`, n), input(`${key}-b`, n)]
    const done = yield* timed(references.saveMany(inputs))
    history.push({ kind: "write", key: `${key}-a`, n, ...done }, { kind: "write", key: `${key}-b`, n, ...done })
  })

  /** One more on what all processes count. */
  const count = Effect.gen(function* () {
    const key = "all:count"
    const more = sql.withTransaction(
      Effect.gen(function* () {
        // The first statement writes, so that nobody else does until the end.
        yield* sql`UPDATE crosswalk_reference SET updated_at = updated_at WHERE uri = ${key}`
        const [found] = (yield* references.findMany([key])).values()
        const n = Number(Object(found?.metadata)["n"] ?? 0)
        yield* references.save(input(key, n + 1))
      })
    )
    history.push({ kind: "add", key, ...(yield* timed(more)) })
  })

  const end = performance.now() + Number(seconds) * 1000
  while (performance.now() < end) {
    yield* random.pick([own, own, pair, count])
    yield* Effect.sleep(random.below(4))
  }
  process.stdout.write(`${JSON.stringify(history)}\n`)
})

await Effect.runPromise(
  Effect.provide(program, Store.layerLibsql({ url, embedder: { type: "deterministic" }, busyTimeout: "30 seconds" }))
)
