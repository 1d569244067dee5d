import { crosswalk } from "../test/support/command.ts"

/** A flag of a command, as its help tells it. */
export interface Flag {
  readonly name: string
  /** What its value is; undefined where it takes none. */
  readonly kind: string | undefined
  readonly choices: ReadonlyArray<string>
}

/** A command, by the words that call it. */
export interface Command {
  readonly path: ReadonlyArray<string>
  readonly flags: ReadonlyArray<Flag>
}

/** Flags that would lead out of the folder of a campaign, or ask its terminal. */
const leftOut = new Set(["--db", "--wizard", "--model"])

const section = (help: string, title: string): ReadonlyArray<string> => {
  const [, after = ""] = help.split(new RegExp(`^${title}\n`, "mu"))
  return (after.split(/^[A-Z][A-Z ]+$/mu)[0] ?? "").split("\n")
}

const flagOf = (line: string): ReadonlyArray<Flag> => {
  const [, name, kind] = /^ {2}(--[\w-]+)(?:, -\w)?(?: (<[^>]+>|\w+))? {2,}/u.exec(line) ?? []
  if (name === undefined || leftOut.has(name)) return []
  const choices = /\(choices: ([^)]+)\)/u.exec(line)?.[1]?.split(", ") ?? []
  return [{ name, kind, choices }]
}

/** The help of a command, by the words that call it, as the built program prints it. */
export const ofProgram =
  (folder: string) =>
  async (path: ReadonlyArray<string>): Promise<string> => {
    const { code, stderr, stdout } = await crosswalk(folder, [...path, "--help"])
    if (code !== 0) throw new Error(`${path.join(" ")} --help ended with ${code}: ${stderr}`)
    return stdout
  }

/** The names that a help lists as commands, which stand under headings of their own. */
const namesOf = (help: string): ReadonlyArray<string> =>
  [...help.matchAll(/^(?:[A-Z][a-z]+|SUBCOMMANDS):?\n((?: {2}\S.*\n?)+)/gmu)].flatMap(([, list = ""]) =>
    [...list.matchAll(/^ {2}([a-z]+)(?:, [a-z]+)? {2,}/gmu)].flatMap(([, name]) => name ?? [])
  )

/** Every command with its flags, as the program tells them itself, so that none is forgotten. */
export const commands = async (
  helpOf: (path: ReadonlyArray<string>) => Promise<string>
): Promise<ReadonlyArray<Command>> => {
  const of = async (path: ReadonlyArray<string>): Promise<ReadonlyArray<Command>> => {
    const help = await helpOf(path)
    const flags = ["FLAGS", "INHERITED FLAGS", "GLOBAL FLAGS"].flatMap((title) => section(help, title).flatMap(flagOf))
    const inner = await Promise.all(namesOf(help).map((name) => of([...path, name])))
    return [...(path.length > 0 ? [{ path, flags }] : []), ...inner.flat()]
  }
  return of([])
}
