import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "@effect/vitest"
import { Cause, Context, Effect, Exit, Inspectable, Layer, Schema, Stream } from "effect"
import { CrosswalkError } from "../src/domain/CrosswalkError.ts"
import * as root from "../src/index.ts"
import * as DatabaseChecks from "../src/storage/Doctor.ts"
import { ReferenceRepository } from "../src/storage/ReferenceRepository.ts"
import { TestStore } from "../src/testing.ts"
import { argumentsOf } from "./support/hostileValues.ts"
import { randomOf } from "../src/domain/Random.ts"

/** `CROSSWALK_BOUNDARY_RUNS=2000 CROSSWALK_BOUNDARY_SEED=7` looks longer, elsewhere. */
const runs = Number(process.env["CROSSWALK_BOUNDARY_RUNS"] ?? 60)
const seed = Number(process.env["CROSSWALK_BOUNDARY_SEED"] ?? 1)

type ServiceKey = Context.Key<never, object>

const isServiceKey = (value: unknown): value is ServiceKey =>
  typeof value === "function" && Context.isKey(value) && !Context.isReference(value)

// Names of files are made, too, and some of them can be written. What one service wrote another would watch without end.
const before = process.cwd()
let folder = before
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "crosswalk-test-"))
  process.chdir(folder)
})
afterEach(async () => {
  process.chdir(before)
  await rm(folder, { recursive: true })
})

/** Every service that the package exports, by its name. */
const services = Object.entries(root).flatMap(([name, value]) => (isServiceKey(value) ? [[name, value] as const] : []))

const isOfFamily = Schema.is(CrosswalkError)

/** Runs what a member of a service gives for some arguments; a defect is what must not be. */
const call = (member: unknown, service: object, given: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown> =>
  Effect.suspend(() => {
    const result: unknown = typeof member === "function" ? Reflect.apply(member, service, given) : member
    if (Stream.isStream(result)) return Stream.runDrain(result as Stream.Stream<unknown, unknown>)
    return Effect.isEffect(result) ? (result as Effect.Effect<unknown, unknown>) : Effect.succeed(result)
  })

const problemOf = (exit: Exit.Exit<unknown, unknown>): string | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  const error = Cause.findErrorOption(exit.cause)
  if (error._tag === "Some" && isOfFamily(error.value)) return undefined
  return Cause.pretty(exit.cause).split("\n").slice(0, 8).join("\n")
}

const show = (given: ReadonlyArray<unknown>) => given.map((one) => Inspectable.toStringUnknown(one).slice(0, 200))

const fill = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  yield* references.saveMany(
    ["a", "b"].map((uri) => ({ uri, title: `Passwords ${uri}`, entityType: "requirement", catalog: `${uri}@1` }))
  )
})

describe("every function of every service ends with a value or an error of the family, whatever it is given", () => {
  it("knows the services", () => {
    expect(services.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        "ReferenceRepository",
        "RelationRepository",
        "EmbeddingRepository",
        "VectorIndex",
        "Backup"
      ])
    )
  })

  for (const [name, key] of services) {
    it.live(
      name,
      () =>
        Effect.gen(function* () {
          yield* fill
          const context = yield* Effect.context<Layer.Success<typeof TestStore.layer>>()
          const service = Context.getUnsafe(context, key as Context.Key<unknown, object>)
          const random = randomOf(seed)
          const next = argumentsOf(random)
          const defects: Array<{ member: string; given: ReadonlyArray<string>; problem: string }> = []
          for (const [member, value] of Object.entries(service)) {
            for (let run = 0; run < (typeof value === "function" ? runs : 1); run++) {
              const given = next()
              const problem = problemOf(yield* Effect.exit(call(value, service, given)))
              if (problem !== undefined) defects.push({ member, given: show(given), problem })
            }
          }
          expect(defects.slice(0, 5), `${defects.length} defects`).toEqual([])
          // Nothing that no column is for has entered, such as a lone surrogate.
          const checks = yield* DatabaseChecks.run
          expect(checks.filter(({ name, status }) => name === "values" && status !== "ok")).toEqual([])
        }).pipe(Effect.provide(TestStore.layer)),
      60_000 + runs * 1000
    )
  }
})
