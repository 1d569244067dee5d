import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { listening } from "../support/listening.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { crosswalk } from "./run.ts"

const catalogue = JSON.stringify({ catalog: "rules@1", references: [{ id: "A", title: "Hashed passwords" }] })

/** A server of the catalogue on 127.0.0.1, with the number of requests it answered. */
const served = Effect.suspend(() => {
  let requests = 0
  const server = createServer((_, response) => {
    requests++
    response.end(catalogue)
  })
  return Effect.map(listening(server), (host) => ({ url: `http://${host}/rules.json`, requests: () => requests }))
})

describe("import of a URL", () => {
  it.live("refuses an address that is not public unless it is allowed, and shows the checksum", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const run = crosswalk(folder)
      const { requests, url } = yield* served
      const refused = yield* run("import", url, "--no-embed", "--db", join(folder, "x.db"))
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain("not a public address")
      expect(requests()).toBe(0)
      for (const strict of [[], ["--strict"]]) {
        const before = requests()
        const db = join(folder, `x${strict.length}.db`)
        const done = yield* run("import", url, "--allow-private", "--no-embed", "--json", "--db", db, ...strict)
        expect(done.json()).toMatchObject({
          created: 1,
          download: { url, bytes: catalogue.length, sha256: createHash("sha256").update(catalogue).digest("hex") }
        })
        expect(requests() - before).toBe(1)
      }
    })
  )

  it.live("never uses the network when offline", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { requests, url } = yield* served
      const done = yield* crosswalk(folder)("import", url, "--allow-private", "--offline", "--db", join(folder, "x.db"))
      expect(done.code).toBe(1)
      expect(requests()).toBe(0)
    })
  )
})

describe("import of a file that is not there", () => {
  it.live("says so and makes no database", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const db = join(folder, "x.db")
      const done = yield* crosswalk(folder)("import", join(folder, "no.json"), "--db", db)
      expect(done.code).toBe(3)
      expect(existsSync(db)).toBe(false)
    })
  )
})

describe("import with options that cannot be", () => {
  it.live("is a usage error, and makes no database", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const db = join(folder, "x.db")
      const file = join(folder, "rules.json")
      yield* Effect.promise(() => writeFile(file, catalogue))
      for (const options of [
        ["--catalog", "two words"],
        ["--format", "docx"]
      ]) {
        const done = yield* crosswalk(folder)("import", file, "--db", db, ...options)
        expect(done.code).toBe(2)
        expect(existsSync(db)).toBe(false)
      }
    })
  )
})
