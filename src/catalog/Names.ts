import * as Identifier from "../domain/Identifier.ts"
import { nearest } from "../domain/Nearest.ts"
import type { LintReference } from "../storage/LintRows.ts"
import { shapeOf } from "./lint/LookAlike.ts"

/** What a name leads to: a reference, or several. */
export type Found = { readonly uri: string } | { readonly several: ReadonlyArray<string> }

/** A reference that was probably meant: it looks the same, or is called almost so. */
export interface Likely {
  readonly uri: string
  readonly name: string
  readonly looksAlike: boolean
}

type Named = Pick<LintReference, "identifier" | "label" | "uri">
type Index = Map<string, Array<Named>>

const add = (index: Index, key: string, reference: Named): void => {
  const before = index.get(key)
  if (before === undefined) index.set(key, [reference])
  else if (before.at(-1) !== reference) before.push(reference)
}

/** A word, and each word that it becomes without one of its characters: words that share one are at most two changes apart. */
const almost = (word: string): ReadonlyArray<string> => [
  word,
  ...Array.from(word, (_, i) => word.slice(0, i) + word.slice(i + 1))
]

const parts = (normal: string): ReadonlyArray<string> => normal.split(".")

/** Longer than any identifier: beyond it, what is almost so would only cost memory. */
const longest = 64

/**
 * The names of a catalog's references, which are found by their normal forms, and what is meant by one that is none: one that
 * looks the same, the parent, the same without its first part, or one with at most two other characters.
 */
export const make = (references: Iterable<Named>) => {
  const normals: Index = new Map()
  const shapes: Index = new Map()
  const tails: Index = new Map()
  for (const reference of references) {
    for (const name of [reference.identifier, reference.label]) {
      if (name === null) continue
      const normal = Identifier.normal(name)
      if (normal === "") continue
      add(normals, normal, reference)
      add(shapes, shapeOf(name), reference)
      add(tails, parts(normal).slice(1).join("."), reference)
    }
  }
  let alike: Map<string, Set<string>> | undefined

  /** The normal forms that are almost a word. They are gathered when the first is asked for. */
  const almostOf = (word: string): ReadonlyArray<string> => {
    if (word.length > longest) return []
    if (alike === undefined) {
      alike = new Map()
      for (const normal of normals.keys()) {
        if (normal.length > longest) continue
        for (const key of almost(normal)) alike.set(key, (alike.get(key) ?? new Set()).add(normal))
      }
    }
    const index = alike
    return almost(word).flatMap((key) => [...(index.get(key) ?? [])])
  }

  const nameOf = ({ identifier, label, uri }: Named) => identifier ?? label ?? uri

  const find = (text: string): Found | undefined => {
    const found = normals.get(Identifier.normal(text)) ?? []
    const written = Identifier.clean(text)
    const exact = found.filter(({ identifier, label }) => identifier === written || label === written)
    const [one, ...others] = exact.length === 1 ? exact : found
    if (one === undefined) return undefined
    return others.length === 0 ? { uri: one.uri } : { several: found.map(({ uri }) => uri) }
  }

  const likely = (text: string): Likely | undefined => {
    const [same] = shapes.get(shapeOf(text)) ?? []
    if (same !== undefined) return { uri: same.uri, name: nameOf(same), looksAlike: true }
    const normal = Identifier.normal(text)
    if (normal === "") return undefined
    const all = parts(normal)
    const word = nearest(normal, almostOf(normal)) ?? ""
    const [near] =
      tails.get(normal) ??
      normals.get(all.slice(1).join(".")) ??
      normals.get(word) ??
      normals.get(all.slice(0, -1).join(".")) ??
      []
    return near === undefined ? undefined : { uri: near.uri, name: nameOf(near), looksAlike: false }
  }

  return { find, likely }
}
export type Names = ReturnType<typeof make>
