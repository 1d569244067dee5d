import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, expect, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Schema } from "effect"
import { HttpClient, HttpRouter } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup } from "effect/http-api"
import { ConflictError } from "../../src/domain/ConflictError.ts"
import { CrosswalkError } from "../../src/domain/CrosswalkError.ts"
import { DatabaseError } from "../../src/domain/DatabaseError.ts"
import { EmbeddingError } from "../../src/domain/EmbeddingError.ts"
import { ImportError } from "../../src/domain/ImportError.ts"
import { ModelLoadError } from "../../src/domain/ModelLoadError.ts"
import { ModelMismatchError } from "../../src/domain/ModelMismatchError.ts"
import { NotFoundError } from "../../src/domain/NotFoundError.ts"
import { Reference } from "../../src/domain/Reference.ts"
import { ValidationError } from "../../src/domain/ValidationError.ts"

const secret = "SELECT secret FROM /home/me/x.db"
const cause = new Error(secret, { cause: new Error(secret) })

const reference = new Reference({
  uri: "a:1",
  title: "Passwords",
  entityType: "requirement",
  tags: [],
  createdAt: DateTime.makeUnsafe(0),
  updatedAt: DateTime.makeUnsafe(0)
})

/** One of each class by its shortest constructor, with what a surface shows of it and its HTTP status. */
const examples: { readonly [Tag in CrosswalkError["_tag"]]: readonly [CrosswalkError, object, number] } = {
  ConflictError: [
    new ConflictError({ uri: "a:1", problem: "a person decided", cause }),
    { reason: "decided", problem: "a person decided", isRetryable: false, uri: "a:1" },
    409
  ],
  DatabaseError: [
    new DatabaseError({ operation: "Store.open", reason: "busy", problem: "it is busy", cause }),
    { reason: "busy", problem: "it is busy", isRetryable: true, operation: "Store.open" },
    503
  ],
  EmbeddingError: [
    new EmbeddingError({
      text: "x".repeat(9_999) + secret,
      reason: "rateLimited",
      problem: "slow down",
      reference,
      cause
    }),
    { reason: "rateLimited", problem: "slow down", isRetryable: true, text: `${"x".repeat(199)}…` },
    500
  ],
  ImportError: [
    new ImportError({ source: "x.csv", problem: "is empty", cause }),
    { reason: "malformed", problem: "is empty", isRetryable: false, source: "x.csv" },
    422
  ],
  ModelLoadError: [
    new ModelLoadError({
      model: "m",
      reason: "missing",
      problem: "it is gone",
      remedy: { action: "reinstall" },
      cause
    }),
    { reason: "missing", problem: "it is gone", isRetryable: false, remedy: { action: "reinstall" }, model: "m" },
    503
  ],
  ModelMismatchError: [
    new ModelMismatchError({ stored: "1", active: "2", storedModel: "a", activeModel: "b", cause }),
    { reason: "otherModel", isRetryable: false, remedy: { action: "updateEmbeddings" }, stored: "1", activeModel: "b" },
    409
  ],
  NotFoundError: [
    new NotFoundError({ uri: "a:1", entity: "reference", cause }),
    { reason: "reference", problem: "there is no reference a:1", isRetryable: false, uri: "a:1" },
    404
  ],
  ValidationError: [
    new ValidationError({ field: "limit", value: -1, constraint: "is negative", expected: "0 or more", cause }),
    { reason: "invalid", problem: "is negative; got -1. Expected 0 or more.", isRetryable: false, value: -1 },
    400
  ]
}

/** Values that JSON does not have, with what it has of them. */
const exotic: ReadonlyArray<readonly [name: string, value: unknown, shown: unknown]> = [
  ["undefined", undefined, "undefined"],
  ["not a number", Number.NaN, "NaN"],
  ["infinity", Number.NEGATIVE_INFINITY, "-Infinity"],
  ["a bigint", 10n, "10n"],
  ["a symbol", Symbol("s"), "Symbol(s)"],
  ["a function", () => secret, "a function"],
  ["a huge text", "x".repeat(1_000_000), `${"x".repeat(199)}…`],
  ["half a surrogate pair", "\ud800", "\ud800"],
  ["nothing", null, null],
  ["an array", [secret], "an array"],
  ["an object", { secret }, "an object"],
  ["an object without prototype", Object.assign(Object.create(null), { secret }), "an object"],
  [
    "a getter that throws",
    {
      get secret() {
        throw new Error(secret)
      }
    },
    "an object"
  ]
]
const cyclic: Array<unknown> = []
cyclic.push(cyclic)
const revoked = Proxy.revocable({}, {})
revoked.revoke()

