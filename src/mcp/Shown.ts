import { Schema } from "effect"
import type { Reference } from "../domain/Reference.ts"
import { snippet, snippetLength } from "./Budget.ts"

/** A short form of a reference, as lists have it. */
export const Shown = Schema.Struct({
  /** Its URI: what `fetch` and `similar` take. */
  id: Schema.String,
  title: Schema.String,
  /** Where it can be read: its own address, or the resource of this server. */
  url: Schema.String,
  /** The beginning of its text, quoted from the catalogue. */
  text: Schema.optionalKey(Schema.String),
  catalog: Schema.optionalKey(Schema.String),
  /** What it is called in its catalog. */
  identifier: Schema.optionalKey(Schema.String)
})
export type Shown = typeof Shown.Type

/** The resource of this server that a reference is. */
export const resourceOf = (uri: string): string => `crosswalk://reference/${encodeURIComponent(uri)}`

/** Where a reference can be read. */
export const urlOf = (uri: string): string => (/^https?:\/\/\S+$/u.test(uri) ? uri : resourceOf(uri))

/** The title of a reference with what it is called before it, as its publisher prints that. */
export const titleOf = ({ identifier, label = identifier, title }: Reference): string =>
  label === undefined || title.startsWith(label) ? title : `${label} ${title}`

/** The short form of a reference. */
export const shown = (reference: Reference, length = snippetLength): Shown => {
  const { catalog, description = "", identifier, uri } = reference
  return {
    id: uri,
    title: snippet(titleOf(reference), 200),
    url: urlOf(uri),
    ...(description !== "" && { text: snippet(description, length) }),
    ...(catalog !== undefined && { catalog }),
    ...(identifier !== undefined && { identifier })
  }
}
