import { Effect, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { failureOf } from "../catalog/ImportReport.ts"
import * as ImportSource from "../catalog/ImportSource.ts"
import { Review, type ReviewError } from "../crosswalk/Review.ts"
import type { ReviewFilter } from "../domain/ReviewFilter.ts"
import type { ReviewItem } from "../domain/ReviewItem.ts"
import * as ReviewCsv from "../report/ReviewCsv.ts"
import { Api } from "./Api.ts"
import { decider } from "./Authorization.ts"
import { answered } from "./Problem.ts"
import { requirementsOf } from "./Query.ts"
import * as Report from "./Report.ts"
import type { ReviewQuery } from "./ReviewApi.ts"

/** What the query asks for as a `ReviewFilter`. */
const filterOf = ({ anyTag, level, tag, where, ...filter }: ReviewQuery): ReviewFilter => ({
  ...filter,
  reference: requirementsOf({ anyTag, level, tag, where })
})

export const layer = HttpApiBuilder.group(
  Api,
  "review",
  Effect.fnUntraced(function* (handlers) {
    const review = yield* Review
    const { calibrations, count, items, page, sample } = review
    const csv = (name: string, items: Stream.Stream<ReviewItem, ReviewError>, options?: ReviewCsv.EncodeOptions) =>
      Report.answerTable(name, ReviewCsv.encode(items, options))
    return handlers.handleAll({
      list: ({ query: { after, limit, marked, ...filter } }) =>
        answered(page({ after, limit, marked, filter: filterOf(filter) })),
      // What is wrong with the question is told before the table begins.
      csv: ({ query }) => answered(Effect.map(count(filterOf(query)), () => csv("review.csv", items(filterOf(query))))),
      carryOut: ({ payload: bytes, query: { by, name = "review.csv", ...options } }) =>
        answered(
          Effect.gen(function* () {
            const source = ImportSource.given({ name, bytes })
            const reviewer = yield* decider(by)
            const { problems, ...outcome } = yield* ReviewCsv.carryOut(name, source, { ...options, by: reviewer })
            return { ...outcome, problems: problems.map((problem) => failureOf(name, problem)) }
          }).pipe(Effect.provideService(Review, review))
        ),
      sampleCsv: ({ query }) =>
        answered(
          Effect.map(sample(query), (drawn) => csv("sample.csv", Stream.fromIterable(drawn), { chosen: "sample" }))
        ),
      sample: ({ query }) => answered(Effect.map(sample(query), (items) => ({ items }))),
      calibrations: ({ query }) => answered(Effect.map(calibrations(query), (calibrations) => ({ calibrations })))
    })
  })
)
