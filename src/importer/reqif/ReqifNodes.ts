import * as Identifier from "../../domain/Identifier.ts"
import { ImportError } from "../../domain/ImportError.ts"
import type { Unread } from "../Importer.ts"
import { slugOf } from "../Names.ts"
import { filled, type Found, type Node } from "../Nodes.ts"
import type { Place, Reqif, Specification } from "./ReqifModel.ts"
import { type Understood, understand } from "./ReqifObject.ts"

/** The rows and cells of a table as a text: a line a row. */
const tableOf = (rows: ReadonlyArray<Place>, textOf: (id: string) => string | undefined): string => {
  const cellsOf = (place: Place): ReadonlyArray<string> => {
    const own = textOf(place.object)
    return [...(own === undefined ? [] : [own.replace(/\s*\n\s*/gu, " ")]), ...place.children.flatMap(cellsOf)]
  }
  return rows
    .map((row) => cellsOf(row).join(" | "))
    .filter((line) => line !== "")
    .join("\n")
}

/** What is read of an exchange. */
export interface ReqifNodes {
  readonly nodes: ReadonlyArray<Found>
  readonly unread: ReadonlyArray<Unread>
  /** What concerns the whole, with a place each. */
  readonly warnings: ReadonlyArray<{ readonly at: string; readonly problem: string }>
}

const placesIn = (places: ReadonlyArray<Place>): ReadonlyArray<Place> =>
  places.flatMap((place) => [place, ...placesIn(place.children)])

const listed = (names: ReadonlyArray<string>): string =>
  `${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}`

/** The identifiers of objects in the catalogue: what people see, told apart where two objects have the same. */
const identify = (
  understood: ReadonlyMap<string, Understood>,
  specifications: ReadonlyArray<Specification>,
  homes: ReadonlyMap<string, Specification>
) => {
  const seenOf = ({ identifier, object }: Understood): string | undefined =>
    identifier !== undefined && /^\d+$/u.test(identifier)
      ? `${homes.get(object.id)?.prefix ?? ""}${identifier}`
      : identifier
  const homesOf = new Map<string, Set<Specification | undefined>>()
  for (const one of understood.values()) {
    const seen = Identifier.clean(seenOf(one) ?? "")
    homesOf.set(seen, (homesOf.get(seen) ?? new Set()).add(homes.get(one.object.id)))
  }
  const taken = new Set<string>()
  const names = new Map<string, { readonly id: string; readonly identifier: string; readonly isRepeated: boolean }>()
  for (const one of understood.values()) {
    const { id } = one.object
    const identifier = Identifier.clean(seenOf(one) ?? "")
    const home = homes.get(id)
    const isShared = specifications.length > 1 && (homesOf.get(identifier)?.size ?? 0) > 1
    const wanted = isShared && home !== undefined ? `${slugOf(home.name ?? home.id)}/${identifier}` : identifier
    const isRepeated = identifier !== "" && taken.has(wanted)
    const key = identifier === "" || isRepeated ? id : wanted
    taken.add(key)
    names.set(id, { id: key, identifier: identifier === "" ? id : identifier, isRepeated })
  }
  return names
}

/**
 * Reads objects in the order and the tree of their specifications. Those that stand in none come last, where the whole is
 * wanted.
 */
