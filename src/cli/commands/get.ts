import { DateTime, Effect, Option } from "effect"
import { Command } from "effect/cli"
import { NotFoundError } from "../../domain/NotFoundError.ts"
import type { Relation } from "../../domain/Relation.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { RelationRepository } from "../../storage/RelationRepository.ts"
import { uri } from "../Flags.ts"
import { Output } from "../Output.ts"
import * as Render from "../Render.ts"
import { safe, toJson, wrap } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

const relationLine = (arrow: string, other: string, { confidence, needsReview, status, type }: Relation) =>
  safe`${arrow} ${type} ${other} (${status}, confidence ${confidence}${needsReview ? ", needs review" : ""})`

export const get = Command.make(
  "get",
  { uri },
  Effect.fn(function* ({ uri }) {
    const output = yield* Output
    const { incoming, outgoing, reference } = yield* Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const relations = yield* RelationRepository
      const reference = yield* references.find(uri)
      if (Option.isNone(reference)) return yield* new NotFoundError({ uri, entity: "reference" })
      return {
        reference: reference.value,
        outgoing: yield* relations.find(uri, "outgoing"),
        incoming: yield* relations.find(uri, "incoming")
      }
    }).pipe(Effect.provide(Session.references("existing")))

    yield* output.answer(
      {
        ...Render.referenceJson(reference),
        relations: { outgoing: outgoing.map(Render.relationJson), incoming: incoming.map(Render.relationJson) }
      },
      () => {
        const { catalog, description, entityType, metadata, tags, title, updatedAt } = reference
        return [
          safe`${output.bold(uri)}`,
          safe`${title}`,
          ...(description === undefined || description === "" ? [] : [safe``, ...wrap(description, output.width)]),
          safe``,
          safe`type      ${entityType}`,
          ...(catalog === undefined ? [] : [safe`catalog   ${catalog}`]),
          ...(tags.length === 0 ? [] : [safe`tags      ${tags.join(", ")}`]),
          ...(metadata === undefined ? [] : [safe`metadata  ${toJson(metadata)}`]),
          safe`updated   ${DateTime.formatIso(updatedAt)}`,
          ...outgoing.map((relation) => relationLine("→", relation.target, relation)),
          ...incoming.map((relation) => relationLine("←", relation.source, relation))
        ]
      }
    )
  })
).pipe(Command.withDescription("Show a reference and its relations"))
