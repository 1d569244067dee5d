import type { RelationType } from "../domain/Relation.ts"

/**
 * How two sets of what is asked for can stand to each other, each excluding the others (NIST IR 8477; RCC-5 in logic):
 * `<` the first is a proper part of the second, `>` the other way round, `x` they overlap and neither holds the other, `|`
 * they have nothing in common.
 */
export type Standing = "=" | "<" | ">" | "x" | "|"

export const standings: ReadonlyArray<Standing> = ["=", "<", ">", "x", "|"]

const all = standings

/** How A can stand to C, given how A stands to B (row) and B to C (column). Each set is not empty. */
const table: Readonly<Record<Standing, Readonly<Record<Standing, ReadonlyArray<Standing>>>>> = {
  "=": { "=": ["="], "<": ["<"], ">": [">"], x: ["x"], "|": ["|"] },
  "<": { "=": ["<"], "<": ["<"], ">": all, x: ["<", "x", "|"], "|": ["|"] },
  ">": { "=": [">"], "<": ["=", "<", ">", "x"], ">": [">"], x: [">", "x"], "|": [">", "x", "|"] },
  x: { "=": ["x"], "<": ["<", "x"], ">": [">", "x", "|"], x: all, "|": [">", "x", "|"] },
  "|": { "=": ["|"], "<": ["<", "x", "|"], ">": ["|"], x: ["<", "x", "|"], "|": all }
}

/**
 * How the sources may stand to the targets. Who implements or supersedes something asks for all of it, and maybe for more,
 * as coverage counts it too.
 */
export const standingsOf: Readonly<Record<RelationType, ReadonlyArray<Standing>>> = {
  implements: ["=", ">"],
  equal: ["="],
  subset: ["<"],
  superset: [">"],
  intersects: ["x"],
  supersedes: ["=", ">"],
  "no-relationship": ["|"]
}

const turned: Readonly<Record<Standing, Standing>> = { "=": "=", "<": ">", ">": "<", x: "x", "|": "|" }

/** The same seen from the other side. */
export const converse = (possible: ReadonlyArray<Standing>): ReadonlyArray<Standing> =>
  possible.map((one) => turned[one])

/** How A can stand to C, given how A can stand to B, and B to C. */
export const compose = (first: ReadonlyArray<Standing>, second: ReadonlyArray<Standing>): ReadonlyArray<Standing> =>
  all.filter((one) => first.some((a) => second.some((b) => table[a][b].includes(one))))

/** The type that says what is known; undefined where the two may as well have nothing in common. */
export const typeOf = (possible: ReadonlyArray<Standing>): RelationType | undefined => {
  const isAmong = (...some: ReadonlyArray<Standing>) => possible.every((one) => some.includes(one))
  if (isAmong("=")) return "equal"
  if (isAmong("=", "<")) return "subset"
  if (isAmong("=", ">")) return "superset"
  if (isAmong("|")) return "no-relationship"
  return possible.includes("|") ? undefined : "intersects"
}

/** The type of a relation after a step, in its own words where these still hold: who implements more than before, implements. */
export const typeAfter = (before: RelationType, possible: ReadonlyArray<Standing>): RelationType | undefined =>
  (before === "implements" || before === "supersedes") && possible.every((one) => standingsOf[before].includes(one))
    ? before
    : typeOf(possible)

/** How the unions of sets stand whose members stand so, one to one: what holds of every member holds of the union. */
export const union = (members: ReadonlyArray<ReadonlyArray<Standing>>): ReadonlyArray<Standing> => {
  const isAll = (...some: ReadonlyArray<Standing>) =>
    members.every((possible) => possible.every((one) => some.includes(one)))
  const [only] = members
  if (only !== undefined && members.length === 1) return only
  if (isAll("=")) return ["="]
  if (isAll("=", "<")) return ["=", "<"]
  if (isAll("=", ">")) return ["=", ">"]
  return members.some((possible) => !possible.includes("|")) ? ["=", "<", ">", "x"] : all
}
