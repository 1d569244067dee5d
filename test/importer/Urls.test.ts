import { createHash } from "node:crypto"
import { createServer, type RequestListener } from "node:http"
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { makeIsPublic } from "../../src/importer/source/Addresses.ts"
import type { Options } from "../../src/importer/Importer.ts"
import * as Sources from "../../src/importer/Sources.ts"
import { Resolver } from "../../src/importer/source/Urls.ts"
import { listening } from "../support/listening.ts"
import { collect } from "./reading.ts"

const csv = "id,title\n1,a\n2,b\n"
const online = { offline: false, allowPrivate: true }

/** Serves on 127.0.0.1 until the scope ends. */
const serve = (listener: RequestListener) => Effect.map(listening(createServer(listener)), (host) => `http://${host}`)

const open = (url: string, options: Options = online) =>
  Effect.scoped(Effect.flatMap(Sources.open(url, options), collect))
const problem = (url: string, options?: Options) =>
  Effect.map(Effect.flip(open(url, options)), (error) => error.problem)

layer(NodeServices.layer, { excludeTestServices: true })("URLs", (it) => {
  it.effect("are read like files, with their name, bytes and SHA-256", () =>
    Effect.gen(function* () {
      const url = yield* serve((_, response) => response.end(csv))
      const source = yield* Sources.open(`${url}/lists/My%20list.csv?raw=1`, online)
      assert.deepStrictEqual(source.download, {
        url: `${url}/lists/My%20list.csv?raw=1`,
        bytes: csv.length,
        sha256: createHash("sha256").update(csv).digest("hex")
      })
      const { catalog, entries, format } = yield* collect(source)
      assert.deepStrictEqual([format, catalog, entries.length], ["csv", "My-list", 2])
      const bytes = yield* Effect.flatMap(Sources.bytes(`${url}/x.csv`, online), Stream.runCollect)
      assert.strictEqual(Buffer.concat(bytes).toString(), csv)
    })
  )

  it.effect("are never of the machine's own link, also where private addresses are allowed", () =>
    Effect.gen(function* () {
      const hosts = [
        "169.254.169.254",
        "169.254.0.1",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "[fe80::1]",
        "[febf::1]",
        "[::ffff:169.254.169.254]",
        "[::169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[fd00:ec2::254]",
        "[fd20:ce::254]",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "[::ffff:168.63.129.16]"
      ]
      const url = yield* serve((request, response) => {
        response.writeHead(302, { location: `http://${hosts[Number(request.url?.slice(1))]}/latest/meta-data/` }).end()
      })
      for (const [i, host] of hosts.entries()) {
        for (const source of [`http://${host}/latest/meta-data/`, `${url}/${i}`]) {
          assert.match(yield* problem(source), /never asked/u, `${source} to ${host}`)
        }
      }
    })
  )

  it.effect(
    "are not led astray by a name whose address changes: each hop asks once, and connects to what was checked",
    () =>
      Effect.gen(function* () {
        const asked: Array<string | undefined> = []
        const url = yield* serve((request, response) => {
          asked.push(request.headers.host)
          if (request.url === "/moved") response.writeHead(302, { location: "/x.csv" }).end()
          else if (request.url === "/away") response.writeHead(302, { location: `http://other.example/latest` }).end()
          else response.end(csv)
        })
        const { port } = new URL(url)
        const name = `http://rebound.example:${port}`
        /** What a download ends with whose name has these addresses, one list for each time it is asked. */
        const ends = (source: string, answers: ReadonlyArray<ReadonlyArray<string>>, options: Options = online) => {
          let lookups = 0
          asked.length = 0
          return open(source, { ...options, catalog: "x" }).pipe(
            Effect.match({ onFailure: ({ problem }) => problem, onSuccess: () => "read" }),
            Effect.map((end) => ({ end, lookups })),
            Effect.provideService(Resolver, (_, __, callback) => {
              const found = answers[lookups++] ?? []
              callback(
                null,
                found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))
              )
            })
          )
        }
        const here = ["127.0.0.1"]
        // The second answer would be the metadata of a cloud: it is never asked for.
        assert.deepStrictEqual(yield* ends(`${name}/x.csv`, [here, ["169.254.169.254"]]), { end: "read", lookups: 1 })
        assert.deepStrictEqual(asked, [`rebound.example:${port}`])
        assert.deepStrictEqual(yield* ends(`${name}/moved`, [here, here]), { end: "read", lookups: 2 })
        for (const bad of [
          ["169.254.169.254"],
          ["127.0.0.1", "169.254.169.254"],
          ["::ffff:169.254.169.254"],
          ["fe80::1"]
        ]) {
          for (const [path, answers] of [
            ["x.csv", [bad]],
            ["moved", [here, bad]],
            ["away", [here, bad]]
          ] as const) {
            const { end } = yield* ends(`${name}/${path}`, answers)
            assert.include(end, "never asked", `${path} at ${bad.join()}`)
            assert.strictEqual(asked.length, answers.length - 1)
          }
        }
        for (const bad of [
          here,
          ["::1"],
          ["10.0.0.1"],
          ["1.1.1.1", "127.0.0.1"],
          ["::ffff:127.0.0.1"],
          ["100.64.0.1"]
        ]) {
          const { end } = yield* ends(`${name}/x.csv`, [bad], { offline: false })
          assert.include(end, "not a public address", bad.join())
          assert.strictEqual(asked.length, 0)
        }
        assert.include((yield* ends(`${name}/x.csv`, [[]])).end, "has no address")
      })
  )

  it.effect("follow redirects and say where they ended, but not for ever", () =>
    Effect.gen(function* () {
      const url = yield* serve((request, response) => {
        if (request.url === "/old") response.writeHead(302, { location: "/new.csv" }).end("moved")
        else if (request.url === "/round") response.writeHead(301, { location: "/round" }).end()
        else if (request.url === "/file") response.writeHead(307, { location: "file:///etc/passwd" }).end()
        else response.end(csv)
      })
      const source = yield* Sources.open(`${url}/old`, { ...online, catalog: "x" })
      assert.strictEqual(source.download?.url, `${url}/new.csv`)
      assert.include(yield* problem(`${url}/round`), "redirected more than 5 times")
      assert.include(yield* problem(`${url}/file`), "is no http or https URL")
    })
  )

  it.effect("refuse addresses that are not public, wherever they come from, without connecting", () =>
    Effect.gen(function* () {
      let asked = 0
      const url = yield* serve((_, response) => {
        asked++
        response.end(csv)
      })
      const port = new URL(url).port
      const hosts = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "0.0.0.0"]
      for (const host of hosts) {
        assert.include(yield* problem(`http://${host}:${port}/x.csv`, { offline: false }), "not a public address", host)
      }
      assert.strictEqual(asked, 0)
      assert.include(yield* problem("http://169.254.169.254/latest", { offline: false }), "not a public address")
    })
  )

  it.effect("use no network offline", () =>
    Effect.gen(function* () {
      assert.include(yield* problem("https://example.org/x.csv", { offline: true }), "not downloaded offline")
    })
  )

  it.effect("end at the limit of bytes, whether it is announced or not", () =>
    Effect.gen(function* () {
      const url = yield* serve((request, response) => {
        if (request.url === "/told") response.setHeader("content-length", 5_000_000)
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, "a"))) continue
        }
        response.on("drain", more)
        more()
      })
      const small = { ...online, maxBytes: 1024 * 1024 }
      assert.include(yield* problem(`${url}/told`, small), "larger than 1 MB")
      assert.include(yield* problem(`${url}/endless`, small), "larger than 1 MB")
    })
  )

  it.effect("end after the time that was given, also where nothing is answered", () =>
    Effect.gen(function* () {
      const url = yield* serve(() => {})
      const slow = yield* serve((_, response) => response.write("id,"))
      const short = { ...online, timeout: "200 millis" } as const
      assert.include(yield* problem(`${url}/x.csv`, short), "did not arrive within 200ms")
      assert.include(yield* problem(`${slow}/x.csv`, short), "did not arrive within 200ms")
    })
  )

  it.effect("say what was answered instead", () =>
    Effect.gen(function* () {
      const url = yield* serve((request, response) => {
        if (request.url === "/half") {
          response.writeHead(200, { "content-length": 100 })
          response.write("id,title\n", () => response.destroy())
        } else if (request.url === "/packed") response.writeHead(200, { "content-encoding": "gzip" }).end("x")
        else response.writeHead(404).end("nothing")
      })
      assert.include(yield* problem(`${url}/none`), "answered 404 Not Found")
      assert.match(yield* problem(`${url}/half`), /broke off|ended the connection|aborted/u)
      assert.include(yield* problem(`${url}/packed`), "compressed (gzip)")
      assert.include(yield* problem("http://u:p@127.0.0.1/x"), "user name or password")
      assert.include(yield* problem("http://"), "is not a URL")
      assert.include(yield* problem("http://127.0.0.1:1/x", online), "refuses the connection")
    })
  )

  it.effect("resolve what a profile imports beside them", () =>
    Effect.gen(function* () {
      const catalog = { catalog: { metadata: { title: "C" }, controls: [{ id: "a", title: "A" }] } }
      const profile = { profile: { metadata: { title: "P" }, imports: [{ href: "../c/catalog.json" }] } }
      const url = yield* serve((request, response) => {
        if (request.url === "/p/profile.json") response.end(JSON.stringify(profile))
        else if (request.url === "/c/catalog.json") response.end(JSON.stringify(catalog))
        else response.writeHead(404).end()
      })
      const refused = yield* Effect.flip(open(`${url}/p/profile.json`))
      assert.include(refused.problem, "leaves the folder")
      const { entries } = yield* open(`${url}/p/profile.json`, { ...online, allowOutside: true })
      assert.deepStrictEqual(
        entries.map(({ reference }) => reference.uri),
        ["p:a"]
      )
    })
  )

  it("tell public addresses from others", () => {
    const isPublic = makeIsPublic()
    for (const address of ["1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"]) {
      assert.isTrue(isPublic(address), address)
    }
    const others = ["10.1.2.3", "172.16.0.1", "192.168.1.1", "127.9.9.9", "169.254.1.1", "100.64.0.1", "0.0.0.0"]
    const more = ["224.0.0.1", "255.255.255.255", "198.18.0.1", "::", "::1", "fe80::1%eth0", "fc00::1", "fd12::1"]
    const tunnels = ["::ffff:8.8.8.8", "64:ff9b::808:808", "2002:a00:1::", "2001::1", "2001:db8::1", "ff02::1", "", "x"]
    for (const address of [...others, ...more, ...tunnels]) assert.isFalse(isPublic(address), address)
  })
})
