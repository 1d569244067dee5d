import { Result } from "effect"
import { plain } from "../Fields.ts"
import type { Warning } from "../Importer.ts"
import type { MappingItem } from "./Mapping.ts"

/** Gathers what a source says beside its relations and nobody keeps: each kind is told once, where it stands first. */
export const make = () => {
  const found = new Map<string, { readonly at: string; count: number }>()
  return {
    add: (what: string, at: string): void => {
      const before = found.get(what)
      if (before === undefined) found.set(what, { at, count: 1 })
      else before.count++
    },
    items: (): ReadonlyArray<MappingItem> =>
      [...found].map(([what, { at, count }]) =>
        Result.succeed({
          _tag: "Warning",
          at,
          problem: `${what} is not kept${count === 1 ? "" : `; there are ${count} of them`}`
        })
      )
  }
}
export type Unkept = ReturnType<typeof make>

/** Columns that say what an end is, which its catalog does. */
const describes =
  /(?:name|title|titel|description|beschreibung|text)$|^(?:focal|reference)document(?:element(?:[fr]de)?)?$|^scfcontrol$/u

/** Gathers which columns of a table are filled that nothing reads, but for those that describe the ends: one sentence for all. */
export const columns = (isRead: (column: string) => boolean) => {
  let pending: ReadonlyArray<string> | undefined
  const found: Array<string> = []
  let first = ""
  return {
    /** A row, with the columns that all rows have. */
    add: (at: string, names: ReadonlyArray<string>, isFilled: (column: string) => boolean): void => {
      pending ??= names.filter((name) => !isRead(name) && !describes.test(plain(name)))
      const filled = pending.filter(isFilled)
      if (filled.length === 0) return
      if (found.length === 0) first = at
      found.push(...filled)
      pending = pending.filter((name) => !filled.includes(name))
    },
    items: (): ReadonlyArray<Result.Result<Warning>> => {
      if (found.length === 0) return []
      const names = found.length === 1 ? `the column ${found[0]} is` : `the columns ${found.join(", ")} are`
      return [Result.succeed({ _tag: "Warning", at: first, problem: `${names} not kept` })]
    }
  }
}
