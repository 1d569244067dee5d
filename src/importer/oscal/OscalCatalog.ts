import { Result, Schema } from "effect"
import * as Identifier from "../../domain/Identifier.ts"
import type { ImportError } from "../../domain/ImportError.ts"
import type { Item } from "../Importer.ts"
import { entry, fromIssue, uriOf, warning, within, withdrawn } from "../Items.ts"
import { linkItems, linksTo } from "../Links.ts"
import { isHeading, placeOf } from "../Place.ts"
import { CatalogDocument, Control, Group, type Link, type Param, type Part } from "./OscalModel.ts"
import { fill, labelOf, type Params, textOf, unknownParams } from "./OscalText.ts"

/** A family or sub-family. */
export interface Family {
  readonly id: string
  readonly name: string
}

/** A control where it stands in its catalog; its enhancements follow it. */
export interface Placed {
  readonly source: string
  readonly at: string
  readonly control: Control
  readonly families: ReadonlyArray<Family>
  /** The controls it is inside of, outermost first. */
  readonly parents: ReadonlyArray<Control>
}

/** All controls of a catalog in their order, what could not be read, and the parameters. */
export interface Catalog {
  readonly title: string
  readonly version: string | undefined
  readonly controls: ReadonlyArray<Result.Result<Placed, ImportError>>
  readonly params: Params
  /** What was asked for and could not be done, without the loss of a control. */
  readonly warnings: ReadonlyArray<{ readonly at: string; readonly problem: string }>
}

const decodeRoot = Schema.decodeUnknownResult(CatalogDocument)
const decodeGroup = Schema.decodeUnknownResult(Group)
const decodeControl = Schema.decodeUnknownResult(Control)

/** Reads a catalog's document; fails where the whole is wrong. */
export const readCatalog = (source: string, root: unknown): Result.Result<Catalog, ImportError> => {
  const decoded = decodeRoot(root)
  if (Result.isFailure(decoded)) return Result.fail(fromIssue(source, "$", decoded.failure.issue))
  const { catalog } = decoded.success
  const controls: Array<Result.Result<Placed, ImportError>> = []
  const params = new Map<string, Param>()
  const keep = (found: ReadonlyArray<Param> | undefined) => {
    for (const param of found ?? []) params.set(param.id, param)
  }
  const walkControls = (
    values: ReadonlyArray<unknown> | undefined,
    path: string,
    families: ReadonlyArray<Family>,
    parents: ReadonlyArray<Control>
  ) => {
    for (const [index, value] of (values ?? []).entries()) {
      const at = within(path, index)
      const decoded = decodeControl(value)
      if (Result.isFailure(decoded)) {
        controls.push(Result.fail(fromIssue(source, at, decoded.failure.issue)))
        continue
      }
      const control = decoded.success
      keep(control.params)
      controls.push(Result.succeed({ source, at, control, families, parents }))
      walkControls(control.controls, within(at, "controls"), families, [...parents, control])
    }
  }
  /** Groups with texts of their own, which are neither controls nor part of one. */
  const texts: Array<string> = []
  const walkGroup = (group: typeof Group.Type, path: string, families: ReadonlyArray<Family>) => {
    keep(group.params)
    walkControls(group.controls, within(path, "controls"), families, [])
    for (const [index, value] of (group.groups ?? []).entries()) {
      const at = within(within(path, "groups"), index)
      const decoded = decodeGroup(value)
      if (Result.isFailure(decoded)) controls.push(Result.fail(fromIssue(source, at, decoded.failure.issue)))
      else {
        const { id = "", parts = [], title = id } = decoded.success
        if (parts.length > 0) texts.push(at)
        walkGroup(decoded.success, at, [...families, { id, name: title }])
      }
    }
  }
  walkGroup(catalog, "$.catalog", [])
  return Result.succeed({
    title: catalog.metadata.title,
    version: catalog.metadata.version,
    controls,
    params,
    warnings: texts.slice(0, 1).map((at) => ({
      at,
      problem:
        `${texts.length === 1 ? "a group has" : `${texts.length} groups have`} a text of ${texts.length === 1 ? "its" : "their"} own, ` +
        "which is not taken: only controls become references, with the names of their groups"
    }))
  })
}

