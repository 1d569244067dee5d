/**
 * How fast the nearest vectors are found: Crosswalk's index in memory and its scan in SQL, beside sqlite-vec and hnswlib-node, on
 * the same clustered vectors of 384 dimensions, k = 10. The four take turns, so that what else the machine does meets all
 * alike; figures are medians.
 *
 *     node bench/vectors.ts [--full] [--folder DIRECTORY] [--json]
 *
 * 1000, 10 000 and 100 000 vectors; with `--full` a million too (some fifteen minutes of building on two cores), with the
 * curve of recall against time. `--full` also writes the table and the plot of docs/vectors.md. What is in the folder already, such as
 * `1000000.db` with its index (`bench/scale.ts --folder`), is not made again.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { parseArgs } from "node:util"
import { Effect, Exit, Layer, Scope } from "effect"
import { LibsqlClient } from "../src/libsql.ts"
import * as IndexAdmin from "../src/vectors/IndexAdmin.ts"
import * as Plan from "../src/vectors/Plan.ts"
import * as Usearch from "../src/vectors/Usearch.ts"
import { VectorIndex } from "../src/storage/VectorIndex.ts"
import { clustered, dimensions, fill, fingerprint } from "./vectors/data.ts"
import { svg } from "./vectors/plot.ts"

const { values } = parseArgs({
  options: { json: { type: "boolean" }, full: { type: "boolean" }, folder: { type: "string" } }
})
const full = values.full === true
const sizes = full ? [1000, 10_000, 100_000, 1_000_000] : [1000, 10_000, 100_000]
const limit = 10
const root = join(import.meta.dirname, "..")
const folder = values.folder ?? mkdtempSync(join(tmpdir(), "crosswalk-bench-"))
const log = (text: string) => process.stderr.write(`${text}\n`)

type Search = (query: Float32Array<ArrayBuffer>) => Promise<ReadonlyArray<string>> | ReadonlyArray<string>

const median = (numbers: ReadonlyArray<number>) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

const recallOf = (found: ReadonlyArray<string>, truth: ReadonlyArray<string>) =>
  truth.filter((uri) => found.includes(uri)).length / truth.length

/** Times every search on every query, in turns. */
const race = async (searches: Readonly<Record<string, Search>>, queries: ReadonlyArray<Float32Array<ArrayBuffer>>) => {
  const times = new Map<string, Array<number>>()
  const found = new Map<string, Array<ReadonlyArray<string>>>()
  for (const [i, query] of queries.entries()) {
    for (const [name, search] of Object.entries(searches)) {
      const started = performance.now()
      const uris = await search(query)
      // The first ones warm up.
      if (i >= 3) (times.get(name) ?? times.set(name, []).get(name))?.push(performance.now() - started)
      ;(found.get(name) ?? found.set(name, []).get(name))?.push(uris)
    }
  }
  return Object.fromEntries(
    Object.keys(searches).map((name) => [name, { ms: median(times.get(name) ?? []), found: found.get(name) ?? [] }])
  )
}

const sqliteVec = async (count: number) => {
  const { getLoadablePath } = createRequire(import.meta.url)("sqlite-vec")
  const path = join(folder, `vec-${count}.db`)
  const db = new DatabaseSync(path, { allowExtension: true })
  db.loadExtension(getLoadablePath())
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF")
  db.exec(`CREATE VIRTUAL TABLE v USING vec0(embedding float[${dimensions}] distance_metric=cosine)`)
  const insert = db.prepare("INSERT INTO v (rowid, embedding) VALUES (?, ?)")
  const search = db.prepare("SELECT rowid, distance FROM v WHERE embedding MATCH ? AND k = ?")
  return {
    add: (from: number, vectors: Float32Array) => {
      db.exec("BEGIN")
      for (let i = 0; i * dimensions < vectors.length; i++) {
        const vector = vectors.slice(i * dimensions, (i + 1) * dimensions)
        insert.run(BigInt(from + i + 1), new Uint8Array(vector.buffer))
      }
      db.exec("COMMIT")
    },
    search: (query: Float32Array<ArrayBuffer>) =>
      search.all(new Uint8Array(query.buffer), limit).map(({ rowid }) => `r:${rowid}`),
    close: () => {
      db.close()
      rmSync(path, { force: true })
    }
  }
}

const hnswlib = async (count: number) => {
  const { HierarchicalNSW } = createRequire(import.meta.url)("hnswlib-node")
  const index = new HierarchicalNSW("cosine", dimensions)
  index.initIndex(count, 16, 128)
  index.setEf(64)
  return {
    add: (from: number, vectors: Float32Array) => {
      for (let i = 0; i * dimensions < vectors.length; i++) {
        index.addPoint([...vectors.subarray(i * dimensions, (i + 1) * dimensions)], from + i + 1)
      }
    },
    search: (query: Float32Array) => index.searchKnn([...query], limit).neighbors.map((label: number) => `r:${label}`)
  }
}

