import { Effect, Schema } from "effect"
import { NonBlankText } from "../../domain/Text.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import type { Format } from "../Importer.ts"
import { catalogFromName, checkCatalog, within } from "../Items.ts"
import { catalogNamed } from "../Names.ts"
import { type LinkInput, linksTo } from "../Links.ts"
import { filled, type Found, type Node, sourceOf } from "../Nodes.ts"
import { isObject } from "../text/JsonText.ts"
import { each, hasKeys } from "./Fields.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))
const List = Schema.optional(Schema.NullOr(Schema.Array(Schema.Unknown)))

const Assessment = Schema.Struct({
  id: NonBlankText,
  text: optional,
  description: optional,
  applicability: Schema.optional(Schema.Unknown),
  tlp_levels: Schema.optional(Schema.Unknown),
  recommendation: optional,
  state: optional
})

const Control = Schema.Struct({
  id: NonBlankText,
  title: optional,
  objective: optional,
  description: optional,
  family: optional,
  group: optional,
  control_family: optional,
  state: optional,
  "assessment-requirements": List,
  test_requirements: List
})

const Family = Schema.Struct({
  id: Schema.optional(NonBlankText),
  title: optional,
  description: optional,
  controls: List
})

const Aid = Schema.Struct({ id: NonBlankText, title: optional, name: optional, description: optional })

const Catalog = Schema.Struct({
  metadata: Schema.optional(
    Schema.NullOr(Schema.Struct({ id: optional, title: optional, version: Schema.optional(Schema.Unknown) }))
  ),
  title: optional
})

const decodeCatalog = Schema.decodeUnknownResult(Catalog)
const decodeControl = Schema.decodeUnknownResult(Control)
const decodeAssessment = Schema.decodeUnknownResult(Assessment)
const decodeFamily = Schema.decodeUnknownResult(Family)
const decodeAid = Schema.decodeUnknownResult(Aid)

const said = (text: string | null | undefined): string | undefined =>
  text?.replace(/[ \t]*\n(?!\n)/gu, " ").trim() || undefined

const retired = (state: string | null | undefined): string | undefined =>
  state?.trim().toLowerCase() === "retired" ? "retired" : undefined

/** What a control says beside its own fields, for its metadata: guidelines, threats, mappings. */
const restOf = (value: unknown): Record<string, unknown> =>
  isObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !(key in Control.fields))) : {}

const linkKey = /^(?:guidelines|threats|capabilities|[a-z]+[-_]mappings)$/u

/** The entries of a mapping: identifiers, or objects with one. */
const entriesOf = (value: unknown): ReadonlyArray<string> =>
  (Array.isArray(value) ? value : []).flatMap((entry: unknown) => {
    const id = isObject(entry) ? (entry["reference-id"] ?? entry["id"]) : entry
    return typeof id === "string" || typeof id === "number" ? [String(id)] : []
  })

/** What a control is mapped to: lists of entries by standard, or by the names of the standards as keys. */
const linksOf = (value: unknown): ReadonlyArray<LinkInput> =>
  Object.entries(isObject(value) ? value : {}).flatMap(([key, mapped]) => {
    if (!linkKey.test(key)) return []
    const nature = key.replace(/s$/u, "").replaceAll(/[-_]/gu, " ")
    if (isObject(mapped)) {
      return Object.entries(mapped).flatMap(([standard, ids]) => linksTo(nature, entriesOf(ids), { standard }))
    }
    return (Array.isArray(mapped) ? mapped : []).flatMap((one: unknown) => {
      const ids = isObject(one) ? (one["entries"] ?? one["identifiers"]) : undefined
      const standard = isObject(one) && typeof one["reference-id"] === "string" ? one["reference-id"] : undefined
      return ids === undefined ? linksTo(nature, entriesOf([one])) : linksTo(nature, entriesOf(ids), { standard })
    })
  })

