import { Effect, Result, Schema } from "effect"
import { decodeAt, readDocument } from "../Documents.ts"
import type { Format } from "../Importer.ts"
import { fromIssue, within } from "../Items.ts"
import { filled, type Found, sourceOf } from "../Nodes.ts"
import { hasKeys } from "./Fields.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))
const Check = Schema.Struct({
  short: optional,
  description: optional,
  risk: optional,
  tags: optional,
  repos: optional,
  remediation: Schema.optional(Schema.Unknown)
})

const decodeRoot = Schema.decodeUnknownResult(Schema.Struct({ checks: Schema.Record(Schema.String, Schema.Unknown) }))
const decodeCheck = Schema.decodeUnknownResult(Check)

const listed = (text: string | null | undefined): ReadonlyArray<string> =>
  (text ?? "").split(",").flatMap((tag) => tag.trim() || [])

/** The checks of OpenSSF Scorecard, by their names. */
export const format: Format = {
  name: "scorecard",
  summary: "OpenSSF Scorecard checks, YAML",
  detect: (head) => hasKeys(head, "checks") && /^\s+risk:/mu.test(head.text) && /^\s+short:/mu.test(head.text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const { checks } = yield* decodeAt(source, "$", decodeRoot, yield* readDocument(input))
    const nodes = Object.entries(checks).map(([name, value]): Found => {
      const at = within("$.checks", name)
      const decoded = decodeCheck(value)
      if (Result.isFailure(decoded)) return fromIssue(source, at, decoded.failure.issue)
      const { description, remediation, repos, risk, short, tags } = decoded.success
      const texts = [short, description].map((text) => text?.trim()).filter((text) => text !== undefined && text !== "")
      return {
        at,
        id: name,
        title: name.replaceAll("-", " "),
        description: texts.length === 0 ? undefined : texts.join("\n\n"),
        entityType: "check",
        tags: listed(tags),
        metadata: filled({ risk, repos: listed(repos), remediation })
      }
    })
    return sourceOf(source, input.options.catalog ?? "scorecard", nodes)
  })
}
