import { Effect, Schema, Stream } from "effect"
import type { RelationInput } from "../domain/RelationInput.ts"
import { NonBlankText } from "../domain/Text.ts"
import type { Remedy } from "../domain/Remedy.ts"
import type { Link } from "../importer/Importer.ts"
import { uriOf } from "../importer/Items.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import type { UnresolvedLink } from "./ImportReport.ts"
import { meant } from "./lint/LookAlike.ts"
import * as Names from "./Names.ts"
import * as StoredNames from "./StoredNames.ts"

const isText = Schema.is(NonBlankText)

/** Letters and digits of a name, apart: `NIST_800_53` has `nist`, `800` and `53`. */
const wordsOf = (name: string): ReadonlySet<string> => new Set(name.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [])

const isIn = (some: ReadonlySet<string>, all: ReadonlySet<string>): boolean => [...some].every((word) => all.has(word))

/** Whether a standard, as a source calls it, may be a catalog: `CSF` is `nist-csf-2.0`, and `PCIDSS` is `pci-dss@4.0`. */
const mayBe = (standard: string, catalog: string): boolean => {
  const said = wordsOf(standard)
  const [name = ""] = catalog.split("@")
  const called = wordsOf(name)
  return (
    said.size > 0 && (isIn(said, wordsOf(catalog)) || isIn(called, said) || [...called].join("") === [...said].join(""))
  )
}

/** An end of links as a source calls it; the same words mean the same. */
const keyOf = ({ other, standard }: Link): string => JSON.stringify([standard, other])

const notStored = "is no reference that is stored"

/** What an end is: the URI of a reference, or why it is none. */
type End = { readonly uri: string } | { readonly problem: string; readonly remedy?: Remedy }

/**
 * Saves links as relations between references that are stored. The other end is looked for in the catalog, then in all
 * others; where its standard is said, in the catalogs that may be it. A name that several references have is no end.
 */
export const make = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository

  /** The reference that is called so in a catalog, or in all. */
  const named = (other: string, catalog: string | undefined) =>
    references.resolve(other, { catalog }).pipe(
      Effect.map(({ uri }): End => ({ uri })),
      Effect.catchTags({
        NotFoundError: () => Effect.succeed<End>({ problem: notStored }),
        ConflictError: ({ problem }) => Effect.succeed<End>({ problem })
      })
    )

  /** What only looks like it in the catalogs where it was looked for. */
  const alikeIn = Effect.fnUntraced(function* (
    { other }: Link,
    catalogs: ReadonlyArray<string>,
    known: Map<string, Names.Names>
  ) {
    for (const catalog of catalogs) {
      const all = references.findAll({ catalog }).pipe(
        Stream.map(({ identifier = null, label = null, uri }) => ({ identifier, label, uri })),
        Stream.runCollect
      )
      const names = known.get(catalog) ?? Names.make(yield* all)
      known.set(catalog, names)
      const likely = names.likely(other)
      if (likely?.looksAlike !== true) continue
      return { problem: notStored + meant(other, likely), remedy: StoredNames.chooseOne([likely.uri]) }
    }
    return { problem: notStored }
  })

  const endOf = Effect.fnUntraced(function* ({ other, standard }: Link, catalog: string, all: ReadonlyArray<string>) {
    if (!isText(other)) return { problem: notStored }
    if (standard === undefined) {
      const here = yield* named(other, catalog)
      return "problem" in here && here.problem === notStored ? yield* named(other, undefined) : here
    }
    const found = yield* Effect.forEach(
      all.filter((id) => mayBe(standard, id)),
      (id) => named(other, id)
    )
    const uris = found.flatMap((end) => ("uri" in end ? [end.uri] : []))
    const [uri, ...others] = new Set(uris)
    if (uri === undefined)
      return found.find((end) => "problem" in end && end.problem !== notStored) ?? { problem: notStored }
    return others.length === 0 ? { uri } : { problem: `${uris.length} references are called so` }
  })

  /** What the distinct ends of links are. Those with a URI of the catalog are found all at once. */
  const endsOf = Effect.fnUntraced(function* (links: ReadonlyArray<Link>, catalog: string) {
    const distinct = new Map(links.map((link) => [keyOf(link), link]))
    const uris = new Map<string, string>()
    for (const [key, { other, standard }] of distinct) {
      if (standard === undefined && isText(other)) uris.set(key, uriOf(catalog, other))
    }
    const there = yield* references.findMany([...new Set(uris.values())])
    const all = (yield* references.catalogs).map(({ id }) => id)
    const ends = new Map<string, End>()
    const known = new Map<string, Names.Names>()
    for (const [key, link] of distinct) {
      const uri = uris.get(key) ?? ""
      const end: End = there.has(uri) ? { uri } : yield* endOf(link, catalog, all)
      const { standard } = link
      const asked = standard === undefined ? [] : all.filter((id) => mayBe(standard, id))
      ends.set(key, "problem" in end && end.problem === notStored ? yield* alikeIn(link, asked, known) : end)
    }
    return ends
  })

  const save = Effect.fnUntraced(function* (links: ReadonlyArray<Link>, catalog: string, format: string) {
    const ends = yield* endsOf(links, catalog)
    const inputs = new Map<string, RelationInput>()
    const unresolved = new Map<string, UnresolvedLink>()
    for (const link of links) {
      const { at, direction, entry, nature, other, standard, type } = link
      const end = ends.get(keyOf(link)) ?? { problem: notStored }
      if ("uri" in end && end.uri !== entry) {
        const [source, target] = direction === "outgoing" ? [entry, end.uri] : [end.uri, entry]
        const key = JSON.stringify([source, target, type])
        const provenance = { method: `import:${format}`, note: nature }
        if (!inputs.has(key)) inputs.set(key, { sources: [source], targets: [target], type, provenance })
        continue
      }
      const problem = "uri" in end ? "is the reference itself" : end.problem
      const remedy = "remedy" in end ? end.remedy : undefined
      const key = JSON.stringify([keyOf(link), problem])
      const before = unresolved.get(key)
      const name = standard === undefined ? other : `${standard} ${other}`
      unresolved.set(key, {
        at,
        nature,
        problem,
        ...(remedy !== undefined && { remedy }),
        ...before,
        other: name,
        count: (before?.count ?? 0) + 1
      })
    }
    const totals =
      inputs.size === 0
        ? { created: 0, updated: 0, unchanged: 0, kept: 0 }
        : yield* relations.saveMany([...inputs.values()], { keepDecided: true }).pipe(
            Effect.catchTag("NotFoundError", ({ uri }) => {
              const problem = "was removed by another process, so no link was saved. Import the source again"
              unresolved.set(uri, { at: catalog, other: uri, nature: "link", problem, count: inputs.size })
              return Effect.succeed({ created: 0, updated: 0, unchanged: 0, kept: 0 })
            })
          )
    // What was probably written wrong comes before what is not stored at all.
    const all = [...unresolved.values()]
    const isWrong = ({ remedy }: UnresolvedLink) => remedy !== undefined
    return { links: totals, unresolved: [...all.filter(isWrong), ...all.filter((one) => !isWrong(one))] }
  })

  return { save }
})
