import { type Element, elements } from "../text/XmlTree.ts"
import { type Value, valuesOf } from "./ReqifValue.ts"

/** A document of an exchange, with its name where there are several. */
export interface ReqifDocument {
  readonly root: Element
  /** Where an element stands. */
  readonly at: (element: Element) => string
}

/** An object with its values, such as a requirement or a heading. */
export interface SpecObject {
  readonly id: string
  readonly at: string
  readonly longName: string | undefined
  /** The name of its type. */
  readonly type: string | undefined
  readonly values: ReadonlyArray<Value>
}

/** A place in the tree of a specification, which names an object. */
export interface Place {
  readonly at: string
  readonly object: string
  /** It is a row or cell of the table above. */
  readonly isInternal: boolean
  readonly children: ReadonlyArray<Place>
}

export interface Specification {
  readonly id: string
  readonly name: string | undefined
  /** What its identifiers begin with, as DOORS shows them. */
  readonly prefix: string
  readonly places: ReadonlyArray<Place>
}

/** That one object is related to another. */
export interface SpecRelation {
  readonly at: string
  readonly source: string
  readonly target: string
  /** The name of its type. */
  readonly type: string | undefined
}

/** What the documents of an exchange say together. */
export interface Reqif {
  readonly objects: ReadonlyMap<string, SpecObject>
  /** Objects whose identifier another has. */
  readonly repeated: ReadonlyArray<SpecObject>
  readonly specifications: ReadonlyArray<Specification>
  readonly relations: ReadonlyArray<SpecRelation>
}

/** All elements of these names, wherever they stand; those inside of one are its own. */
const within = (element: Element, isWanted: (name: string) => boolean): ReadonlyArray<Element> =>
  element.children.flatMap((child) =>
    typeof child === "string" || child.name === "TOOL-EXTENSIONS"
      ? []
      : isWanted(child.name)
        ? [child]
        : within(child, isWanted)
  )

/** What an element that refers to another holds: `<TYPE><SPEC-OBJECT-TYPE-REF>…`, or the attribute `TYPE`. */
export const refOf = (element: Element, name: string): string | undefined => {
  const [holder] = elements(element, name)
  const texts = holder?.children.flatMap((child) => (typeof child === "string" ? [child] : child.children)) ?? []
  const text = texts.filter((child) => typeof child === "string").join("")
  return text.trim() || element.attributes[name]?.trim() || undefined
}

const filled = (text: string | undefined): string | undefined => text?.trim() || undefined

const placesOf = (parent: Element, at: ReqifDocument["at"]): ReadonlyArray<Place> =>
  elements(parent, "CHILDREN")
    .flatMap((children) => elements(children, "SPEC-HIERARCHY"))
    .map((place) => ({
      at: at(place),
      object: refOf(place, "OBJECT") ?? "",
      isInternal: /^(?:true|1)$/iu.test(refOf(place, "IS-TABLE-INTERNAL") ?? ""),
      children: placesOf(place, at)
    }))

const named = (values: ReadonlyArray<Value>, name: string): string | undefined => {
  const found = values.find((value) => value.name === name)?.value
  return typeof found === "string" ? found : undefined
}

/** Puts together what the documents of one exchange say: types, objects, specifications and relations. */
export const modelOf = (documents: ReadonlyArray<ReqifDocument>): Reqif => {
  /** The names of what has an identifier: attributes, types, values of enumerations. */
  const names = new Map<string, string>()
  for (const { root } of documents) {
    for (const element of within(root, (name) => /^(?:ATTRIBUTE-DEFINITION-\w+|ENUM-VALUE)$/u.test(name))) {
      const { DESC, IDENTIFIER: id = "", "LONG-NAME": name } = element.attributes
      if (id !== "") names.set(id, filled(name) ?? (element.name === "ENUM-VALUE" ? id : (filled(DESC) ?? id)))
    }
    for (const { attributes } of within(root, (name) => /^SPEC-(?:OBJECT|RELATION)-TYPE$/u.test(name))) {
      const name = filled(attributes["LONG-NAME"])
      if (name !== undefined) names.set(attributes["IDENTIFIER"] ?? "", name)
    }
  }
  const objects = new Map<string, SpecObject>()
  const repeated: Array<SpecObject> = []
  const specifications: Array<Specification> = []
  const relations: Array<SpecRelation> = []
  for (const { at, root } of documents) {
    for (const element of within(root, (name) => name === "SPEC-OBJECT")) {
      const object: SpecObject = {
        id: element.attributes["IDENTIFIER"]?.trim() ?? "",
        at: at(element),
        longName: filled(element.attributes["LONG-NAME"]),
        type: names.get(refOf(element, "TYPE") ?? ""),
        values: valuesOf(element, names)
      }
      if (objects.has(object.id)) repeated.push(object)
      else objects.set(object.id, object)
    }
    for (const element of within(root, (name) => name === "SPECIFICATION")) {
      const values = valuesOf(element, names)
      specifications.push({
        id: element.attributes["IDENTIFIER"] ?? "",
        name: filled(element.attributes["LONG-NAME"]) ?? named(values, "ReqIF.Name"),
        prefix: named(values, "ReqIF.Prefix") ?? "",
        places: placesOf(element, at)
      })
    }
    for (const element of within(root, (name) => name === "SPEC-RELATION")) {
      relations.push({
        at: at(element),
        source: refOf(element, "SOURCE") ?? "",
        target: refOf(element, "TARGET") ?? "",
        type: names.get(refOf(element, "TYPE") ?? "")
      })
    }
  }
  return { objects, repeated, specifications, relations }
}
