import type { LintFinding } from "../../domain/Lint.ts"
import { finding, placedText, type Statement, textOf } from "./Statement.ts"

/** What identifies a set of references. */
export const keyOf = (uris: ReadonlyArray<string>): string =>
  uris.length === 1 ? String(uris[0]) : JSON.stringify([...new Set(uris)].sort())

/** A type seen from the other end. What has no name of its own there is marked. */
const turned = (type: Statement["type"]): string => {
  switch (type) {
    case "equal":
    case "intersects":
    case "no-relationship":
      return type
    case "subset":
      return "superset"
    case "superset":
      return "subset"
    case "implements":
    case "supersedes":
      return `${type} turned`
  }
}

/** The types of which two references have one only: what they ask for is one of these. */
const extents: ReadonlySet<string> = new Set(["equal", "subset", "superset", "intersects"])

/** What is wrong with all that is said of the same two sets. That the same is said from either end is not: some formats do. */
const ofPair = (said: ReadonlyArray<readonly [type: string, statement: Statement]>): ReadonlyArray<LintFinding> => {
  const found: Array<LintFinding> = []
  const first = new Map<string, Statement>()
  const sides = new Map<string, Statement>()
  for (const [type, statement] of said) {
    if (!first.has(type)) first.set(type, statement)
    const side = `${type} ${keyOf(statement.sources)}`
    const before = sides.get(side)
    if (before === undefined) sides.set(side, statement)
    else
      found.push(
        finding("duplicate", statement, `${textOf(statement)} is said before, at ${before.at ?? "another place"}.`)
      )
  }
  const types = [...first.keys()]
  const [one, ...others] = [...first.values()]
  const last = others.at(-1)
  if (one === undefined || last === undefined) return found
  const all = `${placedText(one)} and ${others.map(textOf).join(" and ")}`
  if (first.has("no-relationship")) {
    found.push(finding("contradiction", last, `${all} cannot be right together: one says that there is no relation.`))
  } else if (first.has("subset") && first.has("superset") && !first.has("equal")) {
    found.push(
      finding(
        "contradiction",
        last,
        `${all}: each would be a part of the other. Where both ask for the same, say equal.`
      )
    )
  } else if (types.filter((type) => extents.has(type)).length > 1) {
    found.push(finding("several-types", last, `${all} are about the same references. Keep the one that is right.`))
  }
  return found
}

/** What is said twice of the same two sets of references, in the same way, in different ways, or in ways that exclude each other. */
export const check = (statements: ReadonlyArray<Statement>): ReadonlyArray<LintFinding> => {
  const pairs = new Map<string, Array<readonly [string, Statement]>>()
  for (const statement of statements) {
    const { sources, targets, to, type } = statement
    const [a, b] = [keyOf(sources), targets.length === 0 ? `nothing in ${to}` : keyOf(targets)]
    const isTurned = a > b
    const key = isTurned ? `${b}\n${a}` : `${a}\n${b}`
    const said = [isTurned ? turned(type) : type, statement] as const
    const before = pairs.get(key)
    if (before === undefined) pairs.set(key, [said])
    else before.push(said)
  }
  return [...pairs.values()].flatMap((said) => (said.length === 1 ? [] : ofPair(said)))
}
