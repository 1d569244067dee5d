import { describe, expect, it } from "@effect/vitest"
import { NodeServices } from "@effect/platform-node"
import { type Cause, Effect, Layer, Option, Queue, Terminal } from "effect"
import * as Output from "../../src/cli/Output.ts"
import * as ReviewPrompt from "../../src/cli/ReviewPrompt.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { provenanceOf } from "../../src/domain/Proposal.ts"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"

const store = Layer.fresh(
  Layer.mergeAll(Review.layer, ReferenceRepository.layer, RelationRepository.layer).pipe(
    Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" }))
  )
)

/** A terminal at which somebody types these keys. */
const typing = Effect.fnUntraced(function* (keys: string) {
  const queue = yield* Queue.unbounded<Terminal.UserInput, Cause.Done>()
  for (const key of keys) {
    yield* Queue.offer(queue, { input: Option.some(key), key: { name: key, ctrl: false, meta: false, shift: false } })
  }
  return Terminal.make({
    columns: Effect.succeed(80),
    rows: Effect.succeed(24),
    size: Effect.die("not asked for"),
    readLine: Effect.die("not asked for"),
    display: () => Effect.void,
    readInput: Effect.succeed(queue)
  })
})

/** Goes through relations at a terminal at which somebody types these keys; what it printed. */
const at = Effect.fnUntraced(function* (keys: string, course: ReviewPrompt.Course) {
  const printed: Array<string> = []
  const target = {
    on: () => {},
    write: (text: string, done: () => void) => {
      printed.push(text)
      done()
    }
  }
  const totals = yield* ReviewPrompt.run(course, "Ann").pipe(
    Effect.provide(Output.layer({ json: false, quiet: false }, { stdout: target, stderr: target })),
    Effect.provideServiceEffect(Terminal.Terminal, typing(keys)),
    Effect.provide(NodeServices.layer)
  )
  return { totals, text: printed.join("") }
})

const reviewed = (keys: string) =>
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    const relations = yield* RelationRepository
    const reference = (catalog: string, id: string) => ({
      uri: `${catalog}:${id}`,
      title: `Passwords of ${id}`,
      description: "Hashed \u001b[2Jpasswords",
      entityType: "r",
      catalog
    })
    yield* references.saveMany(["1", "2", "3"].flatMap((id) => [reference("a", id), reference("b", id)]))
    yield* relations.saveMany(
      ["1", "2", "3"].map((id) => ({
        sources: [`a:${id}`],
        targets: [`b:${id}`],
        status: "suggested" as const,
        confidence: 0.5
      }))
    )
    const { text, totals } = yield* at(keys, { filter: { from: "a", to: "b" } })
    const states = yield* Effect.forEach(["1", "2", "3"], (id) =>
      Effect.map(relations.find(`a:${id}`, "outgoing"), (found) =>
        found.map(({ provenance, status, type }) =>
          [status, type, provenance.by, provenance.note].filter((part) => part !== undefined).join(" ")
        )
      )
    )
    return { totals, states: states.flat(), text }
  }).pipe(Effect.provide(store))

describe("a sample at a prompt", () => {
  it.effect("asks for a reference's others where the first is rejected, and keeps how it was chosen", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const relations = yield* RelationRepository
      const review = yield* Review
      const reference = (catalog: string, id: number) => ({
        uri: `${catalog}:${id}`,
        title: `Rule ${id}`,
        entityType: "r",
        catalog
      })
      yield* references.saveMany([1, 2, 3].flatMap((id) => [reference("a", id), reference("b", id)]))
      yield* relations.saveMany(
        [1, 2, 3].flatMap((id) =>
          [1, 2, 3].map((rank) => ({
            sources: [`a:${id}`] as const,
            targets: [`b:${rank}`],
            status: "suggested" as const,
            confidence: 1 / (id + rank),
            provenance: provenanceOf(
              { method: "keyword", set: "test", probability: 1 / (id + rank), rank, noCounterpart: 0 },
              {}
            )
          }))
        )
      )
      const order = (yield* review.sample({ from: "a", to: "b" })).map(({ relation }) => relation.sources[0])
      // The first: no, its second yes. The next: no, and none of its others; that taken back, then yes. The last: skipped.
      const { text, totals } = yield* at("rarxbas", { sample: { from: "a", to: "b" } })
      expect(totals).toEqual({ accepted: 2, rejected: 2, skipped: 1 })
      expect(text).toContain("order 0.")
      const live = (yield* review.log({ limit: 50 })).filter(({ undoes }) => undoes === undefined)
      expect(new Set(live.map(({ chosen }) => chosen))).toEqual(new Set(["sample"]))
      const statusOf = (source: string | undefined) =>
        Effect.map(relations.find(source ?? "", "outgoing"), (found) =>
          found.toSorted((a, b) => b.confidence - a.confidence).map(({ status }) => status)
        )
      expect(yield* statusOf(order[0])).toEqual(["rejected", "accepted", "suggested"])
      expect((yield* statusOf(order[1])).toSorted()).toEqual(["accepted", "rejected", "suggested"])
      expect(yield* statusOf(order[2])).toEqual(["suggested", "suggested", "suggested"])
    }).pipe(Effect.provide(store))
  )
})

describe("review at a prompt", () => {
  it.effect("writes each decision at once, with type, reviewer and marked words", () =>
    Effect.gen(function* () {
      const { states, text, totals } = yield* reviewed("atar")
      expect(states).toEqual(["accepted implements Ann", "accepted equal Ann", "rejected implements Ann"])
      expect(totals).toEqual({ accepted: 2, rejected: 1, skipped: 0 })
      expect(text).toContain("*Passwords* of *1*")
      expect(text).toContain("[3/3]")
      expect(text).not.toContain("\u001b[2J")
    })
  )

  it.effect("skips, quits in the middle, and beeps at keys that mean nothing", () =>
    Effect.gen(function* () {
      const { states, totals } = yield* reviewed("sxaq")
      expect(states).toEqual(["suggested implements", "accepted implements Ann", "suggested implements"])
      expect(totals).toEqual({ accepted: 1, rejected: 0, skipped: 1 })
    })
  )

  it.effect("goes back, takes back what was decided there, and comes forward again", () =>
    Effect.gen(function* () {
      const { states, totals } = yield* reviewed("rabbarr")
      expect(states).toEqual(["accepted implements Ann", "rejected implements Ann", "rejected implements Ann"])
      expect(totals).toEqual({ accepted: 1, rejected: 2, skipped: 0 })
    })
  )
})
