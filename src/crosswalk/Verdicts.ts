import type { RelationState } from "../domain/Decision.ts"
import type { Provenance } from "../domain/Relation.ts"
import type { Refusal } from "../domain/ReviewOutcome.ts"
import type { Verdict } from "../domain/Verdict.ts"
import type { Change } from "../storage/DecisionLog.ts"
import * as ReviewRows from "../storage/ReviewRows.ts"

const provenanceWith = (
  before: Provenance | undefined,
  by: string | undefined,
  note: string | undefined
): Provenance => {
  const { by: _by, note: earlier, ...made } = before ?? { method: "manual" }
  const remark = note ?? earlier
  return {
    ...made,
    ...(by === undefined ? {} : { by }),
    ...(remark === undefined || remark === "" ? {} : { note: remark })
  }
}

/** Whether this was said of the relation before, whoever said it, and its texts have not changed since. */
const isSaid = (row: ReviewRows.ReviewRow, { confidence, note, status }: Verdict): boolean =>
  row.status === status &&
  row.needs_review === 0 &&
  (confidence === undefined || confidence === row.confidence) &&
  (note === undefined || note === (row.provenance.note ?? ""))

/** What a verdict changes, given the relations there are between its two references. */
const changeOf = (
  verdict: Verdict,
  between: ReadonlyArray<ReviewRows.ReviewRow>,
  by: string | undefined
): Change | "same" | string => {
  const { as, note, seen, source, status, target } = verdict
  if (source === target) return "a reference cannot be related to itself"
  const type = verdict.type ?? (between.length === 1 ? between[0]?.type : undefined)
  if (type === undefined && between.length > 1) {
    return `there are ${between.length} relations between them (${between.map((row) => row.type).join(", ")}); say which`
  }
  const wanted = as ?? type ?? "implements"
  const said = between.find((one) => one.type === wanted)
  const row = between.find((one) => one.type === type)
  if (said !== undefined && (row === undefined || row === said) && isSaid(said, verdict)) return "same"
  if (row === undefined && seen !== undefined) return "there is no such relation any more"
  if (row !== undefined && seen !== undefined && ReviewRows.versionOf(row) !== seen) {
    return `it has changed since it was read; it is ${row.status} now. Look at it again`
  }
  if (row !== undefined && said !== undefined && said !== row) {
    return `there is a relation ${wanted} between them already (${said.status})`
  }
  const before = row === undefined ? undefined : ReviewRows.stateOf(row)
  const after: RelationState = {
    type: wanted,
    status,
    confidence: verdict.confidence ?? before?.confidence ?? 1,
    needsReview: false,
    provenance: provenanceWith(before?.provenance, by, note)
  }
  return { id: row?.id, source, target, before, after, note }
}

const pairOf = (source: string, target: string) => JSON.stringify([source, target])

/** What verdicts change, given the relations between their references and which references are stored. */
export const changes = (
  verdicts: ReadonlyArray<Verdict>,
  relations: ReadonlyArray<ReviewRows.ReviewRow>,
  stored: ReadonlySet<string>,
  by: string | undefined
) => {
  const between = Map.groupBy(relations, ({ source, target }) => pairOf(source, target))
  const changes: Array<Change> = []
  const refused: Array<Refusal> = []
  const taken = new Set<string>()
  let unchanged = 0
  for (const verdict of verdicts) {
    const { source, target } = verdict
    const pair = pairOf(source, target)
    const missing = [source, target].find((uri) => !stored.has(uri))
    if (missing !== undefined) {
      refused.push({ source, target, problem: `there is no reference ${missing}`, missing })
      continue
    }
    const change = changeOf(verdict, between.get(pair) ?? [], by)
    if (change === "same") unchanged++
    else if (typeof change === "string") refused.push({ source, target, problem: change })
    else {
      const key = `${pair}${change.before?.type}`
      if (taken.has(pair) || taken.has(key)) {
        refused.push({ source, target, problem: "there is another verdict on it before this one; give one at a time" })
      } else {
        // A relation of a new type could meet another verdict on the same two.
        taken.add(change.before?.type === change.after?.type ? key : pair)
        changes.push(change)
      }
    }
  }
  return { changes, refused, unchanged }
}
