import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpApi } from "effect/http-api"
import { Api } from "../../src/http.ts"
import { apiCalls } from "../support/apiCalls.ts"
import { editions } from "../support/editions.ts"
import { client, serving } from "../support/httpServer.ts"

/** Every endpoint of the groups that are called here, as the client names it. */
const endpointsOf = (groups: ReadonlySet<string>): ReadonlyArray<string> => {
  const names: Array<string> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { identifier }, group }) => {
      if (groups.has(group.identifier)) names.push(`${group.identifier}.${identifier}`)
    }
  })
  return names
}

const calls = apiCalls("keyword")

layer(Layer.provideMerge(editions, serving()))("the typed client", (it) => {
  it.effect("is called here for every endpoint of a group", () =>
    Effect.sync(() => {
      const names = Object.keys(calls)
      const groups = new Set(names.map((name) => name.replace(/\..*/u, "")))
      assert.sameMembers(names, [...endpointsOf(groups)])
    })
  )

  for (const [name, call] of Object.entries(calls)) it.effect(`calls ${name}`, () => Effect.flatMap(client, call))
})
