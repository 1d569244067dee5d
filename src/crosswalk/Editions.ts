import type { CarryReason } from "../domain/Carry.ts"
import type { Change, Possibility, Successor } from "../domain/Change.ts"
import * as Identifier from "../domain/Identifier.ts"
import type { Reference } from "../domain/Reference.ts"
import type { Relation, RelationStep } from "../domain/Relation.ts"
import * as Uuid from "../domain/Uuid.ts"
import { localId } from "./CatalogMatch.ts"
import * as Composition from "./Composition.ts"
import * as Rewording from "./Rewording.ts"
import * as TextDiff from "./TextDiff.ts"

/** What leads from references of one edition to those of another. */
export interface Step {
  readonly before: ReadonlyArray<string>
  readonly after: ReadonlyArray<string>
  /** How the former, together, may stand to the latter. */
  readonly possible: ReadonlyArray<Composition.Standing>
  readonly reasons: ReadonlyArray<CarryReason>
  /** What it rests on: as it was said of stored relations, else from the former to the latter. */
  readonly said: RelationStep
}

/** What became of a reference. */
export interface Fate {
  readonly steps: ReadonlyArray<Step>
  /** What may continue it, where that is unclear. */
  readonly possible: ReadonlyArray<Possibility>
}

/** From this confidence on, a likely successor with the same identifier is not taken for another reference that reuses it. */
const leastSame = 0.5

