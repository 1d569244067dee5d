import { Effect, Result, Schema } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import { NonBlankText } from "../../domain/Text.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import type { Format, Head, Input } from "../Importer.ts"
import { checkCatalog, fromIssue, uriOf, within } from "../Items.ts"
import { isObject } from "../text/JsonText.ts"
import { linksTo } from "../Links.ts"
import { filled, type Found, type Node, sourceOf } from "../Nodes.ts"
import { each, hasKeys } from "./Fields.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))
/** A number that looks like an identifier is one. */
const Written = Schema.optional(Schema.NullOr(Schema.Union([Schema.String, Schema.Number])))
const Translations = Schema.optional(
  Schema.NullOr(
    Schema.Record(Schema.String, Schema.Struct({ name: optional, description: optional, annotation: optional }))
  )
)

const words = {
  ref_id: Written,
  name: Written,
  description: optional,
  annotation: optional,
  translations: Translations
}

const RequirementNode = Schema.Struct({
  ...words,
  urn: NonBlankText,
  parent_urn: optional,
  assessable: Schema.optional(Schema.NullOr(Schema.Boolean)),
  implementation_groups: Schema.optional(Schema.NullOr(Schema.Array(Schema.Union([Schema.String, Schema.Number])))),
  reference_controls: Schema.optional(Schema.NullOr(Schema.Array(Schema.String))),
  threats: Schema.optional(Schema.NullOr(Schema.Array(Schema.String))),
  typical_evidence: optional,
  weight: Schema.optional(Schema.NullOr(Schema.Number))
})
type RequirementNode = typeof RequirementNode.Type

const Aid = Schema.Struct({ ...words, urn: NonBlankText, category: optional })

const Framework = Schema.Struct({
  urn: optional,
  ref_id: Written,
  name: Written,
  requirement_nodes: Schema.Array(Schema.Unknown)
})

const Aids = Schema.optional(Schema.NullOr(Schema.Array(Schema.Unknown)))

const Library = Schema.Struct({
  urn: NonBlankText,
  locale: optional,
  objects: Schema.Struct({
    framework: Schema.optional(Schema.NullOr(Framework)),
    frameworks: Schema.optional(Schema.NullOr(Schema.Array(Framework))),
    reference_controls: Aids,
    threats: Aids
  })
})

const decodeLibrary = Schema.decodeUnknownResult(Library)
const decodeNode = Schema.decodeUnknownResult(RequirementNode)
const decodeAid = Schema.decodeUnknownResult(Aid)

/**
 * The identifier in a URN: `gv.oc-01` of `urn:intuitem:risk:req_node:nist-csf-2.0:gv.oc-01`, which may have colons itself; or
 * the name of a library or framework, which stands one part earlier.
 */
export const tailOf = (urn: string): string => {
  const parts = urn.split(":")
  return parts.length > 5 ? parts.slice(5).join(":") : (parts.at(-1) ?? "")
}

/** The framework that a node's or framework's URN names. */
export const frameworkOf = (urn: string): string => urn.split(":")[4] ?? tailOf(urn)

/** Whether a source is a library of CISO Assistant. */
export const isLibrary = (head: Head): boolean =>
  hasKeys(head, "urn") && /["']?\burn["']?\s*:\s*["']?urn:[^\s"']*:(?:library|preset):/u.test(head.text)

type Words = { readonly [Key in keyof typeof words]?: (typeof words)[Key]["Type"] }

/** Title and texts in a language, where they have it, else as they were written. */
const inLanguage = (item: Words, language: string | undefined) => {
  const translated = language === undefined ? undefined : item.translations?.[language]
  const either = (key: "name" | "description" | "annotation") => {
    const written = item[key]
    return translated?.[key] || (written === null || written === undefined ? undefined : String(written))
  }
  return { title: either("name"), description: either("description"), annotation: either("annotation") }
}

const identifierOf = ({ ref_id: id }: Words): string | undefined =>
  id === null || id === undefined || String(id).trim() === "" ? undefined : String(id)

/** What an aid is called in the catalog of a node, or its whole URI where another library has it. */
const aidOf = (entityType: string, node: string) => (urn: string) => {
  const id = `${entityType}/${tailOf(urn)}`
  return frameworkOf(urn) === frameworkOf(node) ? id : uriOf(frameworkOf(urn), id)
}

/** The nodes as a tree: each below the node that it names as its parent. */
const treeOf = (input: Input, path: string, values: ReadonlyArray<unknown>): ReadonlyArray<Found> => {
  const source = input.head.name
  const failed: Array<ImportError> = []
  const nodes: Array<{ readonly node: RequirementNode; readonly at: string }> = []
  for (const [index, value] of values.entries()) {
    const at = within(path, index)
    const decoded = decodeNode(value)
    if (Result.isSuccess(decoded)) nodes.push({ node: decoded.success, at })
    else failed.push(fromIssue(source, at, decoded.failure.issue))
  }
  const below = Map.groupBy(nodes, ({ node }) => node.parent_urn ?? "")
  const known = new Set(nodes.map(({ node }) => node.urn))
  const seen = new Set<string>()
  const toNode = ({ at, node }: (typeof nodes)[number], isOrphan: boolean): ReadonlyArray<Node> => {
    if (seen.has(at)) return []
    seen.add(at)
    const children = (below.get(node.urn) ?? []).flatMap((child) => toNode(child, false))
    const { annotation, description, title } = inLanguage(node, input.options.language)
    const aside = children.length > 0 ? ("heading" as const) : ("guidance" as const)
    return [
      {
        at,
        id: tailOf(node.urn) || (identifierOf(node) ?? node.urn),
        identifier: identifierOf(node),
        title: title ?? (description === undefined ? identifierOf(node) : undefined),
        description,
        entityType: "requirement",
        role: node.assessable === true ? "requirement" : aside,
        metadata: filled({
          levels: node.implementation_groups,
          annotation,
          typicalEvidence: node.typical_evidence,
          referenceControls: node.reference_controls?.map(tailOf),
          threats: node.threats?.map(tailOf)
        }),
        links: [
          ...linksTo("reference control", node.reference_controls?.map(aidOf("control", node.urn)), {
            type: "implements",
            direction: "incoming"
          }),
          ...linksTo("threat", node.threats?.map(aidOf("threat", node.urn)))
        ],
        warnings: isOrphan
          ? [
              {
                at: within(at, "parent_urn"),
                problem: `there is no node ${node.parent_urn}, so it stands below no heading`
              }
            ]
          : [],
        children
      }
    ]
  }
  const isRoot = ({ node }: (typeof nodes)[number]) => !known.has(node.parent_urn ?? "") || node.parent_urn === node.urn
  const roots = nodes.filter(isRoot)
  const tree = roots.flatMap((root) =>
    toNode(root, (root.node.parent_urn ?? "") !== "" && root.node.parent_urn !== root.node.urn)
  )
  // Those that are below one another in a circle hang from no root.
  const circle = nodes.flatMap((node) => toNode(node, true))
  return [...tree, ...circle, ...failed]
}

/** The languages that translations of a document name, and the one that it was written in. */
const languagesOf = (root: unknown, locale: string | undefined | null): ReadonlySet<string> => {
  const found = new Set(locale === null || locale === undefined ? [] : [locale])
  const pending: Array<unknown> = [root]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== "object" || next === null) continue
    for (const [key, value] of Object.entries(next)) {
      if (key === "translations" && typeof value === "object" && value !== null) {
        for (const language of Object.keys(value)) found.add(language)
      } else if (typeof value === "object" && value !== null) pending.push(value)
    }
  }
  return found
}

