import type { LintFinding } from "../../domain/Lint.ts"
import type { Remedy } from "../../domain/Remedy.ts"
import * as Uuid from "../../domain/Uuid.ts"
import type { LintReference } from "../../storage/LintRows.ts"
import { type About, finding, type Statement, times } from "./Statement.ts"

const uuidOf = ({ identifier, uri, uuid }: LintReference) =>
  Uuid.of({ uri, identifier: identifier ?? uri, metadata: { uuid } })

/** An end whose UUID is another's now. */
interface Moved {
  readonly uri: string
  readonly uuid: string
  readonly about: About
  /** The reference that is called so, where there is one. */
  readonly now: LintReference | undefined
  count: number
}

/**
 * Ends that a file knows by a UUID, and whose identifier is another reference's now, or nobody's while the one that was meant
 * is called otherwise. Each is told once; `told` are those that are nobody's.
 */
export const check = (
  statements: ReadonlyArray<Statement>,
  references: ReadonlyMap<string, LintReference>,
  find: (uri: string) => string | undefined
): { readonly findings: ReadonlyArray<LintFinding>; readonly told: ReadonlySet<string> } => {
  const moved = new Map<string, Moved>()
  const told = new Set<string>()
  if (!statements.some(({ uuids }) => uuids !== undefined)) return { findings: [], told }
  const holders = new Map(
    [...references.values()].flatMap((one) => {
      const uuid = uuidOf(one)
      return uuid === undefined ? [] : [[uuid, one] as const]
    })
  )
  for (const { at, sources, uuids = {} } of statements) {
    for (const [uri, uuid] of Object.entries(uuids)) {
      const now = references.get(find(uri) ?? "")
      const own = now === undefined ? undefined : uuidOf(now)
      const isMoved = now === undefined ? holders.has(uuid) : own !== undefined && own !== uuid
      if (!isMoved) continue
      const key = `${uri} ${uuid}`
      const before = moved.get(key)
      if (before !== undefined) before.count++
      else {
        const about = { at, ...(sources.includes(uri) ? { sources: [uri] } : { targets: [uri] }) }
        moved.set(key, { uri, uuid, about, now, count: 1 })
        if (now === undefined) told.add(uri)
      }
    }
  }
  const findings = [...moved.values()].map(({ about, count, now, uri, uuid }) => {
    const meant = holders.get(uuid)
    const remedy: Remedy | undefined =
      meant === undefined ? undefined : { action: "chooseOne", field: "uri", values: [meant.uri] }
    const where = meant === undefined ? "the one that was meant is gone" : `the one that was meant is ${meant.uri} now`
    return now === undefined
      ? finding(
          "unknown-identifier",
          about,
          `There is no reference ${uri}; by its UUID, ${where}.${times(count)}`,
          remedy
        )
      : finding("other-control", about, `${uri} is another control now; by its UUID, ${where}.${times(count)}`, remedy)
  })
  return { findings, told }
}