const toJson = Schema.encodeEffect(Schema.toCodecJson(CrosswalkError))
const fromJson = Schema.decodeUnknownEffect(Schema.toCodecJson(CrosswalkError))

describe("CrosswalkError", () => {
  for (const [tag, [error, shape]] of Object.entries(examples)) {
    it.effect(`${tag} has the shape of the family, and its JSON has no cause`, () =>
      Effect.gen(function* () {
        expect(error).toMatchObject({ _tag: tag, ...shape })
        expect(error.message).toContain(error.problem.slice(1))
        assert.strictEqual(error.cause, cause)
        const text = JSON.stringify(yield* toJson(error))
        expect(JSON.parse(text)).toMatchObject({ _tag: tag, ...shape })
        expect(text).not.toContain("secret")
        expect(JSON.stringify(error)).not.toContain("secret")
        const back = yield* fromJson(JSON.parse(text))
        assert.strictEqual(Object.getPrototypeOf(back), Object.getPrototypeOf(error))
        assert.strictEqual(back.message, error.message)
        assert.deepStrictEqual(yield* toJson(back), JSON.parse(text))
      })
    )
  }

  for (const [name, value, shown] of [
    ...exotic,
    ["a cycle", cyclic, "an array"],
    ["a revoked proxy", revoked.proxy, "an object"]
  ] as const) {
    it.effect(`tells ${name} as the value of a ValidationError`, () =>
      Effect.gen(function* () {
        const error = new ValidationError({ field: "f", value, constraint: "is odd", expected: "another" })
        const json = yield* toJson(error)
        expect(json).toMatchObject({ value: shown })
        expect(JSON.stringify(json).length).toBeLessThan(700)
        assert.deepStrictEqual(yield* toJson(yield* fromJson(json)), json)
      })
    )
  }

  it.effect("is an answer of an HttpApi with its status and a body", () =>
    Effect.gen(function* () {
      const all = Object.values(examples).map(([error]) => error)
      const failures = [
        ...all,
        ...exotic.map(
          ([, value]) => new ValidationError({ field: "f", value, constraint: "is odd", expected: "another" })
        )
      ]
      const api = HttpApi.make("api").add(
        HttpApiGroup.make("group").add(
          HttpApiEndpoint.get("fail", "/:index", {
            params: { index: Schema.FiniteFromString },
            success: Schema.String,
            error: [
              ConflictError,
              DatabaseError,
              EmbeddingError,
              ImportError,
              ModelLoadError,
              ModelMismatchError,
              NotFoundError,
              ValidationError
            ]
          })
        )
      )
      const handlers = HttpApiBuilder.group(api, "group", (group) =>
        group.handle("fail", ({ params }) => {
          const failure = failures[params.index]
          return failure === undefined ? Effect.succeed("none") : Effect.fail(failure)
        })
      )
      const server = HttpRouter.serve(HttpApiBuilder.layer(api).pipe(Layer.provide(handlers)), {
        disableLogger: true,
        disableListenLog: true
      }).pipe(Layer.provideMerge(NodeHttpServer.layerTest))
      yield* Effect.gen(function* () {
        const client = yield* HttpClient.HttpClient
        for (const [index, error] of failures.entries()) {
          const response = yield* client.get(`/${index}`)
          const text = yield* response.text
          expect(JSON.parse(text)).toMatchObject({ _tag: error._tag, problem: error.problem })
          expect(text).not.toContain("secret")
          assert.strictEqual(response.status, examples[error._tag][2], text)
        }
      }).pipe(Effect.provide(server))
    })
  )

  it("say the beginning of a name that is long", () => {
    const uri = "a".repeat(5000)
    assert.isBelow(new NotFoundError({ uri, entity: "reference" }).message.length, 300)
    assert.isBelow(new ConflictError({ uri, problem: "a person decided" }).message.length, 300)
  })
})
