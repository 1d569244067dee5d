import { Effect, Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { Review } from "../../crosswalk/Review.ts"
import { NotFoundError } from "../../domain/NotFoundError.ts"
import { RelationType } from "../../domain/Relation.ts"
import { setText, targetsText } from "../../domain/RelationEnds.ts"
import { typeOf } from "../../domain/RelationInput.ts"
import { RelationRepository } from "../../storage/RelationRepository.ts"
import { Ended, ExitCode } from "../Errors.ts"
import * as Ends from "../Ends.ts"
import { optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { relationJson } from "../Render.ts"
import { safe } from "../../report/Safe.ts"
import * as Reviewer from "../Reviewer.ts"
import * as Session from "../Session.ts"
import { missingEnd } from "./review.ts"

export const relate = Command.make(
  "relate",
  {
    ...Ends.ends,
    type: Flag.Literals("type", RelationType.literals).pipe(
      Flag.withDescription(
        "How the source stands to the target (default implements; without a target no-relationship)"
      ),
      optional
    ),
    confidence: Flag.Finite("confidence").pipe(
      Flag.withDescription("How sure it is, 0 to 1 (default 1)"),
      Flag.withDefault(1)
    ),
    by: Reviewer.reviewer,
    note: Reviewer.note,
    remove: toggle("remove", "Remove the relation instead")
  },
  Effect.fn(function* ({ type: given, confidence, by, note, remove, ...named }) {
    const output = yield* Output
    yield* Effect.gen(function* () {
      const relations = yield* RelationRepository
      const ends = yield* Ends.resolve(named, { gone: remove })
      const type = given ?? typeOf(ends.targets)
      const [from, to] = [setText(ends.sources), targetsText(ends)]
      if (remove) {
        yield* relations.remove({ ...ends, type })
        return yield* output.answer({ ...ends, type, removed: true }, () => [safe`Removed: ${from} ${type} ${to}`])
      }
      const review = yield* Review
      const verdict = { ...ends, type, status: "accepted", confidence, note } as const
      const { refused } = yield* review.decide([verdict], { by: yield* Reviewer.nameOf(by) })
      const [refusal] = refused
      if (refusal?.missing !== undefined) return yield* missingEnd(refusal, refusal.missing)
      if (refusal !== undefined) return yield* new Ended({ code: ExitCode.failure, message: refusal.problem })
      const stored = yield* review.find(ends, type)
      if (Option.isNone(stored)) return yield* new NotFoundError({ uri: from, entity: "relation" })
      const { relation } = stored.value
      yield* output.answer(relationJson(relation), () => [
        safe`${from} ${relation.type} ${to} (confidence ${relation.confidence})`
      ])
    }).pipe(Effect.provide(Layer.provideMerge(Review.layer, Session.references("existing"))))
  })
).pipe(
  Command.withDescription("Record how one reference stands to another"),
  Command.withExamples([
    {
      command: "crosswalk relate company:2026.1/BR-04 asvs:5.0.0/V11.4.2 --type implements --confidence 0.9",
      description: "A company rule implements a requirement"
    },
    {
      command: "crosswalk relate company:2026.1/BR-04 asvs:5.0.0/V11.4.1 --target asvs:5.0.0/V11.4.2 --type equal",
      description: "A rule asks for the same as two requirements together"
    },
    {
      command: "crosswalk relate company:2026.1/BR-09 --none-in asvs@5.0.0 --by Ann",
      description: "A rule has no counterpart"
    }
  ])
)
