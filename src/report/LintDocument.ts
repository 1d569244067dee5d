import type { LintReport } from "../domain/Lint.ts"
import type { SarifOptions } from "./Sarif.ts"
import type { LintFormat } from "./LintFormat.ts"
import * as LintSarif from "./LintSarif.ts"
import * as LintText from "./LintText.ts"
import { toJson } from "./Safe.ts"

export { endings, formatOf, formats, type LintFormat } from "./LintFormat.ts"

/**
 * What was found in relations, as a document.
 *
 * @example
 * import { Effect } from "effect"
 * import { Lint, LintDocument } from "crosswalk"
 *
 * const sarif = Effect.gen(function*() {
 *   const lint = yield* Lint
 *   return LintDocument.render(yield* lint.relations(), "sarif", { file: "requirements/relations.csv" })
 * })
 */
export const render = (report: LintReport, format: LintFormat, options: SarifOptions = {}): string => {
  switch (format) {
    case "table":
      return LintText.render(report)
    case "json":
      return `${toJson(report)}\n`
    case "sarif":
      return LintSarif.render(report, options)
  }
}
