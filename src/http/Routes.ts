import { Context, Effect, Layer } from "effect"
import { HttpRouter, UrlParams } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { PrometheusMetrics } from "effect/observability"
import { decodeInput } from "../domain/Input.ts"
import * as NodeFiles from "../importer/source/NodeFiles.ts"
import { Api } from "./api/Api.ts"
import * as Authorization from "./access/Authorization.ts"
import * as BackupHandlers from "./handlers/BackupHandlers.ts"
import * as CoverageHandlers from "./handlers/CoverageHandlers.ts"
import * as DecisionsHandlers from "./handlers/DecisionsHandlers.ts"
import * as DoctorHandlers from "./handlers/DoctorHandlers.ts"
import * as GraphHandlers from "./handlers/GraphHandlers.ts"
import * as Docs from "./Docs.ts"
import * as EditionsHandlers from "./handlers/EditionsHandlers.ts"
import * as EmbeddingsHandlers from "./handlers/EmbeddingsHandlers.ts"
import * as ExportHandlers from "./handlers/ExportHandlers.ts"
import * as Guard from "./access/Guard.ts"
import * as ImportsHandlers from "./handlers/ImportsHandlers.ts"
import { Jobs } from "./jobs/Jobs.ts"
import * as JobsHandlers from "./handlers/JobsHandlers.ts"
import * as LintHandlers from "./handlers/LintHandlers.ts"
import * as Malformed from "./Malformed.ts"
import * as MapHandlers from "./handlers/MapHandlers.ts"
import * as Policy from "./access/Policy.ts"
import * as ReferencesHandlers from "./handlers/ReferencesHandlers.ts"
import * as RelationsHandlers from "./handlers/RelationsHandlers.ts"
import * as ReviewHandlers from "./handlers/ReviewHandlers.ts"
import * as SearchHandlers from "./handlers/SearchHandlers.ts"
import * as SuggestionsHandlers from "./handlers/SuggestionsHandlers.ts"
import * as SystemHandlers from "./handlers/SystemHandlers.ts"
import * as Web from "./Web.ts"

const decode = decodeInput(Policy.PolicyOptions, "options")

/** A URI in a path is longer than a router expects, and `//` is no `/`, so that a path has one form. */
export const routerConfig = { maxParamLength: 8192, ignoreDuplicateSlashes: false }

/**
 * Every route: the page (`/`), the API with its OpenAPI document (`/openapi.json`) and documentation (`/docs`), and `/metrics`.
 * For a router of one's own, which needs {@link routerConfig}; {@link serve} has it.
 */
export const layer = (options: Policy.PolicyOptions = {}) =>
  Layer.unwrap(
    Effect.map(decode(options), (decoded) => {
      const policy = Policy.make(decoded)
      return Layer.mergeAll(
        HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
          Layer.provide([
            ReferencesHandlers.layer,
            SearchHandlers.layer,
            RelationsHandlers.layer,
            SuggestionsHandlers.layer,
            ReviewHandlers.layer,
            DecisionsHandlers.layer,
            CoverageHandlers.layer,
            EditionsHandlers.layer,
            GraphHandlers.layer,
            LintHandlers.layer,
            MapHandlers.layer,
            ExportHandlers.layer,
            ImportsHandlers.layer,
            EmbeddingsHandlers.layer,
            DoctorHandlers.layer,
            BackupHandlers.layer,
            JobsHandlers.layer,
            SystemHandlers.layer
          ]),
          Layer.provide([Authorization.layer, Malformed.layer]),
          Layer.provideMerge(Layer.provide(Jobs.layer(policy), NodeFiles.layer)),
          Layer.provide([Layer.succeed(Policy.CurrentPolicy, policy), NodeFiles.layer])
        ),
        Web.layer,
        Docs.layer,
        PrometheusMetrics.layerHttp(),
        Guard.layer(policy)
      )
    })
  )

/**
 * Serves every route on the `HttpServer` that is there, with the services of a store and the {@link Tokens} that it asks for.
 * When the layer ends, requests that run are answered first.
 *
 * @example
 * import { NodeHttpServer } from "@effect/platform-node"
 * import { Layer } from "effect"
 * import { Store } from "crosswalk"
 * import { Connections, Routes, Tokens } from "crosswalk/http"
 *
 * const server = Routes.serve({ maxConcurrent: 8 }).pipe(
 *   Layer.provide(Tokens.layer([])),
 *   Layer.provide(Store.layerLibsql({ url: "requirements.db", vectors: "memory" })),
 *   Layer.provide(NodeHttpServer.layer(() => Connections.server(), { host: "127.0.0.1", port: 7430 }))
 * )
 * // NodeRuntime.runMain(Layer.launch(server))
 */
export const serve = (options: Policy.PolicyOptions = {}) => serveWith(Layer.empty, options)

/** The same with more routes, behind the same guard, such as those for agents. */
export const serveWith = <E, R>(others: Layer.Layer<never, E, R>, options: Policy.PolicyOptions = {}) =>
  HttpRouter.serve(Layer.merge(layer(options), others), {
    disableListenLog: true,
    disableLogger: true,
    routerConfig
  }).pipe(
    // Jobs end before the server waits for its requests: some watch them.
    Layer.tap((context) => Effect.addFinalizer(() => Context.get(context, Jobs).close)),
    // A query has texts, which spans have not.
    Layer.provide(Layer.succeed(UrlParams.CurrentRedactedNames, [/^/u]))
  )
