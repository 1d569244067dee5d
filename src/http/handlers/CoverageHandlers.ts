import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Coverage } from "../../crosswalk/Coverage.ts"
import { compare } from "../../domain/CoverageComparison.ts"
import * as CoverageDocument from "../../report/CoverageDocument.ts"
import { Api } from "../api/Api.ts"
import { answered } from "../Problem.ts"
import { type RequirementQuery, requirementsOf } from "../Query.ts"
import * as Report from "../Report.ts"

/** The options that a query asks for. */
const optionsOf = <Q extends RequirementQuery>({ anyTag, level, tag, type, where, ...options }: Q) => ({
  ...options,
  filter: requirementsOf({ anyTag, level, tag, type, where })
})

export const layer = HttpApiBuilder.group(
  Api,
  "coverage",
  Effect.fnUntraced(function* (handlers) {
    const { report } = yield* Coverage
    return handlers.handleAll({
      report: ({ query }) => answered(report(optionsOf(query))),
      reportWith: ({ payload }) => answered(report(payload)),
      document: ({ query: { file, format, ...query } }) =>
        answered(
          Effect.map(report(optionsOf(query)), (found) =>
            Report.answer(format, CoverageDocument.render(found, format, { file }))
          )
        ),
      documentWith: ({ payload, query: { file, format } }) =>
        answered(
          Effect.map(report(payload), (found) =>
            Report.answer(format, CoverageDocument.render(found, format, { file }))
          )
        ),
      compare: ({ payload: { baseline, options } }) =>
        answered(Effect.map(report(options), (found) => compare(found, baseline)))
    })
  })
)
