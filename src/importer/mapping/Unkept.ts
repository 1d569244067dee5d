import { Result } from "effect"
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
