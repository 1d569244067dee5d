import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type { Campaign, Scope } from "../Campaign.ts"
import { crosswalk, execute, words } from "../../test/support/command.ts"
import { type Entry, type Read, violations } from "../History.ts"

const writers = 4
const readers = 8

/** What a reader prints. */
interface Seen {
  readonly history: ReadonlyArray<Read>
  readonly wrong: ReadonlyArray<string>
  readonly counts: Readonly<Record<string, number>>
}

const run = async ({ folder, random, seconds = 60, until }: Scope) => {
  const db = join(folder, "x.db")
  const lasting = Math.max(1, Math.min(seconds, (until - performance.now()) / 1000))
  // What all count from.
  writeFileSync(join(folder, "start.ndjson"), '{"uri":"all:count","title":"wordallxcount 0","metadata":{"n":0}}\n')
  const begun = await crosswalk(folder, ["import", "start.ndjson", "--catalog", "all@1", "--no-embed", "--db", db])
  if (begun.code !== 0) throw new Error(begun.stderr)
  const start = async (file: string, name: string, number: number) => {
    const path = join(import.meta.dirname, "..", "processes", file)
    const args = [path, db, name, String(random.fork(number).below(2 ** 31)), String(lasting)]
    const ran = await execute(process.execPath, args, folder, { limit: lasting + 600 })
    if (ran.code !== 0) throw new Error(`${name} ended with ${ran.code ?? ran.signal}: ${ran.stderr}`)
    return ran.stdout
  }
  const [written, seen] = await Promise.all([
    Promise.all(Array.from({ length: writers }, (_, i) => start("writer.ts", `writer${i}`, i))),
    Promise.all(Array.from({ length: readers }, (_, i) => start("reader.ts", `reader${i}`, 100 + i)))
  ])
  const changes = written.flatMap((text): ReadonlyArray<Entry> => JSON.parse(text))
  const reads = seen.map((text): Seen => JSON.parse(text))
  const history = [...changes, ...reads.flatMap(({ history }) => history)]
  const wrong = [...violations(history), ...reads.flatMap(({ wrong }) => wrong)]

  // What is there in the end is what was answered for, and nobody's addition is lost.
  const database = new DatabaseSync(db)
  const rows = database.prepare("SELECT uri, metadata ->> '$.n' AS n FROM crosswalk_reference").all()
  database.close()
  const last = Number.MAX_SAFE_INTEGER
  for (const { n, uri } of rows) {
    const end = { kind: "read", key: String(uri), reader: "the end", n: Number(n), start: last, end: last } as const
    wrong.push(...violations([...changes.filter(({ key }) => key === uri), end]))
  }
  const doctor = await crosswalk(folder, ["doctor", "--json", "--db", db, ...words])
  if (doctor.code !== 0) wrong.push(`unsound: ${doctor.stdout}`)
  const sum = (key: string) => reads.reduce((total, { counts }) => total + (counts[key] ?? 0), 0)
  return {
    figures: {
      "processes that write and read": `${writers} and ${readers}`,
      "seconds they ran": lasting.toFixed(0),
      writes: changes.length,
      "of them without an answer": changes.filter((change) => change.kind !== "read" && !change.isSure).length,
      "reads of all, of one, by word": `${sum("all")}, ${sum("one")}, ${sum("search")}`,
      "reads that failed and may be retried": sum("failed"),
      "values checked against the model": history.length
    },
    wrong: [...new Set(wrong)]
  }
}

export const concurrency: Campaign = {
  name: "concurrency",
  about: `${writers} processes write and ${readers} read one file; every value read is checked against the history of writes`,
  run
}