export const nodesOf = (
  source: string,
  { objects, relations, repeated, specifications }: Reqif,
  isWhole: boolean
): ReqifNodes => {
  const homes = new Map<string, Specification>()
  for (const specification of specifications) {
    for (const { object } of placesIn(specification.places)) if (!homes.has(object)) homes.set(object, specification)
  }
  const wanted = Array.from(objects.values()).filter(({ id }) => isWhole || homes.has(id))
  const understood = new Map(wanted.map((object) => [object.id, understand(object)]))
  const names = identify(understood, specifications, homes)
  const outgoing = Map.groupBy(relations, (relation) => relation.source)
  const unread: Array<Unread> = []
  const blank: Array<string> = []
  const tables: Array<string> = []
  const warnings: Array<{ readonly at: string; readonly problem: string }> = []
  const done = new Set<string>()

  const nodeOf = (one: Understood, internal: ReadonlyArray<Place>, children: ReadonlyArray<Found>): Node => {
    const { object } = one
    const name = names.get(object.id)
    const table = tableOf(internal, (id) => {
      done.add(id)
      const cell = understood.get(id)
      return cell?.text ?? cell?.title
    })
    if (table !== "") tables.push(object.at)
    const related = (outgoing.get(object.id) ?? []).map(({ target, type }) =>
      filled({ nature: type, id: names.get(target)?.identifier ?? target })
    )
    return {
      at: object.at,
      id: name?.id ?? object.id,
      identifier: name?.identifier,
      title: one.title,
      description: [one.text, table].filter((text) => text !== undefined && text !== "").join("\n") || undefined,
      entityType: slugOf(object.type ?? "") || (one.role ?? "requirement"),
      role: one.role,
      withdrawn: one.isDeleted ? "deleted" : undefined,
      metadata: {
        ...one.metadata,
        ...filled({ related, reqif: name?.id === object.id && name.identifier === object.id ? undefined : object.id })
      },
      ...(name?.isRepeated === true && {
        warnings: [
          {
            at: object.at,
            problem: `the identifier ${name.identifier} is of another object too, so this one is called ${object.id}`
          }
        ]
      }),
      links: (outgoing.get(object.id) ?? []).map(({ target, type }) => ({
        nature: type ?? "related",
        other: names.get(target)?.id ?? target
      })),
      children
    }
  }

  const build = (places: ReadonlyArray<Place>): ReadonlyArray<Found> =>
    places.flatMap((place): ReadonlyArray<Found> => {
      const internal = place.children.filter(({ isInternal }) => isInternal)
      const one = understood.get(place.object)
      if (one === undefined) {
        unread.push({ _tag: "Unread", kind: "object", at: place.at, text: `${place.object}, which is not in the file` })
      }
      const isFirst = one !== undefined && !done.has(place.object)
      if (isFirst) done.add(place.object)
      const children = build(isFirst ? place.children.filter(({ isInternal }) => !isInternal) : place.children)
      if (!isFirst) return children
      const node = nodeOf(one, internal, children)
      if (node.title !== undefined || node.description !== undefined) return [node]
      blank.push(one.object.at)
      return children.length === 0 ? [] : [{ ...node, id: undefined, title: undefined }]
    })

  const trees = specifications.map((specification): ReadonlyArray<Found> => {
    const below = build(specification.places)
    if (specifications.length === 1 || below.length === 0) return below
    const at = specification.places[0]?.at ?? ""
    return [{ at, id: undefined, title: specification.name, entityType: "specification", children: below }]
  })
  const rest = Array.from(understood.values()).filter(({ object }) => !done.has(object.id))
  const unplaced = build(
    rest.map(({ object }) => ({ at: object.at, object: object.id, isInternal: false, children: [] }))
  )
  const [first] = unplaced
  if (first !== undefined && specifications.length > 0) {
    warnings.push({
      at: first.at ?? "",
      problem: `objects that stand in no specification, ${unplaced.length} of them, are read after the others`
    })
  }
  const [firstBlank] = blank
  if (firstBlank !== undefined) {
    warnings.push({ at: firstBlank, problem: `objects without a title or text, ${blank.length} of them, are left out` })
  }
  const [firstTable] = tables
  if (firstTable !== undefined) {
    warnings.push({
      at: firstTable,
      problem: `the rows and cells of tables, ${tables.length} of them, are read as one text each, a line a row`
    })
  }
  const attached = Array.from(understood.values()).filter(({ attachments }) => attachments.length > 0)
  const [firstAttached] = attached
  if (firstAttached !== undefined) {
    const files = attached.flatMap(({ attachments }) => attachments)
    warnings.push({
      at: firstAttached.object.at,
      problem: `attached files and pictures, ${files.length} of them, are not read: ${listed(files)}`
    })
  }
  const twice = repeated.map(
    ({ at, id }) => new ImportError({ source, at, problem: `the object ${id} is there already; the first one counts` })
  )
  return { nodes: [...trees.flat(), ...unplaced, ...twice], unread, warnings }
}
