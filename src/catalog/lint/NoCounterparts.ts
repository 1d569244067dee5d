import type { LintFinding } from "../../domain/Lint.ts"
import { finding, placedText, type Statement, textOf } from "./Statement.ts"

const keyOf = (uri: string, catalog: string) => JSON.stringify([uri, catalog])

/** References that are said to have no counterpart in a catalog, and are related to one of it. */
export const check = (
  statements: ReadonlyArray<Statement>,
  catalogOf: (uri: string) => string | undefined
): ReadonlyArray<LintFinding> => {
  const none = statements.filter(({ targets, to }) => targets.length === 0 && to !== undefined)
  if (none.length === 0) return []
  const related = new Map<string, Statement>()
  const note = (uris: ReadonlyArray<string>, others: ReadonlyArray<string>, statement: Statement) => {
    const catalogs = new Set(others.flatMap((uri) => catalogOf(uri) ?? []))
    for (const uri of uris) for (const catalog of catalogs) related.set(keyOf(uri, catalog), statement)
  }
  for (const statement of statements) {
    if (statement.type === "no-relationship") continue
    note(statement.sources, statement.targets, statement)
    note(statement.targets, statement.sources, statement)
  }
  return none.flatMap((statement) =>
    statement.sources.flatMap((uri) => {
      const other = related.get(keyOf(uri, statement.to ?? ""))
      return other === undefined
        ? []
        : [
            finding(
              "contradiction",
              statement,
              `${textOf(statement)} and ${placedText(other)} cannot be right together.`
            )
          ]
    })
  )
}
