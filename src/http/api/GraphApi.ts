import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { GraphOptions } from "../../domain/GraphOptions.ts"
import { GraphAnswer } from "../answers/Lists.ts"
import { pageFields, partFields, upTo } from "../answers/Pages.ts"
import * as Rows from "../answers/Rows.ts"
import { NotAcceptable, problems } from "../Problem.ts"
import * as Report from "../Report.ts"

const query = GraphOptions.fields

/** The formats of the document; the first where a request takes any. */
export const Formats = Schema.Literals(["dot", "svg"])

/** A page has at most so many references and relations. */
export const most = 5000

const some = upTo(most)
const { references, relations } = GraphAnswer.fields

const Page = Schema.Struct({ references: some(references), relations: some(relations), ...pageFields }).annotate({
  identifier: "GraphPage"
})

/** Relations with the references at their ends, to be drawn. */
export class GraphApi extends HttpApiGroup.make("graph")
  .add(
    HttpApiEndpoint.get("read", "/graph", {
      query: { ...query, ...partFields(most) },
      success: Page,
      error: [...problems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "The relations between two catalogs, of one, or all there are, with their references",
        transform: Rows.alsoWhole
      })
    ),
    HttpApiEndpoint.get("document", "/graph/document", {
      query: {
        ...query,
        /** Default: what `Accept` asks for. */
        format: Schema.optional(Formats)
      },
      success: Report.texts(Formats.literals),
      error: [...problems, NotAcceptable]
    }).annotateMerge(OpenApi.annotations({ summary: "The same for Graphviz, or as a picture of two catalogs" }))
  )
  .annotateMerge(OpenApi.annotations({ title: "Graph" })) {}
