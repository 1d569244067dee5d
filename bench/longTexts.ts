/**
 * Makes a collection of long documents in BEIR's layout, for `crosswalk evaluate` and `node bench/quality.ts`: the OWASP Cheat
 * Sheets are the documents, and OpenCRE's entries that link to them the queries, from a development collection that has it the
 * other way round.
 *
 *     git clone --depth 1 https://github.com/OWASP/CheatSheetSeries
 *     node bench/longTexts.ts CheatSheetSeries/cheatsheets ../shared/eval/opencre-owasp-cheat-sheets OUT
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"

const [sheets = "", collection = "", out = ""] = process.argv.slice(2)

const decode = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ _id: Schema.String, text: Schema.String }))
)
const linesOf = (file: string) => readFileSync(join(collection, file), "utf8").trim().split("\n")
const nameOf = (title: string) =>
  title
    .toLowerCase()
    .replaceAll("_", " ")
    .replace(/cheat ?sheet/u, "")
    .replaceAll(/[^a-z0-9]/gu, "")

const ids = new Map(linesOf("queries.jsonl").map((line) => [nameOf(decode(line).text), decode(line)._id]))
const documents = readdirSync(sheets)
  .filter((name) => name.endsWith(".md"))
  .map((name) => {
    const title = name.replace(/\.md$/u, "").replaceAll("_", " ")
    return { _id: ids.get(nameOf(title)) ?? title, title, text: readFileSync(join(sheets, name), "utf8") }
  })
const known = new Set(documents.map(({ _id }) => _id))
const judgements = linesOf("qrels/test.tsv")
  .slice(1)
  .map((line) => line.split("\t"))
  .filter(([sheet = ""]) => known.has(sheet))
const asked = new Set(judgements.map(([, entry]) => entry))
const queries = linesOf("corpus.jsonl")
  .map((line) => decode(line))
  .filter(({ _id }) => asked.has(_id))

const write = (file: string, lines: ReadonlyArray<string>) => writeFileSync(join(out, file), `${lines.join("\n")}\n`)
mkdirSync(join(out, "qrels"), { recursive: true })
write(
  "corpus.jsonl",
  documents.map((document) => JSON.stringify(document))
)
write(
  "queries.jsonl",
  queries.map(({ _id, text }) => JSON.stringify({ _id, text }))
)
write("qrels/test.tsv", ["query-id\tcorpus-id\tscore", ...judgements.map(([sheet, entry]) => `${entry}\t${sheet}\t1`)])
console.log(`${documents.length} documents, ${queries.length} queries in ${out}`)
