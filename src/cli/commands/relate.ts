import { Effect, Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { Review } from "../../crosswalk/Review.ts"
import { NotFoundError } from "../../domain/NotFoundError.ts"
import { RelationType } from "../../domain/Relation.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { RelationRepository } from "../../storage/RelationRepository.ts"
import { Ended, ExitCode } from "../Errors.ts"
import { ends, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { relationJson } from "../Render.ts"
import { safe } from "../../report/Safe.ts"
import * as Reviewer from "../Reviewer.ts"
import * as Session from "../Session.ts"

export const relate = Command.make(
  "relate",
  {
    ...ends,
    type: Flag.Literals("type", RelationType.literals).pipe(
      Flag.withDescription("How the source stands to the target (default implements)"),
      Flag.withDefault("implements")
    ),
    confidence: Flag.Finite("confidence").pipe(
      Flag.withDescription("How sure it is, 0 to 1 (default 1)"),
      Flag.withDefault(1)
    ),
    by: Reviewer.reviewer,
    note: Reviewer.note,
    remove: toggle("remove", "Remove the relation instead")
  },
  Effect.fn(function* ({ type, confidence, by, note, remove, ...named }) {
    const output = yield* Output
    yield* Effect.gen(function* () {
      const relations = yield* RelationRepository
      const references = yield* ReferenceRepository
      const { uri: source } = yield* references.resolve(named.source)
      const { uri: target } = yield* references.resolve(named.target)
      if (remove) {
        yield* relations.remove(source, target, type)
        return yield* output.answer({ source, target, type, removed: true }, () => [
          safe`Removed: ${source} ${type} ${target}`
        ])
      }
      const review = yield* Review
      const verdict = { source, target, type, status: "accepted", confidence, note } as const
      const { refused } = yield* review.decide([verdict], { by: yield* Reviewer.nameOf(by) })
      const [refusal] = refused
      if (refusal?.missing !== undefined) return yield* new NotFoundError({ uri: refusal.missing, entity: "reference" })
      if (refusal !== undefined) return yield* new Ended({ code: ExitCode.failure, message: refusal.problem })
      const stored = yield* review.find(source, target, type)
      if (Option.isNone(stored)) return yield* new NotFoundError({ uri: source, entity: "relation" })
      const { relation } = stored.value
      yield* output.answer(relationJson(relation), () => [
        safe`${source} ${relation.type} ${target} (confidence ${relation.confidence})`
      ])
    }).pipe(Effect.provide(Layer.provideMerge(Review.layer, Session.references("existing"))))
  })
).pipe(
  Command.withDescription("Record how one reference stands to another"),
  Command.withExamples([
    {
      command: "crosswalk relate company:2026.1/BR-04 asvs:5.0.0/V11.4.2 --type implements --confidence 0.9",
      description: "A company rule implements a requirement"
    }
  ])
)
