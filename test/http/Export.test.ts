import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Exit, Layer, Schedule, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { HttpClientResponse } from "effect/http"
import { CatalogExport } from "../../src/report/CatalogExport.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import * as Store from "../../src/Store.ts"
import { TestStore } from "../../src/testing.ts"
import { OpenApi } from "effect/http-api"
import { Api } from "../../src/http.ts"
import { ask, bearer, problemOf, servingOf, tokens } from "../support/httpServer.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const fill = (count: number, metadata?: string) =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const of = (catalog: string, n: number) => ({
        uri: `${catalog}:1/${n}`,
        title: `Passwords are kept safe ${n}, "ü"`,
        entityType: "requirement",
        catalog: `${catalog}@1`,
        identifier: `${n}`,
        metadata
      })
      yield* references.saveMany(Array.from({ length: count }, (_, i) => of("a", i + 1)))
      yield* references.save(of("b", 1))
      const relations = yield* RelationRepository
      yield* relations.save({ sources: ["a:1/1"], targets: ["b:1/1"], type: "equal", status: "accepted" })
    })
  )

const typeOf = ({ headers }: HttpClientResponse.HttpClientResponse) => [
  headers["content-type"],
  headers["content-disposition"]
]

layer(servingOf(Layer.provideMerge(fill(3), TestStore.layer)))("exporting", (it) => {
  it.effect("is described so that a file of JSON is an object to whoever reads it, and any JSON where it is sent", () =>
    Effect.sync(() => {
      const { paths } = OpenApi.fromApi(Api)
      const files = paths["/api/v1/export/references"]?.get?.responses[200]?.content
      assert.deepStrictEqual(files?.["application/json"]?.schema, { type: "object" })
      assert.deepInclude(files?.["text/csv"]?.schema, { type: "string", format: "binary" })
      const sent = paths["/api/v1/imports"]?.post?.requestBody?.content
      assert.deepInclude(sent?.["application/json"]?.schema, { type: "string", format: "binary" })
    })
  )

  it.effect("sends what the service writes, in every format", () =>
    Effect.gen(function* () {
      const exports = yield* CatalogExport
      const types = [
        ["ndjson", "application/x-ndjson", "ndjson"],
        ["csv", "text/csv", "csv"],
        ["oscal", "application/json", "json"],
        ["cyclonedx", "application/json", "json"]
      ] as const
      for (const [format, type, ending] of types) {
        const response = yield* ask("GET", `/api/v1/export/references?catalog=a@1&format=${format}`)
        assert.strictEqual(response.status, 200)
        assert.deepStrictEqual(typeOf(response), [type, `attachment; filename="a-1.${ending}"`])
        const written = yield* Stream.mkString(exports.references({ catalog: "a@1", format }))
        const without = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, "")
        assert.strictEqual(without(yield* response.text), without(written), format)
      }
    })
  )

  it.effect("sends relations, also as others write them, and as a workbook", () =>
    Effect.gen(function* () {
      const exports = yield* CatalogExport
      const all = yield* ask("GET", "/api/v1/export/relations?status=accepted&status=rejected")
      assert.deepStrictEqual(typeOf(all), ["application/x-ndjson", 'attachment; filename="relations.ndjson"'])
      assert.strictEqual(
        yield* all.text,
        yield* Stream.mkString(exports.relations({ status: ["accepted", "rejected"] }))
      )
      const sssom = yield* ask("GET", "/api/v1/export/relations?from=a@1&to=b@1&format=sssom")
      assert.deepStrictEqual(typeOf(sssom), [
        "text/tab-separated-values",
        'attachment; filename="relations-a-1-b-1.tsv"'
      ])
      assert.match(yield* sssom.text, /^c_a_1:1\t/mu)
      const marked = yield* ask("GET", "/api/v1/export/relations?format=csv&byteOrderMark=true")
      assert.deepStrictEqual([...new Uint8Array(yield* marked.arrayBuffer).subarray(0, 3)], [0xef, 0xbb, 0xbf])
      const workbook = yield* ask("GET", "/api/v1/export/workbook?from=a@1&to=b@1")
      assert.match(workbook.headers["content-disposition"] ?? "", /\.xlsx"$/u)
      assert.deepStrictEqual([...new Uint8Array(yield* workbook.arrayBuffer).subarray(0, 2)], [0x50, 0x4b])
    })
  )

  it.effect("is read back as it was", () =>
    Effect.gen(function* () {
      const file = yield* Effect.flatMap(ask("GET", "/api/v1/export/references?catalog=a@1"), ({ text }) => text)
      const headers = { "content-type": "application/x-ndjson", accept: "application/x-ndjson" }
      const again = yield* ask("POST", "/api/v1/imports?name=a.ndjson", { body: file, headers })
      assert.include(yield* again.text, '"unchanged":3')
    })
  )

  const wrong: ReadonlyArray<readonly [path: string, status: number, reason: string, field?: string]> = [
    ["references", 400, "missing", "catalog"],
    ["references?catalog=nothing", 404, "catalog"],
    ["references?catalog=a@1&format=word", 400, "invalid", "format"],
    ["references?catalog=a@1&format=oscal&byteOrderMark=true", 400, "invalid", "byteOrderMark"],
    ["relations?format=oscal", 400, "missing", "from"],
    ["relations?from=nothing", 404, "catalog"],
    ["relations?status=maybe", 400, "invalid", "status.0"],
    ["relations?from=b@1&to=a@1&format=oscal", 400, "invalid", "format"],
    ["workbook?from=a@1", 400, "missing", "to"]
  ]
  for (const [path, status, reason, field] of wrong) {
    it.effect(`tells what is wrong with ${path}`, () =>
      Effect.gen(function* () {
        const problem = yield* problemOf(yield* ask("GET", `/api/v1/export/${path}`))
        assert.deepStrictEqual([problem.status, problem.reason, problem.field], [status, reason, field])
      })
    )
  }
})

