import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { Readiness } from "../../catalog/Readiness.ts"
import { StoreStatus } from "../../catalog/Status.ts"
import { countFields, upTo } from "../answers/Pages.ts"
import { Authorization } from "../access/Authorization.ts"
import { problems, Unavailable } from "../Problem.ts"

/** The status has at most so many catalogs. */
export const most = 5000

const some = upTo(most)
const { foreign } = StoreStatus.fields

const StatusFirst = Schema.Struct({
  ...StoreStatus.fields,
  catalogs: some(StoreStatus.fields.catalogs),
  foreign: Schema.optionalKey(some(foreign.schema)),
  ...countFields
}).annotate({ identifier: "StatusFirst" })

/** What operators ask: is it alive, can it answer, what is in it. */
export class SystemApi extends HttpApiGroup.make("system", { topLevel: true })
  .add(
    HttpApiEndpoint.get("health", "/health", {
      success: Schema.Struct({ status: Schema.Literal("ok") })
    }).annotateMerge(OpenApi.annotations({ summary: "The process is alive" })),
    HttpApiEndpoint.get("ready", "/ready", { success: Readiness, error: Unavailable }).annotateMerge(
      OpenApi.annotations({
        summary: "Whether the database, the model and the vectors can be used; without the database nothing can"
      })
    ),
    HttpApiEndpoint.get("status", "/api/v1/status", { success: StatusFirst, error: problems })
      .middleware(Authorization)
      .annotateMerge(
        OpenApi.annotations({ summary: "How many references there are, of which catalogs, with which model" })
      )
  )
  .annotateMerge(OpenApi.annotations({ title: "System" })) {}
