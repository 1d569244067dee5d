import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, Result, Schema, Stream } from "effect"
import { load } from "js-yaml"
import * as Sources from "../../src/importer/Sources.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import type { Pair } from "./pairs.ts"

export const from = "asvs@4.0.3"
export const to = "asvs@5.0.0"

/** OWASP's answer for each requirement: the URIs of its successors, none where it has none. */
export type Answers = ReadonlyMap<string, { readonly label: string; readonly successors: ReadonlySet<string> }>

const decodeTags = Schema.decodeUnknownSync(
  Schema.Record(Schema.String, Schema.Struct({ "tag-v5.0.0": Schema.String }))
)

/** OWASP's words on each requirement, and the successors that they name. */
export const answersOf = (yaml: string): Answers =>
  new Map(
    Object.entries(decodeTags(load(yaml))).map(([key, { "tag-v5.0.0": label }]) => [
      `asvs:4.0.3/V${key.replace("v4.0.3-", "")}`,
      {
        label,
        successors: new Set(Array.from(label.matchAll(/v5\.0\.0-([\d.]+)/gu), ([, id]) => `asvs:5.0.0/V${id}`))
      }
    ])
  )

/** The same from the folder that has the published files. */
export const readAnswers = (folder: string): Answers =>
  answersOf(readFileSync(join(folder, "mapping_v4.0.3_to_v5.0.0.yml"), "utf8"))

const importFile = Effect.fn(function* (file: string) {
  const references = yield* ReferenceRepository
  const { catalog, items } = yield* Sources.open(file)
  const found = yield* Stream.runCollect(items)
  yield* references.saveMany(
    found.flatMap((item) => (Result.isSuccess(item) && item.success._tag === "Entry" ? [item.success.reference] : []))
  )
  yield* references.learnBoilerplate(catalog)
}, Effect.scoped)

/** Reads both versions of ASVS as they are published. */
export const read = Effect.fn(function* (folder: string) {
  for (const version of ["4.0.3", "5.0.0"]) yield* importFile(join(folder, `asvs-${version}.flat.json`))
  return {
    name: "asvs-4-to-5",
    from,
    to,
    answers: new Map(Array.from(readAnswers(folder), ([uri, { successors }]) => [uri, successors]))
  } satisfies Pair
})
