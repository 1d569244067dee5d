import { Result, Schema } from "effect"
import type { ImportError } from "../../domain/ImportError.ts"
import type { Item } from "../Importer.ts"
import { entry, fromIssue, uriOf, within } from "../Items.ts"
import { CatalogDocument, Control, Group, type Link, type Param, type Part } from "./OscalModel.ts"
import { fill, labelOf, type Params, textOf } from "./OscalText.ts"

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
  const walkGroup = (group: typeof Group.Type, path: string, families: ReadonlyArray<Family>) => {
    keep(group.params)
    walkControls(group.controls, within(path, "controls"), families, [])
    for (const [index, value] of (group.groups ?? []).entries()) {
      const at = within(within(path, "groups"), index)
      const decoded = decodeGroup(value)
      if (Result.isFailure(decoded)) controls.push(Result.fail(fromIssue(source, at, decoded.failure.issue)))
      else {
        const { id = "", title = id } = decoded.success
        walkGroup(decoded.success, at, [...families, { id, name: title }])
      }
    }
  }
  walkGroup(catalog, "$.catalog", [])
  return Result.succeed({ title: catalog.metadata.title, version: catalog.metadata.version, controls, params })
}

const targets = (links: ReadonlyArray<Link> | undefined, ...rels: ReadonlyArray<string>): ReadonlyArray<string> =>
  (links ?? []).flatMap(({ href, rel }) =>
    rel !== undefined && rels.includes(rel) && href.startsWith("#") ? [href.slice(1)] : []
  )

/** Why a control is withdrawn; `undefined` where it is not. */
const withdrawn = (control: Control): string | undefined => {
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
  const [chapter] = families
  const section = families.length > 1 ? families.at(-1) : undefined
  const parent = parents.at(-1)
  const related = targets(control.links, "related")
  const required = targets(control.links, "required")
  const props = propsOf(control)
  const label = labelOf(control.props)
  return {
    ...(label !== undefined && { label }),
    ...(chapter !== undefined && { chapter: { ...chapter } }),
    ...(section !== undefined && { section: { ...section } }),
    ...(parent !== undefined && { parent: { id: parent.id, title: parent.title } }),
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

/** A control as a reference, or as withdrawn. */
export const toItem = (placed: Placed, params: Params, catalog: string): Item => {
  const { at, control, source } = placed
  const reason = withdrawn(control)
  if (reason !== undefined) return Result.succeed({ _tag: "Withdrawn", id: control.id, reason, at })
  const metadata = metadataOf(placed, params)
  return entry(source, at, {
    uri: uriOf(catalog, control.id),
    title: fill(control.title, params).trim(),
    entityType: "control",
    description: descriptionOf(control, params),
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    catalog
  })
}
