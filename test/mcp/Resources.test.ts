import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { McpTest } from "effect/ai"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { TestStore } from "../../src/testing.ts"
import { client, examples } from "./support.ts"

const read = (client: McpTest.Client, uri: string) =>
  Effect.map(client.readResource({ uri }), ({ contents: [content] }) => {
    assert.strictEqual(content?.mimeType, "application/json")
    return content !== undefined && "text" in content ? JSON.parse(content.text) : assert.fail("no text")
  })

const hostile = { uri: "urn:x?a=1&b=ü/%2F#z", title: "Odd", entityType: "requirement", catalog: "odd@1" }
const fill = Effect.andThen(
  examples,
  ReferenceRepository.use(({ saveMany }) =>
    saveMany([
      hostile,
      ...Array.from({ length: 250 }, (_, i) => ({
        ...hostile,
        uri: `odd:${i}`,
        title: `Odd ${i}`,
        description: "It is. ".repeat(99)
      }))
    ])
  )
)

layer(Layer.provideMerge(Layer.effectDiscard(fill), TestStore.layer))("resources and prompts", (it) => {
  it.effect("list the catalogues and say how references are named", () =>
    Effect.gen(function* () {
      const one = yield* client()
      const { resources } = yield* one.listResources()
      assert.deepStrictEqual(
        resources.map(({ uri }) => uri),
        ["crosswalk://catalogs", ...["company", "odd", "requirements"].map((name) => `crosswalk://catalog/${name}%401`)]
      )
      const { resourceTemplates } = yield* one.listResourceTemplates()
      assert.deepStrictEqual(
        resourceTemplates.map(({ uriTemplate }) => uriTemplate),
        ["crosswalk://catalog/{catalog}{?after}", "crosswalk://reference/{uri}"]
      )
      const { catalogs } = yield* read(one, "crosswalk://catalogs")
      assert.deepInclude(catalogs[1], { id: "odd@1", references: 251, url: "crosswalk://catalog/odd%401" })
    })
  )

  it.effect("are listed in parts, as they are now", () =>
    Effect.gen(function* () {
      const one = yield* client()
      const { saveMany, remove } = yield* ReferenceRepository
      const many = Array.from({ length: 230 }, (_, i) => ({ ...hostile, uri: `many:${i}`, catalog: `many@${i}` }))
      yield* saveMany(many)
      const seen: Array<string> = []
      let cursor: string | undefined
      do {
        const page = yield* one.listResources(cursor === undefined ? {} : { cursor })
        assert.isAtMost(page.resources.length, 100)
        seen.push(...page.resources.map(({ uri }) => uri))
        cursor = page.nextCursor
      } while (cursor !== undefined)
      assert.strictEqual(seen.length, 1 + 3 + many.length)
      assert.strictEqual(new Set(seen).size, seen.length)
      assert.include(seen, "crosswalk://catalog/many%40229")
      yield* Effect.forEach(many, ({ uri }) => remove(uri), { discard: true })
    })
  )

  it.effect("page through a catalogue, each reference once", () =>
    Effect.gen(function* () {
      const one = yield* client()
      const seen: Array<string> = []
      for (let uri: string | undefined = "crosswalk://catalog/odd%401"; uri !== undefined; ) {
        const page: { readonly references: ReadonlyArray<{ readonly id: string }>; readonly next?: string } =
          yield* read(one, uri)
        seen.push(...page.references.map(({ id }) => id))
        uri = page.next
      }
      assert.strictEqual(seen.length, 251)
      assert.strictEqual(new Set(seen).size, 251)
    })
  )

  it.effect("read a reference by any URI, and say what is wrong with others", () =>
    Effect.gen(function* () {
      const one = yield* client()
      const found = yield* read(one, `crosswalk://reference/${encodeURIComponent(hostile.uri)}`)
      assert.deepInclude(found, { id: hostile.uri, title: "Odd" })
      for (const [uri, words] of [
        ["crosswalk://reference/nothing", "there is no reference nothing"],
        ["crosswalk://reference/", "not found"],
        ["crosswalk://reference/%ZZ", "%ZZ"],
        ["crosswalk://catalog/asvs%409", "asvs@9"],
        ["crosswalk://catalog/odd%401?after=nonsense", "after"],
        ["file:///etc/passwd", "not found"]
      ] as const) {
        const error = yield* Effect.flip(one.readResource({ uri }))
        assert.include(error.message.toLowerCase(), words.toLowerCase(), uri)
      }
    })
  )

  it.effect("complete the names of catalogues and references", () =>
    Effect.gen(function* () {
      const one = yield* client()
      const of = (
        name: string,
        value: string,
        ref: { readonly type: "ref/prompt"; readonly name: string } = {
          type: "ref/prompt",
          name: "map_my_requirements"
        }
      ) => Effect.map(one.complete({ ref, argument: { name, value } }), ({ completion }) => completion)
      assert.deepStrictEqual((yield* of("from", "comp")).values, ["company@1"])
      assert.deepStrictEqual((yield* of("to", "1")).values, ["company@1", "odd@1", "requirements@1"])
      const gap = { type: "ref/prompt", name: "explain_a_gap" } as const
      assert.strictEqual((yield* of("reference", "SESS-5", gap)).values[0], "requirements:1/SESS-5")
      assert.isAbove((yield* of("reference", "cook", gap)).values.length, 0)
      assert.strictEqual((yield* of("reference", "", gap)).values.length, 100)
    })
  )

  it.effect("prompts name what they are about, quote it as data, and refuse what is not stored", () =>
    Effect.gen(function* () {
      const one = yield* client()
      const { prompts } = yield* one.listPrompts()
      assert.deepStrictEqual(
        prompts.map(({ name }) => name),
        ["map_my_requirements", "explain_a_gap"]
      )
      const map = yield* one.getPrompt({
        name: "map_my_requirements",
        arguments: { from: "company@1", to: "requirements@1" }
      })
      assert.include(JSON.stringify(map.messages), "from company@1 and to requirements@1")
      const gap = yield* one.getPrompt({ name: "explain_a_gap", arguments: { reference: "SESS-5", by: "company@1" } })
      assert.strictEqual(gap.messages[0]?.content.type, "resource")
      assert.include(JSON.stringify(gap.messages[0]), "Session cookies are set with Secure")
      // Words of a catalogue stand nowhere among the instructions.
      assert.notInclude(JSON.stringify(gap.messages[1]), "cookies")
      for (const [name, args, words] of [
        ["map_my_requirements", { from: "company@1" }, "to: is missing"],
        ["map_my_requirements", { from: "company@1", to: "asvs@9" }, "asvs@9"],
        ["map_my_requirements", { from: "company@1", to: "odd@1", more: "x" }, "more"],
        ["explain_a_gap", { reference: "nothing", by: "company@1" }, "no reference nothing"]
      ] as const) {
        const error = yield* Effect.flip(one.getPrompt({ name, arguments: args }))
        assert.include(error.message, words)
      }
    })
  )
})
