import { Result, Stream } from "effect"
import * as Identifier from "../domain/Identifier.ts"
import { ImportError } from "../domain/ImportError.ts"
import type { Role } from "../domain/Role.ts"
import type { Item, Source } from "./Importer.ts"
import { beginningOf, deletion, entry, failure, uriOf, warning, withdrawn } from "./Items.ts"
import { type LinkInput, linkItems } from "./Links.ts"
import { type Above, isHeading, placeOf } from "./Place.ts"

/** An entry of a catalogue with those below it, as a format has read it. */
export interface Node {
  readonly at: string
  /** Absent where it only groups those below it and is no entry itself. */
  readonly id: string | undefined
  /** Its identifier as people write it, where its URI is made from another. */
  readonly identifier?: string | undefined
  readonly label?: string | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly entityType: string
  readonly tags?: ReadonlyArray<string> | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** Default: a heading where it has entries below it and no description. */
  readonly role?: Role | undefined
  /** Why it counts no more, where its source says that. */
  readonly withdrawn?: string | undefined
  /** What was left out or assumed, each with its place. */
  readonly warnings?: ReadonlyArray<{ readonly at: string; readonly problem: string }> | undefined
  /** What it says that it has to do with others. */
  readonly links?: ReadonlyArray<LinkInput> | undefined
  readonly children?: ReadonlyArray<Found> | undefined
}

/** A node, or why what stands in its place is none. */
export type Found = Node | ImportError

const isBlank = (text: string | undefined): boolean => text === undefined || text.trim() === ""

const isFilled = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)

/** What stands in metadata: a value that says something. */
export const filled = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => isFilled(value)))

/** Nodes and those below them as items, each before its children, with where it stands in its metadata. */
export function* itemsOf(
  source: string,
  catalog: string,
  nodes: Iterable<Found>,
  above: ReadonlyArray<Above> = []
): Generator<Item> {
  for (const node of nodes) {
    if (node instanceof ImportError) {
      yield Result.fail(node)
      continue
    }
    const { at, children = [], description } = node
    const id = node.id === undefined ? undefined : Identifier.clean(node.id)
    const title = isBlank(node.title) ? undefined : node.title?.trim()
    const role = node.role ?? (isHeading(children.length > 0, description) ? "heading" : undefined)
    for (const { at, problem } of node.warnings ?? []) yield warning(at, problem)
    const gone = node.withdrawn ?? deletion(description) ?? deletion(title)
    if (id === undefined || id === "") {
      if (children.length === 0) yield failure(source, at, "has no identifier")
    } else if (gone !== undefined) yield withdrawn(id, gone, at)
    else {
      const metadata = { ...placeOf(above), ...node.metadata }
      const reference = {
        uri: uriOf(catalog, id),
        title: title ?? (isBlank(description) ? id : undefined),
        entityType: node.entityType,
        description: isBlank(description) ? undefined : description?.trim(),
        tags: node.tags?.length === 0 ? undefined : node.tags,
        metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
        catalog
      }
      yield entry(source, at, reference, {
        identifier: Identifier.clean(node.identifier ?? id),
        label: node.label,
        role
      })
      yield* linkItems(reference.uri, at, node.links ?? [])
    }
    if (children.length > 0) {
      const name = title ?? (description === undefined ? (id ?? "") : beginningOf(description))
      const isGroup = id === undefined || role === "heading"
      const here: ReadonlyArray<Above> = name === "" && id === undefined ? [] : [{ id, name, isHeading: isGroup }]
      yield* itemsOf(source, catalog, children, [...above, ...here])
    }
  }
}

/** What a format gives back for a document that it has read as nodes. */
export const sourceOf = (source: string, catalog: string, nodes: Iterable<Found>): Omit<Source, "format"> => ({
  catalog,
  items: Stream.suspend(() => Stream.fromIterable(itemsOf(source, catalog, nodes), { chunkSize: 512 }))
})
