/** The guide docs/coverage-in-ci.md: its script and the steps of its workflow, in a repository with pull requests. */
import { readFileSync } from "node:fs"
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { load } from "js-yaml"
import { describe, expect } from "vitest"
import { bin, execute } from "../../test/support/command.ts"
import { example, test } from "./support/crosswalk.ts"

const guide = resolve(import.meta.dirname, "..", "..", "docs", "coverage-in-ci.md")

const blockOf = (text: string, language: string, start: string) =>
  text
    .split("```")
    .find((block) => block.startsWith(`${language}\n${start}`))
    ?.slice(language.length + 1) ?? ""

interface Step {
  readonly name?: string
  readonly run?: string
}

/** The first requirement of the company for the first of the standard, and so on; the last of the standard are left out. */
const pairs = (
  JSON.parse(readFileSync(example("security-requirements.json"), "utf8")).references as ReadonlyArray<{ id: string }>
)
  .slice(0, -3)
  .map(({ id }, i) => [`BR-${String(Math.min(i + 1, 41)).padStart(2, "0")}`, id, "implements"])

const relations = (rows: ReadonlyArray<ReadonlyArray<string>>) =>
  [
    "sources,targets,to,type,confidence,status,needsReview,by,note,method,model,calibration,scores,mapper,rationale,strength",
    ...rows.map(
      ([from, to, type]) => `company:2026.1/${from},sample:1.0.0/${to},,${type},1,accepted,false,Ann,,manual,,,,,,`
    )
  ].join("\r\n")

const skipped = process.platform === "win32"

describe.skipIf(skipped)("the guide for CI", () => {
  test("fails a pull request that loses coverage, and names what is lost", async ({ folder }) => {
    const text = await readFile(guide, "utf8")
    const script = blockOf(text, "sh", "#!/bin/sh")
    const exceptions = blockOf(text, "yaml", "exceptions:")
    const workflow = load(blockOf(text, "yaml", "name: Requirements")) as {
      readonly jobs: { readonly coverage: { readonly steps: ReadonlyArray<Step> } }
    }
    const steps = workflow.jobs.coverage.steps.filter(({ name, run }) => run !== undefined && name !== "Install")
    expect(steps.map(({ name }) => name)).toEqual(["Coverage before the change", "Coverage with the change", "Summary"])

    const repository = join(folder, "repository")
    const requirements = join(repository, "requirements")
    const programs = join(folder, "programs")
    await mkdir(requirements, { recursive: true })
    await mkdir(programs)
    await writeFile(join(programs, "crosswalk"), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`)
    await chmod(join(programs, "crosswalk"), 0o755)
    await copyFile(example("security-requirements.json"), join(requirements, "standard.json"))
    await copyFile(example("company-requirements.csv"), join(requirements, "company.csv"))
    await writeFile(join(requirements, "relations.csv"), relations(pairs))
    await writeFile(join(requirements, "exceptions.yaml"), exceptions)
    await writeFile(join(requirements, "coverage.sh"), script)

    const env = {
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
      PATH: `${programs}:${process.env["PATH"]}`
    }
    const git = async (...args: ReadonlyArray<string>) => {
      const ran = await execute("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...args], folder, {
        cwd: repository,
        env
      })
      expect(ran, args.join(" ")).toMatchObject({ code: 0 })
    }
    await git("init", "-q", "-b", "main")
    await git("add", ".")
    await git("commit", "-q", "-m", "Requirements")
    await git("update-ref", "refs/remotes/origin/main", "HEAD")

    /** Runs the steps of the workflow; those after a failure too, as `always()` says. */
    const pullRequest = async (name: string) => {
      const temp = join(folder, `temp-${name}`)
      await mkdir(temp)
      const more = { ...env, RUNNER_TEMP: temp, GITHUB_BASE_REF: "main", GITHUB_STEP_SUMMARY: join(temp, "summary.md") }
      const ran = []
      for (const { run = "" } of steps) {
        ran.push(await execute("bash", ["-e", "-c", run], folder, { cwd: repository, env: more }))
      }
      await git("worktree", "prune")
      return { temp, ran, codes: ran.map(({ code }) => code) }
    }

    const same = await pullRequest("same")
    expect(same.ran.map(({ stderr }) => stderr).join("")).not.toContain("crosswalk:")
    expect(same.codes).toEqual([0, 0, 0])
    const sarif = JSON.parse(await readFile(join(same.temp, "coverage.sarif"), "utf8"))
    expect(sarif.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe("requirements/company.csv")
    expect(await readFile(join(same.temp, "summary.md"), "utf8")).toContain("# sample@1.0.0 covered by company@2026.1")

    await writeFile(join(requirements, "relations.csv"), relations(pairs.slice(1)))
    const unrelated = await pullRequest("unrelated")
    expect(unrelated.codes).toEqual([0, 1, 0])
    expect(unrelated.ran[1]?.stderr).toContain("1 reference lost coverage since")
    expect(unrelated.ran[1]?.stderr).toContain("sample:1.0.0/AUTH-1 (covered → not covered)")

    await writeFile(join(requirements, "relations.csv"), relations(pairs))
    const company = await readFile(join(requirements, "company.csv"), "utf8")
    await writeFile(join(requirements, "company.csv"), company.replace(/^BR-03,.*\n/mu, ""))
    const removed = await pullRequest("removed")
    expect(removed.codes).toEqual([0, 1, 0])
    expect(removed.ran[1]?.stderr).toContain("there is no reference company:2026.1/BR-03")
    expect(removed.ran[1]?.stderr).toContain(`sample:1.0.0/${pairs[2]?.[1]} (covered → not covered)`)
  })
})
