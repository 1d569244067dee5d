import { confidenceText } from "../../report/ConfidenceText.ts"
import { DateTime, Effect } from "effect"
import { Command } from "effect/cli"
import type { Relation } from "../../domain/Relation.ts"
import { setText, targetsText } from "../../domain/RelationEnds.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { RelationRepository } from "../../storage/RelationRepository.ts"
import { name } from "../Flags.ts"
import { Output } from "../Output.ts"
import * as Render from "../Render.ts"
import { safe, toJson, wrap } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

const relationLine = (arrow: string, other: string, relation: Relation) =>
  safe`${arrow} ${relation.type} ${other} (${relation.status}, ${confidenceText(relation)}${relation.needsReview ? ", needs review" : ""})`

/** Who else of a set stands on the same side. */
const beside = (uris: ReadonlyArray<string>, uri: string): string =>
  uris.length === 1 ? "" : `, together with ${setText(uris.filter((one) => one !== uri))}`

const outgoingText = (relation: Relation, uri: string) => `${targetsText(relation)}${beside(relation.sources, uri)}`
const incomingText = ({ sources, targets }: Relation, uri: string) => `${setText(sources)}${beside(targets, uri)}`

export const get = Command.make(
  "get",
  { name },
  Effect.fn(function* ({ name }) {
    const output = yield* Output
    const { incoming, outgoing, reference } = yield* Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const relations = yield* RelationRepository
      const reference = yield* references.resolve(name)
      return {
        reference,
        outgoing: yield* relations.find(reference.uri, "outgoing"),
        incoming: yield* relations.find(reference.uri, "incoming")
      }
    }).pipe(Effect.provide(Session.references("readonly")))

    yield* output.answer(
      {
        ...Render.referenceJson(reference),
        relations: { outgoing: outgoing.map(Render.relationJson), incoming: incoming.map(Render.relationJson) }
      },
      () => {
        const { catalog, description, entityType, identifier, label, metadata, role, tags, title, updatedAt, uri } =
          reference
        return [
          safe`${output.bold(uri)}`,
          safe`${title}`,
          ...(description === undefined || description === "" ? [] : [safe``, ...wrap(description, output.width)]),
          safe``,
          ...(identifier === undefined ? [] : [safe`known as  ${[identifier, label].filter(Boolean).join(", ")}`]),
          safe`type      ${entityType}${role === "requirement" ? "" : ` (${role})`}`,
          ...(catalog === undefined ? [] : [safe`catalog   ${catalog}`]),
          ...(tags.length === 0 ? [] : [safe`tags      ${tags.join(", ")}`]),
          ...(metadata === undefined ? [] : [safe`metadata  ${toJson(metadata)}`]),
          safe`updated   ${DateTime.formatIso(updatedAt)}`,
          ...outgoing.map((relation) => relationLine("→", outgoingText(relation, uri), relation)),
          ...incoming.map((relation) => relationLine("←", incomingText(relation, uri), relation))
        ]
      }
    )
  })
).pipe(Command.withDescription("Show a reference and its relations"))
