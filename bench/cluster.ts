/**
 * What a store costs in a file, on a server, on replicas of it, and over a distance: `npm run bench -- cluster`,
 * with `--full` at 50 000 references.
 * Real servers on 127.0.0.1; a proxy adds the 50 ms. Vectors are those of hashed words, so that no model counts.
 */
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Context, Effect, Layer, Stream } from "effect"
import { CatalogImport, Search, Store } from "../src/index.ts"
import { LibsqlClient } from "../src/libsql.ts"
import * as LoopbackProxy from "../test/support/loopbackProxy.ts"
import * as Sqld from "../test/support/sqld.ts"
import { temporaryFolder } from "../test/support/temporaryFolder.ts"

const { values } = parseArgs({ options: { json: { type: "boolean" }, full: { type: "boolean" } } })
const count = values.full === true ? 50_000 : 10_000
const queries = 30

const words = [
  "access",
  "audit",
  "backup",
  "cipher",
  "device",
  "error",
  "header",
  "input",
  "key",
  "log",
  "network",
  "token"
]
const word = (n: number) => words[n % words.length]
const text = (n: number) =>
  `Requirement ${n}: check the ${word(n)} of the ${word(n * 7 + 1)} and ${word(n * 5 + 3)} ${n % 97}`

const csv = {
  name: "cluster.csv",
  bytes: Stream.fromIterable(
    ["id,title\n", ...Array.from({ length: count }, (_, i) => `R-${i},${text(i)}\n`)].map((line) =>
      new TextEncoder().encode(line)
    )
  )
}

const open = (config: Store.Config) =>
  Layer.build(Store.layerLibsql({ ...config, embedder: { type: "deterministic", dimensions: 384 } }))

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const start = performance.now()
    return Effect.map(effect, (value) => ({ value, ms: performance.now() - start }))
  })

const median = (all: ReadonlyArray<number>) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN

const rows: Array<Record<string, string | number>> = []
const note = (what: string, where: string, value: number, unit = "ms") =>
  Effect.sync(() => {
    const row = { what, where, value: Number(value.toPrecision(3)), unit }
    rows.push(row)
    if (values.json !== true) process.stdout.write(`${what}\t${where}\t${row.value} ${unit}\n`)
  })

const importInto = (services: Context.Context<CatalogImport>) =>
  timed(
    Effect.provideContext(
      CatalogImport.use(({ run }) => run(csv, { catalog: "cluster@1" })),
      services
    )
  )

const searches = (services: Context.Context<Search>) =>
  Effect.gen(function* () {
    const { search } = Context.get(services, Search)
    const first = yield* timed(search(text(3)))
    const all: Array<number> = []
    for (let n = 0; n < queries; n++) all.push((yield* timed(search(text(n * 31)))).ms)
    return { first: first.ms, p50: median(all) }
  })

await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { primary, replica } = yield* Sqld.primaryAndReplica
      const near = yield* LoopbackProxy.make(primary.url)
      const far = yield* LoopbackProxy.make((yield* Sqld.primary()).url)
      far.behave({ kind: "pass", delay: 50 })

      for (const [where, url, requests] of [
        ["file", join(folder, "file.db"), undefined],
        ["server", near.url, near.requests],
        ["server, 50 ms away", far.url, far.requests]
      ] as const) {
        const services = yield* open({ url })
        const before = requests?.() ?? 0
        yield* note(`import of ${count}`, where, (yield* importInto(services)).ms)
        if (requests !== undefined) yield* note("requests of it", where, requests() - before, "")
      }

      const embedded = { url: join(folder, "embedded.db"), syncUrl: primary.url }
      yield* note("first copy", "embedded replica", (yield* timed(Effect.scoped(open(embedded)))).ms)
      for (const vectors of ["sql", "memory"] as const) {
        for (const [where, config, requests] of [
          ["file", { url: join(folder, "file.db") }, undefined],
          ["server", { url: near.url }, near.requests],
          ["replica server", { url: replica.url }, undefined],
          ["embedded replica", embedded, undefined],
          ["server, 50 ms away", { url: far.url }, far.requests]
        ] as const) {
          const services = yield* open({ ...config, vectors })
          const before = requests?.() ?? 0
          const { first, p50 } = yield* searches(services)
          yield* note(`first search, vectors in ${vectors}`, where, first)
          yield* note(`search p50, vectors in ${vectors}`, where, p50)
          if (requests !== undefined)
            yield* note(`requests of a search, vectors in ${vectors}`, where, (requests() - before) / (queries + 1), "")
        }
      }

      const writer = yield* Layer.build(LibsqlClient.layer({ url: primary.url }))
      const reader = yield* Layer.build(LibsqlClient.layer({ url: replica.url }))
      const [write, read] = [
        Context.get(writer, LibsqlClient.LibsqlClient),
        Context.get(reader, LibsqlClient.LibsqlClient)
      ]
      yield* write`CREATE TABLE lag (n)`
      const lags: Array<number> = []
      for (let n = 1; n <= 50; n++) {
        yield* write`INSERT INTO lag VALUES (${n})`
        const seen = Effect.orElseSucceed(read<{ readonly n: number | null }>`SELECT max(n) AS n FROM lag`, () => [])
        lags.push((yield* timed(Effect.repeat(seen, { until: ([row]) => row?.n === n }))).ms)
      }
      yield* note("until a write is there", "replica server", median(lags))
      yield* note("sync before a read", "replica server", (yield* timed(read.sync)).ms)
    })
  )
)
if (values.json === true) process.stdout.write(`${JSON.stringify(rows)}\n`)
