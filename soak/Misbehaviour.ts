import type { Ran } from "../test/support/command.ts"

/** What no end of a command may look like, whatever befell it; undefined where it is well. */
export const misbehaviour = ({ code, hung, signal, stderr }: Ran, killed?: NodeJS.Signals): string | undefined => {
  if (hung) return "did not end"
  if (signal !== null && signal !== killed) return `ended by ${signal}`
  if (/should not happen|\bat .*\.js:\d+:\d+|panicked/u.test(stderr))
    return `is no error for people: ${stderr.slice(0, 400)}`
  if (code !== null && code !== 0 && stderr.trim() === "") return `ended with ${code} and said nothing`
  return undefined
}