/** A VectorIndex as a long-lived process has it. */
const open = async (
  path: string,
  layer: Layer.Layer<VectorIndex, unknown, LibsqlClient.LibsqlClient | import("effect/sql").SqlClient.SqlClient>
) => {
  const scope = await Effect.runPromise(Scope.make())
  const context = await Effect.runPromise(
    Layer.buildWithScope(Layer.fresh(layer).pipe(Layer.provide(LibsqlClient.layer({ url: path }))), scope)
  )
  const search: Search = (query) =>
    Effect.runPromise(
      Effect.map(
        Effect.flatMap(VectorIndex, (index) => index.nearest(query, { fingerprint, limit })).pipe(
          Effect.provide(context)
        ),
        ({ neighbours }) => neighbours.map(({ uri }) => uri)
      )
    )
  return { search, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

const timed = async <A>(use: () => Promise<A> | A): Promise<readonly [A, number]> => {
  const started = performance.now()
  const result = await use()
  return [result, performance.now() - started]
}

interface Row {
  readonly count: number
  readonly ms: Readonly<Record<string, number>>
  readonly recall: Readonly<Record<string, number>>
  /** Undefined where it was built before. */
  readonly buildSeconds: number | undefined
  readonly openMs: number
  readonly fileMegabytes: number
  readonly megabytes: number
}

interface Point {
  readonly expansion: number
  readonly recall: number
  readonly ms: number
}

const curveOf = async (
  path: string,
  truth: ReadonlyArray<ReadonlyArray<string>>,
  queries: ReadonlyArray<Float32Array<ArrayBuffer>>
) => {
  const points: Array<Point> = []
  for (const expansion of [64, 128, 200, 320, 480, 640, 960]) {
    const index = await open(path, Usearch.layerLibsql({ expansion }))
    const { graph } = await race({ graph: index.search }, queries)
    await index.close()
    const recalls = (graph?.found ?? []).map((found, i) => recallOf(found, truth[i] ?? []))
    points.push({
      expansion,
      ms: graph?.ms ?? 0,
      recall: recalls.reduce((sum, value) => sum + value, 0) / recalls.length
    })
  }
  return points
}

const run = async (count: number): Promise<{ readonly row: Row; readonly curve: ReadonlyArray<Point> }> => {
  const path = join(folder, `${count}.db`)
  const vec = await sqliteVec(count)
  // Building a million takes hnswlib hours, and nothing new would be learnt.
  const hnsw = count <= 100_000 ? await hnswlib(count) : undefined
  log(`${count}: filling …`)
  const isMade = existsSync(Plan.pathBeside(path))
  const add = (from: number, vectors: Float32Array) => {
    vec.add(from, vectors)
    hnsw?.add(from, vectors)
  }
  if (isMade) for (const { from, vectors } of clustered(count).blocks()) add(from, vectors)
  else await fill(path, count, { texts: false }, add)
  log(`${count}: indexing …`)
  const [, buildMs] = isMade
    ? [undefined, undefined]
    : await timed(() => Effect.runPromise(IndexAdmin.build({}).pipe(Effect.provide(LibsqlClient.layer({ url: path })))))
  const queries = clustered(count).queries(count > 100_000 ? 43 : 63)
  const usearch = await open(path, Usearch.layerLibsql())
  const [, openMs] = await timed(() => usearch.search(queries[0]!))
  const sql = await open(path, VectorIndex.layerSql)
  log(`${count}: searching …`)
  const results = await race(
    {
      crosswalk: usearch.search,
      "crosswalk in SQL": sql.search,
      "sqlite-vec": vec.search,
      ...(hnsw === undefined ? {} : { "hnswlib-node": hnsw.search })
    },
    queries
  )
  await usearch.close()
  await sql.close()
  const truth = results["sqlite-vec"]?.found ?? []
  const recall = Object.entries(results).map(([name, { found }]) => {
    const all = found.map((uris, i) => recallOf(uris, truth[i] ?? []))
    return [name, all.reduce((sum, value) => sum + value, 0) / all.length] as const
  })
  const megabytes =
    Number(
      execFileSync(process.execPath, [join(import.meta.dirname, "vectors", "memory.ts"), path, String(count)], {
        encoding: "utf8"
      })
    ) / 1e6
  const curve = count > 100_000 ? await curveOf(path, truth, queries) : []
  const fileMegabytes = statSync(Plan.pathBeside(path)).size / 1e6
  vec.close()
  if (!isMade) for (const end of ["", "-wal", "-shm", ".vectors"]) rmSync(path + end, { force: true })
  return {
    row: {
      count,
      ms: Object.fromEntries(Object.entries(results).map(([name, { ms }]) => [name, ms])),
      recall: Object.fromEntries(recall),
      buildSeconds: buildMs === undefined ? undefined : buildMs / 1000,
      openMs,
      fileMegabytes,
      megabytes
    },
    curve
  }
}

const number = (value: number | undefined, digits: number) => (value === undefined ? "–" : value.toFixed(digits))

const grouped = (value: number) => value.toLocaleString("en").replaceAll(",", " ")

const tables = (rows: ReadonlyArray<Row>, curve: ReadonlyArray<Point>): string => {
  const day = new Date().toISOString().slice(0, 10)
  const machine = `${day}, load ${loadavg()[1]?.toFixed(0)}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}, Node ${process.versions.node}`
  const lines = [
    `Median milliseconds of one query, 384 dimensions, k = 10 (${machine}). Recall is against sqlite-vec, which compares all.`,
    "",
    "| vectors | Crosswalk | of sqlite-vec | recall | Crosswalk in SQL | sqlite-vec | hnswlib-node (its recall) |",
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows.map(({ count, ms, recall }) => {
      const own = ms["crosswalk"] ?? 0
      const hnsw = ms["hnswlib-node"]
      return (
        `| ${grouped(count)} | ${number(own, 2)} | ${number(own / (ms["sqlite-vec"] ?? 1), 2)} | ` +
        `${number(recall["crosswalk"], 3)} | ${number(ms["crosswalk in SQL"], 1)} | ${number(ms["sqlite-vec"], 1)} | ` +
        `${hnsw === undefined ? "–" : `${number(hnsw, 2)} (${number(recall["hnswlib-node"], 3)})`} |`
      )
    }),
    "",
    "| vectors | build and save, s | open and first query, ms | file, MB | memory of the process, MB more |",
    "| ---: | ---: | ---: | ---: | ---: |",
    ...rows.map(
      (row) =>
        `| ${grouped(row.count)} | ${number(row.buildSeconds, 1)} | ${number(row.openMs, 0)} | ` +
        `${number(row.fileMegabytes, 1)} | ${number(row.megabytes, 0)} |`
    )
  ]
  if (curve.length > 0) {
    lines.push(
      "",
      `Recall and time among ${grouped(rows.at(-1)?.count ?? 0)} vectors, by \`expansion\` (how many candidates a search follows):`,
      "",
      "| expansion | recall@10 | ms |",
      "| ---: | ---: | ---: |",
      ...curve.map(({ expansion, ms, recall }) => `| ${expansion} | ${number(recall, 3)} | ${number(ms, 2)} |`)
    )
  }
  return lines.join("\n")
}

const write = (rows: ReadonlyArray<Row>, text: string) => {
  const line = (name: string, colour: string, valueOf: (row: Row) => number | undefined) => ({
    name,
    colour,
    points: rows.flatMap((row) => {
      const value = valueOf(row)
      return value === undefined ? [] : [[row.count, value] as const]
    })
  })
  writeFileSync(
    join(root, "docs", "vectors.svg"),
    svg([
      {
        title: "One query, milliseconds",
        xLabel: "vectors",
        lines: [
          line("sqlite-vec", "#b45309", ({ ms }) => ms["sqlite-vec"]),
          line("in SQL", "#7c3aed", ({ ms }) => ms["crosswalk in SQL"]),
          line("hnswlib-node", "#64748b", ({ ms }) => ms["hnswlib-node"]),
          line("Crosswalk", "#0e7490", ({ ms }) => ms["crosswalk"])
        ]
      },
      {
        title: "Megabytes",
        xLabel: "vectors",
        lines: [
          line("memory", "#0e7490", ({ megabytes }) => Math.max(1, megabytes)),
          line("file", "#b45309", ({ fileMegabytes }) => fileMegabytes)
        ]
      }
    ])
  )
  const page = join(root, "docs", "vectors.md")
  const [begin, end] = ["<!-- measured -->", "<!-- /measured -->"]
  const before = existsSync(page) ? readFileSync(page, "utf8") : `${begin}\n${end}\n`
  const from = before.indexOf(begin) + begin.length
  writeFileSync(page, `${before.slice(0, from)}\n${text}\n${before.slice(before.indexOf(end))}`)
}

try {
  const rows: Array<Row> = []
  let curve: ReadonlyArray<Point> = []
  for (const count of sizes) {
    const result = await run(count)
    rows.push(result.row)
    if (result.curve.length > 0) curve = result.curve
  }
  const text = tables(rows, curve)
  process.stdout.write(values.json === true ? `${JSON.stringify({ rows, curve }, undefined, 2)}\n` : `${text}\n`)
  if (full) write(rows, text)
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true })
}
