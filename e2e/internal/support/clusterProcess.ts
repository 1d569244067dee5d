/**
 * A program on one database of a cluster, as a process of its own: `search` searches without end, `count` counts references,
 * `decide` decides on numbered pairs, each until the answer says that it is stored. It tells the one that forked it.
 */
import { Effect, Schedule } from "effect"
import {
  type DatabaseError,
  ReferenceRepository,
  Review,
  Search,
  Store,
  type ValidationError
} from "../../../src/index.ts"
import type { Told } from "./clusterProtocol.ts"

const [role = "", url = "", syncUrl = "", vectors = "sql"] = process.argv.slice(2)

const tell = (told: Told) => Effect.sync(() => void process.send?.(told))

process.on("disconnect", () => process.exit())

const searching = Effect.gen(function* () {
  const { search } = yield* Search
  for (let searches = 1; ; searches++) {
    const found = yield* Effect.result(search(`requirement number ${searches % 400}`, { limit: 3 }))
    yield* tell({ searches, failure: found._tag === "Failure" ? found.failure.message : undefined })
    yield* Effect.sleep("5 millis")
  }
})

const counting = Effect.gen(function* () {
  const { count } = yield* ReferenceRepository
  for (;;) {
    yield* tell({ count: yield* count() })
    yield* Effect.sleep("5 millis")
  }
})

const deciding = Effect.gen(function* () {
  const { decide } = yield* Review
  const from = Number(process.argv[6])
  for (let n = from; n < from + Number(process.argv[7]); n++) {
    const verdict = {
      sources: [`cluster:1/R-${n}`],
      targets: [`cluster:1/R-${n + 1}`],
      type: "equal",
      status: n % 3 === 0 ? "rejected" : "accepted",
      note: `${n}`
    } as const
    let tries = 0
    const once = Effect.suspend(() => {
      tries++
      return decide([verdict], { by: url })
    })
    // What nobody knows of is not retryable: it ends this program.
    const outcome = yield* Effect.retry(once, {
      while: ({ isRetryable }) => isRetryable,
      schedule: Schedule.upTo(Schedule.spaced("200 millis"), { duration: "45 seconds" })
    })
    yield* tell(
      outcome.step === undefined
        ? { ended: `${n} was refused: ${outcome.refused[0]?.problem}` }
        : { decided: n, step: outcome.step, tries }
    )
  }
})

const layer = Store.layerLibsql({
  url,
  ...(syncUrl !== "" && { syncUrl }),
  ...(role !== "decide" && { readonly: true }),
  embedder: { type: "deterministic" },
  vectors: vectors === "memory" ? "memory" : "sql"
})

const work = role === "search" ? searching : role === "count" ? counting : deciding

await Effect.runPromise(
  Effect.provide(
    Effect.asVoid<unknown, DatabaseError | ValidationError, Search | ReferenceRepository | Review>(work),
    layer
  ).pipe(Effect.catch((error) => tell({ ended: error.message })))
)
process.disconnect()
