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

/**
 * Ends a run of vitest with all that failed and `N passed, N failed`. What fails is a test, a file without a failed test that
 * was not run to its end (it could not be loaded, or a process died), or an error that nobody caught.
 */
export default class Counting implements Reporter {
  #files: ReadonlyArray<string> = []

  onTestRunStart(specifications: ReadonlyArray<TestSpecification>) {
    this.#files = specifications.map(({ moduleId }) => moduleId)
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>) {
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
