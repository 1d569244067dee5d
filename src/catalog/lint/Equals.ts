import type { LintFinding } from "../../domain/Lint.ts"
import { setText } from "../../domain/RelationEnds.ts"
import { keyOf } from "./Pairs.ts"
import { finding, placedText, type Statement } from "./Statement.ts"

/** References that are equal to several of one catalog, which would then have to be equal to each other. */
export const check = (
  statements: ReadonlyArray<Statement>,
  catalogOf: (uri: string) => string | undefined
): ReadonlyArray<LintFinding> => {
  const equals = new Map<string, Map<string, Statement>>()
  const note = (one: ReadonlyArray<string>, other: ReadonlyArray<string>, statement: Statement) => {
    const key = JSON.stringify([keyOf(one), catalogOf(other[0] ?? "")])
    const others = equals.get(key) ?? new Map<string, Statement>()
    equals.set(key, others)
    const end = keyOf(other)
    if (!others.has(end)) others.set(end, statement)
  }
  for (const statement of statements) {
    if (statement.type !== "equal") continue
    note(statement.sources, statement.targets, statement)
    note(statement.targets, statement.sources, statement)
  }
  return [...equals].flatMap(([key, others]) => {
    const said = [...others.values()]
    const last = said.at(-1)
    if (last === undefined || said.length < 2) return []
    const isSource = JSON.parse(key)[0] === keyOf(last.sources)
    const end = setText(isSource ? last.sources : last.targets)
    const before = said.slice(0, -1).map(placedText).join(", ")
    const advice =
      "They can all be equal only where they are equal to each other; else say subset, superset or intersects, or relate it to all of them as one set."
    return [
      finding(
        "several-equal",
        last,
        `${end} is equal to ${said.length} of one catalog: ${placedText(last)}, ${before}. ${advice}`
      )
    ]
  })
}
