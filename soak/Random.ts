import { randomOf } from "../src/domain/Random.ts"

/** Choices that depend on a seed alone. */
export interface Random {
  /** From 0 to below 1. */
  readonly number: () => number
  /** A whole number from 0 to below `end`. */
  readonly below: (end: number) => number
  readonly pick: <A>(all: ReadonlyArray<A>) => A
  /** Choices of a part, such as a trial, that do not depend on how many others were made. */
  readonly fork: (part: number) => Random
}

export const make = (seed: number): Random => {
  const number = randomOf(seed)
  const below = (end: number) => Math.floor(number() * end)
  return {
    number,
    below,
    pick: (all) => {
      const chosen = all[below(all.length)]
      if (chosen === undefined) throw new Error("nothing to choose from")
      return chosen
    },
    fork: (part) => make(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + part)
  }
}