layer(servingOf(Layer.provideMerge(fill(1), TestStore.layer), tokens))("exporting with a token", (it) => {
  it.effect("needs one that may read", () =>
    Effect.gen(function* () {
      const path = "/api/v1/export/references?catalog=a@1"
      assert.strictEqual((yield* problemOf(yield* ask("GET", path))).status, 401)
      assert.strictEqual((yield* ask("GET", path, { headers: bearer("reader") })).status, 200)
    })
  )
})

describe("an export", () => {
  const path = "/api/v1/export/references?catalog=a@1"
  const store = (...filling: Parameters<typeof fill>) =>
    Layer.unwrap(
      Effect.map(temporaryFolder, (folder) =>
        Layer.provideMerge(
          fill(...filling),
          Store.layerLibsql({ url: join(folder, "store.db"), embedder: { type: "deterministic" } })
        )
      )
    )

  it.live("that fails in the middle is no whole file, and one that cannot begin is a problem", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE crosswalk_reference SET tags = '["a", 1]' WHERE uri = 'a:1/600'`
      const broken = yield* ask("GET", path)
      assert.strictEqual(broken.status, 200)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(broken.text)))
      yield* sql`UPDATE crosswalk_reference SET tags = '["a", 1]' WHERE uri = 'a:1/1'`
      const problem = yield* problemOf(yield* ask("GET", path))
      assert.strictEqual(problem.status, 500)
    }).pipe(Effect.provide(servingOf(store(600))), Effect.scoped)
  )

  it.live("is the state of one moment, however slowly it is fetched, and has a place among a few", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      // More than waits on the way: the answer has not been sent as long as nobody reads it.
      const slow = yield* ask("GET", path)
      yield* references.remove("a:1/48")
      const busy = yield* problemOf(yield* ask("GET", path))
      assert.deepStrictEqual([busy.status, busy.reason], [503, "busy"])
      assert.include(yield* slow.text, "a:1/48")
      const after = yield* Effect.repeat(ask("GET", path), {
        until: ({ status }) => status === 200,
        schedule: Schedule.spaced("5 millis")
      })
      assert.notInclude(yield* after.text, "a:1/48")
    }).pipe(Effect.provide(servingOf(store(48, "x".repeat(2 ** 18)), [], { maxDownloads: 1 })), Effect.scoped)
  )
})
