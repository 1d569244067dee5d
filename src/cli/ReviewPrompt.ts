import { Effect, Option, Stream, type Terminal } from "effect"
import { Prompt } from "effect/cli"
import { Review } from "../crosswalk/Review.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import type { ValidationError } from "../domain/ValidationError.ts"
import { RelationType } from "../domain/Relation.ts"
import { canonical } from "../domain/RelationEnds.ts"
import type { ReviewFilter } from "../domain/ReviewFilter.ts"
import type { ReviewItem } from "../domain/ReviewItem.ts"
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
  readonly key: "accept" | "reject" | "note" | "skip" | "back" | "quit"
  readonly type: RelationType
}

const keys: Readonly<Record<string, Choice["key"]>> = {
  a: "accept",
  y: "accept",
  r: "reject",
  n: "reject",
  m: "note",
  s: "skip",
  b: "back",
  q: "quit"
}

const clearLine = "\r\u001b[2K"

/** Waits for one key; `t` goes through the types. */
const choose = (initial: RelationType, canGoBack: boolean): Prompt.Prompt<Choice> =>
  Prompt.Custom<RelationType, Choice>(initial, {
    render: (type, action) =>
      Effect.succeed(
        action._tag === "Submit"
          ? `${clearLine}${action.value.key}${action.value.key === "accept" ? ` as ${type}` : ""}`
          : `[a]ccept as ${type}  [r]eject  [t]ype  [m] note  [s]kip  ${canGoBack ? "[b]ack  " : ""}[q]uit `
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
        chosen === undefined || (chosen === "back" && !canGoBack)
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
}

/**
 * Goes through the relations one by one. Every decision is written at once; `back` takes the one before back and asks
 * again. What has changed since it was read is shown as it is now.
 */
export const run = Effect.fn("ReviewPrompt.run")(function* (filter: ReviewFilter, by: string | undefined) {
  const review = yield* Review
  const output = yield* Output
  const total = yield* review.count(filter)
  const totals: Totals = { accepted: 0, rejected: 0, skipped: 0 }
  const visited: Array<Visited> = []

  /** Asks about one relation until it is decided or skipped; true when the reviewer leaves. */
  const ask = (
    item: ReviewItem
  ): Effect.Effect<boolean, DatabaseError | ValidationError | OutputClosed | Terminal.QuitError, Prompt.Environment> =>
    Effect.gen(function* () {
      let note: string | undefined
      let shown = item
      for (;;) {
        const place = `[${Math.min(visited.length + 1, total)}/${total}] `
        yield* Effect.forEach(itemText(output, shown, place), output.line, { discard: true })
        const { key, type } = yield* choose(shown.relation.type, visited.length > 0)
        yield* output.line(safe``)
        if (key === "quit") return true
        if (key === "note") {
          note = yield* Prompt.String({ message: "Note" })
        } else if (key === "back") {
          const last = visited.pop()
          if (last === undefined) continue
          totals[last.as]--
          if (last.step !== undefined) yield* review.undo({ step: last.step, by })
          const before = yield* review.find(canonical(last.item.relation), last.item.relation.type)
          if (Option.isSome(before) && (yield* ask(before.value))) return true
        } else if (key === "skip") {
          visited.push({ item: shown, step: undefined, as: "skipped" })
          totals.skipped++
          return false
        } else {
          const { refused, step } = yield* decide(shown, key === "accept" ? "accepted" : "rejected", type, note)
          const [problem] = refused
          if (problem === undefined) {
            const as = key === "accept" ? "accepted" : "rejected"
            visited.push({ item: shown, step, as })
            totals[as]++
            return false
          }
          yield* output.warn(safe`Not done: ${problem.problem}.`)
          const now = yield* review.find(canonical(shown.relation), shown.relation.type)
          if (Option.isNone(now)) return false
          shown = now.value
        }
      }
    })

  const decide = (
    { relation, version }: ReviewItem,
    status: "accepted" | "rejected",
    as: RelationType,
    note?: string
  ) => review.decide([{ ...canonical(relation), type: relation.type, as, status, note, seen: version }], { by })

  yield* review.items(filter).pipe(
    Stream.mapEffect(ask),
    Stream.takeUntil((leaves) => leaves),
    Stream.runDrain,
    // Ctrl-C and Ctrl-D leave like `q`.
    Effect.catchTag("QuitError", () => output.line(safe``))
  )
  return totals
})
