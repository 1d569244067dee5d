import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Relation } from "../../domain/Relation.ts"
import { RelationEnds } from "../../domain/RelationEnds.ts"
import { RelationFilter } from "../../domain/RelationFilter.ts"
import { RelationInput } from "../../domain/RelationInput.ts"
import { RelationKey } from "../../domain/RelationKey.ts"
import { RelationPage, RelationPageOptions } from "../../domain/RelationPage.ts"
import { bodyProblems, problems } from "../Problem.ts"

const { after, limit } = RelationPageOptions.fields
const { sources, targets, to } = RelationEnds.fields

/** The ends of one relation, as a query has them: `source=a&target=b&target=c`, or `source=a&to=asvs@5.0.0`. */
export const endsFields = { source: sources, target: Schema.optional(targets), to }

const EndsQuery = Schema.Struct(endsFields)

/** The ends that a query names. */
export const endsOf = ({ source, target = [], to }: typeof EndsQuery.Type): RelationEnds => ({
  sources: source,
  targets: target,
  to
})

/** Relations as they are stored. What people decide about them, and its log, is under `/decisions`. */
export class RelationsApi extends HttpApiGroup.make("relations")
  .add(
    HttpApiEndpoint.get("list", "/relations", {
      query: { ...RelationFilter.fields, limit, after },
      success: RelationPage,
      error: problems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Relations in the order in which they were saved; `after` is the `next` of the page before"
      })
    ),
    HttpApiEndpoint.put("save", "/relations", {
      payload: RelationInput,
      success: Relation,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Creates a relation, or updates the one of the same ends and type",
        description:
          "It stands in no log: what a person decides is better sent to `/decisions`, from where it can be taken back."
      })
    ),
    HttpApiEndpoint.delete("remove", "/relations", {
      query: { ...endsFields, type: RelationKey.fields.type },
      success: HttpApiSchema.NoContent,
      error: problems
    }).annotateMerge(
      OpenApi.annotations({ summary: "Removes a relation, or what is kept of one whose references are gone" })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Relations" })) {}