const controlsOf = (
  source: string,
  path: string,
  values: ReadonlyArray<unknown>
): ReadonlyArray<Found & { readonly family?: string | undefined }> =>
  each(source, path, values, decodeControl, (control, at) => {
    const key = control["assessment-requirements"] ? "assessment-requirements" : "test_requirements"
    const index = Number(/\[(\d+)\]$/u.exec(at)?.[1])
    return {
      family: control.group ?? control.family ?? control.control_family ?? undefined,
      at,
      id: control.id,
      title: said(control.title),
      description: said(control.objective) ?? said(control.description),
      entityType: "control",
      withdrawn: retired(control.state),
      metadata: filled(restOf(values[index])),
      links: linksOf(values[index]),
      children: each(
        source,
        within(at, key),
        control[key] ?? [],
        decodeAssessment,
        (assessment, at): Node => ({
          at,
          id: assessment.id,
          description: said(assessment.text) ?? said(assessment.description),
          entityType: "assessment-requirement",
          withdrawn: retired(assessment.state),
          metadata: filled({
            levels: assessment.applicability ?? assessment.tlp_levels,
            recommendation: said(assessment.recommendation)
          })
        })
      )
    }
  })

const familyKeys = ["groups", "families", "control-families", "control_families", "categories"]
const controlKeys = ["controls", "common_controls"]

/** A control catalog in the shape of Gemara, as OSPS Baseline and FINOS CCC have: families, controls, assessment requirements. */
export const format: Format = {
  name: "gemara",
  summary: "Gemara control catalog (OSPS Baseline, FINOS CCC), YAML",
  detect: (head) =>
    (hasKeys(head, "controls") || [...familyKeys, "common_controls"].some((key) => hasKeys(head, key))) &&
    /["']?\b(?:assessment-requirements|test_requirements)["']?\s*:/u.test(head.text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const document = yield* readDocument(input)
    const { metadata, title } = yield* decodeAt(source, "$", decodeCatalog, document)
    const root = isObject(document) ? document : {}
    const listOf = (key: string): ReadonlyArray<unknown> => {
      const value = root[key]
      return Array.isArray(value) ? value : []
    }
    const controls = controlKeys.flatMap((key) => controlsOf(source, `$.${key}`, listOf(key)))
    const below = Map.groupBy(controls, (found) => ("family" in found ? (found.family ?? "") : ""))
    const families = familyKeys.flatMap((key) =>
      each(source, within("$", key), listOf(key), decodeFamily, (family, at): Node => {
        const names = [family.id, family.title].filter((name) => name !== undefined && name !== null)
        const children = names.flatMap((name) => {
          const found = below.get(name) ?? []
          below.delete(name)
          return found
        })
        return {
          at,
          id: family.id,
          title: said(family.title),
          description: said(family.description),
          entityType: "family",
          role: "heading",
          children: [...controlsOf(source, within(at, "controls"), family.controls ?? []), ...children]
        }
      })
    )
    const known = [...familyKeys, ...controlKeys]
    const others = Object.keys(root).flatMap((key) =>
      known.includes(key) ||
      !listOf(key).some(
        (value) =>
          isObject(value) && typeof value["id"] === "string" && (value["title"] ?? value["description"]) !== undefined
      )
        ? []
        : each(
            source,
            within("$", key),
            listOf(key),
            decodeAid,
            (aid, at): Node => ({
              at,
              id: aid.id,
              title: said(aid.title) ?? said(aid.name),
              description: said(aid.description),
              entityType: key.replace(/s$/u, ""),
              role: "guidance"
            })
          )
    )
    const name = metadata?.id ?? metadata?.title ?? title
    const version = metadata?.version === undefined || metadata.version === null ? undefined : String(metadata.version)
    const catalog =
      input.options.catalog ??
      (name === undefined || name === null
        ? yield* catalogFromName(source)
        : yield* checkCatalog(source, catalogNamed(name, version), "$.metadata.id"))
    return sourceOf(source, catalog, [...families, ...[...below.values()].flat(), ...others])
  })
}
