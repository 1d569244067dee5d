import type { LintFinding, LintRule } from "../../domain/Lint.ts"
import { urisOf } from "../../domain/RelationEnds.ts"
import type { Remedy } from "../../domain/Remedy.ts"
import { chooseOne, isOne, saidCatalog } from "../StoredNames.ts"
import * as StoredNames from "../StoredNames.ts"
import { isHeader } from "../../importer/mapping/HeaderWords.ts"
import { difference } from "./LookAlike.ts"
import * as Uuids from "./Uuids.ts"
import { type About, finding, type Statement, times } from "./Statement.ts"

/** The ends of a pair, each as an identifier of the other's catalog. */
const exchanged = (statement: Statement, { read }: StoredNames.StoredNames): Statement | undefined => {
  const [source, ...sources] = statement.sources.map(read)
  const targets = statement.targets.map(read)
  const to = targets[0]?.catalog
  if (source === undefined || to === undefined) return undefined
  const said = [source, ...sources, ...targets]
  if (said.some((one) => one === undefined)) return undefined
  const uriIn = (catalog: string, text: string | undefined) => {
    const [name, version] = catalog.split("@")
    return version === undefined ? `${name}:${text}` : `${name}:${version}/${text}`
  }
  const [first, ...others] = targets.map((one) => uriIn(source.catalog, one?.text))
  if (first === undefined) return undefined
  return {
    ...statement,
    sources: [first, ...others],
    targets: [source, ...sources].map((one) => uriIn(to, one?.text))
  }
}

/** What a file's relations are, and what is wrong with their ends. */
export interface Resolved {
  /** Those whose ends are all stored, with the URIs under which they are. */
  readonly statements: ReadonlyArray<Statement>
  readonly findings: ReadonlyArray<LintFinding>
}

/**
 * Finds the ends of what a file says. An end that is none is told once; a file whose columns are exchanged is told once, and
 * read as it was meant.
 */
export const resolve = (given: ReadonlyArray<Statement>, stored: StoredNames.Stored): Resolved => {
  const reader = StoredNames.make(stored)
  const { find } = reader
  const isGood = (statement: Statement | undefined) =>
    statement !== undefined && urisOf(statement).every((uri) => isOne(find(uri)))
  const pairs = given.filter(({ targets }) => targets.length > 0)
  const bad = pairs.filter((statement) => !isGood(statement)).length
  const turned = bad === 0 ? [] : pairs.map((statement) => exchanged(statement, reader))
  const badTurned = turned.filter((statement) => !isGood(statement)).length
  const isSwapped = bad > 0 && badTurned * 2 < bad && (bad > 1 || pairs.length === 1)
  const findings: Array<LintFinding> = []
  if (isSwapped) {
    const count = `${bad} of ${pairs.length} relations name what is not stored as they stand, ${badTurned} with sources and targets exchanged`
    findings.push(
      finding(
        "swapped-columns",
        {},
        `The sources and targets are exchanged: ${count}. Exchange the columns, or the two catalogs.`
      )
    )
  }
  const meant = isSwapped ? given.map((statement) => exchanged(statement, reader) ?? statement) : given

  const moved = Uuids.check(meant, stored.references, (uri) => {
    const found = find(uri)
    return isOne(found) ? found.uri : undefined
  })
  findings.push(...moved.findings)

  const missing = new Map<string, { readonly about: About; count: number }>()
  const statements: Array<Statement> = []
  const without = new Set<string>()
  for (const statement of meant) {
    const { at, sources, to } = statement
    if (to !== undefined && !stored.catalogs.includes(to) && !without.has(to)) {
      without.add(to)
      findings.push(
        finding("unknown-catalog", { at, sources }, `There is no catalog ${to}.`, { action: "import", catalog: to })
      )
    }
    const ends = urisOf(statement).map((uri) => [uri, find(uri)] as const)
    const unknown = ends.filter(([, found]) => !isOne(found))
    if (unknown.length === 0) {
      const uriOf = (uri: string) => {
        const found = find(uri)
        return isOne(found) ? found.uri : uri
      }
      const [first, ...others] = statement.sources
      statements.push({
        ...statement,
        sources: [uriOf(first), ...others.map(uriOf)],
        targets: statement.targets.map(uriOf)
      })
      continue
    }
    const words = ends.map(([uri]) => reader.read(uri)?.text ?? uri.replace(/^.*[:/]/u, ""))
    if (unknown.length === ends.length && ends.length > 1 && words.every(isHeader)) {
      findings.push(finding("header-row", statement, `${words.join(", ")} are names of columns, not identifiers.`))
      continue
    }
    for (const [uri] of unknown) {
      if (moved.told.has(uri)) continue
      const before = missing.get(uri)
      if (before !== undefined) before.count++
      else {
        const side = statement.sources.includes(uri) ? { sources: [uri] } : { targets: [uri] }
        missing.set(uri, { about: { at: statement.at, ...side }, count: 1 })
      }
    }
  }
  findings.push(...unknownFindings(missing, stored, reader))
  return { statements, findings }
}

const unknownFindings = (
  missing: ReadonlyMap<string, { readonly about: About; readonly count: number }>,
  { catalogs }: StoredNames.Stored,
  { find, namesOf, read }: StoredNames.StoredNames
): ReadonlyArray<LintFinding> => {
  const absent = new Map<string, { about: About; ends: number }>()
  const findings: Array<LintFinding> = []
  for (const [uri, { about, count }] of missing) {
    const said = read(uri)
    const tell = (rule: LintRule, message: string, remedy?: Remedy) =>
      findings.push(finding(rule, about, message + times(count), remedy))
    if (said === undefined) {
      const catalog = saidCatalog(uri)
      if (catalog === undefined || catalogs.includes(catalog)) {
        tell("unknown-identifier", `There is no reference ${uri}.`)
        continue
      }
      const before = absent.get(catalog)
      if (before !== undefined) before.ends++
      else absent.set(catalog, { about, ends: 1 })
      continue
    }
    const { catalog, text } = said
    const found = find(uri)
    if (found !== undefined && "several" in found) {
      const { several } = found
      tell("ambiguous-identifier", `${several.length} references of ${catalog} are called ${text}.`, chooseOne(several))
      continue
    }
    const likely = namesOf(catalog).likely(text)
    const elsewhere = catalogs.filter((other) => other !== catalog && namesOf(other).find(text) !== undefined)
    const where = elsewhere.length === 0 ? "" : ` There is one in ${elsewhere.slice(0, 3).join(", ")}.`
    if (likely === undefined) tell("unknown-identifier", `${text} is no identifier of ${catalog}.${where}`)
    else if (likely.looksAlike) {
      const apart = difference(text, likely.name)
      const how = apart === undefined ? "only looks like it" : apart
      tell(
        "look-alike",
        `${text} is no identifier of ${catalog}: ${likely.name} is, and ${text} ${how}.`,
        chooseOne([likely.uri])
      )
    } else {
      const message = `${text} is no identifier of ${catalog}; the nearest is ${likely.name}.${where}`
      tell("unknown-identifier", message, chooseOne([likely.uri]))
    }
  }
  const whole = [...absent].map(([catalog, { about, ends }]) =>
    finding(
      "unknown-catalog",
      about,
      `The catalog ${catalog} is not stored, so ${ends} of its identifiers cannot be checked.`,
      { action: "import", catalog }
    )
  )
  return [...whole, ...findings]
}
