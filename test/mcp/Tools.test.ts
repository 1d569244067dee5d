import { assert, describe, layer } from "@effect/vitest"
import { Ajv } from "ajv"
import { Effect, Layer } from "effect"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { Review } from "../../src/crosswalk/Review.ts"
import { TestStore } from "../../src/testing.ts"
import { call, client, examples } from "./support.ts"

const reading = ["search", "fetch", "list_catalogs", "similar", "suggest", "coverage", "diff", "lint"]
const writing = ["import", "decide", "carry"]
const store = Layer.provideMerge(Layer.effectDiscard(examples), TestStore.layer)
const reader = { name: "Ann", mayWrite: false }

/** A call of every tool that answers. */
const calls: ReadonlyArray<readonly [name: string, args: Record<string, unknown>]> = [
  ["search", { query: "passwords are hashed" }],
  ["search", { query: "SESS-5", mode: "keyword", catalog: "requirements@1", limit: 1 }],
  ["fetch", { id: "SESS-5" }],
  ["list_catalogs", {}],
  ["similar", { id: "SESS-5", catalog: "company@1", limit: 3 }],
  ["suggest", { source: "SESS-5", to: "company@1" }],
  ["suggest", { from: "requirements@1", to: "company@1", level: "1", limit: 5 }],
  ["coverage", { to: "requirements@1", by: "company@1" }],
  ["diff", { before: "requirements@1", after: "company@1", method: "keyword" }],
  ["lint", {}],
  ["import", { content: "id,title\nR-1,Passwords are hashed\n", name: "x.csv", catalog: "x@1" }],
  ["decide", { verdicts: [{ sources: ["company:1/BR-01"], targets: ["requirements:1/SESS-5"], status: "accepted" }] }],
  ["carry", { catalog: "company@1", from: "requirements@1", to: "requirements@1" }]
]

