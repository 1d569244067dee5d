import { Effect, type FileSystem, type Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { Lint } from "../../catalog/Lint.ts"
import * as LintDocument from "../../report/LintDocument.ts"
import type { LintReport } from "../../domain/Lint.ts"
import * as Lists from "../answers/Lists.ts"
import * as Pages from "../answers/Pages.ts"
import { Api } from "../api/Api.ts"
import { type DocumentQuery, type FileQuery, Formats, most } from "../api/LintApi.ts"
import { version } from "../Version.ts"
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

    const { first, page } = yield* Pages.make("lint", Lists.findings, most)

    const check = <E>({ name, ...options }: FileQuery, body: Stream.Stream<Uint8Array, E>) =>
      Upload.read(name, body, (source) => file(source, options)).pipe(Effect.provideContext(context))

    const written = <E, R>({ file, print }: DocumentQuery, found: Effect.Effect<LintReport, E, R>) =>
      Effect.gen(function* () {
        const format = yield* Report.formatOf(Formats.literals, print)
        return Report.answer(format, LintDocument.render(yield* found, format, { file, version }))
      })

    return handlers.handleAll({
      relations: ({ query: { cursor, pageSize, ...query } }) => page(query, { cursor, pageSize }, relations(query)),
      document: ({ query: { file, print, ...options } }) => written({ file, print }, answered(relations(options))),
      file: ({ payload, query }) => first(check(query, payload)),
      fileDocument: ({ payload, query: { file, print, ...query } }) => written({ file, print }, check(query, payload))
    })
  })
)
