import { Effect, Schema } from "effect"
import { CatalogId } from "./Catalog.ts"
import { Role } from "./Role.ts"
import { JsonValue, NonBlankText, Text } from "./Text.ts"

const fields = {
  /** Its identity, such as `asvs:5.0.0/V1.2.3`. Compared exactly; any text that is not blank. */
  uri: NonBlankText,
  /** A short name, not blank. */
  title: NonBlankText,
  /** What kind of thing it is, such as `requirement` or `control`. */
  entityType: NonBlankText
} as const

/**
 * What a caller gives to save a reference. Only `uri`, `title` and `entityType` are required.
 *
 * @example
 * import { ReferenceInput } from "crosswalk"
 *
 * const input: ReferenceInput = {
 *   uri: "company:REQ-1",
 *   title: "Password storage",
 *   entityType: "requirement",
 *   description: "Passwords are stored with a slow, salted hash.",
 *   tags: ["authentication"],
 *   metadata: { owner: "platform", level: 2 }
 * }
 */
export const ReferenceInput = Schema.Struct({
  ...fields,
  /** The text itself, of any length. */
  description: Schema.optional(Text),
  /** A set: order and repetition are not kept; it comes back sorted. */
  tags: Schema.optional(Schema.Array(NonBlankText)),
  /** Any JSON value of at most 100 levels. */
  metadata: Schema.optional(JsonValue),
  /** The catalog it belongs to, such as `asvs@5.0.0`. */
  catalog: Schema.optional(CatalogId),
  /** Its name inside the catalog as the source writes it, such as `AC-2(5)`. Searches find it however it is typed. */
  identifier: Schema.optional(NonBlankText),
  /** How its publisher prints the identifier, where that differs, such as `AC-02(05)`. */
  label: Schema.optional(NonBlankText),
  /** Default: `requirement`. */
  role: Schema.optional(Role)
})
export type ReferenceInput = typeof ReferenceInput.Type

/** A stored reference: a requirement, a control, a guideline, any text with a URI. */
export class Reference extends Schema.Class<Reference>("crosswalk/Reference")({
  ...fields,
  description: Schema.optionalKey(Text),
  /** Sorted by code unit, without repetition. */
  tags: Schema.Array(NonBlankText),
  metadata: Schema.optionalKey(JsonValue),
  catalog: Schema.optionalKey(CatalogId),
  identifier: Schema.optionalKey(NonBlankText),
  label: Schema.optionalKey(NonBlankText),
  role: Role.pipe(Schema.withConstructorDefault(Effect.succeed("requirement" as const))),
  /** When it was first saved; ISO 8601 when encoded. */
  createdAt: Schema.DateTimeUtcFromString,
  /** When its content last changed; saving the same again does not move it. */
  updatedAt: Schema.DateTimeUtcFromString
}) {}
