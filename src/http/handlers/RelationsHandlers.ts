import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { RelationRepository } from "../../storage/RelationRepository.ts"
import { Api } from "../api/Api.ts"
import { decider } from "../access/Authorization.ts"
import { answered } from "../Problem.ts"
import { endsOf } from "../api/RelationsApi.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "relations",
  Effect.fnUntraced(function* (handlers) {
    const { findPage, remove, save } = yield* RelationRepository
    return handlers.handleAll({
      list: ({ query: { after, limit, ...filter } }) => answered(findPage({ after, limit, filter })),
      save: ({ payload: { provenance = { method: "manual" }, ...input } }) =>
        answered(
          Effect.flatMap(decider(provenance.by), (by) =>
            save({ ...input, provenance: by === undefined ? provenance : { ...provenance, by } })
          )
        ),
      remove: ({ query: { type, ...ends } }) => answered(remove({ ...endsOf(ends), type }))
    })
  })
)
