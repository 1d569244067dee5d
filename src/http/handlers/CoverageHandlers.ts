import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Coverage } from "../../crosswalk/Coverage.ts"
import type { CoverageOptions } from "../../domain/Coverage.ts"
import { ValidationError } from "../../domain/ValidationError.ts"
import { compare } from "../../domain/CoverageComparison.ts"
import * as CoverageDocument from "../../report/CoverageDocument.ts"
import * as Lists from "../answers/Lists.ts"
import * as Pages from "../answers/Pages.ts"
import { Api } from "../api/Api.ts"
import { type DocumentQuery, Formats, most } from "../api/CoverageApi.ts"
import { version } from "../Version.ts"
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
    const { page } = yield* Pages.make("coverage", Lists.coverage, most)
    const comparisons = yield* Pages.make("coverage", Lists.comparison, most)

    const document = Effect.fnUntraced(function* (options: CoverageOptions, { file, format: named }: DocumentQuery) {
      const format = yield* Report.formatOf(Formats.literals, named)
      const found = yield* answered(report(options))
      return Report.answer(format, CoverageDocument.render(found, format, { file, version }))
    })

    return handlers.handleAll({
      report: ({ query: { cursor, pageSize, ...query } }) =>
        page(query, { cursor, pageSize }, report(optionsOf(query))),
      reportWith: ({ payload, query }) => page(payload, query, report(payload)),
      document: ({ query: { file, format, ...query } }) => document(optionsOf(query), { file, format }),
      documentWith: ({ payload, query }) => document(payload, query),
      compare: ({ payload: { baseline, options } }) =>
        comparisons.first(
          answered(
            baseline.next === undefined
              ? Effect.map(report(options), (found) => Lists.comparisonAnswer(compare(found, baseline)))
              : new ValidationError({
                  field: "baseline.next",
                  value: baseline.next,
                  constraint: "says that this is a page of a report",
                  expected: "the whole report, without next"
                })
          )
        )
    })
  })
)
