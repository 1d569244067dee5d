import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Containment from "../../src/crosswalk/Containment.ts"

it.effect("says how much of a text another text has, rare words first", () =>
  Effect.gen(function* () {
    const shared = yield* Containment.make(
      ["Verify that keys are rotated and that backups are encrypted", "Verify that logs are kept"],
      ["Verify that backups are encrypted", "Verify that keys are rotated each year", "", "Sessions expire"]
    )
    assert.strictEqual(shared(0, 0), 1)
    assert.isTrue(shared(0, 1) > 0.4 && shared(0, 1) < 1)
    assert.isBelow(shared(1, 0), 0.4)
    assert.strictEqual(shared(0, 2), 0)
    assert.strictEqual(shared(0, 3), 0)
  })
)
