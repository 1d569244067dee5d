import { Schema } from "effect"
import type { Effect, Result, Stream } from "effect"
import { DurationInput } from "../domain/DurationInput.ts"
import type { ImportError } from "../domain/ImportError.ts"
import type { ReferenceInput } from "../domain/Reference.ts"
import type { RelationDirection } from "../domain/RelationDirection.ts"
import type { RelationType } from "../domain/Relation.ts"

/** An entry that the source marks as deleted; it is reported, not imported and not an error. */
export interface Withdrawn {
  readonly _tag: "Withdrawn"
  /** Its identifier in the source. */
  readonly id: string
  /** What the source says about it, such as `DELETED, DUPLICATE OF 4.1.3`. */
  readonly reason: string
  /** Where it stands, such as `line 12` or `$.requirements[3]`. */
  readonly at: string
}

/** A reference read from a source. */
export interface Entry {
  readonly _tag: "Entry"
  readonly reference: ReferenceInput
  /** Where it stands, such as `line 12` or `$.requirements[3]`. */
  readonly at: string
}

/** What a part of a source is that looked like a requirement and was not taken. */
export const UnreadKind = Schema.Literals([
  "object",
  "heading",
  "list item",
  "task item",
  "table row",
  "sheet",
  "document",
  "mapping"
])
export type UnreadKind = typeof UnreadKind.Type

/** Something that looked like a requirement and was not taken. It counts: nothing is pruned because it was not seen. */
export const Unread = Schema.TaggedStruct("Unread", {
  kind: UnreadKind,
  /** Where it stands, such as `line 12` or `$.chapters[3]`. */
  at: Schema.String,
  /** What it looks like, in a few words: its identifier, or the beginning of its text. */
  text: Schema.String,
  /** How many of them these are, where they were not told one by one. Default: 1. */
  count: Schema.optional(Schema.Natural)
})
export type Unread = typeof Unread.Type

/** An entry was taken, but not everything that its source says of it. */
export const Warning = Schema.TaggedStruct("Warning", {
  /** Where it stands, such as `line 12, chapter`. */
  at: Schema.String,
  /** What was left out or assumed, and why. */
  problem: Schema.String,
  /** What it is about may have been called otherwise before, so nothing is pruned. */
  unsure: Schema.optionalKey(Schema.Boolean)
})
export type Warning = typeof Warning.Type

/** What an entry says that it has to do with something else. It follows its entry. */
export interface Link {
  readonly _tag: "Link"
  /** The URI of the entry. */
  readonly entry: string
  /** What the source calls the other end: an identifier, a label or a URI, or the name of something that is no reference. */
  readonly other: string
  /** What the source calls the catalog of the other end, such as `CSF`; absent where it names none. */
  readonly standard?: string | undefined
  /** `outgoing` where the entry is the source of the relation. */
  readonly direction: RelationDirection
  readonly type: RelationType
  /** What the source calls the link, such as `mitigates`. */
  readonly nature: string
  /** Where it stands, or where its entry does. */
  readonly at: string
}

/** One thing found in a source: an entry, a link of it, a withdrawn one, a remark, or what is wrong with a row. */
export type Item = Result.Result<Entry | Link | Withdrawn | Unread | Warning, ImportError>

/** Where the bytes of a URL came from. */
export const Download = Schema.Struct({
  /** The URL that answered, after redirects; without what is a secret in it. */
  url: Schema.String,
  bytes: Schema.Natural,
  /** The SHA-256 of the bytes, in hexadecimal. */
  sha256: Schema.String
})
export type Download = typeof Download.Type

/** What was found out about a source before its entries are read. */
export interface Source {
  /** The format that was detected or forced, such as `asvs-flat-json`. */
  readonly format: string
  /** The catalog its references belong to. */
  readonly catalog: string
  /** For a URL: what was downloaded. */
  readonly download?: Download | undefined
  /**
   * The entries in their order; a row that is wrong is a failure among them and ends nothing. The bytes flow through
   * once, so run it once, in the scope in which the source was opened.
   */
  readonly items: Stream.Stream<Item, ImportError>
}

/** Which column (or key) of a row holds what. Columns that are not named are looked for by their usual names. */
export const Columns = Schema.Struct({
  /** The whole URI. Without one, `id` and the catalog make it: `company@2026.1` and `R-1` make `company:2026.1/R-1`. */
  uri: Schema.optional(Schema.String),
  /** The identifier inside the catalog. */
  id: Schema.optional(Schema.String),
  title: Schema.optional(Schema.String),
  description: Schema.optional(Schema.String),
  entityType: Schema.optional(Schema.String),
  /** Tags, separated by `;` or else by `,`; in JSON also an array. */
  tags: Schema.optional(Schema.String),
  /** The catalog of the row; all rows of a source have the same. */
  catalog: Schema.optional(Schema.String)
})
export type Columns = typeof Columns.Type

