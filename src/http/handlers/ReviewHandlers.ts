import { Effect, type FileSystem, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { failureOf } from "../../catalog/ImportReport.ts"
import * as ImportSource from "../../catalog/ImportSource.ts"
import { Review, type ReviewError } from "../../crosswalk/Review.ts"
import type { ReviewFilter } from "../../domain/ReviewFilter.ts"
import type { ReviewItem } from "../../domain/ReviewItem.ts"
import * as ReviewCsv from "../../report/ReviewCsv.ts"
import * as Lists from "../answers/Lists.ts"
import * as Pages from "../answers/Pages.ts"
import { Api } from "../api/Api.ts"
import { decider } from "../access/Authorization.ts"
import * as Download from "../files/Download.ts"
import type { CurrentPolicy } from "../access/Policy.ts"
import { answered } from "../Problem.ts"
import { requirementsOf } from "../Query.ts"
import { most, type ReviewQuery } from "../api/ReviewApi.ts"
import * as Upload from "../files/Upload.ts"

/** What the query asks for as a `ReviewFilter`. */
const filterOf = ({ anyTag, level, tag, where, ...filter }: ReviewQuery): ReviewFilter => ({
  ...filter,
  reference: requirementsOf({ anyTag, level, tag, where })
})

export const layer = HttpApiBuilder.group(
  Api,
  "review",
  Effect.fnUntraced(function* (handlers) {
    const { calibrations, items, page, sample } = yield* Review
    const context = yield* Effect.context<CurrentPolicy | FileSystem.FileSystem | Review>()
    const send = yield* Download.make
    const edits = yield* Pages.make("decisions", Lists.edited, most)
    const calibrated = yield* Pages.make("calibrations", Lists.calibrations, most)
    const csv = (name: string, items: Stream.Stream<ReviewItem, ReviewError>, options?: ReviewCsv.EncodeOptions) =>
      send({ name, type: "text/csv; charset=utf-8", bytes: Stream.encodeText(ReviewCsv.encode(items, options)) })

    return handlers.handleAll({
      list: ({ query: { after, limit, marked, ...filter } }) =>
        answered(page({ after, limit, marked, filter: filterOf(filter) })),
      csv: ({ query }) => csv("review.csv", items(filterOf(query))),
      carryOut: ({ payload, query: { by, name = "review.csv", ...options } }) =>
        Effect.gen(function* () {
          const reviewer = yield* decider(by)
          const carriedOut = Upload.read(name, payload, (source) =>
            Effect.map(
              ReviewCsv.carryOut(name, ImportSource.given(source), { ...options, by: reviewer }),
              ({ problems, ...outcome }) => ({
                ...outcome,
                problems: problems.map((problem) => failureOf(name, problem))
              })
            )
          )
          return yield* edits.first(carriedOut)
        }).pipe(Effect.provideContext(context)),
      sampleCsv: ({ query }) => csv("sample.csv", Stream.fromIterableEffect(sample(query)), { chosen: "sample" }),
      sample: ({ query }) => answered(Effect.map(sample(query), (items) => ({ items }))),
      calibrations: ({ query: { cursor, pageSize, ...query } }) =>
        calibrated.page(
          query,
          { cursor, pageSize },
          Effect.map(calibrations(query), (calibrations) => ({ calibrations }))
        )
    })
  })
)
