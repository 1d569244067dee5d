import { itemName, sideName } from "./Names.ts"
import type { Entry, Verdict } from "./Queue.ts"
import type { Type } from "./Types.ts"

/** Verdicts that are one step, and what is said when they are carried out. */
export interface Verdicts {
  readonly list: ReadonlyArray<Verdict>
  readonly done: string
}

export interface Options {
  readonly note?: string | undefined
  /** The type that the relation gets. */
  readonly as?: Type | undefined
}

const said = ({ as, note }: Options) => ({
  ...(as !== undefined && { as }),
  ...(note !== undefined && { note }),
  chosen: "order" as const
})

/** What tells a relation apart, and, where it was not decided here, the version that was looked at. */
const about = ({ item: { relation, version }, step }: Entry) => ({
  sources: relation.sources,
  targets: relation.targets,
  ...(relation.to !== undefined && { to: relation.to }),
  type: relation.type,
  ...(step === undefined && { seen: version })
})

/** A verdict on one relation. */
export const one = (entry: Entry, status: Verdict["status"], options: Options): Verdicts => ({
  list: [{ ...about(entry), status, ...said(options) }],
  done: `${status === "accepted" ? "Accepted" : "Rejected"} ${itemName(entry.item)}${options.as === undefined ? "" : ` as ${options.as}`}.`
})

/** Several targets of one source, accepted as one relation of sets; what each says alone stays open. */
export const asSet = (entries: ReadonlyArray<Entry>, { as, ...options }: Options): Verdicts | undefined => {
  const [first] = entries
  if (first === undefined) return undefined
  const { sources, type } = first.item.relation
  const targets = entries.flatMap(({ item }) => item.relation.targets)
  const name = `${sideName(first.item.sources)} › ${entries.map(({ item }) => sideName(item.targets)).join(" + ")}`
  return {
    list: [{ sources, targets, type: as ?? type, status: "accepted", ...said(options) }],
    done: `Accepted ${name} as one set. What each says alone is still open.`
  }
}

/** Says that nothing in the catalog of the targets answers the source: every open candidate of it is rejected. */
export const none = (
  entry: Entry | undefined,
  entries: ReadonlyArray<Entry>,
  options: Options
): Verdicts | undefined => {
  const to = entry?.item.targets[0]?.catalog
  if (entry === undefined || to === undefined) return undefined
  const { sources } = entry.item.relation
  const open = entries.filter(
    ({ item }) =>
      item.relation.status === "suggested" &&
      item.relation.sources.join(" ") === sources.join(" ") &&
      item.targets[0]?.catalog === to
  )
  return {
    list: [
      ...open.map((one) => ({ ...about(one), status: "rejected" as const, ...said(options) })),
      { sources, targets: [], to, status: "accepted", ...said(options) }
    ],
    done: `${sideName(entry.item.sources)} has no counterpart in ${to}.`
  }
}
