import { Effect, Option, Stream, type Terminal } from "effect"
import { Prompt } from "effect/cli"
import { Review, type ReviewError } from "../crosswalk/Review.ts"
import { RelationType } from "../domain/Relation.ts"
import { canonical, keyOf } from "../domain/RelationEnds.ts"
import type { ReviewFilter } from "../domain/ReviewFilter.ts"
import type { ReviewItem } from "../domain/ReviewItem.ts"
import type { SampleOptions } from "../domain/SampleOptions.ts"
import { Output, type OutputClosed } from "./Output.ts"
import { itemText } from "./ReviewText.ts"
import { safe } from "../report/Safe.ts"

/** How many were decided each way before the reviewer left. */
export interface Totals {
  accepted: number
  rejected: number
  skipped: number
}

interface Choice {
  readonly key: "accept" | "reject" | "none" | "note" | "skip" | "back" | "quit"
  readonly type: RelationType
}

const keys: Readonly<Record<string, Choice["key"]>> = {
  a: "accept",
  y: "accept",
  r: "reject",
  n: "reject",
  x: "none",
  m: "note",
  s: "skip",
  b: "back",
  q: "quit"
}

const clearLine = "\r\u001b[2K"

/** Waits for one key; `t` goes through the types. */
const choose = (initial: RelationType, canGoBack: boolean, canRejectAll: boolean): Prompt.Prompt<Choice> =>
  Prompt.Custom<RelationType, Choice>(initial, {
    render: (type, action) =>
      Effect.succeed(
        action._tag === "Submit"
          ? `${clearLine}${action.value.key}${action.value.key === "accept" ? ` as ${type}` : ""}`
          : `[a]ccept as ${type}  [r]eject  ${canRejectAll ? "[x] none of its suggestions  " : ""}[t]ype  [m] note  [s]kip  ${canGoBack ? "[b]ack  " : ""}[q]uit `
      ),
    clear: () => Effect.succeed(clearLine),
    process: ({ input, key }, type) => {
      const letter = Option.getOrElse(input, () => key.name).toLowerCase()
      if (letter === "t") {
        const next = RelationType.literals[(RelationType.literals.indexOf(type) + 1) % RelationType.literals.length]
        return Effect.succeed({ _tag: "NextFrame", state: next ?? type })
      }
      const chosen = keys[letter]
      return Effect.succeed(
        chosen === undefined || (chosen === "back" && !canGoBack) || (chosen === "none" && !canRejectAll)
          ? { _tag: "Beep" }
          : { _tag: "Submit", value: { key: chosen, type } }
      )
    }
  })

/** What was done with a relation, to come back to it. */
interface Visited {
  readonly item: ReviewItem
  readonly step: number | undefined
  readonly as: keyof Totals
  /** How many relations that decided. */
  readonly count: number
}

type Asking = Effect.Effect<keyof Totals | "quit", ReviewError | OutputClosed | Terminal.QuitError, Prompt.Environment>

/** What is gone through: what passes a filter in its order, or a sample of the first proposals between two catalogs. */
export type Course = { readonly filter: ReviewFilter } | { readonly sample: SampleOptions }

/**
 * Goes through relations one by one. Every decision is written at once; `back` takes the one before back and asks again.
 * What has changed since it was read is shown as it is now. In a sample, the other suggestions of a reference are asked for
 * where the first was rejected, until one is accepted.
 */
export const run = Effect.fn("ReviewPrompt.run")(function* (course: Course, by: string | undefined) {
  const review = yield* Review
  const output = yield* Output
  const pair = "sample" in course ? { from: course.sample.from, to: course.sample.to } : undefined
  const chosen = pair === undefined ? "order" : "sample"
  const drawn = "sample" in course ? yield* review.sample(course.sample) : []
  const items = "sample" in course ? Stream.fromIterable(drawn) : review.items(course.filter)
  const total = "sample" in course ? drawn.length : yield* review.count(course.filter)
  const totals: Totals = { accepted: 0, rejected: 0, skipped: 0 }
  const visited: Array<Visited> = []
  let asked = 0

  const verdict = (
    { relation, version }: ReviewItem,
    status: "accepted" | "rejected",
    as: RelationType,
    note?: string
  ) =>
    ({
      ...canonical(relation),
      type: relation.type,
      as,
      status,
      note,
      seen: version,
      chosen
    }) as const

  /** What else is suggested for the source of an item of a sample. */
  const others = (item: ReviewItem) =>
    pair === undefined
      ? Effect.succeed([])
      : Stream.runCollect(review.items({ ...pair, uri: item.sources[0].uri })).pipe(
          Effect.map((all) => all.filter(({ relation }) => keyOf(relation) !== keyOf(item.relation)))
        )

  /** Asks about one relation until it is decided or skipped. */
  const ask = (item: ReviewItem): Asking =>
    Effect.gen(function* () {
      let note: string | undefined
      let shown = item
      for (;;) {
        const place = `[${Math.min(asked, total)}/${total}] `
        yield* Effect.forEach(itemText(output, shown, place), output.line, { discard: true })
        const { key, type } = yield* choose(shown.relation.type, visited.length > 0, pair !== undefined)
        yield* output.line(safe``)
        if (key === "quit") return "quit"
        if (key === "note") {
          note = yield* Prompt.String({ message: "Note" })
        } else if (key === "back") {
          const last = visited.pop()
          if (last === undefined) continue
          totals[last.as] -= last.count
          if (last.step !== undefined) yield* review.undo({ step: last.step, by })
          const before = yield* review.find(canonical(last.item.relation), last.item.relation.type)
          if (Option.isSome(before) && (yield* askAll(before.value)) === "quit") return "quit"
          const now = yield* review.find(canonical(shown.relation), shown.relation.type)
          if (Option.isNone(now) || now.value.relation.status !== shown.relation.status) return "skipped"
          shown = now.value
        } else if (key === "skip") {
          visited.push({ item: shown, step: undefined, as: "skipped", count: 1 })
          totals.skipped++
          return "skipped"
        } else {
          const as = key === "accept" ? "accepted" : "rejected"
          const rest = key === "none" ? yield* others(shown) : []
          const verdicts = [
            verdict(shown, as, type, note),
            ...rest.map((one) => verdict(one, "rejected", one.relation.type))
          ]
          const { decided, refused, step } = yield* review.decide(verdicts, { by })
          const [problem] = refused
          if (problem === undefined) {
            visited.push({ item: shown, step, as, count: decided.length })
            totals[as] += decided.length
            return as
          }
          yield* output.warn(safe`Not done: ${problem.problem}.`)
          const now = yield* review.find(canonical(shown.relation), shown.relation.type)
          if (Option.isNone(now)) return "skipped"
          shown = now.value
        }
      }
    })

  /** Asks about a relation, and in a sample about its source's others while each is rejected. */
  const askAll = (item: ReviewItem): Asking =>
    Effect.gen(function* () {
      let answer = yield* ask(item)
      while (answer === "rejected") {
        const [next] = yield* others(item)
        if (next === undefined) break
        answer = yield* ask(next)
      }
      return answer
    })

  yield* items.pipe(
    Stream.mapEffect((item) => {
      asked++
      return askAll(item)
    }),
    Stream.takeUntil((answer) => answer === "quit"),
    Stream.runDrain,
    // Ctrl-C and Ctrl-D leave like `q`.
    Effect.catchTag("QuitError", () => output.line(safe``))
  )
  return totals
})
