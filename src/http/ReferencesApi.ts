import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Catalog } from "../domain/Catalog.ts"
import { Reference } from "../domain/Reference.ts"
import { ReferencePage } from "../domain/ReferencePage.ts"
import { Relation } from "../domain/Relation.ts"
import { RelationDirection } from "../domain/RelationDirection.ts"
import { ScoredReference } from "../domain/ScoredReference.ts"
import { NonBlankText, Text } from "../domain/Text.ts"
import { problems } from "./Problem.ts"
import { filterFields, limit } from "./Query.ts"

/** A reference's URI, percent-encoded in the path. */
const params = { uri: NonBlankText }

/** Catalogs and references, and what a reference is near and related to. */
export class ReferencesApi extends HttpApiGroup.make("references")
  .add(
    HttpApiEndpoint.get("catalogs", "/catalogs", {
      success: Schema.Struct({ catalogs: Schema.Array(Catalog) }),
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "Every catalog, in natural order" })),
    HttpApiEndpoint.get("list", "/references", {
      query: { ...filterFields, limit, after: Schema.optional(Text) },
      success: ReferencePage,
      error: problems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "References in natural order, a page at a time; `after` is the `next` of the page before"
      })
    ),
    HttpApiEndpoint.get("get", "/references/:uri", {
      params,
      headers: { "if-none-match": Schema.optional(Schema.String) },
      success: [HttpApiSchema.WithHeaders(Reference, { etag: Schema.String }), HttpApiSchema.Empty(304)],
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "A reference by its URI, percent-encoded" })),
    HttpApiEndpoint.get("similar", "/references/:uri/similar", {
      params,
      query: { ...filterFields, limit },
      success: Schema.Struct({ similar: Schema.Array(ScoredReference) }),
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "What is nearest in meaning, by cosine" })),
    HttpApiEndpoint.get("relations", "/references/:uri/relations", {
      params,
      query: { direction: Schema.optional(RelationDirection) },
      success: Schema.Struct({ relations: Schema.Array(Relation) }),
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "The relations of a reference; default: `outgoing`" }))
  )
  .annotateMerge(OpenApi.annotations({ title: "References" })) {}