layer(store)("the tools", (it) => {
  it.effect("are those that read, and for who may write those that write, with closed inputs", () =>
    Effect.gen(function* () {
      const { tools } = yield* (yield* client()).listTools()
      assert.deepStrictEqual(
        tools.map(({ name }) => name),
        [...reading, ...writing]
      )
      for (const { annotations, description, inputSchema, name, outputSchema } of tools) {
        assert.strictEqual(inputSchema["additionalProperties"], false, name)
        assert.strictEqual(annotations?.readOnlyHint, reading.includes(name), name)
        assert.strictEqual(annotations?.destructiveHint, writing.includes(name), name)
        assert.strictEqual(outputSchema?.["type"], "object", name)
        assert.isAbove(description?.length ?? 0, 100, name)
        for (const [argument, schema] of Object.entries(inputSchema.properties ?? {})) {
          assert.isString(Reflect.get(Object(schema), "description"), `${name} ${argument}`)
        }
      }
      const few = yield* (yield* client(reader)).listTools()
      assert.deepStrictEqual(
        few.tools.map(({ name }) => name),
        reading
      )
    })
  )

  it.effect("that write are not there for who may only read", () =>
    Effect.gen(function* () {
      const only = yield* client(reader)
      for (const name of writing) {
        const error = yield* Effect.flip(only.callTool({ name, arguments: {} }))
        assert.include(error.message, `Tool '${name}' not found`)
      }
    })
  )

  it.effect("answer with what their output schemas say, as data and the same as text, and write nothing unasked", () =>
    Effect.gen(function* () {
      const ajv = new Ajv({ strict: false })
      const all = yield* client()
      const { tools } = yield* all.listTools()
      const before = yield* Effect.all([
        ReferenceRepository.use(({ catalogs }) => catalogs),
        RelationRepository.use((relations) => relations.count())
      ])
      for (const [name, args] of calls) {
        const schema = tools.find((tool) => tool.name === name)?.outputSchema
        const isValid = ajv.compile(schema ?? false)
        const { data, isError, told } = yield* call(all)(name, args)
        assert.isNotTrue(isError, `${name} ${JSON.stringify(data)}`)
        assert.deepStrictEqual(told, data)
        assert.isTrue(isValid(data), `${name} ${JSON.stringify(isValid.errors)}`)
        // The same schema holds of a failure, and a key too many is named.
        const wrong = yield* call(all)(name, { ...args, extra: true })
        assert.isTrue(wrong.isError)
        assert.isTrue(isValid(wrong.data), `${name} ${JSON.stringify(wrong.data)}`)
        assert.deepInclude(wrong.data["error"], { type: "ValidationError", field: "extra", reason: "unexpected" })
      }
      const after = yield* Effect.all([
        ReferenceRepository.use(({ catalogs }) => catalogs),
        RelationRepository.use((relations) => relations.count())
      ])
      assert.deepStrictEqual(after, before)
    })
  )

  it.effect("say in the family's sentences what is wrong and what to do", () =>
    Effect.gen(function* () {
      const ask = call(yield* client())
      const wrong: ReadonlyArray<readonly [name: string, args: Record<string, unknown>, type: string, words: string]> =
        [
          ["search", {}, "ValidationError", "query: is missing"],
          ["search", { query: "x", mode: "keywords" }, "ValidationError", '"keyword"'],
          ["search", { query: "x", catalog: "a b" }, "ValidationError", "name@version"],
          ["search", { query: "x", limit: 51 }, "ValidationError", "limit"],
          ["search", { query: "x", cursor: "nonsense" }, "ValidationError", "nextCursor"],
          ["fetch", { id: "nothing" }, "NotFoundError", "nothing"],
          ["suggest", { to: "company@1" }, "ValidationError", "from"],
          ["suggest", { from: "requirements@1", to: "asvs@9" }, "NotFoundError", "asvs@9"],
          ["coverage", { to: "company@1", by: "company@1" }, "ValidationError", "different catalogs"],
          ["diff", { before: "company@1", after: "company@1" }, "ValidationError", "another version"],
          ["import", { path: "x.csv", content: "id,title" }, "ValidationError", "either path"],
          ["import", { path: "-" }, "ValidationError", "standard input"],
          ["import", { path: "/no/such/file.csv" }, "ImportError", "/no/such/file.csv"],
          ["import", { content: "{", name: "x.json", catalog: "x@1" }, "ImportError", "x.json"],
          ["decide", { verdicts: [] }, "ValidationError", "verdicts"]
        ]
      for (const [name, args, type, words] of wrong) {
        const { data, isError } = yield* call(yield* client())(name, args)
        assert.isTrue(isError, name)
        assert.strictEqual(data["error"]?.["type"], type, JSON.stringify(data))
        assert.include(JSON.stringify(data).replaceAll(String.raw`\"`, '"'), words)
      }
      assert.strictEqual((yield* ask("fetch", { id: "nothing" })).isError, true)
    })
  )

  it.effect("page by cursors through all of an answer, each thing once", () =>
    Effect.gen(function* () {
      const ask = call(yield* client())
      for (const [name, args, list] of [
        ["search", { query: "passwords", catalog: "requirements@1" }, "results"],
        ["similar", { id: "SESS-5" }, "results"],
        ["list_catalogs", {}, "catalogs"],
        ["suggest", { from: "requirements@1", to: "company@1" }, "references"],
        ["coverage", { to: "requirements@1", by: "company@1" }, "references"],
        ["diff", { before: "requirements@1", after: "company@1", method: "keyword" }, "changes"]
      ] as const) {
        const whole = yield* ask(name, { ...args, limit: 20 })
        const seen: Array<unknown> = []
        let cursor: string | undefined
        do {
          const page = yield* ask(name, { ...args, limit: 7, ...(cursor !== undefined && { cursor }) })
          assert.isNotTrue(page.isError, JSON.stringify(page.data))
          seen.push(...(page.data[list] as ReadonlyArray<unknown>))
          cursor = page.data["nextCursor"]
          assert.strictEqual(page.data["truncated"], cursor !== undefined || JSON.stringify(page.data).includes("…"))
        } while (cursor !== undefined && seen.length < 20)
        const first = whole.data[list] as ReadonlyArray<unknown>
        assert.deepStrictEqual(seen.slice(0, first.length), first.slice(0, seen.length), name)
        assert.strictEqual(new Set(seen.map((one) => JSON.stringify(one))).size, seen.length, name)
      }
    })
  )
})