/** How a URL is downloaded. */
export const UrlOptions = Schema.Struct({
  /** Refuse to use the network. Default: whether `CROSSWALK_OFFLINE` is set, to anything but `0`, `false`, `no` or `off`. */
  offline: Schema.optional(Schema.Boolean),
  /**
   * Allow addresses that are not public, such as `127.0.0.1` or `10.0.0.5`; those of the link (`169.254.0.0/16`, `fe80::/10`),
   * where clouds keep their credentials, are never asked. Default: false.
   */
  allowPrivate: Schema.optional(Schema.Boolean),
  /** The most bytes that are taken. Default: 64 MB. */
  maxBytes: Schema.optional(Schema.Natural),
  /** How long the whole download may take. Default: 60 seconds. */
  timeout: Schema.optional(DurationInput)
})
export type UrlOptions = typeof UrlOptions.Type

/** How a text is decoded. */
export const TextOptions = Schema.Struct({
  /**
   * The encoding of a text, by a name that `TextDecoder` knows: `windows-1252`, `macintosh`, `utf-16le`. Default: UTF-8, or
   * UTF-16 where the text looks like it.
   */
  encoding: Schema.optional(Schema.String)
})
export type TextOptions = typeof TextOptions.Type

/** The sheet of a workbook, by its name or its number from 1. */
export const Sheet = Schema.Union([Schema.String, Schema.Natural])

/** How to read a source. Everything is found out from its content where it is not said. */
export const Options = Schema.Struct({
  ...UrlOptions.fields,
  ...TextOptions.fields,
  /** The name of a format, such as `csv`. Default: detected. */
  format: Schema.optional(Schema.String),
  /** The catalog, `name@version`. It overrides what the source says. */
  catalog: Schema.optional(Schema.String),
  /** Which column holds what, in the generic formats. */
  columns: Schema.optional(Columns),
  /** The type of rows that name none, in the generic formats. Default: `reference`. */
  entityType: Schema.optional(Schema.String),
  /**
   * Which part of the source is meant. In `json` and `yaml` the array, such as `$.data.items`; in `cyclonedx` the standard,
   * such as `$.declarations.standards[1]`; in `opencre` the standard whose entries are read, such as `CWE`; in `markdown`
   * `headings`, `items` or `tables`. Default: the only one there is; in `opencre` the CREs.
   */
  path: Schema.optional(Schema.String),
  /** The language of titles and texts, such as `fr`, in formats with translations. Default: the one it was written in. */
  language: Schema.optional(Schema.String),
  /** Follow relative paths out of the folder of the source, such as an OSCAL profile's `../catalog.json`. Default: false. */
  allowOutside: Schema.optional(Schema.Boolean),
  /** The sheet of a workbook, by its name or its number from 1. Default: the first that holds references. */
  sheet: Schema.optional(Sheet)
})
export type Options = typeof Options.Type

/** The beginning of a source, from which its format is told. */
export interface Head {
  /** The file, URL or `-`. */
  readonly name: string
  /** Up to about 64 KiB of its bytes. */
  readonly bytes: Uint8Array
  /** The same as text, without a byte order mark. */
  readonly text: string
  /** The source ends here. */
  readonly complete: boolean
}

/** What a source holds. */
export interface Contents {
  readonly head: Head
  /** All its bytes, those of the head too. */
  readonly bytes: Stream.Stream<Uint8Array, ImportError>
}

/** A source as a format gets it. */
export interface Input extends Contents {
  readonly options: Options
  /** Where it is one of several sources: its path among them, without extension. It keeps apart names made from words. */
  readonly part?: string | undefined
  /** Another source, named relative to this one; absent where this one has no place. */
  readonly related?: ((href: string) => Effect.Effect<Input, ImportError>) | undefined
}

/** A format that references can be read from. */
export interface Format {
  /** Its name, such as `csv`. */
  readonly name: string
  /** What it is, in a few words. */
  readonly summary: string
  /** Whether a source that begins like this is of this format. */
  readonly detect: (head: Head) => boolean
  /** Reads the catalog, and the entries as a stream. Repeated URIs are dealt with by the caller. */
  readonly read: (input: Input) => Effect.Effect<Omit<Source, "format">, ImportError>
}
