import { Effect, Schema } from "effect"
import { Carry } from "../../crosswalk/Carry.ts"
import { type Carried, CarryOutcome, CarryReason, CarryReport } from "../../domain/Carry.ts"
import { CarryThrough } from "../../domain/CarryOptions.ts"
import { Confidence, RelationType } from "../../domain/Relation.ts"
import { SuggestMethod } from "../../domain/SuggestOptions.ts"
import { CurrentActor } from "../Actor.ts"
import { rounded } from "../Budget.ts"
import { catalog, cursor, dryRun, limitOf, said } from "../Input.ts"
import { CurrentSurroundings } from "../McpOptions.ts"
import * as Page from "../Page.ts"
import * as Recent from "../../http/answers/Recent.ts"
import * as Progress from "../Progress.ts"
import { endsFields, endsShown } from "../RelationShown.ts"
import * as Tool from "../Tool.ts"

const most = 100
const usual = 30

const Input = Schema.Struct({
  catalog: catalog("The catalog at the other end of the relations, which stays as it is"),
  from: catalog("The edition that the relations are with"),
  to: catalog("The edition to carry them to"),
  through: said(
    CarryThrough,
    "What leads from one edition to the next: accepted relations or their comparison. Default: both"
  ),
  method: said(SuggestMethod, "How the comparison finds likeness; keyword needs no model. Default: hybrid"),
  acceptUnchanged: said(Schema.Boolean, "Carry as accepted what has the same texts in both editions. Default: false"),
  dryRun,
  limit: limitOf(most, usual),
  cursor
})

const Output = Schema.Struct({
  dryRun: Schema.Boolean,
  /** The step of the log, by which people take it back; absent where nothing was written. */
  step: Schema.optionalKey(Schema.Natural),
  totals: CarryReport.fields.totals,
  /** Accepted relations, and what follows from each. */
  relations: Schema.Array(
    Schema.Struct({
      ...endsFields,
      type: RelationType,
      successors: Schema.Array(
        Schema.Struct({
          ...endsFields,
          type: RelationType,
          confidence: Confidence,
          outcome: CarryOutcome,
          reasons: Schema.Array(CarryReason)
        })
      ),
      /** Its references that nothing continues. */
      missing: Schema.Array(Schema.String),
      /** Its references of which it is unclear what does. */
      unclear: Schema.Array(Schema.String)
    })
  ),
  ...Page.pageFields
})

/** So many of a list within a relation are shown. */
const inner = 10

const row = ({ missing, successors, type, unclear, ...ends }: Carried) => ({
  ...endsShown(ends),
  type,
  successors: successors.slice(0, inner).map(({ confidence, outcome, reasons, type, ...ends }) => ({
    ...endsShown(ends),
    type,
    confidence: rounded(confidence),
    outcome,
    reasons
  })),
  missing: missing.slice(0, inner),
  unclear: unclear.slice(0, inner).map(({ uri }) => uri)
})

interface Found {
  readonly step: number | undefined
  readonly totals: CarryReport["totals"]
  readonly relations: ReadonlyArray<ReturnType<typeof row>>
}

export const carry = Effect.gen(function* () {
  const { carry } = yield* Carry
  const { maxTokens } = yield* CurrentSurroundings
  const recent = Recent.make<Found>()
  return Tool.make({
    name: "carry",
    title: "Carry relations over",
    description:
      "Carry accepted relations over to a new edition of one of their catalogues: what follows from each is stored as a suggestion " +
      "to be reviewed, or accepted where the texts are the same and acceptUnchanged is true. What people decided stays. It is a " +
      "dry run until dryRun is false.",
    effects: "changes",
    input: Input,
    output: Output,
    run: Effect.fnUntraced(function* (input, tell) {
      const { cursor: _, dryRun: isDry = true, limit = usual, ...options } = input
      const { name: by } = yield* CurrentActor
      const part = yield* Page.of(input, maxTokens)
      const { relations, step, totals } = yield* recent(
        part.question,
        part.place,
        Effect.map(
          Progress.beating(tell, "carrying relations over", carry({ ...options, by, store: !isDry })),
          ({ relations, step, totals }): Found => ({ step, totals, relations: relations.map(row) })
        )
      )
      const answer = { dryRun: isDry, ...(step !== undefined && { step }), totals }
      const { items, ...page } = part.take(relations, { limit, rest: answer })
      return { ...answer, relations: items, ...page }
    })
  })
})
