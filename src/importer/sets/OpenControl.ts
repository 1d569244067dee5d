import { Effect, Result, Schema } from "effect"
import { NonBlankText } from "../../domain/Text.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import type { Format, Head } from "../Importer.ts"
import { checkCatalog, fromIssue, within } from "../Items.ts"
import { slugOf } from "../Names.ts"
import { filled, type Found, sourceOf } from "../Nodes.ts"
import { isObject } from "../text/JsonText.ts"
import { mayBeYaml } from "./Fields.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))
const Control = Schema.Struct({ name: optional, description: optional, family: optional })
const Standard = Schema.Struct({ name: NonBlankText })

const decodeStandard = Schema.decodeUnknownResult(Standard)
const decodeControl = Schema.decodeUnknownResult(Control)

const isStandard = (head: Head): boolean =>
  mayBeYaml(head) &&
  /^name:\s/mu.test(head.text) &&
  /^["']?[A-Za-z][\w. ()-]*\d[\w. ()-]*["']?:\s*\n\s+family:/mu.test(head.text)

/** A standard of OpenControl: its controls by their identifiers. */
export const format: Format = {
  name: "opencontrol",
  summary: "OpenControl standard, YAML",
  detect: isStandard,
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const root = yield* readDocument(input)
    const { name } = yield* decodeAt(source, "$", decodeStandard, root)
    const catalog = input.options.catalog ?? (yield* checkCatalog(source, slugOf(name), "$.name"))
    const nodes = Object.entries(isObject(root) ? root : {}).flatMap(([id, value]): ReadonlyArray<Found> => {
      if (!isObject(value)) return []
      const at = within("$", id)
      const decoded = decodeControl(value)
      if (Result.isFailure(decoded)) return [fromIssue(source, at, decoded.failure.issue)]
      const { description, family, name: title } = decoded.success
      return [
        {
          at,
          id,
          title: title ?? undefined,
          description: description ?? undefined,
          entityType: "control",
          metadata: filled({ chapter: family === undefined || family === null ? undefined : { name: family } })
        }
      ]
    })
    return sourceOf(source, catalog, nodes)
  })
}
