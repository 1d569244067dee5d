import { describe, expect, it } from "@effect/vitest"
import { wantsModel } from "../../src/cli/WantsModel.ts"

describe("wantsModel", () => {
  it("guesses which command lines embed with the model of the package", () => {
    for (const line of [
      "search x",
      "--db x.db search x",
      "import a.csv",
      "embed",
      "demo --json",
      "search x --mode semantic"
    ]) {
      expect(wantsModel(line.split(" ")), line).toBe(true)
    }
    const others = [
      "list",
      "search x -m keyword",
      "search x --mode=keyword",
      "import a.csv --no-embed",
      "search --help"
    ]
    for (const line of [
      ...others,
      "embed --model a/b",
      "search x --embedder deterministic",
      "--version",
      "get search-1"
    ]) {
      expect(wantsModel(line.split(" ")), line).toBe(false)
    }
  })
})
