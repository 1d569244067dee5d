import { Schema } from "effect"
import type { Effect, Result, Stream } from "effect"
import type { ImportError } from "../../domain/ImportError.ts"
import { type Provenance, type RelationStatus, RelationType } from "../../domain/Relation.ts"
import type { RelationEnds } from "../../domain/RelationEnds.ts"
import { type Contents, type Download, type Head, Sheet, TextOptions, UrlOptions, type Warning } from "../Importer.ts"

/** A relation that a source says there is between two sets of references. */
export interface Mapping extends RelationEnds {
  readonly _tag: "Mapping"
  readonly type: RelationType
  /** From 0 to 1, where the source says it. */
  readonly confidence?: number
  /** Where the source says it; its draft is `suggested`. */
  readonly status?: RelationStatus
  /** Where the source says it. */
  readonly needsReview?: boolean
  /** The UUIDs by which the source knows what its ends name, by their URIs. */
  readonly uuids?: Readonly<Record<string, string>>
  /** What else the source says about it, such as the note `MODIFIED, MOVED TO v5.0.0-11.1.2`. */
  readonly provenance?: Partial<Provenance>
  /** Where it stands, such as `line 12` or `$["mapping-collection"].mappings[0].maps[3]`. */
  readonly at: string
}

/** References of which the source says that nothing answers them, and not in which catalog. */
export interface Unmapped {
  readonly _tag: "Unmapped"
  /** Their URIs. */
  readonly sources: RelationEnds["sources"]
  /** What the source says about it, such as `DELETED, NOT IN SCOPE`. */
  readonly reason: string
  readonly at: string
}

/** One thing found in a mapping, what it says beside that and is not kept, or what is wrong with a row. */
export type MappingItem = Result.Result<Mapping | Unmapped | Warning, ImportError>

/** What was found out about a mapping before it is read. */
export interface MappingSource {
  /** The format that was detected or forced, such as `asvs-mapping`. */
  readonly format: string
  /** For a URL: what was downloaded. */
  readonly download?: Download | undefined
  /**
   * The mappings in their order; a row that is wrong is a failure among them and ends nothing. Whether both ends exist is
   * not looked up. The bytes flow through once, so run it once, in the scope in which the mapping was opened.
   */
  readonly items: Stream.Stream<MappingItem, ImportError>
}

/** Which column of a CSV holds what. Columns that are not named are looked for by their usual names. */
export const MappingColumns = Schema.Struct({
  source: Schema.optional(Schema.String),
  target: Schema.optional(Schema.String),
  type: Schema.optional(Schema.String),
  confidence: Schema.optional(Schema.String),
  note: Schema.optional(Schema.String)
})
export type MappingColumns = typeof MappingColumns.Type

/** How to read a mapping. */
export const MappingOptions = Schema.Struct({
  ...UrlOptions.fields,
  ...TextOptions.fields,
  /** The name of a format, such as `csv`. Default: detected. */
  format: Schema.optional(Schema.String),
  /** The catalog whose identifiers the sources are, `name@version`. Needed where they are no URIs and the format names none. */
  from: Schema.optional(Schema.String),
  /** The catalog whose identifiers the targets are. */
  to: Schema.optional(Schema.String),
  /**
   * The catalogs of the resources that an OSCAL mapping names, by their `href` or the name of its file:
   * `{ "iso-catalog.json": "iso-27001@2022" }`. They come before `from` and `to`.
   */
  resources: Schema.optional(Schema.Record(Schema.String, Schema.String)),
  /** The catalogs that are stored, among which an OSCAL mapping's resources are looked for by their names. Default: none. */
  catalogs: Schema.optional(Schema.Array(Schema.String)),
  /** The type of a relation for which the source says none. Default: `intersects`. */
  type: Schema.optional(RelationType),
  /** Which column holds what, in `csv` and `xlsx`. */
  columns: Schema.optional(MappingColumns),
  /** The sheet of a workbook, by its name or its number from 1. Default: the first that has a source and a target. */
  sheet: Schema.optional(Sheet),
  /** In `opencre` the standard that CREs are related to, such as `CWE`. Default: all, and CREs to CREs. */
  standard: Schema.optional(Schema.String)
})
export type MappingOptions = typeof MappingOptions.Type

/** A mapping as a format gets it. */
export interface MappingInput extends Contents {
  readonly options: MappingOptions
}

/** A format that mappings can be read from. */
export interface MappingFormat {
  readonly name: string
  readonly summary: string
  readonly detect: (head: Head) => boolean
  readonly read: (input: MappingInput) => Effect.Effect<MappingSource["items"], ImportError>
}
