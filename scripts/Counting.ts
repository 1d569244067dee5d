import { relative } from "node:path"
import type { Reporter, TestModule, TestSpecification } from "vitest/node"
import { failure, root } from "./run.ts"

/** How many tests of a file passed, and what of it failed. */
const ofFile = (module: TestModule | undefined): { readonly passed: number; readonly failed: number } => {
  const states = [...(module?.children.allTests() ?? [])].map((test) => test.result().state)
  const passed = states.filter((state) => state === "passed").length
  const failed = states.filter((state) => state === "failed").length
  const state = module?.state()
  return state === "passed" || state === "skipped" ? { passed, failed } : { passed, failed: Math.max(1, failed) }
}

/** What one of vitest's errors says, an `Error` or not. */
const said = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return String(error)
  if ("stack" in error && typeof error.stack === "string") return error.stack
  return "message" in error ? String(error.message) : JSON.stringify(error)
}

/** Each failure of a file: of a test, else of the file itself. */
const failuresOf = (file: string, module: TestModule | undefined): ReadonlyArray<string> => {
  const name = relative(root, file)
  if (module === undefined) return [failure(name, "It was not run.")]
  const tests = [...module.children.allTests()].flatMap((test) => {
    const { errors, state } = test.result()
    return state === "failed" ? [failure(`${name} > ${test.fullName}`, (errors ?? []).map(said).join("\n"))] : []
  })
  if (tests.length > 0 || ofFile(module).failed === 0) return tests
  return [failure(name, module.errors().map(said).join("\n") || "It was not run to its end.")]
}

/** How far a file is that is running: what failed in it, and the first test of which nothing was told yet. */
const stateOf = (module: TestModule): string => {
  const tests = [...module.children.allTests()]
  const at = tests.find((test) => test.result().state === "pending")
  const failed = tests.flatMap((test) => {
    const { errors, state } = test.result()
    return state === "failed" ? [`failed: ${test.fullName}: ${(errors ?? []).map(said).join("\n")}`] : []
  })
  return [
    `It was running when the run was ended${at === undefined ? "." : `, at or soon after: ${at.fullName}`}`,
    ...failed
  ].join("\n")
}

/**
 * Ends a run of vitest with all that failed and `N passed, N failed`. What fails is a test, a file without a failed test that
 * was not run to its end (it could not be loaded, or a process died), or an error that nobody caught. A run that is ended by
 * SIGTERM tells so far, and what was running.
 */
export default class Counting implements Reporter {
  #files: ReadonlyArray<string> = []
  readonly #begun = new Map<string, TestModule>()
  readonly #ended = new Set<string>()

  onTestRunStart(specifications: ReadonlyArray<TestSpecification>) {
    this.#files = specifications.map(({ moduleId }) => moduleId)
    // Before vitest itself, which ends the process at once.
    process.prependOnceListener("SIGTERM", this.#cut)
  }

  onTestModuleStart(module: TestModule) {
    this.#begun.set(module.moduleId, module)
  }

  onTestModuleEnd(module: TestModule) {
    this.#ended.add(module.moduleId)
  }

  readonly #cut = () => {
    const modules = [...this.#begun.values()]
    const ended = modules.filter(({ moduleId }) => this.#ended.has(moduleId))
    const running = modules.filter(({ moduleId }) => !this.#ended.has(moduleId))
    const waiting = this.#files.length - modules.length
    const failures = [
      ...ended.flatMap((module) => failuresOf(module.moduleId, module)),
      ...running.map((module) => failure(relative(root, module.moduleId), stateOf(module))),
      ...(waiting === 0 ? [] : [failure("the run", `It was ended before ${waiting} of its files had begun.`)])
    ]
    const counts = ended.map(ofFile)
    const sum = (key: "passed" | "failed") => counts.reduce((all, count) => all + count[key], 0)
    const failed = sum("failed") + running.length + Math.min(1, waiting)
    process.stdout.write(`\n${failures.join("")}${sum("passed")} passed, ${failed} failed\n`)
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>) {
    process.removeListener("SIGTERM", this.#cut)
    const of = (file: string) => modules.find(({ moduleId }) => moduleId === file)
    const counts = this.#files.map((file) => ofFile(of(file)))
    const sum = (key: "passed" | "failed") => counts.reduce((all, count) => all + count[key], 0)
    const failures = [
      ...this.#files.flatMap((file) => failuresOf(file, of(file))),
      ...errors.map((error) => failure("an error that nobody caught", said(error)))
    ]
    process.stdout.write(`\n${failures.join("")}${sum("passed")} passed, ${sum("failed") + errors.length} failed\n`)
  }
}
