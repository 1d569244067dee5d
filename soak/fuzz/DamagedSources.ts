import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Cause, Effect, Exit, Stream } from "effect"
import { root } from "../../scripts/run.ts"
import * as Mappings from "../../src/importer/mapping/Mappings.ts"
import * as Sources from "../../src/importer/Sources.ts"
import { mappings, sources } from "../../test/support/sources.ts"
import { zip } from "../../test/importer/zipping.ts"
import type { Random } from "../Random.ts"
import * as Rows from "../Rows.ts"
import type { Target } from "./Target.ts"

/** How long a source of some kilobytes may be read, in milliseconds. */
const patience = 20_000

/** A workbook of one sheet. */
const workbook = zip([
  { name: "[Content_Types].xml", content: '<Types><Default Extension="xml" ContentType="application/xml"/></Types>' },
  { name: "xl/workbook.xml", content: '<workbook><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>' },
  {
    name: "xl/_rels/workbook.xml.rels",
    content: '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
  },
  {
    name: "xl/worksheets/sheet1.xml",
    content:
      '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>title</t></is></c></row>' +
      '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>Doors</t></is></c></row></sheetData></worksheet>'
  }
])

const fixtures = join(root, "test", "fixtures", "importer")
const examples = join(root, "examples")

/** Sources that are whole, by name. */
const whole = (): ReadonlyArray<readonly [name: string, bytes: Uint8Array]> => [
  ...Object.entries(sources).map(([name, text]) => [name, Buffer.from(text)] as const),
  ...[fixtures, examples].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(json|csv)$/u.test(name))
      .map((name) => [name, readFileSync(join(folder, name)).subarray(0, 30_000)] as const)
  ),
  ["rows.csv", Buffer.from(Rows.csv(8))],
  ["rows.ndjson", Buffer.from(Rows.ndjson(8))],
  ["book.xlsx", workbook]
]

/** What means something in one of the formats. */
const pieces = [
  '"',
  "'",
  "{",
  "}",
  "[",
  "]",
  "[[",
  ":",
  ",",
  "\n",
  "\r\n",
  "\r",
  "\t",
  "\0",
  "\uFEFF",
  "|",
  "---\n",
  "# ",
  "<",
  ">",
  "</",
  "/>",
  "<!--",
  "<!DOCTYPE a [<!ENTITY b 'c'>]>",
  "&amp;",
  "&b;",
  "&#0;",
  "&a ",
  "*a",
  "!!js/function",
  "<<: ",
  "null",
  "-1",
  "1e999",
  "99999999999999999999",
  "true",
  "\ud800",
  "é",
  "管理",
  "\u202e",
  '{"a":',
  "=1+1",
  "@",
  "#REF!",
  "2026-02-30",
  "%s",
  "../../x",
  "__proto__",
  "constructor",
  "{{ insert: param, p }}"
] as const

/** A source that is damaged in some places. */
const mutated = (source: Uint8Array, random: Random, others: ReadonlyArray<Uint8Array>): Uint8Array => {
  let bytes = Buffer.from(source)
  for (let left = 1 + random.below(6); left > 0; left--) {
    const at = random.below(bytes.length + 1)
    const to = Math.min(bytes.length, at + 1 + random.below(random.below(2) === 0 ? 4 : 400))
    const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)]
    const insert = (what: Uint8Array) => Buffer.concat([before, what, part, after])
    switch (random.below(8)) {
      case 0:
        bytes = Buffer.concat([before, after])
        break
      case 1:
        bytes = insert(part)
        break
      case 2:
        bytes = insert(Buffer.from(random.pick(pieces)))
        break
      case 3:
        bytes = insert(Buffer.from(random.pick(pieces).repeat(1 + random.below(200))))
        break
      case 4: {
        const other = random.pick(others)
        const from = random.below(other.length + 1)
        bytes = insert(other.subarray(from, from + random.below(300)))
        break
      }
      case 5:
        bytes = Buffer.concat([before, Buffer.from(random.pick(pieces)), after])
        break
      case 6:
        bytes = Buffer.from(before.length > 0 ? before : bytes)
        break
      default:
        bytes = insert(Buffer.from([random.below(256)]))
    }
  }
  return bytes.subarray(0, 200_000)
}

/** Reads bytes as a file; a defect, or what took too long. */
const reading = async (
  read: (name: string, bytes: Stream.Stream<Uint8Array>) => Effect.Effect<unknown, unknown>,
  name: string,
  bytes: Uint8Array
): Promise<string | undefined> => {
  const started = performance.now()
  const exit = await Effect.runPromiseExit(Effect.timeout(read(name, Stream.make(bytes)), patience * 2))
  const took = performance.now() - started
  if (Exit.isFailure(exit) && Cause.hasDies(exit.cause))
    return Cause.pretty(exit.cause).split("\n").slice(0, 4).join(" ")
  return took > patience ? `took ${(took / 1000).toFixed(1)} s` : undefined
}

/** Tries mutated sources of every format in this process; the text of one that does harm is part of what is told. */
const importing = (
  name: string,
  trials: number,
  all: ReadonlyArray<readonly [name: string, bytes: Uint8Array]>,
  read: Parameters<typeof reading>[0]
): Target => ({
  name,
  trials,
  trial: async (random) => {
    const [file, bytes] = random.pick(all)
    const source = mutated(
      bytes,
      random,
      all.map(([, other]) => other)
    )
    const problem = await reading(read, file, source)
    return problem && `${file}: ${problem}; base64 ${Buffer.from(source).toString("base64").slice(0, 4000)}`
  }
})

const drain = <E>({ items }: { readonly items: Stream.Stream<unknown, E> }) => Stream.runDrain(items)

/** Sources of every format that are damaged by what means something in them. */
export const damagedSources = (): ReadonlyArray<Target> => [
  importing("sources of catalogues", 20_000, whole(), (name, bytes) =>
    Effect.scoped(Effect.flatMap(Sources.read(name, bytes), drain))
  ),
  importing(
    "sources of mappings",
    5_000,
    Object.entries(mappings).map(([name, text]) => [name, Buffer.from(text)] as const),
    (name, bytes) => Effect.scoped(Effect.flatMap(Mappings.read(name, bytes), drain))
  )
]
