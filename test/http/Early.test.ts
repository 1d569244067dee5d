import { once } from "node:events"
import type { AddressInfo } from "node:net"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Connections } from "../../src/http.ts"

it.effect(
  "a request that comes while nobody answers yet, as when a store is opened, is answered once somebody does",
  () =>
    Effect.promise(async () => {
      const server = Connections.server()
      const arrived = once(server, "connection")
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      const { port } = server.address() as AddressInfo
      const asked = ["/a", "/b"].map((path) => fetch(`http://127.0.0.1:${port}${path}`))
      await arrived
      // Past the moment in which Node would have handed it over.
      await new Promise((done) => setTimeout(done, 50))
      const paths: Array<string | undefined> = []
      server.on("request", (request, response) => {
        paths.push(request.url)
        response.end(request.url)
      })
      const answers = await Promise.all(asked.map(async (one) => (await one).text()))
      assert.deepStrictEqual(answers, ["/a", "/b"])
      assert.deepStrictEqual(paths.toSorted(), ["/a", "/b"])
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    })
)
