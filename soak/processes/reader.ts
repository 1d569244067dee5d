/**
 * A process that reads a store and says what it saw: `node reader.ts DATABASE NAME SEED SECONDS`. Prints one JSON object: its
 * history, and what it saw that must not be.
 */
import { Effect, Stream } from "effect"
import type { Reference } from "../../src/domain/Reference.ts"
import { Search, type SearchError } from "../../src/search/Search.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import * as Store from "../../src/Store.ts"
import type { Read } from "../History.ts"
import * as Random from "../Random.ts"
import { now } from "./clock.ts"

const [url = "", name = "", seed = "1", seconds = "1"] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const { search } = yield* Search
  const random = Random.make(Number(seed))
  const history: Array<Read> = []
  const wrong: Array<string> = []
  const counts: Record<string, number> = { all: 0, one: 0, search: 0, failed: 0 }
  let known: ReadonlyArray<string> = ["all:count"]

  const numberOf = ({ metadata }: Reference) => Number(Object(metadata)["n"])
  const note = (found: ReadonlyArray<Reference>, start: number) => {
    const end = now()
    for (const one of found) {
      history.push({ kind: "read", key: one.uri, reader: name, n: numberOf(one), start, end })
      if (!one.title.endsWith(` ${numberOf(one)}`)) wrong.push(`${one.uri} is half new: ${one.title}, ${numberOf(one)}`)
    }
  }

  /** All at one moment: what was written together is seen together. */
  const all = Effect.gen(function* () {
    const start = now()
    const found = [...(yield* Stream.runCollect(references.findAll()))]
    note(found, start)
    known = found.map(({ uri }) => uri)
    const numbers = new Map(found.map((one) => [one.uri, numberOf(one)]))
    for (const [uri, n] of numbers) {
      const other = uri.endsWith("-a") ? numbers.get(`${uri.slice(0, -1)}b`) : n
      if (other !== n) wrong.push(`${uri} is at ${n} and its pair at ${other}`)
    }
  })

  const one = Effect.gen(function* () {
    const start = now()
    note([...(yield* references.findMany([random.pick(known)])).values()], start)
  })

  /** By a word of its title: the index for keywords is never behind. */
  const word = Effect.gen(function* () {
    const start = now()
    const uri = random.pick(known)
    const { hits } = yield* search(`word${uri.replaceAll(/[^a-z0-9]/gu, "x")}`, { mode: "keyword", limit: 3 })
    note(
      hits.map(({ reference }) => reference),
      start
    )
    if (known.length > 1 && !hits.some(({ reference }) => reference.uri === uri)) wrong.push(`${uri} is not found`)
  })

  const reads: ReadonlyArray<readonly [kind: string, read: Effect.Effect<void, SearchError>]> = [
    ["all", all],
    ["one", one],
    ["search", word]
  ]
  const end = performance.now() + Number(seconds) * 1000
  while (performance.now() < end) {
    const [kind, read] = random.pick(reads)
    counts[kind] = (counts[kind] ?? 0) + 1
    yield* read.pipe(
      Effect.catch((error) =>
        Effect.sync(() => {
          counts["failed"] = (counts["failed"] ?? 0) + 1
          if (!error.isRetryable) wrong.push(`${error._tag}: ${error.message}`)
        })
      )
    )
    yield* Effect.sleep(random.below(10))
  }
  process.stdout.write(`${JSON.stringify({ history, wrong, counts })}\n`)
})

await Effect.runPromise(
  Effect.provide(program, Store.layerLibsql({ url, readonly: true, embedder: { type: "deterministic" } }))
)
