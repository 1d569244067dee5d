import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { RelationType } from "../../domain/Relation.ts"
import { RelationRepository } from "../../storage/RelationRepository.ts"
import { optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { relationJson } from "../Render.ts"
import { safe } from "../Safe.ts"
import * as Session from "../Session.ts"

export const relate = Command.make(
  "relate",
  {
    source: Argument.String("source").pipe(Argument.withDescription("The URI that the relation starts from")),
    target: Argument.String("target").pipe(Argument.withDescription("The URI that it points to")),
    type: Flag.Literals("type", RelationType.literals).pipe(
      Flag.withDescription("How the source stands to the target (default implements)"),
      Flag.withDefault("implements")
    ),
    confidence: Flag.Finite("confidence").pipe(
      Flag.withDescription("How sure it is, 0 to 1 (default 1)"),
      Flag.withDefault(1)
    ),
    by: Flag.String("by").pipe(Flag.withDescription("Who says so"), optional),
    note: Flag.String("note").pipe(Flag.withDescription("A remark"), optional),
    remove: toggle("remove", "Remove the relation instead")
  },
  Effect.fn(function* ({ source, target, type, confidence, by, note, remove }) {
    const output = yield* Output
    const provenance = {
      method: "manual",
      ...(by === undefined ? {} : { by }),
      ...(note === undefined ? {} : { note })
    }
    yield* Effect.gen(function* () {
      const relations = yield* RelationRepository
      if (remove) {
        yield* relations.remove(source, target, type)
        return yield* output.answer({ source, target, type, removed: true }, () => [
          safe`Removed: ${source} ${type} ${target}`
        ])
      }
      const relation = yield* relations.save({ source, target, type, confidence, provenance })
      yield* output.answer(relationJson(relation), () => [
        safe`${source} ${relation.type} ${target} (confidence ${relation.confidence})`
      ])
    }).pipe(Effect.provide(Session.references("existing")))
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
