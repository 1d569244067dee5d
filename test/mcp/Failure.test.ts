import { assert, describe, it } from "@effect/vitest"
import { DatabaseError } from "../../src/domain/DatabaseError.ts"
import { ModelLoadError } from "../../src/domain/ModelLoadError.ts"
import { NotFoundError } from "../../src/domain/NotFoundError.ts"
import { failureOf } from "../../src/mcp/Failure.ts"

const secret = "/srv/secret/x.db: SELECT title FROM crosswalk_reference"
const ofTables = new DatabaseError({ operation: "Search.search", reason: "corrupt", problem: secret })
const ofModel = new ModelLoadError({ model: "m", reason: "damaged", problem: secret })

describe("a failure", () => {
  it("tells a caller from elsewhere no path and no statement", () => {
    for (const error of [ofTables, ofModel]) {
      const told = failureOf(error, true)
      assert.notInclude(JSON.stringify(told), "secret")
      assert.notInclude(JSON.stringify(told), "SELECT")
      assert.include(told.message, "The log of the server says more")
      assert.include(failureOf(error, false).message, secret)
    }
  })

  it("says what to do with the tools there are", () => {
    const missing = new NotFoundError({
      uri: "asvs@9",
      entity: "catalog",
      remedy: { action: "import", catalog: "asvs@9" }
    })
    assert.include(failureOf(missing, true).hint, "list_catalogs")
    const busy = new DatabaseError({ operation: "x", reason: "busy", problem: "it is locked" })
    assert.include(failureOf(busy, true).hint, "again")
    const closed = new DatabaseError({ operation: "x", reason: "readonly", problem: "it cannot be written" })
    assert.include(failureOf(closed, false).hint, "by keyword")
  })
})
