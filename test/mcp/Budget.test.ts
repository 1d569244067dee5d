import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { beginning, snippet, tokens, tokensOf } from "../../src/mcp/Budget.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"
import { call, client } from "./support.ts"

/** Texts that are long for their characters: escaped in JSON, of several bytes, without words. */
const texts = [
  "Passwords are stored with a slow, salted hash; keys are kept in a vault. ".repeat(300),
  '"quoted"\n\t\\ '.repeat(1500),
  "密码必须以加盐的慢速哈希存储。".repeat(1500),
  "0123456789abcdef".repeat(2000),
  "🔐 passwords ".repeat(1500)
]

const reference = (catalog: string) => (i: number) => ({
  uri: `${catalog}:1/REQ-${i}`,
  title: `Passwords ${i} ${"and what else is asked for ".repeat(i % 7)}`,
  // Those of one catalogue are compared word by word, which takes long for long ones.
  description: (texts[i % texts.length] ?? "").slice(0, catalog === "one" && i < texts.length ? undefined : 600),
  entityType: "requirement",
  catalog: `${catalog}@1`,
  identifier: `REQ-${i}`,
  tags: Array.from({ length: 30 }, (_, tag) => `tag-${tag}-${i}`),
  metadata: {
    chapter: `Chapter ${i % 60} about things`,
    level: 1 + (i % 3),
    notes: "long ".repeat(500),
    owner: { team: "x" }
  }
})

const many = Array.from({ length: 120 }, (_, i) => i)

const fill = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  yield* references.saveMany([...many.map(reference("one")), ...many.map(reference("two"))])
  yield* references.saveMany(
    many.map((i) => ({
      uri: `c:${i}`,
      title: "x",
      entityType: "requirement",
      catalog: `a-catalogue-with-a-long-name-${i}@2026.11`
    }))
  )
  yield* relations.saveMany(
    many.slice(1).map((i) => ({
      sources: ["one:1/REQ-0"],
      targets: many.slice(0, i % 50 === 0 ? 110 : 1).map((j) => `two:1/REQ-${(i + j) % 120}`),
      type: "subset" as const,
      status: "accepted" as const,
      confidence: 0.5,
      provenance: { method: "manual", note: "because ".repeat(100) }
    }))
  )
})

const calls: ReadonlyArray<readonly [name: string, args: Record<string, unknown>]> = [
  ["search", { query: "passwords", mode: "keyword", limit: 50 }],
  ...texts.map((_, i) => ["fetch", { id: `one:1/REQ-${i}` }] as const),
  ["list_catalogs", { limit: 500 }],
  ["similar", { id: "one:1/REQ-0", limit: 50 }],
  ["suggest", { source: "two:1/REQ-3", to: "one@1", method: "keyword", perReference: 10 }],
  ["coverage", { to: "two@1", by: "one@1", limit: 200 }],
  ["coverage", { to: "two@1", by: "one@1", states: ["covered", "partly"], limit: 200 }],
  [
    "diff",
    { before: "one@1", after: "two@1", method: "keyword", kinds: ["moved", "unchanged", "modified"], limit: 100 }
  ],
  ["lint", { limit: 200 }],
  ["import", { content: `id,title\n${many.map((i) => `,row ${i}`).join("\n")}\n`, name: "x.csv", catalog: "x@1" }],
  [
    "decide",
    {
      verdicts: many.slice(0, 100).map((i) => ({
        sources: [`two:1/REQ-${i}`],
        targets: [`one:1/REQ-${i}`, `one:1/REQ-${i + 1}`],
        status: "accepted"
      }))
    }
  ],
  ["carry", { catalog: "one@1", from: "two@1", to: "two@1", method: "keyword", limit: 100 }]
]

layer(Layer.provideMerge(Layer.effectDiscard(fill), TestStore.layer))("an answer", (it) => {
  it.effect("has less than 10,000 tokens, whatever it is about, and says where it is not all", () =>
    Effect.gen(function* () {
      const ask = call(yield* client())
      for (const [name, args] of calls) {
        const { data, isError } = yield* ask(name, args)
        assert.isNotTrue(isError, `${name} ${JSON.stringify(data).slice(0, 500)}`)
        assert.isBelow(tokensOf(data), 10_000, `${name} ${JSON.stringify(args).slice(0, 100)}`)
        if (JSON.stringify(data).includes("…") || data["nextCursor"] !== undefined)
          assert.isTrue(data["truncated"], name)
      }
    })
  )

  it.effect("of a long text goes on until it is whole", () =>
    Effect.gen(function* () {
      const ask = call(yield* client())
      for (const [i, text] of texts.entries()) {
        let read = ""
        let cursor: string | undefined
        do {
          const { data } = yield* ask("fetch", { id: `one:1/REQ-${i}`, ...(cursor !== undefined && { cursor }) })
          assert.isBelow(tokensOf(data), 10_000)
          assert.isTrue(data["text"].isWellFormed())
          read += data["text"]
          cursor = data["nextCursor"]
        } while (cursor !== undefined)
        assert.strictEqual(read, text)
      }
    })
  )

  it.effect("tells of the tools in less than 10,000 tokens too", () =>
    Effect.gen(function* () {
      const { tools } = yield* (yield* client()).listTools()
      assert.isBelow(
        tokensOf(tools.map(({ description, inputSchema, name }) => ({ name, description, inputSchema }))),
        10_000
      )
    })
  )
})

describe("tokens", () => {
  it("are counted rather too high", () => {
    // What common tokenizers make of these: 10, 9 and 6.
    assert.isAtLeast(tokens("Passwords are stored with a slow, salted hash"), 10)
    assert.isAtLeast(tokens("requirements:1/SESS-5"), 9)
    assert.isAtLeast(tokens("密码必须"), 6)
  })

  it("bound a beginning, which ends with a whole character", () => {
    for (const text of texts) {
      for (const room of [1, 10, 500, 100_000]) {
        const begun = beginning(text, room)
        assert.isTrue(text.startsWith(begun))
        assert.isTrue(begun.isWellFormed())
        assert.isAtMost(tokensOf(begun), room + 2)
      }
      assert.isTrue(snippet(text, 33).isWellFormed())
    }
  })
})
