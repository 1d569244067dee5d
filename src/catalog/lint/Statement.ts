import type { Array as Arr } from "effect"
import type { LintFinding, LintRule } from "../../domain/Lint.ts"
import { lintRules } from "../../domain/Lint.ts"
import type { RelationStatus, RelationType } from "../../domain/Relation.ts"
import { setText, targetsText } from "../../domain/RelationEnds.ts"
import type { Remedy } from "../../domain/Remedy.ts"

/** What a relation says, stored or in a file. */
export interface Statement {
  /** Where in the file; absent for what is stored. */
  readonly at?: string
  readonly sources: Arr.NonEmptyReadonlyArray<string>
  readonly targets: ReadonlyArray<string>
  readonly to?: string | undefined
  readonly type: RelationType
  readonly status: RelationStatus
  readonly needsReview: boolean
  /** The UUIDs by which a file knows what its ends name. */
  readonly uuids?: Readonly<Record<string, string>> | undefined
}

/** A statement in words. */
export const textOf = ({ sources, type, ...to }: Pick<Statement, "sources" | "targets" | "to" | "type">): string =>
  `${setText(sources)} ${type} ${targetsText(to)}`

/** The same statement where it stands first: `asvs:1 equal cwe:2 (line 3)`. */
export const placedText = (statement: Statement): string =>
  statement.at === undefined ? textOf(statement) : `${textOf(statement)} (${statement.at})`

/** What a finding is about. */
export interface About {
  readonly at?: string | undefined
  readonly sources?: ReadonlyArray<string>
  readonly targets?: ReadonlyArray<string>
}

/** A finding of a rule. */
export const finding = (rule: LintRule, about: About, message: string, remedy?: Remedy): LintFinding => ({
  rule,
  severity: lintRules[rule][0],
  ...(about.at !== undefined && { at: about.at }),
  sources: about.sources ?? [],
  targets: about.targets ?? [],
  message,
  ...(remedy !== undefined && { remedy })
})

/** How often something is named, where that is more than once. */
export const times = (count: number): string => (count === 1 ? "" : ` It is named ${count} times.`)
