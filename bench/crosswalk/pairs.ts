import { existsSync } from "node:fs"
import { join } from "node:path"
import { Effect, Stream } from "effect"
import type { ReferenceInput } from "../../src/domain/Reference.ts"
import * as Beir from "../../src/search/Beir.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import * as Asvs from "./asvs.ts"

/** Two catalogs with the known answers between them. */
export interface Pair {
  readonly name: string
  readonly from: string
  readonly to: string
  /** The URIs of the right targets of each source; a source that is not there has none. */
  readonly answers: ReadonlyMap<string, ReadonlySet<string>>
}

/** The development pairs: those with answers that may be looked at. Others are kept back. */
export const names = [
  "asvs-4-to-5",
  "nist-csf-1-1-2-0",
  "opencre-nist-ssdf",
  "opencre-owasp-cheat-sheets",
  "opencre-samm"
] as const

/** Those that are two versions of one catalog. */
export const versions: ReadonlyArray<string> = ["asvs-4-to-5", "nist-csf-1-1-2-0"]

/** A text without a title stands in the title's place, so that nothing is told twice. */
const inputOf = (catalog: string, id: string, title: string, text: string): ReadonlyArray<ReferenceInput> => {
  const common = { uri: `${catalog}/${id}`, entityType: "requirement", catalog }
  if (title !== "") return [{ ...common, title, ...(text === "" ? {} : { description: text }) }]
  return text === "" ? [] : [{ ...common, title: text }]
}

/** Saves a collection in BEIR's layout as two catalogs: its queries, and its documents. */
const readCollection = Effect.fn(function* (name: string, folder: string) {
  const references = yield* ReferenceRepository
  const { documents, queries } = yield* Beir.open(folder)
  const [from, to] = [`${name}-queries@1`, `${name}-documents@1`]
  yield* references.saveMany(queries.flatMap(({ id, text }) => inputOf(from, id, "", text)))
  const all = yield* Stream.runCollect(documents)
  yield* references.saveMany(all.flatMap(({ id, text, title }) => inputOf(to, id, title, text)))
  const answers = new Map(
    queries.map(({ id, judgements }) => [
      `${from}/${id}`,
      new Set([...judgements].flatMap(([document, grade]) => (grade > 0 ? [`${to}/${document}`] : [])))
    ])
  )
  return { name, from, to, answers } satisfies Pair
})

/** Reads a development pair from the folder that has `asvs` and `eval` into the store. */
export const read = (name: (typeof names)[number], shared: string) =>
  name === "asvs-4-to-5" ? Asvs.read(join(shared, "asvs")) : readCollection(name, join(shared, "eval", name))

/** The pair the other way round. */
export const reverse = ({ answers, from, name, to }: Pair): Pair => {
  const turned = new Map<string, Set<string>>()
  for (const [source, targets] of answers) {
    for (const target of targets) turned.set(target, (turned.get(target) ?? new Set()).add(source))
  }
  return { name: `${name} reversed`, from: to, to: from, answers: turned }
}

export const isThere = (shared: string): boolean => names.every((name) => existsSync(join(shared, "eval", name)))