const targets = (links: ReadonlyArray<Link> | undefined, ...rels: ReadonlyArray<string>): ReadonlyArray<string> =>
  (links ?? []).flatMap(({ href, rel }) =>
    rel !== undefined && rels.includes(rel) && href.startsWith("#") ? [href.slice(1)] : []
  )

/** Why a control is withdrawn; `undefined` where it is not. */
const reasonOf = (control: Control): string | undefined => {
  const status = control.props
    ?.find(({ name }) => name === "status")
    ?.value.trim()
    .toLowerCase()
  if (status !== "withdrawn") return undefined
  const into = targets(control.links, "incorporated-into")
  const to = targets(control.links, "moved-to")
  return [
    "withdrawn",
    ...(into.length === 0 ? [] : [`incorporated into ${into.join(", ")}`]),
    ...(to.length === 0 ? [] : [`moved to ${to.join(", ")}`])
  ].join(", ")
}

const isAssessment = ({ name }: Part): boolean => name.startsWith("assessment") || name === "objective"

/** Properties that are said elsewhere or only order. */
const saidElsewhere = ["label", "sort-id", "status"]

const propsOf = (control: Control): Record<string, unknown> => {
  const found = new Map<string, Array<string>>()
  for (const { name, value } of control.props ?? []) {
    if (!saidElsewhere.includes(name)) found.set(name, [...(found.get(name) ?? []), value])
  }
  return Object.fromEntries(Array.from(found, ([name, values]) => [name, values.length === 1 ? values[0] : values]))
}

const metadataOf = ({ control, families, parents }: Placed, params: Params): Record<string, unknown> => {
  const parts = control.parts ?? []
  const guidance = textOf(
    parts.filter(({ name }) => name === "guidance"),
    params
  )
  const above = [
    ...families.map(({ id, name }) => ({ id, name, isHeading: true })),
    ...parents.map(({ id, title }) => ({ id, name: title, isHeading: false }))
  ]
  const related = targets(control.links, "related")
  const required = targets(control.links, "required")
  const props = propsOf(control)
  const label = labelOf(control.props)
  return {
    ...(label !== undefined && { label }),
    ...placeOf(above),
    ...(guidance !== undefined && { guidance }),
    ...(related.length > 0 && { related }),
    ...(required.length > 0 && { required }),
    ...(Object.keys(props).length > 0 && { props })
  }
}

/** What a control asks for: its statement, or where it has none its other parts. */
const descriptionOf = (control: Control, params: Params): string | undefined => {
  const parts = control.parts ?? []
  const statements = parts.filter(({ name }) => name === "statement")
  return (
    textOf(statements, params) ??
    textOf(
      parts.filter((part) => part.name !== "guidance" && !isAssessment(part)),
      params
    )
  )
}

/** The parameters that the texts of a control insert and that there are not, each once. */
const unknownOf = (control: Control, params: Params): ReadonlyArray<string> => {
  const texts = (part: Part): ReadonlyArray<string> =>
    isAssessment(part) ? [] : [part.title ?? "", part.prose ?? "", ...(part.parts ?? []).flatMap(texts)]
  const all = [control.title, ...(control.parts ?? []).flatMap(texts)]
  return [...new Set(all.flatMap((text) => unknownParams(text, params)))]
}

/** A control as a reference, or as withdrawn; and the parameters that it inserts and that there are not. */
export const toItems = (placed: Placed, params: Params, catalog: string): ReadonlyArray<Item> => {
  const { at, control, source } = placed
  const reason = reasonOf(control)
  if (reason !== undefined) return [withdrawn(control.id, reason, at)]
  const metadata = metadataOf(placed, params)
  const description = descriptionOf(control, params)
  const reference = {
    uri: uriOf(catalog, control.id),
    title: fill(control.title, params).trim(),
    entityType: "control",
    description,
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    catalog
  }
  const naming = {
    identifier: Identifier.clean(control.id),
    label: labelOf(control.props),
    role: isHeading((control.controls ?? []).length > 0, description) ? ("heading" as const) : undefined
  }
  return [
    ...unknownOf(control, params).map((id) =>
      warning(at, `inserts the parameter ${id}, which there is not; its text has [${id}] in that place`)
    ),
    entry(source, at, reference, naming),
    ...linkItems(reference.uri, at, [
      ...linksTo("related", targets(control.links, "related")),
      ...linksTo("required", targets(control.links, "required"))
    ])
  ]
}
