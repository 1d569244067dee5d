import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { type Campaign, repeat, type Scope } from "../Campaign.ts"
import { crosswalk, words } from "../../test/support/command.ts"
import { misbehaviour } from "../Misbehaviour.ts"
import type { Random } from "../Random.ts"
import { root } from "../../scripts/run.ts"
import * as Rows from "../Rows.ts"
import { difference, outside, read, type State } from "../State.ts"

const db = "x.db"
const index = `${db}.vectors`
const wal = `${db}-wal`

/** The files that are damaged, and what is done with each. */
const files = [
  ...[db, db, wal, index],
  ...["rows.csv", "rows.ndjson", "rows.json", "relations.ndjson"],
  ...["crosswalk.json", "model"]
] as const

/** The bundled model, and its files. */
const bundled = join(root, "models", "Xenova", "all-MiniLM-L6-v2")
const modelFiles = readdirSync(bundled, { recursive: true, encoding: "utf8" }).filter((name) =>
  statSync(join(bundled, name)).isFile()
)

/** A copy of the model in a folder, of which one file may be damaged; the others are the same files. */
const copyModel = (folder: string, own: string) => {
  for (const name of modelFiles) {
    const to = join(folder, "model", name)
    mkdirSync(dirname(to), { recursive: true })
    if (name === own) copyFileSync(join(bundled, name), to)
    else symlinkSync(join(bundled, name), to)
  }
}

/** Flips bits, overwrites a sector or cuts a file. */
const damage = (path: string, random: Random): string => {
  const bytes = readFileSync(path)
  const kind = random.below(4)
  if (kind === 3) {
    const size = random.below(bytes.length)
    truncateSync(path, size)
    return `cut to ${size} bytes`
  }
  if (kind === 2) {
    const at = random.below(Math.ceil(bytes.length / 512)) * 512
    for (let i = at; i < Math.min(at + 512, bytes.length); i++) bytes[i] = random.below(256)
    writeFileSync(path, bytes)
    return `another sector at ${at}`
  }
  const flips = Array.from(
    { length: 1 + random.below(8) },
    () => [random.below(bytes.length), random.below(8)] as const
  )
  for (const [at, bit] of flips) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  writeFileSync(path, bytes)
  return `flipped ${flips.map(([at, bit]) => `${at}.${bit}`).join(" ")}`
}

/** A store with every kind of file, its last changes in the write-ahead log. */
const template = async (folder: string) => {
  const made = join(folder, "made")
  mkdirSync(made)
  const run = async (...args: ReadonlyArray<string>) => {
    const ran = await crosswalk(made, [...args, "--db", db])
    if (ran.code !== 0) throw new Error(`${args.join(" ")} ended with ${ran.code}: ${ran.stderr}`)
    return ran
  }
  writeFileSync(join(made, "rows.csv"), Rows.csv(120))
  writeFileSync(join(made, "rows.ndjson"), Rows.ndjson(120))
  writeFileSync(join(made, "rows.json"), `[${Rows.ndjson(120).split("\n").join(",")}]`)
  await run("import", "rows.csv", "--catalog", "a@1", ...words)
  await run("import", "rows.ndjson", "--catalog", "b@1", ...words)
  await run("suggest", "a@1", "b@1", "--method", "keyword", "--limit", "1")
  await run("decide", "a:1/R-0", "b:1/R-0", "--by", "Ann")
  await run("export", "--relations", "-o", "relations.ndjson")
  const embedder = { type: "deterministic" }
  writeFileSync(join(made, "crosswalk.json"), JSON.stringify({ db, embedder }, undefined, 2))
  await run("index", "build", ...words)
  const base = read(join(made, db))
  const writer = new DatabaseSync(join(made, db))
  writer.exec("PRAGMA wal_autocheckpoint = 0")
  for (let i = 0; i < 20; i++) writer.exec(`UPDATE crosswalk_reference SET metadata = '{"n":1}' WHERE id = ${i + 1}`)
  // Copied while it is open, the log is there.
  const whole = join(folder, "whole")
  cpSync(made, whole, { recursive: true })
  rmSync(join(whole, `${db}-shm`), { force: true })
  writer.close()
  return { whole, base, latest: read(join(made, db)) }
}

