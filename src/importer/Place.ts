/** Something that an entry stands below: a heading, or a requirement that it is a part of. */
export interface Above {
  readonly id: string | undefined
  readonly name: string
  readonly isHeading: boolean
}

const named = (id: string | undefined, rest: Record<string, string>) => ({ ...(id !== undefined && { id }), ...rest })

/**
 * Where an entry stands, for its metadata: the outermost heading above it is its `chapter`, the innermost of several its
 * `section`, and the nearest requirement that it is a part of its `parent`.
 */
export const placeOf = (above: ReadonlyArray<Above>): Record<string, unknown> => {
  const headings = above.filter(({ isHeading }) => isHeading)
  const [chapter] = headings
  const section = headings.length > 1 ? headings.at(-1) : undefined
  const parent = above.findLast(({ isHeading }) => !isHeading)
  return {
    ...(chapter !== undefined && { chapter: named(chapter.id, { name: chapter.name }) }),
    ...(section !== undefined && { section: named(section.id, { name: section.name }) }),
    ...(parent !== undefined && { parent: named(parent.id, { title: parent.name }) })
  }
}

/** Whether something with entries below it only groups them: it has no text of its own that asks for anything. */
export const isHeading = (hasChildren: boolean, text: unknown): boolean =>
  hasChildren && (typeof text !== "string" || text.trim() === "")
