/**
 * Searches over HTTP: `crosswalk serve` (built) among 10 000 references with 16 clients in a process of their own, beside what
 * one would put there instead, with the same model: node:http before Orama, and before SQLite with FTS5 and sqlite-vec. Rounds
 * alternate. Also how long after its start `serve` gives its first answer, and how its memory goes.
 *
 *     npm run build && node bench/http.ts [--full] [--json]
 *
 * `--full` measures longer: its last round is 10 minutes of mixed queries, for the memory.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs, promisify } from "node:util"
import { Effect } from "effect"
import { Embedder } from "../src/embedder/Embedder.ts"
import * as Transformers from "../src/embedder/Transformers.ts"
import { fill } from "./vectors/data.ts"

const { values } = parseArgs({ options: { json: { type: "boolean" }, full: { type: "boolean" } } })
const full = values.full === true
const references = 10_000
const clients = 16
const seconds = full ? 20 : 8
const rounds = full ? 3 : 2
const root = join(import.meta.dirname, "..")
const bin = join(root, "dist", "cli", "crosswalk.js")
if (!existsSync(bin)) {
  process.stderr.write(`${bin} is missing: run 'npm run build' first\n`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), "crosswalk-bench-"))
const database = join(folder, "references.db")
const log = (text: string) => process.stderr.write(`${text}\n`)
const median = (numbers: ReadonlyArray<number>) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0

interface Server {
  readonly child: ChildProcess
  readonly url: string
  /** From the start of the process to the line with its URL, in milliseconds. */
  readonly listening: number
}

const servers: Array<ChildProcess> = []

const start = (args: ReadonlyArray<string>) =>
  new Promise<Server>((resolve, reject) => {
    const started = performance.now()
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
    servers.push(child)
    child.once("exit", (code) => reject(new Error(`${args[0]} ended with ${code}`)))
    child.stdout.once("data", (line: Buffer) => {
      const { url }: { readonly url: string } = JSON.parse(line.toString())
      resolve({ child, url, listening: performance.now() - started })
    })
  })

const end = ({ child }: Server) =>
  new Promise((resolve) => {
    child.once("exit", resolve)
    child.kill("SIGTERM")
  })

const ours = ["--json", "--db", database, "serve", "--port", "0"]
const models = join(root, "models")
const peer = (name: string) => [join(import.meta.dirname, "peers", `${name}.mjs`), database, models]

interface Load {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly failures: Readonly<Record<string, number>>
}

const run = promisify(execFile)

const load = async (url: string, mode: string, duration: number): Promise<Load> => {
  const program = join(import.meta.dirname, "http", "load.ts")
  const { stdout } = await run(process.execPath, [program, url, mode, `${clients}`, `${duration}`])
  return JSON.parse(stdout)
}

/** The memory of a process now, in MB, where the system tells it. */
const memoryOf = ({ child: { pid } }: Server): number => {
  try {
    return Number(/VmRSS:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

const firstAnswers = async () => {
  const times: Array<number> = []
  for (let i = 0; i < 5; i++) {
    const started = performance.now()
    const server = await start([bin, ...ours])
    const { status } = await fetch(`${server.url}/api/v1/search?q=reference&mode=keyword`)
    if (status === 200) times.push(performance.now() - started)
    await end(server)
  }
  return median(times)
}

const memoryOver = async (server: Server, path: string) => {
  const samples: Array<number> = []
  for (let i = 0; i < (full ? 20 : 4); i++) {
    await Promise.all([
      load(server.url + path, "hybrid", full ? 30 : 5),
      load(server.url + path, "keyword", full ? 30 : 5)
    ])
    samples.push(memoryOf(server))
  }
  return samples
}

try {
  const { fingerprint } = await Effect.runPromise(
    Effect.map(Embedder, ({ model }) => model).pipe(Effect.provide(Transformers.layer({})))
  )
  log("filling …")
  await fill(database, references, { texts: true, model: fingerprint })
  const first = await firstAnswers()
  log(`first answer: ${first.toFixed(0)} ms`)
  const contestants = [
    { name: "crosswalk serve", args: [bin, ...ours], path: "/api/v1/search" },
    { name: "node:http, FTS5 and sqlite-vec", args: peer("sqliteVec"), path: "/" },
    { name: "node:http and Orama", args: peer("orama"), path: "/" }
  ]
  const running = []
  for (const contestant of contestants) running.push({ ...contestant, server: await start(contestant.args) })
  for (const { path, server } of running) await load(server.url + path, "hybrid", 3)
  const rows = []
  for (const mode of ["hybrid", "keyword"]) {
    const measured = running.map(({ name }) => ({ name, loads: [] as Array<Load> }))
    for (let round = 0; round < rounds; round++) {
      for (const [i, { name, path, server }] of running.entries()) {
        const got = await load(server.url + path, mode, seconds)
        log(
          `${mode}, ${name}: ${got.perSecond.toFixed(0)}/s, p99 ${got.p99.toFixed(0)} ms, load ${loadavg()[0]?.toFixed(1)}`
        )
        measured[i]?.loads.push(got)
      }
    }
    for (const { loads, name } of measured) {
      const of = (field: "perSecond" | "p50" | "p99") => median(loads.map((one) => one[field]))
      const failed = loads.flatMap(({ failures }) => Object.values(failures)).reduce((a, b) => a + b, 0)
      rows.push({ mode, name, perSecond: of("perSecond"), p50: of("p50"), p99: of("p99"), failed })
    }
  }
  for (const { server } of running.slice(1)) await end(server)
  const [own] = running
  const memory = own === undefined ? [] : await memoryOver(own.server, own.path)
  const report = { references, clients, first, memory, load: loadavg()[0] ?? 0, rows }
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify(report, undefined, 2)}\n`
      : [
          `Searches among ${references} references over HTTP, ${clients} clients (${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}, load ${report.load.toFixed(1)}):`,
          "",
          "| mode | server | queries/s | p50, ms | p99, ms | failed |",
          "| --- | --- | ---: | ---: | ---: | ---: |",
          ...rows.map(
            ({ failed, mode, name, p50, p99, perSecond }) =>
              `| ${mode} | ${name} | ${perSecond.toFixed(0)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${failed} |`
          ),
          "",
          `First answer of serve ${first.toFixed(0)} ms after its start. Its memory under both loads, MB: ${memory.map((mb) => mb.toFixed(0)).join(", ")}.`,
          ""
        ].join("\n")
  )
} finally {
  for (const child of servers) child.kill("SIGKILL")
  rmSync(folder, { recursive: true, force: true })
}