/** What a search answers by the model, from a small database of its own. */
const withModel = async (folder: string, asking: ReadonlyArray<string>) => {
  const made = join(folder, "with-model")
  mkdirSync(made)
  copyModel(made, "")
  writeFileSync(join(made, "few.csv"), Rows.csv(8))
  const ready = await crosswalk(made, [
    "import",
    "few.csv",
    "--catalog",
    "a@1",
    "--model",
    "./model",
    "--db",
    "model.db"
  ])
  if (ready.code !== 0) throw new Error(ready.stderr)
  return crosswalk(made, asking)
}

/** What can still be read of a damaged database. */
const readable = (path: string): State | undefined => {
  try {
    return read(path)
  } catch {
    return undefined
  }
}

const run = async (scope: Scope) => {
  const { base, latest, whole } = await template(scope.folder)
  const ask = ["search", "password renewed", "--json", "--db", db, ...words]
  const known = await crosswalk(whole, [...ask, "--mode", "semantic"])
  const asking = [
    "search",
    "password renewed",
    "--json",
    "--mode",
    "semantic",
    "--model",
    "./model",
    "--db",
    "model.db"
  ]
  const vectors = await withModel(scope.folder, asking)
  cpSync(join(scope.folder, "with-model", "model.db"), join(whole, "model.db"))
  const wrong: Array<string> = []
  const counts = { found: 0, same: 0, silent: 0, refused: 0, read: 0 }
  const trials = await repeat(scope, 240, 2, async (number) => {
    const random = scope.random.fork(number)
    const file = files[number % files.length] ?? db
    const folder = join(scope.folder, `files-${number}`)
    cpSync(whole, folder, { recursive: true })
    const own = random.pick(modelFiles)
    if (file === "model") copyModel(folder, own)
    const what = `${file === "model" ? `${own} ` : ""}${damage(join(folder, file === "model" ? join(file, own) : file), random)}`
    const tell = (problem: string) => wrong.push(`${file}, trial ${number}, ${what}: ${problem}`)
    const call = async (args: ReadonlyArray<string>) => {
      const ran = await crosswalk(folder, args)
      const problem = misbehaviour(ran)
      if (problem !== undefined) tell(`${args.join(" ")} ${problem}`)
      return ran
    }
    if (file === "model") {
      const { code, stdout } = await call(asking)
      if (code === 0 && stdout !== vectors.stdout) tell("a damaged model gives other vectors")
      if (code === 0) counts.read++
      else counts.refused++
    } else if (file === "crosswalk.json") {
      // Settings that can be read are those that are meant; others end the command.
      for (const args of [["status", "--json"], ["search", "password"], ["doctor"]]) await call(args)
    } else if (file.startsWith("r")) {
      const args =
        file === "relations.ndjson"
          ? ["map", file, "--db", db]
          : ["import", file, "--catalog", "c@1", "--db", db, ...words]
      const { code } = await call([...args, "--json"])
      if (code === 0) counts.read++
      else counts.refused++
    } else {
      const doctor = await call(["doctor", "--json", "--db", db, ...words])
      const found = await call([...ask, "--mode", file === index ? "semantic" : "hybrid"])
      if (file === index && found.stdout !== known.stdout) tell("a damaged index gives other hits")
      if (file !== index)
        for (const args of [
          ["list", "--json"],
          ["export", "--relations"],
          ["coverage", "--to", "b@1", "--by", "a@1", "--json"]
        ])
          await call([...args, "--db", db])
      const state = readable(join(folder, db))
      const strange =
        state === undefined ? "unreadable" : file === wal ? outside(base, latest, state) : difference(latest, state)
      if (doctor.code !== 0) counts.found++
      else if (strange === undefined || file === index) counts.same++
      // A bit in a text makes another text, which only its source could tell.
      else counts.silent++
      if (file === wal && doctor.code === 0 && strange !== undefined) tell(`a damaged log is taken: ${strange}`)
    }
    // No number of bits may make another command write a wrong file beside it.
    if (existsSync(join(folder, "core"))) tell("left a core file")
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    figures: {
      runs: trials,
      "databases and indexes: found by doctor": counts.found,
      "databases and indexes: nothing changed": counts.same,
      "databases: another text, which is not found": counts.silent,
      "sources and models: refused or partly": counts.refused,
      "sources and models: read": counts.read
    },
    wrong
  }
}

export const damageOfFiles: Campaign = {
  name: "damage",
  about:
    "flips bits in, overwrites or cuts the database, its log, the vector index, the model, settings and imported files; every command must end as documented",
  run
}
