import { Effect, Layer } from "effect"
import * as Tool from "./Tool.ts"
import { carry } from "./tools/carry.ts"
import { coverage } from "./tools/coverage.ts"
import { decide } from "./tools/decide.ts"
import { diff } from "./tools/diff.ts"
import { fetch } from "./tools/fetch.ts"
import { importCatalog } from "./tools/importCatalog.ts"
import { lint } from "./tools/lint.ts"
import { listCatalogs } from "./tools/listCatalogs.ts"
import { search } from "./tools/search.ts"
import { similar } from "./tools/similar.ts"
import { suggest } from "./tools/suggest.ts"

const reading = Layer.effectDiscard(
  Effect.gen(function* () {
    yield* Tool.register(yield* search)
    yield* Tool.register(yield* fetch)
    yield* Tool.register(yield* listCatalogs)
    yield* Tool.register(yield* similar)
    yield* Tool.register(yield* suggest)
    yield* Tool.register(yield* coverage)
    yield* Tool.register(yield* diff)
    yield* Tool.register(yield* lint)
  })
)

const writing = Layer.effectDiscard(
  Effect.gen(function* () {
    yield* Tool.register(yield* importCatalog)
    yield* Tool.register(yield* decide)
    yield* Tool.register(yield* carry)
  })
).pipe(Layer.provide(Tool.forWriters.layer))

/** The tools that read, and those that write, which only who may write sees. */
export const layer = Layer.merge(reading, writing)
