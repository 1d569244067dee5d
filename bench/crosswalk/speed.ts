import { monitorEventLoopDelay } from "node:perf_hooks"
import { Effect, Layer } from "effect"
import { CatalogDiff } from "../../src/crosswalk/CatalogDiff.ts"
import { Crosswalk } from "../../src/crosswalk/Crosswalk.ts"
import * as Store from "../../src/Store.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { randomOf } from "../../src/domain/Random.ts"

const size = 5000

/** Texts of some 40 words; the word of rank r comes about as often as 1/r. */
const textsOf = (seed: number) => {
  const random = randomOf(seed)
  const syllables = ["ka", "to", "mi", "ren", "sol", "vex", "qui", "dor", "an", "pel", "bri", "zu"]
  const word = () => {
    let rank = Math.floor(8000 ** random())
    let text = ""
    do {
      text += syllables[rank % syllables.length]
      rank = Math.floor(rank / syllables.length)
    } while (rank > 0)
    return text
  }
  return Array.from({ length: size }, () => Array.from({ length: 25 + Math.floor(random() * 30) }, word).join(" "))
}

const program = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const embeddings = yield* EmbeddingRepository
  const crosswalk = yield* Crosswalk
  const catalogDiff = yield* CatalogDiff
  for (const [seed, catalog] of ["a@1", "a@2"].entries()) {
    yield* references.saveMany(
      textsOf(seed + 1).map((description, i) => ({
        uri: `${catalog}/${i}`,
        title: `Title ${i} of it`,
        entityType: "requirement",
        description,
        catalog
      }))
    )
    yield* references.learnBoilerplate(catalog)
  }
  yield* embeddings.updateAllEmbeddings()
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      delay.reset()
      delay.enable()
      const start = performance.now()
      yield* effect
      const seconds = (performance.now() - start) / 1000
      delay.disable()
      return { seconds, loopP99: delay.percentile(99) / 1e6, loopLongest: delay.max / 1e6 }
    })
  const judge = yield* timed(crosswalk.suggest({ from: "a@1", to: "a@2", store: false }))
  const store = yield* timed(crosswalk.suggest({ from: "a@1", to: "a@2" }))
  const diff = yield* timed(catalogDiff.diff({ before: "a@1", after: "a@2" }))
  return { size, judge, store, diff, megabytes: process.resourceUsage().maxRSS / 1024 }
})
export type Speed = Effect.Success<typeof program>

/** How long 5 000 references against 5 000 take, with an embedder that costs nothing. */
export const measure = program.pipe(
  Effect.provide(
    Layer.provideMerge(
      Layer.merge(Crosswalk.layer, CatalogDiff.layer),
      Store.layerLibsql({ embedder: { type: "deterministic" } })
    )
  )
)

export const render = ({ diff, judge, megabytes, size, store }: Speed): string =>
  [
    `${size} × ${size} once embedded, in seconds; longest and 99th percentile of what the event loop waited, in ms`,
    ...Object.entries({ suggest: judge, "suggest and store": store, diff }).map(
      ([name, { loopLongest, loopP99, seconds }]) =>
        `${name.padEnd(20)}${seconds.toFixed(1).padStart(6)} s${loopLongest.toFixed(0).padStart(8)} ms${loopP99.toFixed(0).padStart(6)} ms`
    ),
    `most memory of the process: ${megabytes.toFixed(0)} MB (goals: ≤ 30 s, ≤ 1024 MB)`
  ].join("\n")
