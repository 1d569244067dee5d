import { hash } from "node:crypto"
import { DateTime, Schema } from "effect"
import * as Identifier from "../domain/Identifier.ts"
import * as Natural from "../domain/Natural.ts"
import { Reference, type ReferenceInput } from "../domain/Reference.ts"
import { Role } from "../domain/Role.ts"
import { JsonValue, NonBlankText, Text } from "../domain/Text.ts"
import { CatalogId } from "../domain/Catalog.ts"
import * as Columns from "./Columns.ts"

/** A reference, to select from `crosswalk_reference AS r`; metadata as a list of one or NULL. */
export const columns = Columns.make("reference", {
  uri: "r.uri",
  title: "r.title",
  entity_type: "r.entity_type",
  description: "r.description",
  tags: "r.tags",
  metadata: "'[' || r.metadata || ']'",
  catalog: "r.catalog",
  identifier: "r.identifier",
  label: "r.label",
  role: "r.role",
  created_at: "r.created_at",
  updated_at: "r.updated_at",
  natural: "r.natural",
  content_hash: "r.content_hash",
  text_hash: "r.text_hash"
})

/** A row of {@link columns}: what a {@link Reference} can have, so that one is made of every row that is read. */
export const ReferenceRow = Schema.Struct({
  uri: NonBlankText,
  title: NonBlankText,
  entity_type: NonBlankText,
  description: Schema.NullOr(Text),
  tags: Schema.fromJsonString(Schema.Array(NonBlankText)),
  metadata: Schema.NullOr(Schema.fromJsonString(Schema.Tuple([JsonValue]))),
  catalog: Schema.NullOr(CatalogId),
  identifier: Schema.NullOr(NonBlankText),
  label: Schema.NullOr(NonBlankText),
  role: Role,
  created_at: Columns.Moment,
  updated_at: Columns.Moment,
  natural: Schema.String,
  content_hash: Schema.String,
  text_hash: Schema.String
})
export type ReferenceRow = typeof ReferenceRow.Type

/** Decodes a row of {@link columns}. */
export const decoder = (operation: string) => Columns.decoder(columns, ReferenceRow, operation)

/** How many bytes a row of {@link columns} has. */
export const lengthOf = ({ reference }: Readonly<Record<string, unknown>>): number =>
  Columns.isBytes(reference) ? reference.byteLength : 0

/** Only what a reference is named by, to select from `crosswalk_reference AS r`. */
export const uri = Columns.make("reference", { uri: "r.uri" })

/** Decodes a row of {@link uri}. */
export const uriDecoder = (operation: string) => Columns.decoder(uri, Schema.Struct({ uri: Schema.String }), operation)

/** The reference of a decoded row. */
export const toReference = (row: ReferenceRow): Reference =>
  new Reference({
    uri: row.uri,
    title: row.title,
    entityType: row.entity_type,
    ...(row.description === null ? {} : { description: row.description }),
    tags: row.tags,
    ...(row.metadata === null ? {} : { metadata: row.metadata[0] }),
    ...(row.catalog === null ? {} : { catalog: row.catalog }),
    ...(row.identifier === null ? {} : { identifier: row.identifier }),
    ...(row.label === null ? {} : { label: row.label }),
    role: row.role,
    createdAt: DateTime.makeUnsafe(row.created_at),
    updatedAt: DateTime.makeUnsafe(row.updated_at)
  })

/** The SHA-256 of a text in UTF-8, in hexadecimal. */
export const hashOf = (text: string): string => hash("sha256", text, "hex")

/** What a reference is called by, what it is for, and what both are found and ordered by. */
export interface Named {
  readonly uri: string
  readonly identifier: string | null
  readonly label: string | null
  readonly role: Role
}

/** The hash of all content, given that of the rest. */
const contentHash = ({ identifier, label, role }: Named, hashOfRest: string) =>
  hashOf(JSON.stringify([hashOfRest, identifier, label, role]))

/**
 * The columns that follow from {@link Named}: the normal forms of identifier and label (of the label only where it is
 * another one), the natural order, and the hash of all content, given that of the rest.
 */
export const namedColumns = (named: Named, hashOfRest: string) => {
  const { identifier, label, uri } = named
  const normalOf = (text: string | null) => (text === null ? "" : Identifier.normal(text)) || null
  const identifierNormal = normalOf(identifier)
  const labelNormal = normalOf(label)
  return {
    identifierNormal,
    labelNormal: labelNormal === identifierNormal ? null : labelNormal,
    natural: Natural.key(uri),
    contentHash: contentHash(named, hashOfRest)
  }
}

/** The hash that the content of a row has: another one than the row's own where something has changed it behind its back. */
export const contentHashOf = (row: ReferenceRow): string => {
  const { catalog, description, title, uri } = row
  const tags = JSON.stringify(row.tags)
  const metadata = row.metadata === null ? null : JSON.stringify(row.metadata[0])
  const rest = { uri, title, entityType: row.entity_type, description, tags, metadata, catalog }
  return contentHash(row, hashOf(JSON.stringify(rest)))
}

/**
 * What is stored of an input: tags sorted without repetition, metadata as JSON text, and two hashes: of all content (has
 * anything changed?) and of the text that is embedded (is its vector stale?).
 */
export const toRow = (input: ReferenceInput, textOf: (input: ReferenceInput) => string) => {
  const tags = JSON.stringify([...new Set(input.tags)].sort())
  const metadata = input.metadata === undefined ? null : JSON.stringify(input.metadata)
  const row = {
    uri: input.uri,
    title: input.title,
    entityType: input.entityType,
    description: input.description ?? null,
    tags,
    metadata,
    catalog: input.catalog ?? null
  }
  const { identifier = null, label = null, role = "requirement", uri } = input
  const named = { uri, identifier, label, role }
  return { ...row, ...named, ...namedColumns(named, hashOf(JSON.stringify(row))), textHash: hashOf(textOf(input)) }
}
export type StoredRow = ReturnType<typeof toRow>
