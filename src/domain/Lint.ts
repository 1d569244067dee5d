import { Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { Remedy } from "./Remedy.ts"

/** How much a finding matters: what is wrong, what is probably wrong, what is worth a look. */
export const LintSeverity = Schema.Literals(["error", "warning", "hint"])
export type LintSeverity = typeof LintSeverity.Type

/** Every rule with how much its findings matter, and what it finds. */
export const lintRules = {
  "unreadable-row": ["error", "A row or an entry of a mapping cannot be read"],
  "header-row": ["error", "A header stands among the rows"],
  "swapped-columns": ["error", "Sources and targets are exchanged in the whole mapping"],
  "unknown-catalog": ["error", "A catalog is not stored, so its identifiers cannot be checked"],
  "unknown-identifier": ["error", "An identifier is none of its catalog"],
  "look-alike": ["error", "An identifier is none of its catalog, but looks like one that is"],
  "other-control": ["error", "An identifier names another control than the one that was meant"],
  gone: ["error", "A reference that an accepted relation rests on is not stored any more"],
  "ambiguous-identifier": ["error", "Several references are called so"],
  "self-relation": ["error", "A reference is related to itself"],
  contradiction: ["error", "Two relations cannot both be right"],
  "subset-cycle": ["error", "Relations say, one after the other, that a reference is a part of itself"],
  "several-equal": ["warning", "A reference is equal to several of one catalog"],
  "several-types": ["warning", "The same references are related twice, in different ways"],
  duplicate: ["warning", "The same is said twice"],
  heading: ["warning", "A heading is related, which asks for nothing"],
  withdrawn: ["warning", "A reference is related that its catalog calls withdrawn"],
  "changed-text": ["warning", "A text has changed since it was decided on"]
} as const satisfies Readonly<Record<string, readonly [LintSeverity, string]>>

export const LintRule = Schema.Literals([
  "unreadable-row",
  "header-row",
  "swapped-columns",
  "unknown-catalog",
  "unknown-identifier",
  "look-alike",
  "other-control",
  "gone",
  "ambiguous-identifier",
  "self-relation",
  "contradiction",
  "subset-cycle",
  "several-equal",
  "several-types",
  "duplicate",
  "heading",
  "withdrawn",
  "changed-text"
])
export type LintRule = typeof LintRule.Type

/** Something that is wrong with relations, or may be. */
export const LintFinding = Schema.Struct({
  rule: LintRule,
  severity: LintSeverity,
  /** Where in the file it stands, such as `line 12` or `$.mappings[0]`; absent for what is stored, and for a whole file. */
  at: Schema.optionalKey(Schema.String),
  /** The sources of the relation that it is about; none where it is about no single one. */
  sources: Schema.Array(Schema.String),
  targets: Schema.Array(Schema.String),
  /** What is wrong, as a sentence. */
  message: Schema.String,
  /** What was probably meant, or can be done. */
  remedy: Schema.optionalKey(Remedy)
})
export type LintFinding = typeof LintFinding.Type

/** Which stored relations are checked. */
export const LintOptions = Schema.Struct({
  /** A catalog at either end. */
  from: Schema.optional(CatalogId),
  /** A catalog at the other end; with `from` only. */
  to: Schema.optional(CatalogId)
})
export type LintOptions = typeof LintOptions.Type

/** What was found in relations. */
export class LintReport extends Schema.Class<LintReport>("crosswalk/LintReport")({
  /** The name of the file; absent for what is stored. */
  source: Schema.optionalKey(Schema.String),
  /** The format of the file, such as `csv`. */
  format: Schema.optionalKey(Schema.String),
  /** How many relations were checked. */
  relations: Schema.Natural,
  errors: Schema.Natural,
  warnings: Schema.Natural,
  hints: Schema.Natural,
  /** In the order of the file, or of the URIs; those about the whole come first. */
  findings: Schema.Array(LintFinding)
}) {}
