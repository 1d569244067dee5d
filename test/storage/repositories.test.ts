import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import * as LibsqlClient from "../../src/storage/LibsqlClient.ts"
import { repositoryContract } from "./repositoryContract.ts"

const file = Layer.unwrap(Effect.gen(function*() {
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "crosswalk-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
  )
  return LibsqlClient.layer({ url: join(folder, "references #1?.db") })
}))

repositoryContract("in memory", LibsqlClient.layer({ url: ":memory:" }))
repositoryContract("in a file", file)
