import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    // Long enough for a machine that is busy with other work; what hangs is told all the same.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      { extends: true, test: { name: "unit", include: ["test/**/*.test.ts"] } },
      { extends: true, test: { name: "internal", include: ["e2e/internal/**/*.test.ts"] } }
    ]
  }
})
