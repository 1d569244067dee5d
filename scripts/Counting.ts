import type { Reporter, TestModule, TestSpecification } from "vitest/node"

/** How many tests of a file passed, and what of it failed. */
const ofFile = (module: TestModule | undefined): { readonly passed: number; readonly failed: number } => {
  const states = [...(module?.children.allTests() ?? [])].map((test) => test.result().state)
  const passed = states.filter((state) => state === "passed").length
  const failed = states.filter((state) => state === "failed").length
  const state = module?.state()
  return state === "passed" || state === "skipped" ? { passed, failed } : { passed, failed: Math.max(1, failed) }
}

/**
 * Ends a run of vitest with `N passed, N failed`. What fails is a test, a file without a failed test that was not run to its
 * end (it could not be loaded, or a process died), or an error that nobody caught.
 */
export default class Counting implements Reporter {
  #files: ReadonlyArray<string> = []

  onTestRunStart(specifications: ReadonlyArray<TestSpecification>) {
    this.#files = specifications.map(({ moduleId }) => moduleId)
  }

  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>) {
    const counts = this.#files.map((file) => ofFile(modules.find(({ moduleId }) => moduleId === file)))
    const sum = (key: "passed" | "failed") => counts.reduce((all, count) => all + count[key], 0)
    process.stdout.write(`\n${sum("passed")} passed, ${sum("failed") + errors.length} failed\n`)
  }
}
