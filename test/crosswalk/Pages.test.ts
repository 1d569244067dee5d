import { assert, describe, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { Review } from "../../src/crosswalk/Review.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import * as Sqld from "../support/sqld.ts"

const store = Layer.mergeAll(Review.layer, ReferenceRepository.layer, RelationRepository.layer)

/** Confidences that need all of their digits, some of them equal, and what has no counterpart. */
const fill = Layer.effectDiscard(
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    const relations = yield* RelationRepository
    const places = [1, 2, 3, 10]
    yield* references.saveMany(
      ["a", "b"].flatMap((catalog) =>
        places.map((id) => ({ uri: `${catalog}:${id}`, title: `${id}`, entityType: "requirement", catalog }))
      )
    )
    yield* relations.saveMany([
      ...places.flatMap((source) =>
        places.map((target) => ({
          sources: [`a:${source}`] as const,
          targets: [`b:${target}`],
          confidence: target > 2 ? 0.1 + 0.2 : 1 / target,
          status: "suggested" as const
        }))
      ),
      { sources: ["a:2", "a:10"], targets: [], to: "b", status: "suggested" }
    ])
  })
)

/** All pages, one after the other. */
const pages = <A, E, R>(
  page: (after: string | undefined) => Effect.Effect<{ readonly next?: string; readonly found: ReadonlyArray<A> }, E, R>
) =>
  Effect.gen(function* () {
    const all: Array<A> = []
    let after: string | undefined
    do {
      const { found, next } = yield* page(after)
      all.push(...found)
      after = next
    } while (after !== undefined)
    return all
  })

type Client = Layer.Success<ReturnType<typeof LibsqlClient.layer>>

const everyPage = (name: string, client: Layer.Layer<Client, unknown>) =>
  layer(Layer.provideMerge(fill, Layer.provideMerge(store, client)), { excludeTestServices: true })(name, (it) => {
    it.effect("has the same relations in the same order, however long it is", () =>
      Effect.gen(function* () {
        const review = yield* Review
        const relations = yield* RelationRepository
        const all = yield* Stream.runCollect(relations.findAll())
        const items = yield* Stream.runCollect(review.items())
        assert.strictEqual(items.length, all.length)
        for (const limit of [1, 3, 17, 1000]) {
          assert.deepStrictEqual(
            yield* pages((after) =>
              Effect.map(relations.findPage({ limit, after }), ({ relations: found, ...rest }) => ({ ...rest, found }))
            ),
            all
          )
          assert.deepStrictEqual(
            yield* pages((after) =>
              Effect.map(review.page({ limit, after }), ({ items: found, total, ...rest }) => {
                assert.strictEqual(total, all.length)
                return { ...rest, found }
              })
            ),
            items
          )
        }
      })
    )

    it.effect("has the history of one relation only", () =>
      Effect.gen(function* () {
        const review = yield* Review
        const ends = { sources: ["a:10", "a:2"], targets: [], to: "b" } as const
        yield* review.decide([
          { ...ends, status: "rejected" },
          { sources: ["a:2"], targets: ["b:2"], status: "rejected" }
        ])
        assert.deepStrictEqual(
          (yield* review.log({ ends })).map(({ sources, to }) => ({ sources, to })),
          [{ sources: ["a:2", "a:10"], to: "b" }]
        )
      })
    )
  })

everyPage("a page of a database in memory", LibsqlClient.layer({ url: ":memory:" }))

describe.skipIf(Sqld.unavailable !== undefined)(`a page of a server ${Sqld.unavailable ?? ""}`, () => {
  everyPage("a page", Layer.unwrap(Effect.map(Sqld.primary(), ({ url }) => LibsqlClient.layer({ url }))))
})
