import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { MapLayout } from "../../domain/MapLayout.ts"
import { Job } from "../jobs/Job.ts"
import { problems } from "../Problem.ts"

/** The map of all references. */
export class MapApi extends HttpApiGroup.make("map")
  .add(
    HttpApiEndpoint.get("read", "/map", {
      headers: { "if-none-match": Schema.optional(Schema.String) },
      success: [HttpApiSchema.WithHeaders(MapLayout, { etag: Schema.String }), HttpApiSchema.Empty(304)],
      error: problems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "All references in two dimensions, near where they are alike, as lists of one length"
      })
    ),
    HttpApiEndpoint.post("compute", "/map", {
      success: HttpApiSchema.WithHeaders(Job.pipe(HttpApiSchema.status(202)), { location: Schema.String }),
      error: problems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Computes the map anew, as a job; one that does so already is answered instead of another"
      })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Map" })) {}
