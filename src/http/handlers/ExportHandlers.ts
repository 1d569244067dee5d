import { Effect, Stream } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { CatalogExport } from "../../report/CatalogExport.ts"
import { endings, mediaTypes, workbookType } from "../../report/ExportFormat.ts"
import { Api } from "../api/Api.ts"
import * as Download from "../files/Download.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "export",
  Effect.fnUntraced(function* (handlers) {
    const exports = yield* CatalogExport
    const send = yield* Download.make
    return handlers.handleAll({
      references: ({ query }) => {
        const { catalog = "references", format = "ndjson" } = query
        return send({
          name: `${catalog}.${endings[format][0]}`,
          type: mediaTypes[format],
          bytes: Stream.encodeText(exports.references(query))
        })
      },
      relations: ({ query }) => {
        const { format = "ndjson", from, to } = query
        return send({
          name: `${["relations", from, to].filter((part) => part !== undefined).join("-")}.${endings[format][0]}`,
          type: mediaTypes[format],
          bytes: Stream.encodeText(exports.relations(query))
        })
      },
      workbook: ({ query }) =>
        send({
          name: `relations-${query.from}-${query.to}.xlsx`,
          type: workbookType,
          bytes: Stream.fromEffect(exports.workbook(query))
        })
    })
  })
)
