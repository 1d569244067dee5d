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

const section = (title: string, text: string) => `\n## ${title}\n\n\`\`\`\n${text.trim()}\n\`\`\`\n`

describe("docs/cli.md", () => {
  it.effect("has the help of every command, as it is printed", () =>
    Effect.gen(function* () {
      const top = yield* help()
      const commands = commandsOf(top)
      expect(commands).toContain("import")
      const sections = yield* Effect.forEach(commands, (command) =>
        Effect.map(help(command), (text) =>
          section(`crosswalk ${command}`, text.replaceAll(shared, "").replaceAll(/\n{3,}/gu, "\n\n"))
        )
      )
      const reference = section("crosswalk", top) + sections.join("")
      const text = readFileSync(file, "utf8")
      if (process.env["UPDATE_DOCS"] === "1")
        writeFileSync(
          file,
          text.replace(marker, () => reference)
        )
      else expect(marker.exec(text)?.[0]).toBe(reference)
    })
  )

  it("documents the JSON of every command", () => {
    const text = readFileSync(file, "utf8")
    for (const command of [
      "import",
      "search",
      "similar",
      "get",
      "list",
      "relate",
      "remove",
      "embed",
      "status",
      "model",
      "doctor",
      "demo"
    ]) {
      expect(text, command).toMatch(new RegExp(`^\\| .*\`${command}\`.* \\| .*\`\\{`, "mu"))
    }
  })
})
