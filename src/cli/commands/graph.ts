import { Effect, Option, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { RelationStatus } from "../../domain/Relation.ts"
import * as Documents from "../Documents.ts"
import * as Files from "../Files.ts"
import { lazily, optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { count, relationJson } from "../Render.ts"
import { safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

export const graph = Command.make(
  "graph",
  {
    from: Argument.String("from").pipe(
      Argument.withDescription("Only relations with a reference of this catalog, name@version"),
      Argument.optional
    ),
    to: Argument.String("to").pipe(Argument.withDescription("… and one of this catalog"), Argument.optional),
    status: Flag.Literals("status", RelationStatus.literals).pipe(
      Flag.withDescription("Relations with this status; may be repeated (default accepted and suggested)"),
      Flag.atLeast(0)
    ),
    minConfidence: Flag.Finite("min-confidence").pipe(
      Flag.withDescription("Only from this confidence up, 0 to 1"),
      optional
    ),
    linkedOnly: toggle("linked-only", "Leave out references without a relation"),
    format: Flag.Literals("format", ["dot", "svg"]).pipe(
      Flag.withDescription("Graphviz, or a picture of two catalogs (default: the ending of --output, else dot)"),
      optional
    ),
    to_: Flag.String("output").pipe(
      Flag.withAlias("o"),
      Flag.withDescription("Write this file instead of printing"),
      Flag.withMetavar("file"),
      optional
    )
  },
  Effect.fn(function* ({ format, from, status, to, to_, ...options }) {
    const output = yield* Output
    const Graph = yield* lazily(() => import("../../crosswalk/Graph.ts"))
    const GraphDocument = yield* lazily(() => import("../../report/GraphDocument.ts"))
    const chosen = format ?? GraphDocument.formatOf(to_ ?? "")
    yield* Documents.requireEnding("--output", to_, chosen, GraphDocument.endings[chosen])
    const found = yield* Graph.read({
      ...options,
      from: Option.getOrUndefined(from),
      to: Option.getOrUndefined(to),
      status: status.length === 0 ? undefined : status
    }).pipe(Effect.provide(Session.references("readonly")))
    if (output.json && to_ === undefined) {
      return yield* output.answer(
        {
          references: found.references.map(({ catalog, title, uri }) => ({ uri, title, catalog: catalog ?? null })),
          relations: found.relations.map(relationJson)
        },
        () => []
      )
    }
    const document = yield* GraphDocument.render(found, chosen)
    yield* Files.write(to_ ?? "-", Stream.make(document))
    if (to_ !== undefined) {
      yield* output.note(
        safe`Wrote ${to_}: ${count(found.relations.length, "relation")} of ${count(found.references.length, "reference")}`
      )
    }
  })
).pipe(
  Command.withDescription("Draw relations, as Graphviz DOT or as an SVG picture of two catalogues"),
  Command.withExamples([
    { command: "crosswalk graph company@2026.1 asvs@5.0.0 -o crosswalk.svg", description: "A picture" },
    { command: "crosswalk graph | dot -Tpdf > relations.pdf", description: "All relations, drawn by Graphviz" }
  ])
)
