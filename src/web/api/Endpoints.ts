import type { Schema } from "effect"
import type { HttpApi, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import type { Api } from "../../http/api/Api.ts"

/**
 * What the API takes and gives, as JSON, derived from the {@link Api} itself. Types only: the Schemas and what they stand on
 * would be most of the page, and whoever answers is the same package.
 *
 * @module
 */

type Groups = typeof Api extends HttpApi.HttpApi<infer _Id, infer Groups> ? Groups : never
type Endpoint = HttpApiGroup.Endpoints<Groups>

/** Every endpoint, by its method and path. */
type Endpoints = { readonly [E in Endpoint as `${E["method"]} ${E["path"]}`]: E }

/** An endpoint by its method and path, such as `GET /api/v1/search`. */
export type Route = keyof Endpoints

/** What a Schema is as JSON: an endpoint keeps the one that it was declared with inside of its codec. The bytes of a file are a Blob. */
type Json<S> = S extends HttpApiSchema.StreamUint8Array
  ? Blob
  : S extends HttpApiSchema.WithHeaders<infer Body, infer _Headers>
    ? Json<Body>
    : S extends Schema.toCodecJson<infer Declared> | Schema.toCodecStringTree<infer Declared>
      ? Declared["Encoded"]
      : S extends Schema.Constraint
        ? S["Encoded"]
        : never

type Part<Name extends string, S> = [S] extends [never]
  ? { readonly [N in Name]?: never }
  : {} extends Json<S>
    ? { readonly [N in Name]?: Json<S> }
    : { readonly [N in Name]: Json<S> }

/** What a request to a route is made of. */
export type Request<R extends Route> = Part<"params", Endpoints[R]["~Params"]> &
  Part<"query", Endpoints[R]["~Query"]> &
  Part<"payload", Endpoints[R]["~Payload"]>

/** What a route answers, as JSON. */
export type Answer<R extends Route> = Exclude<Json<Endpoints[R]["~Success"]>, void>
