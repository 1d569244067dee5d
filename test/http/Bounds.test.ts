import { assert, describe, it } from "@effect/vitest"
import { OpenApi } from "effect/http-api"
import { Api } from "../../src/http.ts"

/** Lists that have no bound in an answer, by the name of their field, and what bounds them. */
const others: Readonly<Record<string, string>> = {
  ...{ tags: "one reference, as it was saved", metadata: "the request", anyTags: "the request" },
  ...{ sources: "one relation, as it was saved", targets: "one relation, as it was saved" },
  ...{ path: "one relation, as it was saved", pins: "one decision, as it was made" },
  ...{ suggestions: "limit, 100 at most", longest: "ten of them", added: "the words of one query" },
  ...{ values: "what was probably meant", languages: "one model", checks: "a closed set" },
  ...{ kinds: "a closed set", reasons: "a closed set" },
  ...{ title: "the words of one text", description: "the words of one text" },
  ...{ after: "what became of one reference", possible: "what may have become of one reference" },
  ...{
    successors: "what follows from one relation",
    missing: "one relation",
    unclear: "one relation",
    reused: "one relation"
  }
}

type Json = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

const document = OpenApi.fromApi(Api)

/** The lists in an answer that have no declared bound, by their paths. */
const unbounded = (schema: unknown, path = "", seen: ReadonlyArray<string> = []): ReadonlyArray<string> => {
  if (!isRecord(schema)) return []
  const { $ref: ref, additionalProperties, items, maxItems, properties, type } = schema
  if (typeof ref === "string") {
    const name = ref.split("/").at(-1) ?? ""
    return seen.includes(name) ? [] : unbounded(document.components.schemas[name], path, [...seen, name])
  }
  const choices = [schema["anyOf"], schema["oneOf"], schema["allOf"]].flatMap((some) =>
    Array.isArray(some) ? some : []
  )
  return [
    ...(type === "array" && typeof maxItems !== "number" ? [path] : []),
    ...choices.flatMap((choice) => unbounded(choice, path, seen)),
    ...unbounded(items, path, seen),
    ...unbounded(additionalProperties, path, seen),
    ...Object.entries(isRecord(properties) ? properties : {}).flatMap(([name, inner]) =>
      unbounded(inner, `${path}.${name}`, seen)
    )
  ]
}

const answers = Object.entries(document.paths).flatMap(([path, methods]) =>
  (["get", "post", "put", "delete"] as const).flatMap((method) =>
    Object.entries(methods[method]?.responses ?? {}).flatMap(([status, { content = {} }]) =>
      status.startsWith("2")
        ? [{ name: `${method} ${path} ${status}`, lists: unbounded(content["application/json"]?.schema) }]
        : []
    )
  )
)

describe("an answer", () => {
  it("has a bound for every list that grows with what is stored", () => {
    assert.isAbove(answers.length, 50)
    const without = answers.flatMap(({ lists, name }) =>
      lists.filter((path) => !((path.split(".").at(-1) ?? "") in others)).map((path) => `${name} ${path}`)
    )
    assert.deepStrictEqual(without, [])
  })

  it("has no bound missing that is said to be none of its lists any more", () => {
    const names = new Set(answers.flatMap(({ lists }) => lists.map((path) => path.split(".").at(-1))))
    assert.deepStrictEqual(
      Object.keys(others).filter((name) => !names.has(name)),
      []
    )
  })
})
