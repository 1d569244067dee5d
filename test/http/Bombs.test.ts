import { assert, layer } from "@effect/vitest"
import { Effect, Schedule, Schema } from "effect"
import { Job } from "../../src/http.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { workbook, zip, type Zipped } from "../importer/zipping.ts"
import { ask, problemOf, serving } from "../support/httpServer.ts"

const jobOf = Schema.decodeUnknownEffect(Schema.toCodecJson(Job))

/** An archive of each kind with a file more. */
const archives = {
  "a.xlsx": (bomb: Zipped) => zip(workbook("", "", [bomb])),
  "a.reqifz": (bomb: Zipped) => zip([{ ...bomb, name: "a.reqif" }]),
  "a.zip": (bomb: Zipped) => zip([{ ...bomb, name: "a.csv" }])
}

/** What small archives unpack to. */
const bombs: Readonly<Record<string, Zipped>> = {
  "declares more than 128 MB": { name: "xl/more.xml", content: "a", size: 200 * 1024 * 1024 },
  "declares little and is 20 MB": { name: "xl/more.xml", content: new Uint8Array(20_000_000), size: 100 }
}

layer(serving(), { excludeTestServices: true })("an archive that", (it) => {
  for (const [says, bomb] of Object.entries(bombs)) {
    for (const [name, archive] of Object.entries(archives)) {
      it.effect(`${says} is refused: ${name}`, () =>
        Effect.gen(function* () {
          const body = archive(bomb)
          assert.isBelow(body.length, 100_000)
          const request = { body, headers: { "content-type": "application/octet-stream" } }
          const { headers } = yield* ask("POST", `/api/v1/imports?name=${name}&catalog=bomb@1`, request)
          const job = yield* ask("GET", headers["location"] ?? "").pipe(
            Effect.flatMap((response) => response.json),
            Effect.flatMap(jobOf),
            Effect.repeat({ until: ({ endedAt }) => endedAt !== undefined, schedule: Schedule.spaced("5 millis") })
          )
          assert.deepInclude(job.problem, { status: 422 })
          const problem = yield* Effect.flatMap(ask("POST", `/api/v1/lint?name=${name}`, request), problemOf)
          assert.strictEqual(problem.status, 422)
          assert.strictEqual(yield* (yield* ReferenceRepository).count({ catalog: "bomb@1" }), 0)
        })
      )
    }
  }
})
