import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { workspace } from "./run.ts"

const house = {
  catalog: {
    uuid: "11111111-2222-4333-8444-555555555555",
    metadata: { title: "House", version: "1" },
    controls: ["AA-2", "AA-2(3)", "AA-2(4)"].map((label, index) => ({
      id: `aa-2${index === 0 ? "" : `.${index + 2}`}`,
      title: `Keys ${index}`,
      props: [{ name: "label", value: label }],
      parts: [{ name: "statement", prose: `Keys are counted ${index} times.` }]
    }))
  }
}

/** A workspace with a house and its rules. */
const house1 = Effect.gen(function* () {
  const { run, write } = yield* workspace
  yield* run("import", yield* write("house.json", JSON.stringify(house)), "--no-embed")
  yield* run(
    "import",
    yield* write("ours.csv", "id,title\nP-1,Keys\nP-2,Doors\nQ-07,Lamps\nq-7,Lights\n"),
    "--no-embed"
  )
  const map = Effect.fnUntraced(function* (csv: string, ...args: ReadonlyArray<string>) {
    return yield* run("map", yield* write("m.csv", csv), "--from", "ours", "--to", "house@1", ...args)
  })
  return { map }
})

describe("map", () => {
  it.live("takes identifiers and labels however they are written, and lists of them in a cell as pairs", () =>
    Effect.gen(function* () {
      const { map } = yield* house1
      const done = yield* map(
        'source,target\nP-1,AA-2(3)\np-01,AA-02\nP-2,"AA-2, AA-2(3); aa-2.4"\n"P-1\nP-2",aa-02(04)\n',
        "--json"
      )
      expect(done.code).toBe(5)
      expect(done.json()).toMatchObject({
        created: 6,
        failed: [{ at: "line 5", problem: expect.stringContaining("says what was said before") }]
      })
    })
  )

  it.live("names the flag that says which catalog identifiers are of", () =>
    Effect.gen(function* () {
      const { run, write } = yield* workspace
      yield* run("import", yield* write("ours.csv", "id,title\nP-1,Keys\n"), "--no-embed")
      const done = yield* run("map", yield* write("m.csv", "source,target\nP-1,AA-2\n"))
      expect(done.code).toBe(1)
      expect(done.stderr).toContain("Use --from, such as --from asvs@5.0.0.")
    })
  )

  it.live("tells each end once that is none or not clear, with what may be meant", () =>
    Effect.gen(function* () {
      const { map } = yield* house1
      const done = yield* map("source,target\nP-1,AA-2(9)\nP-2,AA-2(9)\nQ-7,AA-2\nX,AA-2\nP-1,AA-2\n", "--json")
      expect(done.code).toBe(5)
      expect(done.json()).toMatchObject({
        created: 1,
        failed: [
          {
            at: "line 2",
            problem: "there is no reference house:1/AA-2(9), which is named 2 times",
            hint: expect.stringContaining("house:1/aa-2")
          },
          {
            at: "line 4",
            problem: expect.stringContaining("2 references are called so"),
            hint: expect.stringContaining("ours:Q-07")
          },
          { at: "line 5", problem: "there is no reference ours:X" }
        ]
      })
    })
  )
})
