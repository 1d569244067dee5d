import { Effect, Option } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiSchema } from "effect/http-api"
import type { Expectation } from "../../domain/Expectation.ts"
import { NotFoundError } from "../../domain/NotFoundError.ts"
import { Reference } from "../../domain/Reference.ts"
import { ValidationError } from "../../domain/ValidationError.ts"
import { EmbeddingRepository } from "../../storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { versionOf } from "../../storage/ReferenceVersion.ts"
import { RelationRepository } from "../../storage/RelationRepository.ts"
import * as Lists from "../answers/Lists.ts"
import * as Pages from "../answers/Pages.ts"
import { Api } from "../api/Api.ts"
import { most } from "../api/ReferencesApi.ts"
import { matches, tagsOf } from "../ETag.ts"
import { answered, answeredIf } from "../Problem.ts"
import { filterOf } from "../Query.ts"

const etagOf = (reference: Reference): string => `"${versionOf(reference)}"`

/** What the headers of a change expect to be stored. A weak tag is equal to none, and nothing is both absent and of a version. */
const expectationOf = (ifMatch: string | undefined, ifNoneMatch: "*" | undefined): Expectation | undefined => {
  if (ifMatch === undefined) return ifNoneMatch === undefined ? undefined : "absent"
  if (ifNoneMatch !== undefined) return []
  if (ifMatch.trim() === "*") return "present"
  return tagsOf(ifMatch).flatMap((tag) => /^"(?<version>[^"]*)"$/u.exec(tag)?.groups?.["version"] ?? [])
}

/** A reference with its ETag. */
const tagged = (reference: Reference) =>
  HttpApiSchema.withHeaders({ body: reference, headers: { etag: etagOf(reference) } })

const toJson = HttpServerResponse.schemaJson(Reference)

/** The same where it is new: both successes have one Schema, so the status is said here. */
const created = (reference: Reference) =>
  Effect.orDie(toJson(reference, { status: 201, headers: { etag: etagOf(reference) } }))

export const layer = HttpApiBuilder.group(
  Api,
  "references",
  Effect.fnUntraced(function* (handlers) {
    const references = yield* ReferenceRepository
    const embeddings = yield* EmbeddingRepository
    const relations = yield* RelationRepository
    const catalogs = yield* Pages.make("catalogs", Lists.catalogs, most)
    const related = yield* Pages.make("relations", Lists.relations, most)

    const required = Effect.fnUntraced(function* (uri: string) {
      const found = yield* references.find(uri)
      if (Option.isSome(found)) return found.value
      return yield* new NotFoundError({ uri, entity: "reference" })
    })

    return handlers.handleAll({
      catalogs: ({ query }) =>
        catalogs.page(
          {},
          query,
          Effect.map(references.catalogs, (catalogs) => ({ catalogs }))
        ),
      list: ({ query: { after, limit, ...filter } }) =>
        answered(references.findPage({ after, limit, filter: filterOf(filter) })),
      get: ({ headers, params: { uri } }) =>
        answered(
          Effect.map(required(uri), (reference) => {
            const etag = etagOf(reference)
            return matches(headers["if-none-match"], etag)
              ? HttpServerResponse.empty({ status: 304, headers: { etag } })
              : tagged(reference)
          })
        ),
      put: ({ headers, params: { uri }, payload: { createdAt: _createdAt, updatedAt: _updatedAt, ...payload } }) =>
        answeredIf(
          Effect.gen(function* () {
            if (payload.uri !== undefined && payload.uri !== uri) {
              return yield* new ValidationError({
                field: "uri",
                value: payload.uri,
                constraint: "is another one than that of the path",
                expected: `${uri}, or none`
              })
            }
            const expect = expectationOf(headers["if-match"], headers["if-none-match"])
            const { isNew, reference } = yield* references.put({ ...payload, uri }, { expect })
            return yield* isNew ? created(reference) : Effect.succeed(tagged(reference))
          })
        ),
      remove: ({ headers, params: { uri }, query: { force } }) =>
        answeredIf(references.remove(uri, { force, expect: expectationOf(headers["if-match"], undefined) })),
      saveMany: ({ payload }) => answered(references.saveMany(payload)),
      similar: ({ params: { uri }, query: { limit, ...filter } }) =>
        answered(
          Effect.map(embeddings.findSimilarTo(uri, { limit, filter: filterOf(filter) }), (similar) => ({ similar }))
        ),
      relations: ({ params: { uri }, query: { cursor, direction = "outgoing", pageSize } }) =>
        related.page(
          { uri, direction },
          { cursor, pageSize },
          Effect.map(Effect.andThen(required(uri), relations.find(uri, direction)), (found) => ({ relations: found }))
        )
    })
  })
)
