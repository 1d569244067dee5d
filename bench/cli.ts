/**
 * The command line as whole processes, with the built bin: importing ASVS 5.0.0 beside a short script that does the same
 * with the plain pipeline and @libsql/client, cold searches, and the memory of importing 100 000 references. The rounds
 * alternate, so that what else the machine does meets all alike; figures are medians.
 *
 *     npm run build && node bench/cli.ts [--full] [--json]
 *
 * CROSSWALK_BENCH_BIN names another bin. Without ../shared/asvs the imports are left out.
 */
import { spawn } from "node:child_process"
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { finished } from "node:stream/promises"
import { parseArgs } from "node:util"

const root = join(import.meta.dirname, "..")
const { values } = parseArgs({ options: { json: { type: "boolean" }, full: { type: "boolean" } } })
const rounds = values.full === true ? 9 : 5
const searches = values.full === true ? 25 : 11
const bin = resolve(root, process.env["CROSSWALK_BENCH_BIN"] ?? "dist/cli/crosswalk.js")
const asvs = resolve(root, "..", "shared", "asvs", "asvs-5.0.0.flat.json")
const query = "hash passwords with a slow function so that brute force fails"

if (!existsSync(bin)) {
  process.stderr.write(`${bin} is missing: run 'npm run build' first\n`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), "crosswalk-bench-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))

/** The peak of a process's memory so far, in MB, where the system tells it. */
const peakOf = (pid: number | undefined): number => {
  try {
    return Number(/VmHWM:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

const run = (args: ReadonlyArray<string>) =>
  new Promise<{ readonly seconds: number; readonly peak: number; readonly stdout: string }>((done, fail) => {
    const started = performance.now()
    const child = spawn(process.execPath, args, {
      env: { ...process.env, CROSSWALK_OFFLINE: "1" },
      stdio: ["ignore", "pipe", "inherit"]
    })
    let peak = 0
    let stdout = ""
    const timer = setInterval(() => {
      peak = Math.max(peak, peakOf(child.pid))
    }, 20)
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
    })
    child.on("close", (code) => {
      clearInterval(timer)
      const seconds = (performance.now() - started) / 1000
      if (code === 0) done({ seconds, peak, stdout })
      else fail(new Error(`${args.join(" ")} ended with ${code}`))
    })
  })

const crosswalk = (...args: ReadonlyArray<string>) => run([bin, ...args])

const median = (numbers: ReadonlyArray<number>) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly target?: number
}
const figures: Array<Figure> = []
const add = (what: string, value: number, unit: string, target?: number) => {
  figures.push({ what, value: Number(value.toFixed(3)), unit, ...(target === undefined ? {} : { target }) })
}

const searched = join(folder, "searched.db")

if (existsSync(asvs)) {
  const ours: Array<number> = []
  const plain: Array<number> = []
  for (let round = 0; round <= rounds; round++) {
    const a = await crosswalk("import", asvs, "--db", join(folder, `a${round}.db`))
    const b = await run([
      join(import.meta.dirname, "peers", "plain.mjs"),
      asvs,
      join(folder, `b${round}.db`),
      join(root, "models")
    ])
    if (round === 0) continue // warms the caches of files and compiled code
    ours.push(a.seconds)
    plain.push(b.seconds)
  }
  add("import of ASVS 5.0.0", median(ours), "s")
  add("the same with the plain pipeline and @libsql/client", median(plain), "s")
  add("ratio", median(ours.map((seconds, i) => seconds / (plain[i] ?? 1))), "×", 0.6)
  await crosswalk("import", asvs, "--db", searched)
} else {
  process.stderr.write(`${asvs} is missing: searching the examples instead, and no comparison of imports\n`)
  await crosswalk("import", join(root, "examples", "security-requirements.json"), "--db", searched)
}

const semantic: Array<number> = []
const keyword: Array<number> = []
for (let round = 0; round <= searches; round++) {
  const a = await crosswalk("search", query, "--db", searched)
  const b = await crosswalk("search", query, "--mode", "keyword", "--db", searched)
  if (round === 0) continue
  semantic.push(a.seconds)
  keyword.push(b.seconds)
}
add("cold search with the model", median(semantic), "s", 0.6)
add("cold search by keyword", median(keyword), "s", 0.35)

const file = join(folder, "many.ndjson")
const words =
  "access account audit backup cipher code cookie data device error file hash input key log mail network".split(" ")
const out = createWriteStream(file)
for (let i = 0; i < 100_000; i++) {
  const text = Array.from({ length: 30 }, (_, j) => words[(i * 7 + j * j * 3) % words.length]).join(" ")
  const row = {
    id: `R-${i}`,
    title: `Requirement ${i}`,
    description: text,
    tags: [`t${i % 50}`],
    metadata: { level: i % 3 }
  }
  if (!out.write(`${JSON.stringify(row)}\n`)) await new Promise<void>((drained) => out.once("drain", drained))
}
out.end()
await finished(out)
const many = await crosswalk(
  "import",
  file,
  "--catalog",
  "many@1",
  "--embedder",
  "deterministic",
  "--db",
  join(folder, "many.db"),
  "--json"
)
const { created, embedded } = JSON.parse(many.stdout)
if (created !== 100_000 || embedded !== 100_000)
  throw new Error(`only ${created} were imported and ${embedded} embedded`)
add("import of 100 000 references (deterministic)", many.seconds, "s")
if (many.peak > 0) add("its peak memory", many.peak, "MB", 400)

const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, Node ${process.version}`
if (values.json === true) {
  process.stdout.write(`${JSON.stringify({ benchmark: "cli", machine, figures })}\n`)
} else {
  process.stdout.write(`Command line, whole processes (${machine})\n`)
  for (const { target, unit, value, what } of figures) {
    const verdict = target === undefined ? "" : `  (target ≤ ${target}: ${value <= target ? "met" : "MISSED"})`
    process.stdout.write(`  ${what.padEnd(54)} ${value.toFixed(value < 10 ? 2 : 0).padStart(7)} ${unit}${verdict}\n`)
  }
}
