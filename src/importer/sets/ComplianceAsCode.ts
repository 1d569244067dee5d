import { Effect, Schema } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { NonBlankText } from "../../domain/Text.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import type { Format } from "../Importer.ts"
import { checkCatalog, within } from "../Items.ts"
import { catalogNamed, slugOf } from "../Names.ts"
import { linksTo } from "../Links.ts"
import { filled, type Found, type Node, sourceOf } from "../Nodes.ts"
import { each, hasKeys } from "./Fields.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))
const Written = Schema.Union([NonBlankText, Schema.Number])
const List = Schema.optional(Schema.NullOr(Schema.Array(Schema.Unknown)))

const Policy = Schema.Struct({
  id: Schema.optional(Written),
  policy: optional,
  title: optional,
  version: Schema.optional(Schema.NullOr(Written)),
  controls: List,
  controls_dir: optional
})

const Control = Schema.Struct({
  id: Written,
  title: optional,
  description: optional,
  levels: List,
  status: optional,
  notes: optional,
  rules: List,
  related_rules: List,
  controls: List
})

const decodePolicy = Schema.decodeUnknownResult(Policy)
const decodeControl = Schema.decodeUnknownResult(Control)

const controlsOf = (source: string, path: string, values: ReadonlyArray<unknown> | undefined): ReadonlyArray<Found> =>
  each(source, path, values, decodeControl, (control, at): Node => {
    const children = controlsOf(source, within(at, "controls"), control.controls ?? [])
    return {
      at,
      id: String(control.id),
      title: control.title?.replace(/\s+/gu, " ") ?? undefined,
      description: control.description ?? undefined,
      entityType: "control",
      metadata: filled({
        levels: control.levels,
        status: control.status,
        notes: control.notes,
        rules: control.rules,
        relatedRules: control.related_rules
      }),
      links: [
        ...linksTo("rule", control.rules, { type: "implements", direction: "incoming" }),
        ...linksTo("related rule", control.related_rules, { type: "intersects" })
      ],
      children
    }
  })

/** A control file of ComplianceAsCode: its controls and those nested in them, with their rules. */
export const format: Format = {
  name: "complianceascode",
  summary: "ComplianceAsCode controls, YAML",
  detect: (head) =>
    hasKeys(head, "policy", "controls") ||
    hasKeys(head, "policy", "controls_dir") ||
    (hasKeys(head, "id", "controls", "levels") && /\brules:/u.test(head.text)),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const policy = yield* decodeAt(source, "$", decodePolicy, yield* readDocument(input))
    if (!policy.controls && policy.controls_dir) {
      const problem = `names its controls by the folder ${policy.controls_dir}. Import the files in it, with the catalog that they belong to`
      return yield* new ImportError({ source, problem, reason: "unsupported" })
    }
    const version = policy.version === null || policy.version === undefined ? undefined : String(policy.version)
    const name = policy.id === undefined ? (policy.policy ?? policy.title ?? "") : slugOf(String(policy.id))
    const catalog = input.options.catalog ?? (yield* checkCatalog(source, catalogNamed(name, version), "$.id"))
    return sourceOf(source, catalog, controlsOf(source, "$.controls", policy.controls ?? []))
  })
}
