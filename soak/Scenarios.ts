import type { ChildProcess } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout } from "node:timers/promises"
import { root } from "../scripts/run.ts"
import { crosswalk, words } from "../test/support/command.ts"
import { misbehaviour } from "./Misbehaviour.ts"
import * as Rows from "./Rows.ts"
import { difference, outside, read, type State } from "./State.ts"

/** A command that writes, and what may be left of it. */
export interface Scenario {
  readonly name: string
  /** The folder that it starts from. */
  readonly from: "nothing" | "store" | "unembedded" | "damaged" | "older"
  readonly args: ReadonlyArray<string>
  /** All of it or nothing is stored; else it is stored row by row. */
  readonly whole?: true
  /** The file that it writes, which is there whole or not at all. */
  readonly file?: string
}

export const scenarios: ReadonlyArray<Scenario> = [
  { name: "import", from: "nothing", args: ["import", "new.ndjson", "--catalog", "a@1", ...words] },
  { name: "import with the model", from: "nothing", args: ["import", "few.csv", "--catalog", "a@1"] },
  {
    name: "import --prune --force",
    from: "store",
    args: ["import", "changed.ndjson", "--catalog", "a@1", "--prune", "--force", ...words]
  },
  {
    name: "import --strict --no-embed",
    from: "nothing",
    args: ["import", "new.csv", "--catalog", "a@1", "--strict", "--no-embed"]
  },
  { name: "embed", from: "unembedded", args: ["embed", ...words] },
  { name: "remove --force", from: "store", args: ["remove", "a:1/R-0", "--force"], whole: true },
  { name: "relate", from: "store", args: ["relate", "a:1/R-90", "b:1/R-80", "--by", "Ann"], whole: true },
  { name: "decide", from: "store", args: ["decide", "a:1/R-91", "b:1/R-81", "--by", "Ann"], whole: true },
  {
    name: "review --accept",
    from: "store",
    args: ["review", "a@1", "b@1", "--accept", "--force", "--min-confidence", "0", "--by", "Ann"],
    whole: true
  },
  { name: "suggest", from: "store", args: ["suggest", "b@1", "a@1", "--method", "keyword"] },
  { name: "map", from: "store", args: ["map", "pairs.csv", "--from", "a@1", "--to", "b@1"] },
  {
    name: "carry",
    from: "store",
    args: ["carry", "a@1", "--from", "b@1", "--to", "b@2", "--through", "diff", "--method", "keyword", "--by", "Ann"],
    whole: true
  },
  { name: "export", from: "store", args: ["export", "--catalog", "a@1", "-o", "out.csv"], file: "out.csv" },
  { name: "backup --force", from: "store", args: ["backup", "out.db", "--force"], file: "out.db" },
  { name: "restore --force", from: "store", args: ["restore", "old.db", "--force"], whole: true },
  { name: "index build", from: "store", args: ["index", "build", ...words] },
  { name: "doctor --repair", from: "damaged", args: ["doctor", "--repair", ...words] },
  { name: "migration", from: "older", args: ["list"], whole: true }
]

const db = "x.db"
export const onDb = ["--db", db]

/** The scenario of a trial: a few trials take different ones, and eighteen all. */
export const scenarioOf = (number: number): Scenario => {
  const scenario = scenarios[(number * 5) % scenarios.length]
  if (scenario === undefined) throw new Error("there is no scenario")
  return scenario
}

/** Runs what prepares, which must succeed. */
const prepare = async (folder: string, ...args: ReadonlyArray<string>) => {
  const ran = await crosswalk(folder, [...args, ...onDb])
  if (ran.code !== 0) throw new Error(`${args.join(" ")} ended with ${ran.code}: ${ran.stderr}`)
}

const damage = (path: string) => {
  const database = new DatabaseSync(path)
  database.exec("DROP TRIGGER crosswalk_keyword_update")
  database.exec("DELETE FROM crosswalk_tag WHERE reference_id % 2 = 0")
  database.exec("UPDATE crosswalk_embedding SET vector = x'00' WHERE reference_id % 3 = 0")
  database.close()
}

/** The folders that scenarios start from, with so many rows. */
export const templates = async (folder: string, rows = 1500) => {
  const of = (name: string) => join(folder, name)
  mkdirSync(of("nothing"))
  const write = (name: string, text: string) => writeFileSync(join(of("nothing"), name), text)
  write("new.ndjson", Rows.ndjson(rows))
  write("new.csv", Rows.csv(rows))
  write("few.csv", Rows.csv(30))
  write("changed.ndjson", Rows.ndjson(200, 100, "changed"))
  write("pairs.csv", Rows.pairs(200))
  const copy = (from: string, to: string) => cpSync(of(from), of(to), { recursive: true })
  copy("nothing", "unembedded")
  writeFileSync(join(of("unembedded"), "b.csv"), Rows.csv(150))
  writeFileSync(join(of("unembedded"), "b2.csv"), Rows.csv(150, 0, "newer"))
  await prepare(of("unembedded"), "import", "new.csv", "--catalog", "a@1", "--no-embed")
  await prepare(of("unembedded"), "import", "b.csv", "--catalog", "b@1", "--no-embed")
  copy("unembedded", "store")
  await prepare(of("store"), "import", "b2.csv", "--catalog", "b@2", "--no-embed")
  await prepare(of("store"), "embed", ...words)
  await prepare(of("store"), "backup", "old.db")
  await prepare(of("store"), "suggest", "a@1", "b@1", "--method", "keyword", "--limit", "1")
  for (const row of ["0", "1", "2"]) await prepare(of("store"), "decide", `a:1/R-${row}`, `b:1/R-${row}`, "--by", "Bob")
  copy("store", "damaged")
  damage(join(of("damaged"), db))
  mkdirSync(of("older"))
  const fixtures = join(root, "test", "fixtures", "databases")
  const [oldest = ""] = readdirSync(fixtures)
    .filter((name) => name.endsWith(".db"))
    .toSorted()
  cpSync(join(fixtures, oldest), join(of("older"), db))
}

