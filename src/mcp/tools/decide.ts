import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Review } from "../../crosswalk/Review.ts"
import type { Decision } from "../../domain/Decision.ts"
import { CatalogId } from "../../domain/Catalog.ts"
import { Confidence, RelationStatus, RelationType } from "../../domain/Relation.ts"
import { NonBlankText, Text } from "../../domain/Text.ts"
import { Verdict } from "../../domain/Verdict.ts"
import * as Rehearsal from "../../storage/Rehearsal.ts"
import { CurrentActor } from "../Actor.ts"
import { fit, rounded, snippet } from "../Budget.ts"
import { catalogOf, dryRun, needed, said } from "../Input.ts"
import { CurrentSurroundings } from "../McpOptions.ts"
import { endsFields, endsShown } from "../RelationShown.ts"
import * as Tool from "../Tool.ts"

/** So many verdicts in one call, which is one step that can be taken back. */
const most = 100

const Input = Schema.Struct({
  verdicts: needed(
    Schema.Array(
      Schema.Struct({
        sources: needed(Schema.NonEmptyArray(NonBlankText), "The ids of the references the relation starts from"),
        targets: needed(
          Schema.Array(NonBlankText),
          "The ids of the references it points to; none, with to, says that the sources have no counterpart there"
        ),
        to: said(CatalogId, catalogOf("Without targets: the catalog in which there is no counterpart")),
        status: needed(Verdict.fields.status, "Whether the relation holds"),
        type: said(RelationType, "Which relation between these ends, where there are several"),
        as: said(RelationType, "The type it gets. Default: the one it has"),
        confidence: said(Confidence, "How sure the person is, 0 to 1. Default: as it was, or 1"),
        note: said(Text, "A remark that is kept with the decision")
      })
    ).check(Schema.isMinLength(1), Schema.isMaxLength(most)),
    `What a person said about relations, 1 to ${most} of them; ends that have no relation get one`
  ),
  dryRun
})

const State = Schema.Struct({ type: RelationType, status: RelationStatus, confidence: Confidence })

const Output = Schema.Struct({
  dryRun: Schema.Boolean,
  /** The step of the log, by which people take it back; absent where nothing was written. */
  step: Schema.optionalKey(Schema.Natural),
  /** Who is named as the one who decided. */
  by: Schema.optionalKey(Schema.String),
  decided: Schema.Array(
    Schema.Struct({ ...endsFields, before: Schema.optionalKey(State), after: Schema.optionalKey(State) })
  ),
  /** How many had been decided just so before. */
  unchanged: Schema.Natural,
  refused: Schema.Array(Schema.Struct({ ...endsFields, problem: Schema.String })),
  /** How many there are of each in all. */
  counts: Schema.Struct({ decided: Schema.Natural, refused: Schema.Natural }),
  truncated: Schema.Boolean
})

const stateOf = ({ confidence, status, type }: typeof State.Type) => ({ type, status, confidence: rounded(confidence) })

const decidedOf = ({ after, before, ...ends }: Decision) => ({
  ...endsShown(ends),
  ...(before !== undefined && { before: stateOf(before) }),
  ...(after !== undefined && { after: stateOf(after) })
})

export const decide = Effect.gen(function* () {
  const { decide } = yield* Review
  const sql = yield* SqlClient.SqlClient
  const { maxTokens } = yield* CurrentSurroundings
  return Tool.make({
    name: "decide",
    title: "Record decisions",
    description:
      "Record what a person said about relations between references: accept or reject suggestions, change their type, or make " +
      "relations. Only what the user has said, never your own guess. It is a dry run until dryRun is false; then it is logged " +
      "as one step with the user's name.",
    effects: "changes",
    input: Input,
    output: Output,
    run: Effect.fnUntraced(function* ({ dryRun: isDry = true, verdicts }) {
      const { name: by } = yield* CurrentActor
      const run = decide(verdicts, { by })
      const outcome = yield* isDry ? Effect.provideService(Rehearsal.of(run), SqlClient.SqlClient, sql) : run
      const decided = fit(outcome.decided.map(decidedOf), maxTokens / 2)
      const refused = fit(
        outcome.refused.map(({ problem, ...ends }) => ({ ...endsShown(ends), problem: snippet(problem, 300) })),
        maxTokens / 3
      )
      const counts = { decided: outcome.decided.length, refused: outcome.refused.length }
      return {
        dryRun: isDry,
        ...(!isDry && outcome.step !== undefined && { step: outcome.step }),
        ...(by !== undefined && { by }),
        decided,
        unchanged: outcome.unchanged,
        refused,
        counts,
        truncated: decided.length < counts.decided || refused.length < counts.refused
      }
    })
  })
})
