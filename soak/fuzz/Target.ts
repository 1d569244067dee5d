import type { Random } from "../Random.ts"

/** What fuzzing tries, a trial at a time: what must not be, if something is. */
export interface Target {
  readonly name: string
  readonly trials: number
  readonly trial: (random: Random, number: number) => Promise<string | undefined>
  /** What came of the trials, counted. */
  readonly counts?: () => Readonly<Record<string, number>>
  /** What must not be in the end, when all trials were made. */
  readonly end?: () => Promise<ReadonlyArray<string>>
}
