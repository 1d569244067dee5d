import { Effect, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { CatalogExport } from "../../report/CatalogExport.ts"
import {
  endings,
  type ExportFormat,
  mediaTypes,
  ReferenceFormat,
  RelationFormat,
  workbookType
} from "../../report/ExportFormat.ts"
import * as Accept from "../answers/Accept.ts"
import { Api } from "../api/Api.ts"
import * as Download from "../files/Download.ts"

/** The first of the formats whose type the request takes best. */
const formatOf = <F extends ExportFormat>(formats: readonly [F, ...Array<F>]) =>
  Effect.map(
    Accept.choose(formats.map((format) => mediaTypes[format])),
    (type) => formats.find((format) => mediaTypes[format] === type) ?? formats[0]
  )

export const layer = HttpApiBuilder.group(
  Api,
  "export",
  Effect.fnUntraced(function* (handlers) {
    const exports = yield* CatalogExport
    const send = yield* Download.make
    return handlers.handleAll({
      references: ({ query }) =>
        Effect.gen(function* () {
          const { catalog = "references", format = yield* formatOf(ReferenceFormat.literals) } = query
          return yield* send({
            name: `${catalog}.${endings[format][0]}`,
            type: mediaTypes[format],
            bytes: Stream.encodeText(exports.references({ ...query, format }))
          })
        }),
      relations: ({ query }) =>
        Effect.gen(function* () {
          const { format = yield* formatOf(RelationFormat.literals), from, to } = query
          return yield* send({
            name: `${["relations", from, to].filter((part) => part !== undefined).join("-")}.${endings[format][0]}`,
            type: mediaTypes[format],
            bytes: Stream.encodeText(exports.relations({ ...query, format }))
          })
        }),
      workbook: ({ query }) =>
        send({
          name: `relations-${query.from}-${query.to}.xlsx`,
          type: workbookType,
          bytes: Stream.fromEffect(exports.workbook(query))
        })
    })
  })
)
