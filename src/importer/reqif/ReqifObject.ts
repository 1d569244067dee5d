import type { Role } from "../../domain/Role.ts"
import * as Fields from "../Fields.ts"
import { filled } from "../Nodes.ts"
import * as ReferenceWords from "../ReferenceWords.ts"
import type { SpecObject } from "./ReqifModel.ts"

type Field = "id" | "chapter" | "name" | "text" | "kind" | "deleted"

/** What the tools call the attributes that everything else depends on: ReqIF's own names first, then those of DOORS and others. */
const words: Fields.Words<Field> = {
  id: [
    "reqifforeignid",
    "foreignid",
    "objectidentifier",
    "absolutenumber",
    "iepuid",
    "puid",
    "documentkey",
    "globalid"
  ],
  chapter: ["reqifchaptername", "chaptername", "objectheading", "heading"],
  name: ["reqifname", "objectshorttext", "name", "title"],
  text: ["reqiftext", "objecttext", "primarytext"],
  kind: ["objecttype", "ieobjecttype", "artifacttype", "requirementtype", "reqtype", "itemtype", "reqifcategory"],
  deleted: ["reqifforeigndeleted", "foreigndeleted"]
}
const fields = ["id", "chapter", "name", "text", "kind", "deleted"] as const

/** An object as it is understood. */
export interface Understood {
  readonly object: SpecObject
  /** The identifier that people see; absent where only the exchange knows one. */
  readonly identifier: string | undefined
  readonly title: string | undefined
  readonly text: string | undefined
  readonly role: Role | undefined
  readonly isDeleted: boolean
  readonly attachments: ReadonlyArray<string>
  readonly metadata: Readonly<Record<string, unknown>>
}

/** What an object is for, by the name of its type or kind. */
const kindOf = (name: string): Role | undefined => {
  const text = name.trim().replace(/\s+(?:object|item|element|type|artifact|node)s?$/iu, "")
  if (/^(?:(?:\w+ )?heading|headline|header|section|chapter|folder|title|überschrift|kapitel|abschnitt)$/iu.test(text))
    return "heading"
  if (
    /^(?:info|information|notes?|comments?|remarks?|(?:free ?)?text|prose|explanation|hinweis|kommentar|bemerkung|erläuterung)$/iu.test(
      text
    )
  ) {
    return "guidance"
  }
  return /requirement|anforderung/iu.test(text) ? "requirement" : undefined
}

/** The attribute with the longest text, those that are written as XHTML first: what is read where no name is known. */
const longest = ({ longName, values }: SpecObject, id: string | undefined): string | undefined => {
  const texts = values.filter(({ name, value }) => typeof value === "string" && value !== "" && name !== id)
  const rich = texts.filter(({ isRich }) => isRich)
  const [found] = (rich.length > 0 || longName !== undefined ? rich : texts).toSorted(
    (a, b) => String(b.value).length - String(a.value).length
  )
  return found?.name
}

/** Finds out which of its attributes are its identifier, title and text, and what it is for. */
export const understand = (object: SpecObject): Understood => {
  const said = new Map(object.values.map((value) => [value.name, value]))
  const names = [...said.keys()].filter((name) => said.get(name)?.value !== "")
  const own = Fields.resolve(words, fields, names, {})
  const rest = ReferenceWords.resolve(
    names.filter((name) => ![...own.values()].includes(name)),
    {}
  )
  const columns = {
    id: own.get("id") ?? rest.get("id"),
    chapter: own.get("chapter"),
    name: own.get("name") ?? rest.get("title"),
    text: own.get("text") ?? rest.get("description"),
    kind: own.get("kind"),
    deleted: own.get("deleted")
  }
  const texted = (name: string | undefined): string | undefined => {
    const value = said.get(name ?? "")?.value
    return typeof value === "string" || typeof value === "number" ? String(value).trim() || undefined : undefined
  }
  if (columns.chapter === undefined && columns.name === undefined && columns.text === undefined) {
    columns.text = longest(object, columns.id)
  }
  const chapter = texted(columns.chapter)
  const text = texted(columns.text)
  const kind = texted(columns.kind)
  const byType = kindOf(object.type ?? "")
  const byKind = kindOf(kind ?? "")
  const known = byKind ?? (byType === "requirement" ? undefined : byType)
  const used = new Set([
    columns.id,
    columns.chapter,
    columns.text,
    columns.deleted,
    chapter === undefined ? columns.name : undefined
  ])
  const attachments = [...new Set(object.values.flatMap((value) => value.attachments))]
  return {
    object,
    identifier: texted(columns.id),
    title: chapter ?? texted(columns.name) ?? object.longName,
    text,
    role: known ?? (chapter !== undefined && text === undefined ? "heading" : undefined),
    isDeleted: columns.deleted !== undefined && /^(?:true|yes|1)$/iu.test(String(said.get(columns.deleted)?.value)),
    attachments,
    metadata: filled({
      ...Object.fromEntries(object.values.flatMap(({ name, value }) => (used.has(name) ? [] : [[name, value]]))),
      attachments
    })
  }
}
