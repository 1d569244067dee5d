/**
 * A primary, a replica server, embedded replicas and the programs on them, as real processes. The primary is killed in the
 * middle of what they do and started again. What was answered as stored is kept by the test, and compared at the end.
 */
import { fork } from "node:child_process"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schedule, Stream } from "effect"
import { RelationRepository, ReferenceRepository, Review, Store } from "../../src/index.ts"
import { temporaryFolder } from "../../test/support/temporaryFolder.ts"
import * as Sqld from "../../test/support/sqld.ts"
import type { Told } from "./support/clusterProtocol.ts"
import { bin, execute } from "../../test/support/command.ts"

const program = join(import.meta.dirname, "support", "clusterProcess.ts")

/** A program of the cluster, and all that it told. */
const started = (...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const told: Array<Told> = []
      const child = fork(program, args, { execPath: process.execPath, stdio: ["ignore", "inherit", "inherit", "ipc"] })
      child.on("message", (message: Told) => void told.push(message))
      return { child, told }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

type Program = Effect.Success<ReturnType<typeof started>>

/** Waits until something is so, however slow the machine is. */
const until = (what: string, isSo: () => boolean) =>
  Effect.sync(isSo).pipe(
    Effect.repeat({ until: (so) => so, schedule: Schedule.spaced("10 millis") }),
    Effect.timeoutOrElse({ duration: "90 seconds", orElse: () => Effect.die(new Error(`it never came to ${what}`)) })
  )

const searchesOf = ({ told }: Program) => told.flatMap((one) => ("searches" in one ? [one] : []))
const decidedBy = ({ told }: Program) => told.flatMap((one) => ("decided" in one ? [one] : []))
const endsOf = ({ told }: Program) => told.flatMap((one) => ("ended" in one ? [one.ended] : []))

/** More searches than those that had begun already. */
const goesOn = (searcher: Program) => {
  const before = searchesOf(searcher).length
  return until("more searches", () => {
    assert.deepStrictEqual(endsOf(searcher), [])
    return searchesOf(searcher).length > before + 2
  })
}

/** What a database has: its references, and every decision with what became of it. */
const contents = (config: Store.Config) =>
  Effect.gen(function* () {
    const references = yield* Stream.runCollect(
      ReferenceRepository.use(({ findAll }) => Effect.succeed(findAll())).pipe(Stream.unwrap)
    )
    const relations = yield* Stream.runCollect(
      RelationRepository.use(({ findAll }) => Effect.succeed(findAll())).pipe(Stream.unwrap)
    )
    const log = yield* Review.use(({ log }) => log({ limit: 10_000 }))
    return {
      references: references.map(({ uri }) => uri).sort(),
      relations: relations.map(({ sources, status, targets }) => `${sources[0]} ${status} ${targets[0]}`).sort(),
      log: log.map(({ note, step }) => ({ note: Number(note), step })).sort((a, b) => a.step - b.step)
    }
  }).pipe(Effect.provide(Store.layerLibsql({ ...config, embedder: { type: "deterministic" } })), Effect.orDie)

const total = 2500
const decisions = 8

describe.skipIf(Sqld.unavailable !== undefined)(`a cluster ${Sqld.unavailable ?? ""}`, () => {
  it.live(
    "loses nothing, has nothing twice, and goes on searching, whenever its primary is killed",
    () =>
      Effect.gen(function* () {
        const { primary, replica } = yield* Sqld.primaryAndReplica
        const losses = yield* Sqld.watched(replica)
        const folder = yield* temporaryFolder
        const file = (name: string) => join(folder, name)
        const crosswalk = (db: string, args: ReadonlyArray<string>, env = {}) =>
          Effect.promise(() =>
            execute(process.execPath, [bin, ...args, "--db", db, "--embedder", "deterministic", "--json"], folder, {
              env
            })
          )
        const write = (name: string, count: number) => {
          const rows = Array.from({ length: count }, (_, i) => `R-${i},Requirement number ${i},Text of number ${i}.`)
          return Effect.promise(() => writeFile(file(name), ["id,title,description", ...rows].join("\n")))
        }
        const importing = (name: string) => crosswalk(primary.url, ["import", name, "--catalog", "cluster@1"])
        yield* write("first.csv", 400)
        yield* write("all.csv", total)
        assert.strictEqual((yield* importing("first.csv")).code, 0)

        const searchers = [
          yield* started("search", replica.url, "", "memory"),
          yield* started("search", file("searched.db"), primary.url, "sql")
        ]
        const searchersGoOn = Effect.forEach(searchers, goesOn, { concurrency: "unbounded" })
        yield* searchersGoOn

        // In the middle of an import.
        const count = Effect.map(crosswalk(primary.url, ["status"]), (ran) => Number(ran.json().references))
        assert.strictEqual(yield* count, 400)
        const import1 = yield* Effect.forkChild(importing("all.csv"))
        const watch = yield* started("count", primary.url)
        yield* until("some of the import", () => watch.told.some((one) => "count" in one && one.count > 400))
        yield* primary.kill
        yield* searchersGoOn
        // A command of its own finds what a replica has too.
        for (const [db, env] of [
          [replica.url, {}],
          [file("searched.db"), { CROSSWALK_SYNC_URL: primary.url }]
        ] as const) {
          const found = yield* crosswalk(db, ["search", "requirement number 7", "--limit", "3"], env)
          assert.strictEqual(found.code, 0, found.stderr)
          assert.strictEqual(found.json().hits.length, 3)
          // So is what spans pages.
          const exported = yield* crosswalk(db, ["export", "--catalog", "cluster@1"], env)
          assert.strictEqual(exported.code, 0, exported.stderr)
          assert.isAtLeast(exported.stdout.trim().split("\n").length, 400)
        }
        yield* primary.start
        const imported = yield* Fiber.join(import1)
        // Where the primary was back in time it went on by itself; else its error says what there was at last.
        if (imported.code !== 0) assert.match(imported.stderr, /again|cannot be reached|in time/u)
        const again = yield* importing("all.csv")
        assert.strictEqual(again.code, 0, again.stderr)
        const { created, unchanged } = again.json()
        assert.strictEqual(created + unchanged, total)
        // A replica that has these has begun anew, as each does after its primary was killed: before, it answers nothing alone.
        yield* Effect.repeat(crosswalk(replica.url, ["status"]), {
          until: ({ code, json }) => code === 0 && Number(json().references) === total,
          schedule: Schedule.upTo(Schedule.spaced("100 millis"), { duration: "90 seconds" })
        })

        // In the middle of reviews, one at the primary and one in an embedded replica.
        const reviewers = [
          yield* started("decide", primary.url, "", "sql", "0", `${decisions}`),
          yield* started("decide", file("reviewed.db"), primary.url, "sql", "1000", `${decisions}`)
        ]
        yield* until("decisions", () => reviewers.every((one) => decidedBy(one).length >= 3))
        yield* primary.kill
        yield* searchersGoOn
        yield* primary.start
        yield* until("an end", () =>
          reviewers.every((one) => decidedBy(one).length === decisions || endsOf(one).length > 0)
        )
        assert.deepStrictEqual(reviewers.flatMap(endsOf), [])

        // What was answered as stored is what is there: at the primary, and in replicas that are asked to be up to date.
        const acknowledged = reviewers.flatMap(decidedBy).map(({ decided, step }) => ({ note: decided, step }))
        const expected = {
          references: Array.from({ length: total }, (_, i) => `cluster:1/R-${i}`).sort(),
          relations: acknowledged
            .map(
              ({ note }) => `cluster:1/R-${note} ${note % 3 === 0 ? "rejected" : "accepted"} cluster:1/R-${note + 1}`
            )
            .sort(),
          log: acknowledged.sort((a, b) => a.step - b.step)
        }
        assert.strictEqual(acknowledged.length, 2 * decisions)
        assert.deepStrictEqual(yield* contents({ url: primary.url }), expected)
        assert.deepStrictEqual(yield* contents({ url: replica.url, fresh: true }), expected)
        assert.deepStrictEqual(
          yield* contents({ url: file("searched.db"), syncUrl: primary.url, fresh: true }),
          expected
        )

        yield* searchersGoOn
        // Only where a replica lost its copy and was started again may some have failed meanwhile.
        const failures = searchers.flatMap(searchesOf).flatMap(({ failure }) => failure ?? [])
        const expectedFailure = losses() === 0 ? /^$/u : /lost its copy|cannot be reached|in time/u
        assert.deepStrictEqual(
          failures.filter((failure) => !expectedFailure.test(failure)),
          []
        )
        assert.deepStrictEqual(searchers.flatMap(endsOf), [])
        assert.isTrue((yield* crosswalk(primary.url, ["doctor"])).json().sound)
      }),
    600_000
  )
})
