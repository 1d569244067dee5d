/** Work in pieces: gives how far it has come, from 0 to 1, after each, and its result in the end. */
export type Steps<A> = Generator<number, A>

/** Steps as a share of a longer way: from `from` to `to`. */
export function* within<A>(from: number, to: number, steps: Steps<A>): Steps<A> {
  for (;;) {
    const next = steps.next()
    if (next.done === true) return next.value
    yield from + (to - from) * next.value
  }
}

/** Runs steps to their end. */
export const finish = <A>(steps: Steps<A>): A => {
  for (;;) {
    const next = steps.next()
    if (next.done === true) return next.value
  }
}