describe("the tools that write", () => {
  layer(store)("write", (it) => {
    it.effect("what a dry run said, when they are told to, in the name of who calls", () =>
      Effect.gen(function* () {
        const ask = call(yield* client({ name: "Ann", mayWrite: true }))
        const source = {
          content: "id,title\nR-1,Passwords are hashed\nR-2,Cookies are protected\n",
          name: "x.csv",
          catalog: "x@1"
        }
        const dry = yield* ask("import", source)
        assert.deepInclude(dry.data, { dryRun: true, created: 2, embedded: 0 })
        const done = yield* ask("import", { ...source, dryRun: false })
        assert.deepInclude(done.data, { dryRun: false, created: 2, embedded: 2 })
        assert.deepInclude((yield* ask("import", source)).data, { created: 0, unchanged: 2 })

        const verdicts = [
          { sources: ["x:1/R-1"], targets: ["requirements:1/AUTH-2"], status: "accepted", as: "subset", note: "seen" },
          { sources: ["x:1/R-1"], targets: ["x:1/none"], status: "accepted" }
        ]
        const tried = yield* ask("decide", { verdicts })
        assert.deepInclude(tried.data, { dryRun: true, counts: { decided: 1, refused: 1 } })
        assert.notProperty(tried.data, "step")
        const decided = yield* ask("decide", { verdicts, dryRun: false })
        assert.deepStrictEqual({ ...decided.data, step: undefined, dryRun: true }, { ...tried.data, step: undefined })
        const [entry] = yield* Review.use(({ log }) => log({ limit: 1 }))
        assert.deepInclude(entry, { by: "Ann", note: "seen", step: decided.data["step"] })

        const fetched = yield* ask("fetch", { id: "x:1/R-1" })
        assert.deepInclude(fetched.data["relations"]?.[0], { type: "subset", status: "accepted", by: "Ann" })
        const again = yield* ask("decide", { verdicts: verdicts.slice(0, 1), dryRun: false })
        assert.deepInclude(again.data, { unchanged: 1, counts: { decided: 0, refused: 0 } })

        const edition = { content: source.content, name: "x.csv", catalog: "x@2", dryRun: false }
        assert.isNotTrue((yield* ask("import", edition)).isError)
        const carry = { catalog: "requirements@1", from: "x@1", to: "x@2", acceptUnchanged: true }
        const planned = yield* ask("carry", carry)
        assert.deepInclude(planned.data["totals"]?.["successors"], { accepted: 1 })
        const carried = yield* ask("carry", { ...carry, dryRun: false })
        assert.isNumber(carried.data["step"])
        assert.deepInclude((yield* ask("carry", carry)).data["totals"]?.["successors"], { accepted: 0, decided: 1 })
      })
    )

    it.effect("only what a caller from elsewhere sends: it names no file of the server", () =>
      Effect.gen(function* () {
        const ask = call(yield* client({ name: "ci", mayWrite: true }, { maxTokens: 9000, isRemote: true }))
        const { data } = yield* ask("import", { path: "/etc/passwd" })
        assert.deepInclude(data["error"], { type: "ValidationError", field: "path", reason: "unexpected" })
        assert.deepInclude(
          (yield* ask("import", { content: "id,title\nQ-1,One\n", catalog: "q@1", format: "csv" })).data,
          {
            created: 1
          }
        )
      })
    )
  })
})
