import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Carry } from "../../crosswalk/Carry.ts"
import { CatalogDiff } from "../../crosswalk/CatalogDiff.ts"
import { Pins } from "../../crosswalk/Pins.ts"
import * as CatalogDiffDocument from "../../report/CatalogDiffDocument.ts"
import * as Lists from "../answers/Lists.ts"
import * as Pages from "../answers/Pages.ts"
import { Formats, most } from "../api/EditionsApi.ts"
import * as JobAnswer from "../jobs/JobAnswer.ts"
import type { Jobs, JobWork } from "../jobs/Jobs.ts"
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
    const context = yield* Effect.context<Jobs>()
    const diffs = yield* Pages.make("diff", Lists.changes, most)
    const carries = yield* Pages.make("carry", Lists.carried, most)
    const moves = yield* Pages.make("moved", Lists.moved, most)

    return handlers.handleAll({
      diff: ({ query: { cursor, pageSize, ...query } }) => diffs.page(query, { cursor, pageSize }, diff(query)),
      document: ({ query: { format: named, unchanged, ...options } }) =>
        Effect.gen(function* () {
          const format = yield* Report.formatOf(Formats.literals, named)
          const changes = yield* answered(diff(options))
          return Report.answer(format, CatalogDiffDocument.render(changes, format, { unchanged }))
        }),
      beginDiff: ({ payload }) =>
        Effect.gen(function* () {
          const by = yield* decider(undefined)
          const run: JobWork["run"] = (_tell, keep) =>
            Effect.flatMap(diff(payload), (report) => JobAnswer.bounded("diff", Lists.changes, report, keep))
          return yield* JobAnswer.begin({ kind: "diff", name: `${payload.before} → ${payload.after}`, by, run })
        }).pipe(Effect.provideContext(context)),
      planCarry: ({ query: { cursor, pageSize, ...query } }) =>
        carries.page(query, { cursor, pageSize }, carry({ ...query, store: false })),
      carry: ({ payload: { by, ...options } }) =>
        Effect.flatMap(decider(by), (by) => carries.first(answered(carry({ ...options, by })))),
      beginCarry: ({ payload }) =>
        Effect.gen(function* () {
          const by = yield* decider(payload.by)
          const run: JobWork["run"] = (_tell, keep) =>
            Effect.flatMap(carry({ ...payload, by }), (report) =>
              JobAnswer.bounded("carry", Lists.carried, report, keep)
            )
          return yield* JobAnswer.begin({ kind: "carry", name: `${payload.from} → ${payload.to}`, by, run })
        }).pipe(Effect.provideContext(context)),
      moved: ({ query }) =>
        moves.page(
          {},
          query,
          Effect.map(moved(), (moved) => ({ moved: moved.map(Lists.movedRow) }))
        ),
      movedCounts: () => answered(count())
    })
  })
)
