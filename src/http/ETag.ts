/** The tags of an `If-Match` or `If-None-Match`. */
export const tagsOf = (header: string): ReadonlyArray<string> => header.split(",").map((part) => part.trim())

/** Whether an `If-None-Match` names the tag, as RFC 9110 compares: weakly. */
export const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined && tagsOf(header).some((tag) => ["*", etag].includes(tag.replace(/^W\//u, "")))
