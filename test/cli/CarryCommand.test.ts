import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { workspace } from "./run.ts"

const entry = (id: string, description: string) => ({ id, title: `Rule ${id}`, description, type: "rule" })

/** A company's rules that implement two of a standard, and the standard's next edition. */
const related = Effect.gen(function* () {
  const { run, write } = yield* workspace
  const catalogs = {
    "ours@1": [entry("1", "We hash passwords."), entry("2", "We end sessions.")],
    "std@1": [entry("A", "Stored passwords are hashed slowly."), entry("B", "Sessions end when idle.")],
    "std@2": [entry("A", "Stored passwords are hashed slowly."), entry("C", "Backups are restored every quarter.")]
  }
  for (const [catalog, references] of Object.entries(catalogs)) {
    yield* run("import", yield* write(`${catalog}.json`, JSON.stringify({ catalog, references })))
  }
  yield* run("relate", "ours:1/1", "std:1/A", "--by", "Ann")
  yield* run("relate", "ours:1/2", "std:1/B", "--by", "Ann")
  return run
})

const editions = ["carry", "ours@1", "--from", "std@1", "--to", "std@2"] as const

describe("carry", () => {
  it.effect("shows what would follow, carries it in one step, and is taken back by review --undo", () =>
    Effect.gen(function* () {
      const run = yield* related
      const dry = yield* run(...editions, "--accept-unchanged", "--dry-run")
      expect(dry.code).toBe(0)
      expect(dry.stdout).toContain(
        "ours:1/1 implements std:1/A\n  1.00  accepted: ours:1/1 implements std:2/A (unchanged)"
      )
      expect(dry.stdout).toContain(
        "2 accepted relations: 1 to be carried as accepted, 0 to review, 0 there already, 0 decided before"
      )
      expect((yield* run("get", "std:2/A", "--json")).json().relations.incoming).toEqual([])

      const carried = (yield* run(...editions, "--accept-unchanged", "--by", "Ben", "--json")).json()
      expect(carried.totals.successors).toEqual({ accepted: 1, suggested: 0, unchanged: 0, decided: 0 })
      expect(carried.relations[0].successors[0].provenance).toMatchObject({
        method: "carry:map+diff",
        by: "Ben",
        path: [
          { sources: ["ours:1/1"], targets: ["std:1/A"], type: "implements", basis: "relation" },
          { sources: ["std:1/A"], targets: ["std:2/A"], type: "equal", basis: "text" }
        ]
      })
      expect((yield* run(...editions, "--accept-unchanged", "--json")).json().step).toBeNull()

      const undone = yield* run("review", "--undo", "--json")
      expect(undone.json().decided).toMatchObject([{ undoes: carried.step }])
      expect((yield* run("get", "std:2/A", "--json")).json().relations.incoming).toEqual([])
    })
  )

  it.effect(
    "carries within a catalogue that was imported again, and a decision that lost an end is dropped by name",
    () =>
      Effect.gen(function* () {
        const run = yield* related
        expect((yield* run("remove", "std:1/B", "--force")).code).toBe(0)
        const carried = yield* run("carry", "ours@1", "--from", "std@1", "--to", "std@1")
        expect(carried.stdout).toContain("nothing continues std:1/B")
        expect((yield* run("status")).stdout).toContain("1 with an end that is gone.")
        expect((yield* run("relate", "ours:1/2", "std:1/B", "--remove")).code).toBe(0)
        expect((yield* run("relate", "ours:1/2", "std:1/B", "--remove")).code).toBe(3)
        expect((yield* run("status", "--json")).json().moved.gone).toBe(0)
      })
  )

  it.effect("names a catalog that is not there, and refuses one edition", () =>
    Effect.gen(function* () {
      const run = yield* related
      expect((yield* run("carry", "ours@1", "--from", "std@1", "--to", "std@3")).code).toBe(3)
      expect((yield* run("carry", "std@1", "--from", "std@1", "--to", "std@1")).code).toBe(2)
    })
  )
})

describe("diff", () => {
  it.effect("writes a changelog in Markdown", () =>
    Effect.gen(function* () {
      const run = yield* related
      const { stdout } = yield* run("diff", "std@1", "std@2", "--format", "markdown", "--relations", "only")
      expect(stdout).toBe(`# std@1 → std@2

1 unchanged, 1 deleted, 1 new.

## Added (1)

- **C** Rule C: Backups are restored every quarter.

## Removed (1)

- **B** Rule B: Sessions end when idle.
`)
    })
  )
})
