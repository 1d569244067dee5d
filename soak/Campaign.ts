import type { Random } from "./Random.ts"

/** How much of a campaign is run. */
export interface Scope {
  readonly random: Random
  /** An empty folder, removed afterwards. */
  readonly folder: string
  /** How many trials are made at most. Default: the campaign's own number. */
  readonly trials?: number
  /** How long what lasts is run, in seconds. Default: the campaign's own time. */
  readonly seconds?: number
  /** When no new trial begins, by `performance.now()`. */
  readonly until: number
}

/** What came of a campaign. */
export interface Outcome {
  /** What was done and counted, in the order in which it is shown. */
  readonly figures: Readonly<Record<string, number | string>>
  /** States and answers that must not be; nothing where all is well. */
  readonly wrong: ReadonlyArray<string>
}

/** One way to do harm, and how what is left is judged. */
export interface Campaign {
  readonly name: string
  /** What it does, in a line. */
  readonly about: string
  readonly run: (scope: Scope) => Promise<Outcome>
}

/** Whether another trial may begin. */
export const mayGoOn = ({ trials, until }: Scope, done: number, own: number): boolean =>
  done < (trials ?? own) && performance.now() < until

/** Runs numbered trials, `width` at a time, until there were as many as wanted or the time is over; how many there were. */
export const repeat = async (
  scope: Scope,
  own: number,
  width: number,
  trial: (number: number) => Promise<void>
): Promise<number> => {
  let begun = 0
  const lane = async () => {
    while (mayGoOn(scope, begun, own)) await trial(begun++)
  }
  await Promise.all(Array.from({ length: width }, lane))
  return begun
}
