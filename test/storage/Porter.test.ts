import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { stem } from "../../src/storage/legs/Porter.ts"

const texts = ["examples/security-requirements.json", "examples/company-requirements.csv", "docs/search.md"]
  .map((path) => readFileSync(join(import.meta.dirname, "../..", path), "utf8"))
  .join(" ")

const beginnings = [
  "relat",
  "condit",
  "hop",
  "fall",
  "plac",
  "agre",
  "tr",
  "sky",
  "bl",
  "oscill",
  "y",
  "yell",
  "yttr",
  "wx"
]
const endings = [
  ..."s es ies sses ss eed ed ing ating bling izing tional ational enci anci izer logi bli alli entli eli ousli".split(
    " "
  ),
  ..."ization ation ator alism iveness fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness".split(
    " "
  ),
  ..."al ance ence er ic able ible ant ement ment ent sion tion ion ou ism ate iti ous ive ize e le ll lle y".split(" ")
]

const words = [
  ...new Set([
    ...(texts.toLowerCase().match(/[a-z]+/gu) ?? []),
    ...beginnings.flatMap((beginning) => endings.map((ending) => beginning + ending)),
    ...[62, 63, 64, 65, 66].map((length) => `${"ab".repeat(40).slice(0, length - 3)}ing`)
  ])
]

describe("a stem", () => {
  it.effect("is what FTS5 makes of the word", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE VIRTUAL TABLE word USING fts5(text, tokenize = 'porter unicode61')`
      yield* sql`CREATE VIRTUAL TABLE term USING fts5vocab(word, instance)`
      yield* sql`INSERT INTO word (rowid, text) SELECT key + 1, value FROM json_each(${JSON.stringify(words)})`
      const terms = yield* sql<{ readonly term: string }>`SELECT term FROM term ORDER BY doc`
      assert.isAbove(words.length, 1000)
      assert.deepStrictEqual(
        words.map((word) => `${word} ${stem(word)}`),
        words.map((word, i) => `${word} ${terms[i]?.term}`)
      )
    }).pipe(Effect.provide(LibsqlClient.layer({ url: ":memory:" })))
  )
})
