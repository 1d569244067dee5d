import { faultOf, setText, targetsText, urisOf } from "../domain/RelationEnds.ts"
import { keyText } from "../domain/RelationKey.ts"
import type { ExportedRelation, Placed } from "../importer/mapping/RelationFile.ts"
import type { ImportFailure } from "./ImportReport.ts"

/** What is stored. */
export interface Known {
  /** The URI of the reference that an end means. */
  readonly uriOf: (uri: string) => string | undefined
  readonly catalogs: ReadonlySet<string>
}

/**
 * A relation between what is stored. Where an end of its sets is not, what is left is suggested as `intersects`, because
 * what was said holds for the whole sets only. None where a side is empty then.
 */
const knownOf = (relation: ExportedRelation, { uriOf }: Known): ExportedRelation | undefined => {
  const there = (uris: ReadonlyArray<string>) => uris.flatMap((uri) => uriOf(uri) ?? [])
  const [first, ...others] = there(relation.sources)
  const targets = there(relation.targets)
  if (first === undefined) return undefined
  const known = { ...relation, sources: [first, ...others] as const, targets }
  if (urisOf(known).length === urisOf(relation).length) return known
  if (targets.length === 0 || relation.type === "no-relationship") return undefined
  const said = `${setText(relation.sources)} ${relation.type} ${targetsText(relation)}, of which not all are stored`
  const note = [said, relation.provenance.note ?? ""].filter((text) => text !== "").join("; ")
  const provenance = { ...relation.provenance, note }
  return { ...known, type: "intersects", status: "suggested", needsReview: false, provenance }
}

/** The relations that can be stored, each once, and what is wrong with others; that an end is missing is told elsewhere. */
export const check = (found: ReadonlyArray<Placed>, known: Known) => {
  const failed: Array<ImportFailure> = []
  const missing = new Map<string, { readonly at: string; count: number }>()
  const seen = new Map<string, string>()
  const good = found.flatMap(({ at, relation: given }) => {
    const relation = knownOf(given, known)
    if (relation === undefined) return []
    if (relation.to !== undefined && !known.catalogs.has(relation.to)) {
      const before = missing.get(relation.to) ?? { at, count: 0 }
      missing.set(relation.to, { ...before, count: before.count + 1 })
      return []
    }
    const key = keyText(relation)
    const fault = faultOf(relation, relation.type)
    const before = seen.get(key)
    if (fault !== undefined || before !== undefined) {
      const problem = fault?.problem ?? `says what was said before, at ${before}; the first one counts`
      failed.push({ at, problem })
      return []
    }
    seen.set(key, at)
    return [relation]
  })
  for (const [catalog, { at, count }] of missing) {
    failed.push({
      at,
      problem: `there is no catalog ${catalog}${count === 1 ? "" : `, which is named ${count} times`}`
    })
  }
  return { good, failed }
}
