import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { ask, bearer, client, problemOf, serving, tokens } from "../support/httpServer.ts"

const uri = (name: string) => `a:1/${name} ü?#%`
const pathOf = (name: string) => `/api/v1/references/${encodeURIComponent(uri(name))}`
const content = { title: "Passwords are hashed", entityType: "requirement", catalog: "a@1", tags: ["b", "a"] }

layer(serving())("writing references", (it) => {
  it.effect("creates by PUT, then replaces; the same again changes nothing", () =>
    Effect.gen(function* () {
      const path = pathOf("put")
      const created = yield* ask("PUT", path, { body: content })
      assert.strictEqual(created.status, 201)
      const again = yield* ask("PUT", path, { body: content })
      assert.strictEqual(again.status, 200)
      assert.deepStrictEqual(yield* again.json, yield* created.json)
      assert.strictEqual(again.headers["etag"], created.headers["etag"])
      const changed = yield* ask("PUT", path, { body: { ...content, title: "Hashed", tags: undefined } })
      assert.strictEqual(changed.status, 200)
      assert.notStrictEqual(changed.headers["etag"], created.headers["etag"])
      const read = yield* ask("GET", path)
      assert.strictEqual(read.headers["etag"], changed.headers["etag"])
      assert.deepStrictEqual(yield* read.json, yield* changed.json)
    })
  )

  it.effect("takes back what it gave, changed", () =>
    Effect.gen(function* () {
      const api = yield* client
      const params = { uri: uri("back") }
      const { body } = yield* api.references.put({ params, headers: {}, payload: content })
      const read = yield* Effect.flatMap(ask("GET", pathOf("back")), (response) => response.json)
      const again = yield* ask("PUT", pathOf("back"), { body: read })
      assert.deepStrictEqual([again.status, yield* again.json], [200, read])
      assert.deepStrictEqual(body.tags, ["a", "b"])
    })
  )

  it.effect("changes nothing where it is not as the request expects it", () =>
    Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const path = pathOf("if")
      const put = (title: string, headers: Record<string, string>) =>
        ask("PUT", path, { body: { ...content, title }, headers })
      const refused = Effect.fnUntraced(function* (response: Parameters<typeof problemOf>[0]) {
        const { reason, status, type } = yield* problemOf(response)
        assert.deepStrictEqual([type, status, reason], ["urn:crosswalk:problem:precondition-failed", 412, "changed"])
      })
      for (const headers of [{ "if-match": "*" }, { "if-match": '"x"' }]) {
        yield* refused(yield* put("never", headers))
        yield* refused(yield* ask("DELETE", path, { headers }))
      }
      assert.isTrue((yield* references.find(uri("if")))._tag === "None")

      const first = yield* put("first", { "if-none-match": "*" })
      assert.strictEqual(first.status, 201)
      const etag = first.headers["etag"] ?? ""
      yield* refused(yield* put("never", { "if-none-match": "*" }))
      yield* refused(yield* put("never", { "if-none-match": "*", "if-match": etag }))
      yield* refused(yield* put("never", { "if-match": `W/${etag}` }))
      const second = yield* put("second", { "if-match": `"other", ${etag}` })
      assert.strictEqual(second.status, 200)
      yield* refused(yield* put("never", { "if-match": etag }))
      yield* refused(yield* ask("DELETE", path, { headers: { "if-match": etag } }))
      assert.strictEqual((yield* ask("GET", path)).headers["etag"], second.headers["etag"])
      assert.strictEqual((yield* put("third", { "if-match": "*" })).status, 200)
      assert.strictEqual((yield* ask("DELETE", path, { headers: { "if-match": "*" } })).status, 204)
      assert.strictEqual((yield* ask("GET", path)).status, 404)
    })
  )

  it.effect("of those who change the same version at once one succeeds", () =>
    Effect.gen(function* () {
      const path = pathOf("race")
      const etag = (yield* ask("PUT", path, { body: content })).headers["etag"] ?? ""
      const answers = yield* Effect.forEach(
        Array.from({ length: 12 }, (_, i) => `title ${i}`),
        (title) => ask("PUT", path, { body: { ...content, title }, headers: { "if-match": etag } }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(answers.map(({ status }) => status).sort(), [200, ...Array(11).fill(412)])
      const made = yield* Effect.forEach(
        Array.from({ length: 12 }),
        () => ask("PUT", pathOf("new"), { body: content, headers: { "if-none-match": "*" } }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(made.map(({ status }) => status).sort(), [201, ...Array(11).fill(412)])
    })
  )

  it.effect("removes, and what a person decided on only by force", () =>
    Effect.gen(function* () {
      for (const name of ["from", "to"]) yield* ask("PUT", pathOf(name), { body: content })
      yield* (yield* RelationRepository).save({
        sources: [uri("from")],
        targets: [uri("to")],
        type: "intersects",
        status: "accepted"
      })
      const kept = yield* problemOf(yield* ask("DELETE", pathOf("from")))
      assert.deepStrictEqual([kept.status, kept.reason, kept.remedy], [409, "decided", { action: "force" }])
      assert.strictEqual((yield* ask("DELETE", `${pathOf("from")}?force=true`)).status, 204)
      const gone = yield* problemOf(yield* ask("DELETE", pathOf("from")))
      assert.deepStrictEqual([gone.status, gone.reason], [404, "reference"])
    })
  )

  it.effect("saves many, or none where one is wrong", () =>
    Effect.gen(function* () {
      const many = ["1", "2", "1"].map((name) => ({ ...content, uri: `many:${name}` }))
      const saved = yield* ask("POST", "/api/v1/references", { body: many })
      assert.deepStrictEqual([saved.status, yield* saved.json], [200, { created: 2, updated: 0, unchanged: 0 }])
      const wrong = [...many, { ...content, uri: "many:3" }, { ...content, uri: "many:4", title: " " }]
      const problem = yield* problemOf(yield* ask("POST", "/api/v1/references", { body: wrong }))
      assert.deepStrictEqual([problem.status, problem.field], [400, "4.title"])
      assert.strictEqual((yield* ask("GET", "/api/v1/references/many%3A3")).status, 404)
    })
  )

  const json = { "content-type": "application/json" }
  const wrong: ReadonlyArray<
    readonly [
      what: string,
      body: unknown,
      headers: Record<string, string>,
      status: number,
      reason: string,
      field?: string
    ]
  > = [
    ["no body", undefined, {}, 400, "type", "payload"],
    ["no JSON", "{", json, 400, "invalid", "payload"],
    ["another thing", [], json, 400, "type", "payload"],
    ["a field that is missing", { title: "a" }, json, 400, "missing", "entityType"],
    ["a field that is wrong", { ...content, role: "king" }, json, 400, "invalid", "role"],
    ["a text that cannot be stored", { ...content, title: "a\0" }, json, 400, "invalid", "title"],
    ["a field too many", { ...content, titel: "a" }, json, 400, "unexpected", "titel"],
    ["another URI", { ...content, uri: "b" }, json, 400, "invalid", "uri"],
    ["another type of content", "<a/>", { "content-type": "application/xml" }, 415, "content-type"],
    ["another condition", content, { ...json, "if-none-match": '"a"' }, 400, "invalid", "if-none-match"],
    ["too much", { ...content, description: "a".repeat(11_000_000) }, json, 413, "too-large"]
  ]
  for (const [what, body, headers, status, reason, field] of wrong) {
    it.effect(`refuses ${what}`, () =>
      Effect.gen(function* () {
        const problem = yield* problemOf(yield* ask("PUT", pathOf("wrong"), { body, headers }))
        assert.deepStrictEqual([problem.status, problem.reason, problem.field], [status, reason, field])
        assert.strictEqual((yield* ask("GET", pathOf("wrong"))).status, 404)
      })
    )
  }
})

layer(serving(tokens))("writing references with a token", (it) => {
  it.effect("needs one that may write", () =>
    Effect.gen(function* () {
      const path = pathOf("scope")
      const changes = [
        ["PUT", path, content, 201],
        ["POST", "/api/v1/references", [], 200],
        ["DELETE", path, undefined, 204]
      ] as const
      for (const [method, path, body, status] of changes) {
        const nobody = yield* problemOf(yield* ask(method, path, { body }))
        assert.deepStrictEqual([nobody.status, nobody.reason], [401, "token"])
        const reader = yield* problemOf(yield* ask(method, path, { body, headers: bearer("reader") }))
        assert.deepStrictEqual([reader.status, reader.reason], [403, "scope"])
        assert.strictEqual((yield* ask(method, path, { body, headers: bearer("writer") })).status, status)
      }
    })
  )
})
