import { HttpApi, OpenApi } from "effect/http-api"
import { Authorization } from "../access/Authorization.ts"
import { BackupApi } from "./BackupApi.ts"
import { CoverageApi } from "./CoverageApi.ts"
import { described } from "../Described.ts"
import { DoctorApi } from "./DoctorApi.ts"
import { GraphApi } from "./GraphApi.ts"
import { DecisionsApi } from "./DecisionsApi.ts"
import { EmbeddingsApi } from "./EmbeddingsApi.ts"
import { EditionsApi } from "./EditionsApi.ts"
import { LintApi } from "./LintApi.ts"
import { ExportApi } from "./ExportApi.ts"
import { ImportsApi } from "./ImportsApi.ts"
import { JobsApi } from "./JobsApi.ts"
import { Malformed } from "../Malformed.ts"
import { MapApi } from "./MapApi.ts"
import { ReferencesApi } from "./ReferencesApi.ts"
import { RelationsApi } from "./RelationsApi.ts"
import { ReviewApi } from "./ReviewApi.ts"
import { SearchApi } from "./SearchApi.ts"
import { SuggestionsApi } from "./SuggestionsApi.ts"
import { SystemApi } from "./SystemApi.ts"

/**
 * The HTTP API of a store. A typed client is made of it by `HttpApiClient.make`, an OpenAPI 3.1 document by
 * `OpenApi.fromApi`.
 *
 * @example
 * import { Effect } from "effect"
 * import { HttpApiClient } from "effect/http-api"
 * import { Api } from "crosswalk/http"
 *
 * const program = Effect.gen(function*() {
 *   const client = yield* HttpApiClient.make(Api, { baseUrl: "http://127.0.0.1:7430" })
 *   const { hits } = yield* client.search.search({ query: { q: "password storage", limit: 5 } })
 *   return hits.map(({ reference }) => reference.uri)
 * })
 */
export class Api extends HttpApi.make("crosswalk")
  .add(ReferencesApi.middleware(Authorization).prefix("/api/v1"))
  .add(SearchApi.middleware(Authorization).prefix("/api/v1"))
  .add(RelationsApi.middleware(Authorization).prefix("/api/v1"))
  .add(SuggestionsApi.middleware(Authorization).prefix("/api/v1"))
  .add(ReviewApi.middleware(Authorization).prefix("/api/v1"))
  .add(DecisionsApi.middleware(Authorization).prefix("/api/v1"))
  .add(CoverageApi.middleware(Authorization).prefix("/api/v1"))
  .add(EditionsApi.middleware(Authorization).prefix("/api/v1"))
  .add(GraphApi.middleware(Authorization).prefix("/api/v1"))
  .add(LintApi.middleware(Authorization).prefix("/api/v1"))
  .add(MapApi.middleware(Authorization).prefix("/api/v1"))
  .add(ExportApi.middleware(Authorization).prefix("/api/v1"))
  .add(ImportsApi.middleware(Authorization).prefix("/api/v1"))
  .add(EmbeddingsApi.middleware(Authorization).prefix("/api/v1"))
  .add(DoctorApi.middleware(Authorization).prefix("/api/v1"))
  .add(BackupApi.middleware(Authorization).prefix("/api/v1"))
  .add(JobsApi.middleware(Authorization).prefix("/api/v1"))
  .add(SystemApi)
  .middleware(Malformed)
  .annotate(HttpApi.ParseOptions, { onExcessProperty: "error" })
  .annotate(HttpApi.HeadersParseOptions, {})
  // An answer is made here, and a client of today reads one of tomorrow.
  .annotate(HttpApi.SuccessParseOptions, {})
  .annotate(OpenApi.Transform, described)
  .annotateMerge(
    OpenApi.annotations({
      title: "Crosswalk",
      version: "1",
      description: "References, search by meaning and by words, and crosswalks between catalogues.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" }
    })
  ) {}
