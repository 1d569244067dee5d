import { hash } from "node:crypto"
import { Effect, Option, Schema } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import { NotFoundError } from "../domain/NotFoundError.ts"
import { Reference } from "../domain/Reference.ts"
import { EmbeddingRepository } from "../storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { RelationRepository } from "../storage/RelationRepository.ts"
import { Api } from "./Api.ts"
import { answered } from "./Problem.ts"
import { filterOf } from "./Query.ts"

const toJson = Schema.encodeSync(Schema.fromJsonString(Reference))

/** What changes whenever the reference does. */
const etagOf = (reference: Reference): string => `"${hash("sha256", toJson(reference), "base64url").slice(0, 22)}"`

/** Whether an `If-None-Match` names the tag, as RFC 9110 compares: weakly. */
const matches = (header: string | undefined, etag: string): boolean =>
  header?.split(",").some((part) => ["*", etag].includes(part.trim().replace(/^W\//u, ""))) === true

export const layer = HttpApiBuilder.group(
  Api,
  "references",
  Effect.fnUntraced(function* (handlers) {
    const references = yield* ReferenceRepository
    const embeddings = yield* EmbeddingRepository
    const relations = yield* RelationRepository

    const required = Effect.fnUntraced(function* (uri: string) {
      const found = yield* references.find(uri)
      if (Option.isSome(found)) return found.value
      return yield* new NotFoundError({ uri, entity: "reference" })
    })

    return handlers.handleAll({
      catalogs: () => answered(Effect.map(references.catalogs, (catalogs) => ({ catalogs }))),
      list: ({ query: { after, limit, ...filter } }) =>
        answered(references.findPage({ after, limit, filter: filterOf(filter) })),
      get: ({ headers, params: { uri } }) =>
        answered(
          Effect.map(required(uri), (reference) => {
            const etag = etagOf(reference)
            return matches(headers["if-none-match"], etag)
              ? HttpServerResponse.empty({ status: 304, headers: { etag } })
              : HttpApiSchema.withHeaders({ body: reference, headers: { etag } })
          })
        ),
      similar: ({ params: { uri }, query: { limit, ...filter } }) =>
        answered(
          Effect.map(embeddings.findSimilarTo(uri, { limit, filter: filterOf(filter) }), (similar) => ({ similar }))
        ),
      relations: ({ params: { uri }, query: { direction = "outgoing" } }) =>
        answered(
          Effect.map(Effect.andThen(required(uri), relations.find(uri, direction)), (found) => ({ relations: found }))
        )
    })
  })
)