const read = Effect.fnUntraced(function* (input: Input) {
  const source = input.head.name
  const root = yield* readDocument(input)
  const { locale, objects, urn } = yield* decodeAt(source, "$", decodeLibrary, root)
  const { language } = input.options
  const languages = languagesOf(root, locale)
  if (language !== undefined && !languages.has(language)) {
    const problem = `has no texts in ${language}; there are ${[...languages].toSorted().join(", ")}`
    return yield* new ImportError({ source, problem, reason: "option", remedy: setOption("language") })
  }
  const frameworks = [
    ...(objects.framework ? [{ at: "$.objects.framework", framework: objects.framework }] : []),
    ...(objects.frameworks ?? []).map((framework, index) => ({ at: within("$.objects.frameworks", index), framework }))
  ]
  const chosen =
    input.options.path === undefined ? frameworks : frameworks.filter(({ at }) => at === input.options.path)
  if (chosen.length === 0 && frameworks.length > 0) {
    const problem = `has no framework ${input.options.path}; there are ${frameworks.map(({ at }) => at).join(", ")}`
    return yield* new ImportError({ source, problem, reason: "option", remedy: setOption("path", frameworks[0]?.at) })
  }
  const aids = (key: "reference_controls" | "threats", entityType: string) =>
    each(source, `$.objects.${key}`, objects[key] ?? [], decodeAid, (aid, at): Node => {
      const { annotation, description, title } = inLanguage(aid, language)
      return {
        at,
        // Libraries call an aid and the requirement that it helps with by one name.
        id: `${entityType}/${tailOf(aid.urn)}`,
        identifier: identifierOf(aid) ?? tailOf(aid.urn),
        title: title ?? (description === undefined ? identifierOf(aid) : undefined),
        description,
        entityType,
        role: "guidance",
        metadata: filled({ annotation, category: aid.category })
      }
    })
  const nodes = [
    ...chosen.flatMap(({ at, framework }) =>
      treeOf(input, within(at, "requirement_nodes"), framework.requirement_nodes)
    ),
    ...aids("reference_controls", "control"),
    ...aids("threats", "threat")
  ]
  if (nodes.length === 0) {
    const kinds = isObject(root) && isObject(root["objects"]) ? Object.keys(root["objects"]).join(", ") : "nothing"
    const isMapping = kinds.includes("mapping_set")
    const problem = isMapping
      ? "is a library that maps two frameworks and has no requirements itself. Import it as a mapping"
      : `is a library of ${kinds} and has no requirements. Import the library of the framework`
    const remedy = isMapping ? { action: "importRelations" as const } : undefined
    return yield* new ImportError({ source, problem, reason: "unsupported", remedy })
  }
  const [only, another] = chosen
  const named = only === undefined || another !== undefined ? urn : (only.framework.urn ?? urn)
  const catalog = input.options.catalog ?? (yield* checkCatalog(source, frameworkOf(named), "$.urn"))
  return sourceOf(source, catalog, nodes)
})

/**
 * A library of CISO Assistant: the nodes of its frameworks, with reference controls and threats as guidance. What can be
 * assessed is a requirement. URIs are made from URNs, as mappings between libraries name them.
 */
export const format: Format = {
  name: "ciso-assistant",
  summary: "CISO Assistant library, YAML",
  detect: isLibrary,
  read
}
