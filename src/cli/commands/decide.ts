import { Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"
import { Review } from "../../crosswalk/Review.ts"
import { RelationType } from "../../domain/Relation.ts"
import * as Ends from "../Ends.ts"
import { optional, toggle } from "../Flags.ts"
import * as Reviewer from "../Reviewer.ts"
import * as Session from "../Session.ts"
import { missingEnd, tell } from "./review.ts"

export const decide = Command.make(
  "decide",
  {
    ...Ends.ends,
    reject: toggle("reject", "Reject it; without this it is accepted"),
    type: Flag.Literals("type", RelationType.literals).pipe(
      Flag.withDescription(
        "Which relation, where there are several; the type of one that is added (default implements)"
      ),
      optional
    ),
    as: Flag.Literals("as", RelationType.literals).pipe(Flag.withDescription("Change its type to this"), optional),
    by: Reviewer.reviewer,
    note: Reviewer.note
  },
  Effect.fn(function* ({ as, by, note, reject, type, ...named }) {
    const name = yield* Reviewer.nameOf(by)
    const status = reject ? "rejected" : "accepted"
    const outcome = yield* Effect.gen(function* () {
      const review = yield* Review
      return yield* review.decide([{ ...(yield* Ends.resolve(named)), type, as, status, note }], { by: name })
    }).pipe(Effect.provide(Layer.provideMerge(Review.layer, Session.references("existing"))))
    const [refusal] = outcome.refused
    if (refusal?.missing !== undefined) return yield* missingEnd(refusal, refusal.missing)
    yield* tell(reject ? "Rejected" : "Accepted", outcome)
  })
).pipe(
  Command.withDescription("Accept, reject or add one relation, or change its type, and log who did"),
  Command.withExamples([
    {
      command: "crosswalk decide company:2026.1/BR-04 asvs:5.0.0/V11.4.2 --as subset --by Ann --note 'only for staff'",
      description: "Accept it as another type; it is added where there is none"
    }
  ])
)
