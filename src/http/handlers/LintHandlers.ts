import { Effect, type FileSystem, type Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Lint } from "../../catalog/Lint.ts"
import * as LintDocument from "../../report/LintDocument.ts"
import type { LintReport } from "../../domain/Lint.ts"
import { Api } from "../api/Api.ts"
import type { DocumentQuery, FileQuery } from "../api/LintApi.ts"
import type { CurrentPolicy } from "../access/Policy.ts"
import { answered } from "../Problem.ts"
import * as Report from "../Report.ts"
import * as Upload from "../files/Upload.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "lint",
  Effect.fnUntraced(function* (handlers) {
    const { file, relations } = yield* Lint
    const context = yield* Effect.context<CurrentPolicy | FileSystem.FileSystem>()

    const check = <E>({ name, ...options }: FileQuery, body: Stream.Stream<Uint8Array, E>) =>
      Upload.read(name, body, (source) => file(source, options)).pipe(Effect.provideContext(context))

    const written = (report: LintReport, { file, print }: DocumentQuery) =>
      Report.answer(print, LintDocument.render(report, print, { file }))

    return handlers.handleAll({
      relations: ({ query }) => answered(relations(query)),
      document: ({ query: { file, print, ...options } }) =>
        answered(Effect.map(relations(options), (report) => written(report, { file, print }))),
      file: ({ payload, query }) => check(query, payload),
      fileDocument: ({ payload, query: { file, print, ...query } }) =>
        Effect.map(check(query, payload), (report) => written(report, { file, print }))
    })
  })
)
