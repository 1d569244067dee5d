import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { RequirementFilter } from "./Filter.ts"
import { Confidence, RelationStatus, RelationType } from "./Relation.ts"
import { RelationEnds } from "./RelationEnds.ts"
import { NonBlankText } from "./Text.ts"

const expected = "a day written 2026-12-31"

/** A day, written 2026-12-31. */
export const Day = Schema.String.check(
  Schema.isPattern(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/u, { expected }),
  Schema.makeFilter((text) =>
    new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true ? undefined : expected
  )
)

/** Why a reference need not be covered, or need not link to anything. */
export const CoverageException = Schema.Struct({
  /** The URI of the reference. */
  reference: NonBlankText,
  reason: NonBlankText,
  /** Who answers for it. */
  by: NonBlankText,
  /** The last day on which it holds; for ever where it is left out. */
  until: Schema.optional(Day)
})
export type CoverageException = typeof CoverageException.Type

/** Catalogs on a way, 100 at most. */
const Through = Schema.Array(CatalogId).check(Schema.isMaxLength(100))

/** What coverage is asked for. */
export const CoverageOptions = Schema.Struct({
  /** The catalog whose references should be covered. */
  to: CatalogId,
  /** The catalog that should cover them. */
  by: CatalogId,
  /** Catalogs on the way, in their order from `by` to `to`. A path may leave some out. */
  through: Schema.optional(Through),
  /** Suggestions count too. Default: false. */
  includeSuggested: Schema.optional(Schema.Boolean),
  /** Relations below this do not count. Default: 0. */
  minConfidence: Schema.optional(Confidence),
  /** What is covered in part counts as covered. Default: false. */
  countPartly: Schema.optional(Schema.Boolean),
  /** Which references of `to` count; at least one must. Default: all. */
  filter: Schema.optional(RequirementFilter),
  exceptions: Schema.optional(Schema.Array(CoverageException)),
  /** The day on which exceptions are judged. Default: today. */
  today: Schema.optional(Day)
}).check(
  Schema.makeFilter(({ by, through = [], to }) => {
    const catalogs = [by, ...through, to]
    return new Set(catalogs).size === catalogs.length
      ? undefined
      : { path: ["to"], issue: "different catalogs: the one to cover, the one that covers it, and those between them" }
  })
)
export type CoverageOptions = typeof CoverageOptions.Type

/** How far a reference is covered: wholly, in part, not, or not but for a reason. */
export const CoverageState = Schema.Literals(["covered", "partly", "uncovered", "excepted"])
export type CoverageState = typeof CoverageState.Type

/** One relation on the way, as it is stored. */
export const CoverageLink = Schema.Struct({
  sources: RelationEnds.fields.sources,
  targets: RelationEnds.fields.targets,
  type: RelationType,
  status: RelationStatus,
  confidence: Confidence,
  needsReview: Schema.Boolean
})
export type CoverageLink = typeof CoverageLink.Type

/** A reference that covers another, and the way from the covered one to it. */
export const CoveredBy = Schema.Struct({
  uri: Schema.String,
  /** `covered`: wholly; `together`: wholly, with others of the sets on its path; `partly`: in part. */
  extent: Schema.Literals(["covered", "together", "partly"]),
  path: Schema.Array(CoverageLink)
})
export type CoveredBy = typeof CoveredBy.Type

/** A reference that should be covered. */
export const CoveredReference = Schema.Struct({
  uri: Schema.String,
  title: Schema.String,
  /** The beginning of its description, up to 300 characters; absent where it has none. */
  text: Schema.optionalKey(Schema.String),
  /** From the metadata; empty where it says nothing. */
  chapter: Schema.String,
  level: Schema.String,
  state: CoverageState,
  /** The best first, at most 20. */
  by: Schema.Array(CoveredBy).check(Schema.isMaxLength(20)),
  /** More than these cover it. */
  more: Schema.Boolean,
  /** Every way that covers it so far has a decision on a text that has changed since. */
  needsReview: Schema.Boolean,
  /** The exception that is made for it. */
  exception: Schema.optionalKey(CoverageException),
  /** The exception has run out, so that it does not count. */
  expired: Schema.Boolean
})
export type CoveredReference = typeof CoveredReference.Type

/** How many references there are in each state. */
export const CoverageCounts = Schema.Struct({
  total: Schema.Natural,
  covered: Schema.Natural,
  partly: Schema.Natural,
  uncovered: Schema.Natural,
  excepted: Schema.Natural,
  /** What counts (covered, excepted and, where asked for, partly) of all, 0–100, not rounded; 100 of nothing. */
  percent: Schema.Finite
})
export type CoverageCounts = typeof CoverageCounts.Type

/** The counts of a chapter, a level, or of both. */
export const CoverageGroup = Schema.Struct({ ...CoverageCounts.fields, chapter: Schema.String, level: Schema.String })
export type CoverageGroup = typeof CoverageGroup.Type

/** A reference of the covering catalog that leads to nothing. */
export const Unlinked = Schema.Struct({
  uri: Schema.String,
  title: Schema.String,
  /** The beginning of its description, up to 300 characters; absent where it has none. */
  text: Schema.optionalKey(Schema.String),
  exception: Schema.optionalKey(CoverageException),
  /** The exception has run out. */
  expired: Schema.Boolean
})
export type Unlinked = typeof Unlinked.Type

/** How well one catalog is covered by another. */
export class CoverageReport extends Schema.Class<CoverageReport>("crosswalk/CoverageReport")({
  to: Schema.String,
  by: Schema.String,
  through: Through,
  includeSuggested: Schema.Boolean,
  minConfidence: Confidence,
  countPartly: Schema.Boolean,
  /** Which references of `to` counted; absent where all did. */
  filter: Schema.optionalKey(RequirementFilter),
  /** The day on which exceptions were judged. */
  today: Day,
  ...CoverageCounts.fields,
  /** By chapter, all levels together; `level` is empty. */
  chapters: Schema.Array(CoverageGroup),
  /** Levels are numbers, and each counts what is of it and of those below, as level 2 of ASVS asks for level 1 too. */
  cumulative: Schema.Boolean,
  /** By level, all chapters together; `chapter` is empty. */
  levels: Schema.Array(CoverageGroup),
  /** By chapter and level. */
  cells: Schema.Array(CoverageGroup),
  references: Schema.Array(CoveredReference),
  /** References of `by` that lead to nothing and have no exception that holds. */
  unlinked: Schema.Array(Unlinked),
  /** References of `by` that lead to nothing for a reason. */
  unlinkedExcepted: Schema.Array(Unlinked),
  /** Exceptions for references that are in neither catalog. */
  unknownExceptions: Schema.Array(CoverageException)
}) {}
