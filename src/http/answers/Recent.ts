import { hash } from "node:crypto"
import { Clock, Effect } from "effect"

/** So many answers of an endpoint or tool are kept, and so long, in milliseconds. */
const most = 2
const longest = 10 * 60_000

/**
 * Keeps the last whole answers of what takes long, so that the pages of one answer are of one state and are not
 * worked out again. The first page always is.
 */
export const make = <A>() => {
  const kept = new Map<string, { readonly answer: A; readonly at: number }>()
  return <E, R>(
    question: object,
    place: number,
    work: Effect.Effect<A, E, R>,
    goesOn: (answer: A) => boolean = () => true
  ): Effect.Effect<A, E, R> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      for (const [key, { at }] of kept) if (now - at > longest) kept.delete(key)
      const key = hash("sha256", JSON.stringify(question))
      const known = place === 0 ? undefined : kept.get(key)
      if (known !== undefined) return Effect.succeed(known.answer)
      return Effect.map(work, (answer) => {
        kept.delete(key)
        if (goesOn(answer)) kept.set(key, { answer, at: now })
        for (const old of [...kept.keys()].slice(0, -most)) kept.delete(old)
        return answer
      })
    })
}
