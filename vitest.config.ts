import { join } from "node:path"
import { defineConfig } from "vitest/config"

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
    globalSetup: "test/support/oneTemporaryFolder.ts",
    projects: [
      { extends: true, test: { name: "unit", include: ["test/**/*.test.ts"] } },
      { extends: true, test: { name: "internal", include: ["e2e/internal/**/*.test.ts"] } }
    ]
  }
})
