import type { RelationState } from "../domain/Decision.ts"
import type { Provenance } from "../domain/Relation.ts"
import type { NotFoundError } from "../domain/NotFoundError.ts"
import { canonical, faultOf, keyOf, type RelationEnds } from "../domain/RelationEnds.ts"
import { typeOf } from "../domain/RelationInput.ts"
import type { Refusal } from "../domain/ReviewOutcome.ts"
import type { Verdict } from "../domain/Verdict.ts"
import type { Change } from "../storage/DecisionLog.ts"
import { endsOf } from "../storage/RelationRow.ts"
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

/** A change after which the relation is there. */
type Decided = Change & { readonly after: RelationState }

/** What a verdict changes, given the relations there are between its ends. */
const changeOf = (
  verdict: Verdict,
  between: ReadonlyArray<ReviewRows.ReviewRow>,
  by: string | undefined
): Decided | "same" | string => {
  const { as, chosen = "name", note, seen, sources, status, targets, to } = verdict
  const ends = canonical({ sources, targets, to })
  const type = verdict.type ?? (between.length === 1 ? between[0]?.type : undefined)
  if (type === undefined && between.length > 1) {
    return `there are ${between.length} relations between them (${between.map((row) => row.type).join(", ")}); say which`
  }
  const wanted = as ?? type ?? typeOf(targets)
  const fault = faultOf(ends, wanted)
  if (fault !== undefined) return fault.problem
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
  return { id: row?.id, ends, before, after, note, chosen }
}

/** What verdicts change, given the relations between their ends, and what of these is not stored. */
export const changes = (
  verdicts: ReadonlyArray<Verdict>,
  relations: ReadonlyArray<ReviewRows.ReviewRow>,
  missingOf: (ends: RelationEnds) => NotFoundError | undefined,
  by: string | undefined
) => {
  const between = Map.groupBy(relations, (row) => keyOf(endsOf(row)))
  const changes: Array<Decided> = []
  const refused: Array<Refusal> = []
  const taken = new Set<string>()
  let unchanged = 0
  for (const verdict of verdicts) {
    const { sources, targets, to } = verdict
    const ends = canonical({ sources, targets, to })
    const key = keyOf(ends)
    const missing = missingOf(ends)
    if (missing !== undefined) {
      refused.push({ ...ends, problem: missing.problem, missing: missing.uri })
      continue
    }
    const change = changeOf(verdict, between.get(key) ?? [], by)
    if (change === "same") unchanged++
    else if (typeof change === "string") refused.push({ ...ends, problem: change })
    else {
      const typed = `${key}${change.before?.type}`
      if (taken.has(key) || taken.has(typed)) {
        refused.push({ ...ends, problem: "there is another verdict on it before this one; give one at a time" })
      } else {
        // A relation of a new type could meet another verdict on the same ends.
        taken.add(change.before?.type === change.after?.type ? typed : key)
        changes.push(change)
      }
    }
  }
  return { changes, refused, unchanged }
}
