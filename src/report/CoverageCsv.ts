import type { CoverageReport } from "../domain/Coverage.ts"
import * as CsvText from "./CsvText.ts"

/** A row for each reference that should be covered. Cells that start a formula are quoted with an apostrophe. */
export const render = (report: CoverageReport): string =>
  [
    ["uri", "title", "chapter", "level", "state", "covered_by", "needs_review", "exception", "exception_by", "until"],
    ...report.references.map(({ by, chapter, exception, level, more, needsReview, state, title, uri }) => [
      uri,
      title,
      chapter,
      level,
      state,
      by.map((one) => one.uri).join("; ") + (more ? "; …" : ""),
      needsReview,
      exception?.reason,
      exception?.by,
      exception?.until
    ])
  ]
    .map((cells) => CsvText.line(cells.map((cell) => (cell === "" ? undefined : cell))))
    .join("")