/** What a scenario starts from, what it ends with when nobody kills it, and how long that takes. */
export interface Expected {
  readonly before: State
  readonly after: State
  readonly file: Buffer | undefined
  readonly seconds: number
  /** By how many bytes its folder grew at most while it ran. */
  readonly bytes: number
}

/** How many bytes a folder holds. */
export const bytesOf = (folder: string): number =>
  readdirSync(folder).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0
  )

/** Looks at a folder again and again while a process runs; how much the folder has grown. */
export const whileRunning = async (child: ChildProcess, folder: string, see: (grown: number) => void) => {
  const start = bytesOf(folder)
  while (child.exitCode === null && child.signalCode === null) {
    see(bytesOf(folder) - start)
    await setTimeout(1)
  }
}

/** An older database has other columns: what it says is asked of a copy that is brought up to date. */
const stateOf = async (folder: string, isOlder: boolean): Promise<State> => {
  if (!existsSync(join(folder, db))) return new Map()
  if (isOlder) await prepare(folder, "list", "--quiet")
  return read(join(folder, db))
}

/** What a backup or an export says, whatever its bytes. */
const fileOf = (folder: string, { file }: Scenario): Buffer | undefined => {
  if (file === undefined || !existsSync(join(folder, file))) return undefined
  if (!file.endsWith(".db")) return readFileSync(join(folder, file))
  return Buffer.from(JSON.stringify([...read(join(folder, file))]))
}

const measure = async (folder: string, scenario: Scenario): Promise<Expected> => {
  const own = join(folder, "expected")
  cpSync(join(folder, scenario.from), own, { recursive: true })
  const isOlder = scenario.from === "older"
  const before = isOlder ? new Map<string, string>() : await stateOf(own, false)
  let bytes = 0
  const { code, seconds, stderr } = await crosswalk(own, [...scenario.args, ...onDb], {
    onStart: (child) => void whileRunning(child, own, (grown) => (bytes = Math.max(bytes, grown)))
  })
  if (code !== 0) throw new Error(`${scenario.name} ended with ${code}: ${stderr}`)
  const after = await stateOf(own, false)
  const expected = { before: isOlder ? after : before, after, file: fileOf(own, scenario), seconds, bytes }
  rmSync(own, { recursive: true })
  return expected
}

/** What is wrong with what a command left that was kept from its end, and where in its work it was. */
export const judge = async (folder: string, scenario: Scenario, expected: Expected) => {
  const isOlder = scenario.from === "older"
  const wrong: Array<string> = []
  const isThere = existsSync(join(folder, db))
  const doctor = isThere ? await crosswalk(folder, ["doctor", "--json", ...words, ...onDb]) : undefined
  const found = await stateOf(folder, isOlder)
  if (doctor !== undefined) {
    const problem = misbehaviour(doctor)
    if (problem !== undefined) wrong.push(`doctor ${problem}`)
    // Killed before its tables were made, a file is a database without them; what was damaged before still is.
    else if (doctor.code !== 0 && found.size > 0 && scenario.from !== "damaged") wrong.push(`unsound: ${doctor.stdout}`)
  }
  const isBefore = difference(expected.before, found) === undefined
  const isAfter = difference(expected.after, found) === undefined
  const strange = outside(expected.before, expected.after, found)
  if (strange !== undefined) wrong.push(`left a wrong state: ${strange}`)
  if (scenario.whole === true && !isBefore && !isAfter) wrong.push(`left a part: ${difference(expected.before, found)}`)
  const file = fileOf(folder, scenario)
  if (file !== undefined && expected.file !== undefined && !file.equals(expected.file))
    wrong.push("left a part of a file")
  // The same command goes on from there.
  if (!(isAfter && scenario.whole === true)) {
    const again = await crosswalk(folder, [...scenario.args, ...onDb])
    const problem = again.code === 0 ? undefined : `${again.code}: ${again.stderr}`
    if (problem !== undefined) wrong.push(`cannot go on: ${problem}`)
    const gone = difference(expected.after, await stateOf(folder, false))
    if (gone !== undefined) wrong.push(`goes on to a wrong state: ${gone}`)
    const parts = readdirSync(folder).filter((name) => name.includes(".crosswalk-part"))
    if (parts.length > 0) wrong.push(`left ${parts.join(", ")}`)
  }
  return { wrong, where: isAfter ? "after" : isBefore ? "before" : "amid" } as const
}

/** What scenarios are expected to do; each is run once, when it is first asked for, one at a time. */
export const expecting = (folder: string) => {
  const known = new Map<string, Promise<Expected>>()
  let last: Promise<unknown> = Promise.resolve()
  return (scenario: Scenario): Promise<Expected> => {
    const old = known.get(scenario.name)
    if (old !== undefined) return old
    const made = last.then(() => measure(folder, scenario))
    last = made.catch(() => undefined)
    known.set(scenario.name, made)
    return made
  }
}
