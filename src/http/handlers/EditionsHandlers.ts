import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Carry } from "../../crosswalk/Carry.ts"
import { CatalogDiff } from "../../crosswalk/CatalogDiff.ts"
import { Pins } from "../../crosswalk/Pins.ts"
import * as CatalogDiffDocument from "../../report/CatalogDiffDocument.ts"
import { Api } from "../api/Api.ts"
import { decider } from "../access/Authorization.ts"
import { answered } from "../Problem.ts"
import * as Report from "../Report.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "editions",
  Effect.fnUntraced(function* (handlers) {
    const { diff } = yield* CatalogDiff
    const { carry } = yield* Carry
    const { count, moved } = yield* Pins
    return handlers.handleAll({
      diff: ({ query }) => answered(diff(query)),
      document: ({ query: { format, unchanged, ...options } }) =>
        answered(
          Effect.map(diff(options), (changes) =>
            Report.answer(format, CatalogDiffDocument.render(changes, format, { unchanged }))
          )
        ),
      planCarry: ({ query }) => answered(carry({ ...query, store: false })),
      carry: ({ payload: { by, ...options } }) =>
        answered(Effect.flatMap(decider(by), (by) => carry({ ...options, by }))),
      moved: () => answered(Effect.map(moved(), (moved) => ({ moved }))),
      movedCounts: () => answered(count())
    })
  })
)
