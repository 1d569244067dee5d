import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import * as Graph from "../../crosswalk/Graph.ts"
import type { GraphOptions } from "../../domain/GraphOptions.ts"
import * as GraphDocument from "../../report/GraphDocument.ts"
import type { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import type { RelationRepository } from "../../storage/RelationRepository.ts"
import type { SqlClient } from "effect/sql"
import * as Lists from "../answers/Lists.ts"
import * as Pages from "../answers/Pages.ts"
import { Api } from "../api/Api.ts"
import { Formats, most } from "../api/GraphApi.ts"
import { answered } from "../Problem.ts"
import * as Report from "../Report.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "graph",
  Effect.fnUntraced(function* (handlers) {
    const context = yield* Effect.context<ReferenceRepository | RelationRepository | SqlClient.SqlClient>()
    const { page } = yield* Pages.make("graph", Lists.graph, most)
    const read = (options: GraphOptions) => Effect.provideContext(Graph.read(options), context)
    const answerOf = ({ references, relations }: Graph.Graph): typeof Lists.GraphAnswer.Type => ({
      references,
      relations
    })

    return handlers.handleAll({
      read: ({ query: { cursor, pageSize, ...query } }) =>
        page(query, { cursor, pageSize }, Effect.map(read(query), answerOf)),
      document: ({ query: { format: named, ...query } }) =>
        Effect.gen(function* () {
          const format = yield* Report.formatOf(Formats.literals, named)
          const graph = yield* answered(read(query))
          return Report.answer(format, yield* answered(GraphDocument.render(graph, format)))
        })
    })
  })
)
