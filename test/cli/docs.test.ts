import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { crosswalk } from "./run.ts"

const file = join(import.meta.dirname, "..", "..", "docs", "cli.md")
const marker = /(?<=<!-- What follows is printed by --help;[^>]*-->\n)[\s\S]*$/u

const run = crosswalk("/")
const help = (...args: ReadonlyArray<string>) => Effect.map(run(...args, "--help"), ({ stdout }) => stdout)

/** The commands that the help names, each on a line of its own under the heading of its group. */
const commandsOf = (text: string): ReadonlyArray<string> =>
  text.split("\n").flatMap((line) => /^ {2}([a-z]+)(?:, [a-z]+)? {2,}\S/u.exec(line)?.[1] ?? [])

/** The same flags stand under every command: they are told once. */
const shared = /\nINHERITED FLAGS\n[\s\S]*?(?=\n\n[A-Z]|$)|\nGLOBAL FLAGS\n[\s\S]*?(?=\n\n[A-Z]|$)/gu

const withoutShared = (text: string) => text.replaceAll(shared, "").replaceAll(/\n{3,}/gu, "\n\n")

const section = (title: string, text: string) => `\n## ${title}\n\n\`\`\`\n${text.trim()}\n\`\`\`\n`

/** The help of a command and of those below it. */
const sectionsOf = (path: ReadonlyArray<string>): Effect.Effect<string> =>
  Effect.gen(function* () {
    const text = yield* help(...path)
    const below = yield* Effect.forEach(commandsOf(text), (command) => sectionsOf([...path, command]))
    return section(["crosswalk", ...path].join(" "), path.length === 0 ? text : withoutShared(text)) + below.join("")
  })

describe("docs/cli.md", () => {
  it.effect("has the help of every command, as it is printed", () =>
    Effect.gen(function* () {
      const reference = yield* sectionsOf([])
      expect(reference).toContain("## crosswalk import")
      const text = readFileSync(file, "utf8")
      if (process.env["UPDATE_DOCS"] === "1")
        writeFileSync(
          file,
          text.replace(marker, () => reference)
        )
      else expect(marker.exec(text)?.[0]).toBe(reference)
    })
  )

  it.effect("documents the JSON of every command", () =>
    Effect.gen(function* () {
      const text = readFileSync(file, "utf8")
      for (const command of commandsOf(yield* help())) {
        expect(text, `${command} in the table of docs/cli.md`).toMatch(
          new RegExp(`^\\| .*\`${command}\\b.* \\| .*\`\\{`, "mu")
        )
      }
    })
  )
})
