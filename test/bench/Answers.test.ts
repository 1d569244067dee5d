import { assert, describe, it } from "@effect/vitest"
import { answersOf } from "../../bench/crosswalk/asvs.ts"

describe("the answers that figures rest on", () => {
  it("have every successor that is named, also on a further line", () => {
    const answers = answersOf(`
v4.0.3-6.2.1:
  tag-v5.0.0: DELETED, NOT IN SCOPE
v4.0.3-6.2.2:
  tag-v5.0.0: MODIFIED, MOVED TO v5.0.0-11.2.1, SPLIT TO v5.0.0-11.3.1,
    v5.0.0-11.3.2,
    v5.0.0-11.6.1
`)
    assert.deepStrictEqual([...answers.keys()], ["asvs:4.0.3/V6.2.1", "asvs:4.0.3/V6.2.2"])
    assert.deepStrictEqual([...(answers.get("asvs:4.0.3/V6.2.1")?.successors ?? [])], [])
    assert.deepStrictEqual(
      [...(answers.get("asvs:4.0.3/V6.2.2")?.successors ?? [])],
      ["11.2.1", "11.3.1", "11.3.2", "11.6.1"].map((id) => `asvs:5.0.0/V${id}`)
    )
  })
})
