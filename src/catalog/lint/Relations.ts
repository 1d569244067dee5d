import { faultOf, setText, urisOf } from "../../domain/RelationEnds.ts"
import type { LintFinding } from "../../domain/Lint.ts"
import type { LintReference } from "../../storage/LintRows.ts"
import * as Cycles from "./Cycles.ts"
import * as Equals from "./Equals.ts"
import * as NoCounterparts from "./NoCounterparts.ts"
import * as Pairs from "./Pairs.ts"
import { finding, type Statement, textOf, times } from "./Statement.ts"

/** What catalogs call a reference that no longer asks for anything. */
const gone = /^(?:withdrawn|deleted|removed|retired|deprecated|obsolete|superseded|rejected|zurückgezogen|entfallen)$/iu

/** References that ask for nothing, each at the first relation that names it. */
const idle = (
  statements: ReadonlyArray<Statement>,
  references: ReadonlyMap<string, LintReference>
): ReadonlyArray<LintFinding> => {
  const found = new Map<string, { readonly statement: Statement; count: number }>()
  for (const statement of statements) {
    if (statement.type === "no-relationship") continue
    for (const uri of urisOf(statement)) {
      const reference = references.get(uri)
      if (reference === undefined || (reference.role !== "heading" && !isGone(reference))) continue
      const before = found.get(uri)
      if (before === undefined) found.set(uri, { statement, count: 1 })
      else before.count++
    }
  }
  return [...found].map(([uri, { count, statement }]) => {
    const side = statement.sources.includes(uri) ? { sources: [uri] } : { targets: [uri] }
    const about = { at: statement.at, ...side }
    const reference = references.get(uri)
    return reference !== undefined && isGone(reference)
      ? finding("withdrawn", about, `${uri} is ${reference.state} in ${reference.catalog}.${times(count)}`)
      : finding("heading", about, `${uri} is a heading, which asks for nothing itself.${times(count)}`)
  })
}

const isGone = ({ state }: LintReference): boolean => typeof state === "string" && gone.test(state.trim())

/** What is wrong with relations whose ends are stored. What was rejected says nothing, and suggestions need not agree. */
export const check = (
  given: ReadonlyArray<Statement>,
  references: ReadonlyMap<string, LintReference>
): ReadonlyArray<LintFinding> => {
  const catalogOf = (uri: string) => references.get(uri)?.catalog ?? undefined
  const held = given.filter(({ status }) => status !== "rejected")
  const selves = held.flatMap((statement) => {
    const fault = faultOf(statement, statement.type)
    return fault === undefined ? [] : [finding("self-relation", statement, `${textOf(statement)}: ${fault.problem}.`)]
  })
  const accepted = held.filter(
    (statement) => statement.status === "accepted" && faultOf(statement, statement.type) === undefined
  )
  const changed = given.flatMap((statement) =>
    statement.needsReview
      ? [
          finding(
            "changed-text",
            statement,
            `A text of ${setText(urisOf(statement))} has changed since ${textOf(statement)} was ${statement.status}.`
          )
        ]
      : []
  )
  return [
    ...selves,
    ...idle(held, references),
    ...Pairs.check(accepted),
    ...NoCounterparts.check(accepted, catalogOf),
    ...Equals.check(accepted, catalogOf),
    ...Cycles.check(accepted),
    ...changed
  ]
}
