import { Clock, Context, Effect, Layer, Schema, Stream } from "effect"
import type { SqlClient } from "effect/sql"
import { Carried, CarriedRelation, type CarryOutcome, type CarryReason, CarryReport } from "../domain/Carry.ts"
import { CarryOptions } from "../domain/CarryOptions.ts"
import type { DatabaseError } from "../domain/DatabaseError.ts"
import { RelationState } from "../domain/Decision.ts"
import type { Relation } from "../domain/Relation.ts"
import { canonical, keyOf, type RelationEnds } from "../domain/RelationEnds.ts"
import { keyText } from "../domain/RelationKey.ts"
import type { Embedder } from "../embedder/Embedder.ts"
import * as DecisionLog from "../storage/DecisionLog.ts"
import * as Migrations from "../storage/Migrations.ts"
import * as Once from "../storage/Once.ts"
import { operation } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import { endsOf } from "../storage/RelationRow.ts"
import * as ReviewRows from "../storage/ReviewRows.ts"
import * as Snapshot from "../storage/Snapshot.ts"
import type { VectorIndex } from "../storage/VectorIndex.ts"
import { CatalogDiff, type DiffError } from "./CatalogDiff.ts"
import * as CarryPlan from "./CarryPlan.ts"
import * as Editions from "./Editions.ts"
import * as LostPlan from "./LostPlan.ts"
import { Pins } from "./Pins.ts"

/** Why relations cannot be carried over. */
export type CarryError = DiffError

/** What the method of every relation that was carried begins with. */
const carryMethod = "carry:"

const isSame = Schema.toEquivalence(RelationState)

const make = Effect.gen(function* () {
  const once = yield* Once.make
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  const snapshot = yield* Snapshot.make
  const catalogDiff = yield* CatalogDiff
  const pins = yield* Pins
  const rows = yield* ReviewRows.make
  const log = yield* DecisionLog.make

  const accepted = (from: string, to: string) =>
    Stream.runCollect(relations.findAll({ from, to, status: ["accepted"] }))

  /** What follows from each accepted relation. */
  const plan = Effect.fn("Carry.plan")(function* ({ catalog, from, method, through, to }: CarryOptions) {
    for (const one of [catalog, from, to]) yield* references.requireCatalog(one)
    const { changes } =
      through === "map" || from === to
        ? { changes: [] }
        : yield* catalogDiff.diff({
            before: from,
            after: to,
            method,
            relations: through === "diff" ? "ignore" : "first"
          })
    return yield* snapshot.read(
      Effect.gen(function* () {
        const read = (one: string) => Stream.runCollect(references.findAll({ catalog: one }))
        const before = yield* read(from)
        const urisOf = (all: typeof before) => new Set(all.map(({ uri }) => uri))
        const stored = new Map([
          [catalog, urisOf(yield* read(catalog))],
          [from, urisOf(before)]
        ])
        const lost = LostPlan.make(yield* pins.moved(), {
          catalog,
          from,
          to,
          isOf: (uri, name) => stored.get(name)?.has(uri) === true
        })
        if (from === to) return lost.plans
        const between = through === "diff" ? [] : [...(yield* accepted(from, to)), ...(yield* accepted(to, from))]
        const editions = Editions.make(before, yield* read(to), {
          names: [from, to],
          relations: between,
          changes
        })
        const planned = (side: "sources" | "targets") => (relation: Relation) =>
          lost.isLost(relation) ? [] : [CarryPlan.of(relation, editions, side, { from, to })]
        return [
          ...(yield* accepted(catalog, from)).flatMap(planned("targets")),
          ...(yield* accepted(from, catalog)).flatMap(planned("sources")),
          ...lost.plans
        ]
      })
    )
  })

  /** What a person accepted of the later edition. */
  const decisions = Effect.fnUntraced(function* ({ catalog, to }: CarryOptions) {
    const found = [...(yield* accepted(catalog, to)), ...(yield* accepted(to, catalog))]
    const holds = (all: ReadonlyArray<string>, some: ReadonlyArray<string>) => some.every((uri) => all.includes(uri))
    /** Whether a larger set says it already, or that there is no counterpart, or that there is one where none is proposed. */
    return ({ sources, targets, to: none }: RelationEnds): boolean =>
      found.some((one) => {
        if (!holds(one.sources, sources)) return false
        if (none !== undefined) return one.to === none || (one.to === undefined && one.type !== "no-relationship")
        return one.to === undefined ? holds(one.targets, targets) : true
      })
  })

  /** What is to become of each proposal, given what is stored; and what that changes. */
  const settle = Effect.fnUntraced(function* (plans: ReadonlyArray<CarryPlan.Plan>, options: CarryOptions) {
    const { acceptUnchanged = false, by, through } = options
    const isDecided = yield* decisions(options)
    const { found } = yield* rows.between(plans.flatMap(({ proposals }) => proposals.map(({ ends }) => ends)))
    const stored = Map.groupBy(found, (row) => keyOf(endsOf(row)))

    const wantedOf = (proposal: CarryPlan.Proposal) => {
      const { confidence, ends, path, reasons, type } = proposal
      const between = stored.get(keyOf(ends)) ?? []
      const row = between.find((one) => one.type === type)
      const before = row === undefined ? undefined : ReviewRows.stateOf(row)
      const status = acceptUnchanged && CarryPlan.isUnchanged(proposal) ? "accepted" : "suggested"
      const who = status === "accepted" && by !== undefined ? { by } : {}
      const after: RelationState = {
        type,
        status,
        confidence,
        needsReview: false,
        provenance: { method: `${carryMethod}${through ?? "map+diff"}`, path, ...who }
      }
      const outcome: CarryOutcome =
        between.some((one) => one.status !== "suggested") || isDecided(ends)
          ? "decided"
          : before !== undefined && isSame(before, after)
            ? "unchanged"
            : status
      return {
        key: keyText({ ...ends, type }),
        change: { id: row?.id, ends, before, after, note: undefined, chosen: "filter" as const },
        outcome,
        reasons
      }
    }
    type Wanted = ReturnType<typeof wantedOf>

    /** Of several accepted relations that lead to the same, one that is accepted, then the surest, counts. */
    const isBetter = (a: Wanted["change"]["after"], b: Wanted["change"]["after"]) =>
      Number(a.status === "accepted") - Number(b.status === "accepted") || a.confidence - b.confidence
    const best = new Map<string, Wanted>()
    const wanted = plans.map(({ proposals }) => proposals.map(wantedOf))
    for (const one of wanted.flat()) {
      const known = best.get(one.key)
      if (known === undefined || isBetter(one.change.after, known.change.after) > 0) best.set(one.key, one)
    }
    const changes = [...best.values()].flatMap(({ change, outcome }) =>
      outcome === "accepted" || outcome === "suggested" ? [change] : []
    )
    const settled = plans.map(({ missing, relation, reused, unclear }, i) => {
      const { confidence, type } = relation
      const successors = (wanted[i] ?? []).map((one) => {
        const { change, outcome } = best.get(one.key) ?? one
        const { confidence, provenance, type } = change.after
        return new CarriedRelation({
          ...canonical(change.ends),
          type,
          confidence,
          provenance,
          reasons: one.reasons,
          outcome
        })
      })
      return new Carried({ ...canonical(relation), type, confidence, successors, missing, unclear, reused })
    })
    return { settled, changes }
  })

  const carry = operation("Carry.carry", { options: CarryOptions })(function* ({ options }) {
    const { by, catalog, from, store = true, through, to } = options
    yield* Effect.annotateCurrentSpan({ catalog, from, to })
    const plans = yield* plan(options)
    const { settled, step } = yield* store
      ? once(
          Effect.gen(function* () {
            const { changes, settled } = yield* settle(plans, options)
            if (changes.length === 0) return { settled, step: undefined }
            return { settled, step: yield* log.write(changes, { at: yield* Clock.currentTimeMillis, by }) }
          })
        )
      : Effect.map(snapshot.read(settle(plans, options)), ({ settled }) => ({ settled, step: undefined }))
    return new CarryReport({
      catalog,
      from,
      to,
      ...(through !== undefined && { through }),
      ...(step !== undefined && { step }),
      relations: settled,
      totals: totalsOf(settled)
    })
  })

  return Carry.of({ carry })
})

