import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Catalog } from "../../domain/Catalog.ts"
import { Reference, ReferenceInput } from "../../domain/Reference.ts"
import { ReferencePage } from "../../domain/ReferencePage.ts"
import { Relation } from "../../domain/Relation.ts"
import { RemoveManyOptions } from "../../domain/RemoveOptions.ts"
import { RelationDirection } from "../../domain/RelationDirection.ts"
import { ScoredReference } from "../../domain/ScoredReference.ts"
import { NonBlankText, Text } from "../../domain/Text.ts"
import { pageFields, partFields, upTo } from "../answers/Pages.ts"
import * as Rows from "../answers/Rows.ts"
import { bodyProblems, NotAcceptable, PreconditionFailed, problems } from "../Problem.ts"
import { filterFields, limit } from "../Query.ts"

/** A reference's URI, percent-encoded in the path. */
const params = { uri: NonBlankText }

/** A list of ETags, or `*` for any. */
const ifMatch = Schema.optional(Schema.String)

/** Only where there is none yet. */
const ifNoneMatch = Schema.optional(Schema.Literal("*"))

const etag = { etag: Schema.String }

const { uri: _uri, ...content } = ReferenceInput.fields

/** What a reference is to be; also as it was given, so that it can be read, changed and put back. */
const PutPayload = Schema.Struct({
  ...content,
  /** Left out, or that of the path. */
  uri: Schema.optional(Schema.String),
  /** Not taken: the server keeps the times. */
  createdAt: Schema.optional(Schema.String),
  /** Not taken. */
  updatedAt: Schema.optional(Schema.String)
})

/** A page has at most so many catalogs, or relations of a reference. */
export const most = 5000

/** At most so many references in one request. */
const Inputs = Schema.Array(ReferenceInput).check(Schema.isMaxLength(1000))

/** What was saved, in numbers of references. */
const Saved = Schema.Struct({ created: Schema.Natural, updated: Schema.Natural, unchanged: Schema.Natural })

/** Catalogs and references, and what a reference is near and related to. */
export class ReferencesApi extends HttpApiGroup.make("references")
  .add(
    HttpApiEndpoint.get("catalogs", "/catalogs", {
      query: partFields(most),
      success: Schema.Struct({ catalogs: upTo(most)(Schema.Array(Catalog)), ...pageFields }),
      error: [...problems, NotAcceptable]
    }).annotateMerge(OpenApi.annotations({ summary: "Every catalog, in natural order", transform: Rows.alsoWhole })),
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
      success: [HttpApiSchema.WithHeaders(Reference, etag), HttpApiSchema.Empty(304)],
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "A reference by its URI, percent-encoded" })),
    HttpApiEndpoint.put("put", "/references/:uri", {
      params,
      headers: { "if-match": ifMatch, "if-none-match": ifNoneMatch },
      payload: PutPayload,
      success: [
        HttpApiSchema.WithHeaders(Reference, etag),
        HttpApiSchema.WithHeaders(Reference.pipe(HttpApiSchema.status(201)), etag)
      ],
      error: [...bodyProblems, PreconditionFailed]
    }).annotateMerge(
      OpenApi.annotations({
        summary:
          "Creates a reference (201) or replaces it (200); under a condition with `If-Match` or `If-None-Match: *`"
      })
    ),
    HttpApiEndpoint.delete("remove", "/references/:uri", {
      params,
      headers: { "if-match": ifMatch },
      query: RemoveManyOptions.fields,
      success: HttpApiSchema.NoContent,
      error: [...problems, PreconditionFailed]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Removes a reference with its relations; where a person decided on one, only with `force`"
      })
    ),
    HttpApiEndpoint.post("saveMany", "/references", {
      payload: Inputs,
      success: Saved,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Creates and updates up to 1000 references; where one is wrong, none is written"
      })
    ),
    HttpApiEndpoint.get("similar", "/references/:uri/similar", {
      params,
      query: { ...filterFields, limit },
      success: Schema.Struct({ similar: upTo(1000)(Schema.Array(ScoredReference)) }),
      error: problems
    }).annotateMerge(OpenApi.annotations({ summary: "What is nearest in meaning, by cosine" })),
    HttpApiEndpoint.get("relations", "/references/:uri/relations", {
      params,
      query: { direction: Schema.optional(RelationDirection), ...partFields(most) },
      success: Schema.Struct({ relations: upTo(most)(Schema.Array(Relation)), ...pageFields }),
      error: [...problems, NotAcceptable]
    }).annotateMerge(
      OpenApi.annotations({
        summary: "The relations of a reference; default: `outgoing`",
        transform: Rows.alsoWhole
      })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "References" })) {}
