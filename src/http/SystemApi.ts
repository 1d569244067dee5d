import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { StoreStatus } from "../catalog/Status.ts"
import { Authorization } from "./Authorization.ts"
import { problems, Unavailable } from "./Problem.ts"

/** One of the things that a server stands on. */
const Part = Schema.Struct({ ok: Schema.Boolean, detail: Schema.optionalKey(Schema.String) })

/** Whether the server can answer. */
export class Readiness extends Schema.Class<Readiness>("crosswalk/http/Readiness")({
  /** The tables can be read. */
  database: Part,
  /** Every reference has a vector of the model in use; search works without, by words. */
  embeddings: Part
}) {}

/** What operators ask: is it alive, can it answer, what is in it. */
export class SystemApi extends HttpApiGroup.make("system", { topLevel: true })
  .add(
    HttpApiEndpoint.get("health", "/health", {
      success: Schema.Struct({ status: Schema.Literal("ok") })
    }).annotateMerge(OpenApi.annotations({ summary: "The process is alive" })),
    HttpApiEndpoint.get("ready", "/ready", { success: Readiness, error: Unavailable }).annotateMerge(
      OpenApi.annotations({ summary: "The database can be read" })
    ),
    HttpApiEndpoint.get("status", "/api/v1/status", { success: StoreStatus, error: problems })
      .middleware(Authorization)
      .annotateMerge(
        OpenApi.annotations({ summary: "How many references there are, of which catalogs, with which model" })
      )
  )
  .annotateMerge(OpenApi.annotations({ title: "System" })) {}
