import { basename, join } from "node:path"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** What takes longest begins first: vitest would begin with the largest file, and leave one that is short and slow to run alone. */
const slow = [
  "soak",
  "cluster",
  "snippets",
  "Damage",
  "Snapshot",
  "ServerWrites",
  "LibsqlServer",
  "tarball",
  "Releases"
]

class SlowestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = slow.indexOf(basename(moduleId, ".test.ts"))
      return found === -1 ? slow.length : found
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    // Long enough for a machine that is busy with other work, also for a test that is the first to need what all of a file share,
    // such as a browser and a server; what hangs is told all the same.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 200_000 } },
    // Half of the time would go to loading the same modules for each file. No module of ours has a state.
    isolate: false,
    // Nor for each process that they start; and nothing of it is left in the user's cache.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules", ".cache", "node") },
    sequence: { sequencer: SlowestFirst },
    globalSetup: "test/support/oneTemporaryFolder.ts",
    projects: [
      { extends: true, test: { name: "unit", include: ["test/**/*.test.ts"] } },
      { extends: true, test: { name: "internal", include: ["e2e/internal/**/*.test.ts"] } }
    ]
  }
})
