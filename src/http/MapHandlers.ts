import { hash } from "node:crypto"
import { Effect, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { MapLayout } from "../domain/MapLayout.ts"
import { ReferenceMap } from "../map/ReferenceMap.ts"
import { Api } from "./Api.ts"
import { matches } from "./ETag.ts"
import { answered } from "./Problem.ts"

const toJson = Schema.encodeSync(Schema.fromJsonString(MapLayout))

export const layer = HttpApiBuilder.group(
  Api,
  "map",
  Effect.fnUntraced(function* (handlers) {
    const { read } = yield* ReferenceMap
    return handlers.handle("read", ({ headers }) =>
      answered(
        Effect.map(read, (map) => {
          const etag = `"${hash("sha256", toJson(map), "base64url").slice(0, 22)}"`
          return matches(headers["if-none-match"], etag)
            ? HttpServerResponse.empty({ status: 304, headers: { etag } })
            : HttpApiSchema.withHeaders({ body: map, headers: { etag } })
        })
      )
    )
  })
)