/** Two editions of a catalog, and what leads from one to the other. */
export const make = (
  before: ReadonlyArray<Reference>,
  after: ReadonlyArray<Reference>,
  given: {
    readonly names: readonly [string, string]
    /** Relations between the two that a person accepted. */
    readonly relations: ReadonlyArray<Relation>
    readonly changes: ReadonlyArray<Change>
  }
) => {
  const { changes, names, relations } = given
  const earlier = new Map(before.map((reference) => [reference.uri, reference]))
  const later = new Map(after.map((reference) => [reference.uri, reference]))
  const isReworded = Rewording.between(before, after)
  const idOf = (reference: Reference, name: string) =>
    Identifier.normal(reference.identifier ?? localId(reference.uri, name))
  const others = after.filter(({ role }) => role !== "requirement")
  const byId = new Map(after.map((reference) => [idOf(reference, names[1]), reference]))
  const textOf = ({ description = "", title }: Reference) => TextDiff.normal(`${title}\n${description}`)
  const [textsBefore, textsAfter] = [before, after].map((all) => Map.groupBy(all, textOf))

  /** How one reference differs from the other. The same text under another identifier is evidence only where it is no other's. */
  const comparedTo = (a: Reference, b: Reference): ReadonlyArray<CarryReason> => {
    const isMoved = idOf(a, names[0]) !== idOf(b, names[1])
    const isAlone = textsBefore?.get(textOf(a))?.length === 1 && (textsAfter?.get(textOf(b))?.length ?? 1) === 1
    const isSame = !isReworded(a, b) && (!isMoved || isAlone)
    return [...(isMoved ? (["moved"] as const) : []), isSame ? "unchanged" : "reworded"]
  }

  const stepOf = ({ confidence, sources, targets, to, type }: Relation): Step | undefined => {
    const isForward = sources.some((uri) => earlier.has(uri))
    const [old, young] = isForward ? [sources, targets] : [targets, sources]
    const possible = Composition.standingsOf[type]
    const [a, b] = [earlier.get(old[0] ?? ""), later.get(young[0] ?? "")]
    // That two references have nothing in common leads nowhere; that one has no counterpart is its end.
    if (old.length === 0 || (type === "no-relationship" && to === undefined)) return undefined
    const isPair = old.length === 1 && young.length === 1 && a !== undefined && b !== undefined
    return {
      before: old,
      after: young,
      possible: isForward ? possible : Composition.converse(possible),
      reasons: isPair && type === "equal" ? comparedTo(a, b) : ["reworded"],
      said: { sources, targets, ...(to !== undefined && { to }), type, confidence, basis: "relation" }
    }
  }

  const likened = (
    reference: Reference,
    kinds: Change["kinds"],
    successor: Pick<Successor, "basis" | "confidence" | "isMain" | "reference">
  ): Step => {
    const isSplit = kinds.includes("split")
    const { basis, confidence, isMain } = successor
    const type = isMain ? (isSplit ? "superset" : "equal") : isSplit ? "intersects" : "subset"
    return {
      before: [reference.uri],
      after: [successor.reference.uri],
      possible: Composition.standingsOf[type],
      reasons: [
        ...(isSplit ? (["split"] as const) : []),
        ...(isMain ? [] : (["merged"] as const)),
        ...comparedTo(reference, successor.reference)
      ],
      said: { sources: [reference.uri], targets: [successor.reference.uri], type, confidence, basis }
    }
  }

  const steps = relations.flatMap((relation) => stepOf(relation) ?? [])
  const mapped = Map.groupBy(
    steps.flatMap((step) => step.before.map((uri) => [uri, step] as const)),
    ([uri]) => uri
  )
  const changed = new Map(changes.flatMap((change) => (change.before ? [[change.before.uri, change] as const] : [])))

  /** The part that one reference has in a step of several. */
  const partOf = (step: Step): Step =>
    step.before.length === 1
      ? step
      : { ...step, possible: Composition.compose(["=", "<"], step.possible), reasons: [...step.reasons, "merged"] }

  /** What continues a heading or guidance, which are not compared by likeness: the same UUID, or the same text. */
  const uncompared = (reference: Reference): ReadonlyArray<Step> => {
    const uuid = Uuid.of(reference)
    const [byUuid, ...more] = uuid === undefined ? [] : others.filter((other) => Uuid.of(other) === uuid)
    const alike = others.filter((other) => textOf(other) === textOf(reference))
    const id = idOf(reference, names[0])
    const byText = alike.find((other) => idOf(other, names[1]) === id) ?? (alike.length === 1 ? alike[0] : undefined)
    const found = byUuid !== undefined && more.length === 0 ? byUuid : byText
    if (found === undefined) return []
    const basis = found === byUuid ? "uuid" : "text"
    return [likened(reference, ["unchanged"], { reference: found, confidence: 1, isMain: true, basis })]
  }

  /** What continues a reference: by what people accepted, and where that says nothing, by the comparison. */
  const fateOf = (uri: string): Fate => {
    const found = (mapped.get(uri) ?? []).map(([, step]) => step)
    if (found.length > 0) {
      const kept = found.filter((step) => step.after.length > 0).map(partOf)
      const split = kept.length > 1 ? (["split"] as const) : []
      return { steps: kept.map((step) => ({ ...step, reasons: [...split, ...step.reasons] })), possible: [] }
    }
    const change = changed.get(uri)
    const reference = earlier.get(uri)
    if (reference === undefined) return { steps: [], possible: [] }
    if (change === undefined) return { steps: uncompared(reference), possible: [] }
    return {
      steps: change.after.map((successor) => likened(reference, change.kinds, successor)),
      possible: change.possible
    }
  }

  /** What people accepted of these references together. */
  const together = (uris: ReadonlyArray<string>): Step | undefined =>
    steps.find(
      (step) =>
        step.before.length === uris.length && step.after.length > 0 && uris.every((uri) => step.before.includes(uri))
    )

  /** Whether the identifier of a reference names another one in the later edition. */
  const isReused = (uri: string, steps: ReadonlyArray<Step>): boolean => {
    const reference = earlier.get(uri)
    const other = reference && byId.get(idOf(reference, names[0]))
    if (reference === undefined || other === undefined || !isReworded(reference, other)) return false
    const step = steps.find(({ after }) => after.includes(other.uri))
    return step === undefined || (step.said.basis === "suggestion" && step.said.confidence < leastSame)
  }

  return { fateOf, together, isReused, isOld: (uri: string) => earlier.has(uri) }
}

export type Editions = ReturnType<typeof make>
