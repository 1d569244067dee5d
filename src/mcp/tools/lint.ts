import { Effect, Schema } from "effect"
import { Lint } from "../../catalog/Lint.ts"
import { CatalogId } from "../../domain/Catalog.ts"
import { LintRule, LintSeverity } from "../../domain/Lint.ts"
import { snippet } from "../Budget.ts"
import { catalogOf, cursor, limitOf, said } from "../Input.ts"
import { CurrentSurroundings } from "../McpOptions.ts"
import * as Page from "../Page.ts"
import * as Progress from "../Progress.ts"
import { endsFields, endsShown } from "../RelationShown.ts"
import * as Tool from "../Tool.ts"

const most = 200
const usual = 50

const Input = Schema.Struct({
  from: said(CatalogId, catalogOf("Only relations of this catalog, at either end")),
  to: said(CatalogId, catalogOf("Only those with this catalog at the other end; with from only")),
  severities: said(
    Schema.Array(LintSeverity).check(Schema.isMinLength(1)),
    "Which findings are listed; the numbers are of all. Default: all"
  ),
  limit: limitOf(most, usual),
  cursor
})

const Output = Schema.Struct({
  /** How many relations were checked. */
  relations: Schema.Natural,
  errors: Schema.Natural,
  warnings: Schema.Natural,
  hints: Schema.Natural,
  findings: Schema.Array(
    Schema.Struct({
      rule: LintRule,
      severity: LintSeverity,
      ...endsFields,
      /** What is wrong, as a sentence. */
      message: Schema.String
    })
  ),
  ...Page.pageFields
})

export const lint = Effect.gen(function* () {
  const { relations } = yield* Lint
  const { maxTokens } = yield* CurrentSurroundings
  return Tool.make({
    name: "lint",
    title: "Check relations",
    description:
      "Say what is wrong with the stored relations, before anybody relies on them: contradictions, ends that are gone, texts " +
      "that have changed since they were decided on, duplicates. Of all, of one catalogue, or between two.",
    effects: "reads",
    input: Input,
    output: Output,
    run: Effect.fnUntraced(function* (input, tell) {
      const { from, limit = usual, severities, to } = input
      const part = yield* Page.of(input, maxTokens)
      const {
        errors,
        findings,
        hints,
        relations: checked,
        warnings
      } = yield* Progress.beating(tell, "checking relations", relations({ from, to }))
      const listed = findings
        .filter(({ severity }) => severities === undefined || severities.includes(severity))
        .map(({ message, rule, severity, sources, targets }) => ({
          rule,
          severity,
          ...endsShown({ sources, targets }),
          message: snippet(message, 500)
        }))
      const numbers = { relations: checked, errors, warnings, hints }
      const { items, ...page } = part.take(listed, { limit, rest: numbers })
      return { ...numbers, findings: items, ...page }
    })
  })
})
