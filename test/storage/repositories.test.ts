import { join } from "node:path"
import { describe } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { layerLive } from "../support/liveClient.ts"
import * as Sqld from "../support/sqld.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"
import { repositoryContract } from "./repositoryContract.ts"

const file = Layer.unwrap(
  Effect.map(temporaryFolder, (folder) => LibsqlClient.layer({ url: join(folder, "references #1?.db") }))
)

repositoryContract("repositories in memory", LibsqlClient.layer({ url: ":memory:" }))
repositoryContract("repositories in a file", file)
repositoryContract("repositories on a live client", layerLive({ url: ":memory:" }))

const skipped = Sqld.unavailable
describe.skipIf(skipped !== undefined)(`repositories on a libSQL server ${skipped ?? ""}`, () => {
  repositoryContract("the primary", Sqld.layerPrimary())
  repositoryContract("a replica", Sqld.layerReplica())
})
