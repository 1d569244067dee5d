import { Effect, Option } from "effect"
import { Argument, Flag } from "effect/cli"
import { faultOf, type RelationEnds } from "../domain/RelationEnds.ts"
import { ValidationError } from "../domain/ValidationError.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { optional } from "./Flags.ts"

/** What names the ends of a relation: a source and a target, more of each, or no target. */
export const ends = {
  source: Argument.String("source").pipe(
    Argument.withDescription("What the relation starts from: a URI, identifier or label")
  ),
  target: Argument.String("target").pipe(
    Argument.withDescription("What it points to: a URI, identifier or label"),
    Argument.optional
  ),
  moreSources: Flag.String("source").pipe(
    Flag.withDescription("Another source: the sources stand to the target together; may be repeated"),
    Flag.withMetavar("reference"),
    Flag.atLeast(0)
  ),
  moreTargets: Flag.String("target").pipe(
    Flag.withDescription("Another target: the source stands to the targets together; may be repeated"),
    Flag.withMetavar("reference"),
    Flag.atLeast(0)
  ),
  noneIn: Flag.String("none-in").pipe(
    Flag.withDescription("Instead of a target: the catalog in which there is no counterpart, name@version"),
    Flag.withMetavar("catalog"),
    optional
  )
}

/** What was given for {@link ends}. */
export interface Named {
  readonly source: string
  readonly target: Option.Option<string>
  readonly moreSources: ReadonlyArray<string>
  readonly moreTargets: ReadonlyArray<string>
  readonly noneIn: string | undefined
}

/** The ends that are named; the references are looked up. One that is `gone` is its URI, where they may be. */
export const resolve = Effect.fnUntraced(function* (
  { moreSources, moreTargets, noneIn, source, target }: Named,
  { gone = false }: { readonly gone?: boolean } = {}
) {
  const references = yield* ReferenceRepository
  const uriOf = (name: string) =>
    Effect.map(references.resolve(name), ({ uri }) => uri).pipe(
      Effect.catchTag("NotFoundError", (error) => (gone ? Effect.succeed(name) : Effect.fail(error)))
    )
  const found: RelationEnds = {
    sources: [yield* uriOf(source), ...(yield* Effect.forEach(moreSources, uriOf))],
    targets: yield* Effect.forEach([...Option.toArray(target), ...moreTargets], uriOf),
    to: noneIn
  }
  const fault = faultOf(found)
  if (fault === undefined) return found
  return yield* new ValidationError({
    field: "target",
    value: found.targets,
    constraint: `makes no relation: ${fault.problem}`,
    expected: fault.expected
  })
})
