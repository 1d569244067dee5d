import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Review } from "../../crosswalk/Review.ts"
import * as Lists from "../answers/Lists.ts"
import * as Pages from "../answers/Pages.ts"
import { Api } from "../api/Api.ts"
import { most } from "../api/DecisionsApi.ts"
import { decider } from "../access/Authorization.ts"
import { answered } from "../Problem.ts"
import { endsOf } from "../api/RelationsApi.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "decisions",
  Effect.fnUntraced(function* (handlers) {
    const { decide, decideAll, log, preview, undo } = yield* Review
    const outcomes = yield* Pages.make("decisions", Lists.outcome, most)
    const previews = yield* Pages.make("preview", Lists.preview, most)
    return handlers.handleAll({
      log: ({ query: { source, target, to, ...options } }) =>
        answered(
          Effect.map(
            log({ ...options, ends: source === undefined ? undefined : endsOf({ source, target, to }) }),
            (decisions) => ({ decisions })
          )
        ),
      decide: ({ payload: { by, verdicts } }) =>
        outcomes.first(answered(Effect.flatMap(decider(by), (by) => decide(verdicts, { by })))),
      decideAll: ({ payload: { filter, verdict } }) =>
        outcomes.first(answered(Effect.flatMap(decider(verdict.by), (by) => decideAll(filter, { ...verdict, by })))),
      preview: ({ payload: { filter, verdict } }) =>
        previews.first(answered(Effect.flatMap(decider(verdict.by), (by) => preview(filter, { ...verdict, by })))),
      undo: ({ payload: { by, ...options } }) =>
        outcomes.first(answered(Effect.flatMap(decider(by), (by) => undo({ ...options, by }))))
    })
  })
)