/** What holds for an accepted relation or any of what follows from it. */
const reasonsOf = ({ missing, reused, successors, unclear }: Carried): ReadonlySet<CarryReason> =>
  new Set([
    ...successors.flatMap(({ reasons }) => reasons),
    ...(missing.length > 0 ? (["deleted"] as const) : []),
    ...(unclear.length > 0 ? (["unclear"] as const) : []),
    ...(reused.length > 0 ? (["reused"] as const) : [])
  ])

const totalsOf = (relations: ReadonlyArray<Carried>): CarryReport["totals"] => {
  const successors = { accepted: 0, suggested: 0, unchanged: 0, decided: 0 }
  const reasons: Record<CarryReason, number> = {
    unchanged: 0,
    moved: 0,
    reworded: 0,
    split: 0,
    merged: 0,
    deleted: 0,
    unclear: 0,
    reused: 0,
    incomplete: 0,
    "nothing-follows": 0,
    negative: 0,
    "needs-review": 0
  }
  for (const relation of relations) {
    for (const { outcome } of relation.successors) successors[outcome] += 1
    for (const reason of reasonsOf(relation)) reasons[reason] += 1
  }
  const withoutSuccessor = relations.filter(({ successors }) => successors.length === 0).length
  return { relations: relations.length, withoutSuccessor, successors, reasons }
}

/**
 * Carries accepted relations over to another edition of one of their catalogs.
 *
 * What follows from an accepted relation and what leads from one edition to the next is composed by set theory: what is
 * equal to a part is a part. It is stored as a suggestion with what it follows from in its provenance; where the texts are
 * the same it is accepted on request. What a person decided stays as it is.
 *
 * @example
 * import { Effect } from "effect"
 * import { Carry } from "crosswalk"
 *
 * const program = Effect.gen(function*() {
 *   const { carry } = yield* Carry
 *   const { relations } = yield* carry({ catalog: "company@2026", from: "asvs@4.0.3", to: "asvs@5.0.0", acceptUnchanged: true })
 *   return relations.filter(({ successors }) => successors.length === 0)
 * })
 */
export class Carry extends Context.Service<
  Carry,
  {
    /**
     * Proposes for each accepted relation between `catalog` and `from` what takes its place between `catalog` and `to`, and
     * stores it as one step of the log of decisions. Carrying again changes nothing.
     */
    readonly carry: (options: CarryOptions) => Effect.Effect<CarryReport, CarryError>
  }
>()("crosswalk/Carry") {
  /** Brings the tables up to date first. */
  static readonly layerNoDeps: Layer.Layer<
    Carry,
    DatabaseError,
    SqlClient.SqlClient | CatalogDiff | Pins | ReferenceRepository | RelationRepository
  > = Layer.effect(this, make).pipe(Layer.provide(Migrations.layer))

  /** On any libSQL `SqlClient`, with the embedder and the vector index in use. */
  static readonly layer: Layer.Layer<Carry, DatabaseError, SqlClient.SqlClient | Embedder | VectorIndex> =
    this.layerNoDeps.pipe(
      Layer.provide(Layer.mergeAll(CatalogDiff.layer, Pins.layer, ReferenceRepository.layer, RelationRepository.layer))
    )
}
