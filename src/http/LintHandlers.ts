import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Lint } from "../catalog/Lint.ts"
import * as LintDocument from "../report/LintDocument.ts"
import { Api } from "./Api.ts"
import { answered } from "./Problem.ts"
import * as Report from "./Report.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "lint",
  Effect.fnUntraced(function* (handlers) {
    const { relations } = yield* Lint
    return handlers.handleAll({
      relations: ({ query }) => answered(relations(query)),
      document: ({ query: { file, print, ...options } }) =>
        answered(
          Effect.map(relations(options), (report) => Report.answer(print, LintDocument.render(report, print, { file })))
        )
    })
  })
)
