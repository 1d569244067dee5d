import { Effect, Result, Schema, Stream } from "effect"
import { ImportError } from "../domain/ImportError.ts"
import { NonBlankText } from "../domain/Text.ts"
import { decodeAt, readDocument } from "./Documents.ts"
import type { Format, Input, Item } from "./Importer.ts"
import { checkCatalog, entry, failure, fromIssue, uriOf, within } from "./Items.ts"
import { streamOf } from "./text/Json.ts"
import { catalogNamed } from "./Names.ts"

const Requirement = Schema.Struct({
  "bom-ref": Schema.optional(Schema.String),
  identifier: Schema.optional(NonBlankText),
  title: Schema.optional(Schema.String),
  text: Schema.optional(Schema.String),
  descriptions: Schema.optional(Schema.Array(Schema.String)),
  parent: Schema.optional(Schema.String),
  openCre: Schema.optional(Schema.Array(Schema.String)),
  properties: Schema.optional(
    Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.optional(Schema.String) }))
  ),
  externalReferences: Schema.optional(Schema.Array(Schema.Struct({ type: Schema.String, url: Schema.String })))
})
type Requirement = typeof Requirement.Type

const Standard = Schema.Struct({
  name: NonBlankText,
  version: Schema.optional(Schema.String),
  requirements: Schema.Array(Schema.Unknown),
  levels: Schema.optional(
    Schema.Array(
      Schema.Struct({
        identifier: Schema.optional(Schema.String),
        title: Schema.optional(Schema.String),
        requirements: Schema.optional(Schema.Array(Schema.String))
      })
    )
  )
})
type Standard = typeof Standard.Type

const Holder = Schema.Struct({ standards: Schema.optional(Schema.Array(Schema.Unknown)) })
const Root = Schema.Struct({ definitions: Schema.optional(Holder), declarations: Schema.optional(Holder) })

const decodeRoot = Schema.decodeUnknownResult(Root)
const decodeStandard = Schema.decodeUnknownResult(Standard)
const decodeRequirement = Schema.decodeUnknownResult(Requirement)

const keyOf = (requirement: Requirement): string | undefined => requirement["bom-ref"] ?? requirement.identifier

/** Longer chains of parents are taken for a circle. */
const maxAncestors = 50

/** How the requirements of a standard hang together. */
interface Structure {
  readonly ancestors: (requirement: Requirement) => ReadonlyArray<Requirement>
  readonly hasChildren: (requirement: Requirement) => boolean
  /** The names of the levels that ask for it. */
  readonly levels: (requirement: Requirement) => ReadonlyArray<string>
}

const structureOf = (standard: Standard): Structure => {
  const byKey = new Map<string, Requirement>()
  const parents = new Set<string>()
  for (const value of standard.requirements) {
    const decoded = decodeRequirement(value)
    if (Result.isFailure(decoded)) continue
    const key = keyOf(decoded.success)
    if (key !== undefined) byKey.set(key, decoded.success)
    if (decoded.success.parent !== undefined) parents.add(decoded.success.parent)
  }
  const asked = new Map<string, Array<string>>()
  for (const [index, level] of (standard.levels ?? []).entries()) {
    const name = level.identifier ?? level.title ?? String(index + 1)
    for (const key of level.requirements ?? []) asked.set(key, [...(asked.get(key) ?? []), name])
  }
  return {
    ancestors: (requirement) => {
      const found: Array<Requirement> = []
      let next = byKey.get(requirement.parent ?? "")
      while (next !== undefined && found.length < maxAncestors) {
        found.push(next)
        next = byKey.get(next.parent ?? "")
      }
      return found
    },
    hasChildren: (requirement) => parents.has(keyOf(requirement) ?? ""),
    levels: (requirement) => asked.get(keyOf(requirement) ?? "") ?? []
  }
}

/** `level`, the lowest number, where all levels end in one; else their names. */
const levelOf = (names: ReadonlyArray<string>): Record<string, unknown> => {
  if (names.length === 0) return {}
  const numbers = names.map((name) => Number(/(\d+)\s*$/u.exec(name)?.[1] ?? Number.NaN))
  return numbers.every(Number.isSafeInteger) ? { level: Math.min(...numbers) } : { levels: names }
}

const groupOf = (requirement: Requirement | undefined): Record<string, unknown> | undefined =>
  requirement === undefined
    ? undefined
    : { id: requirement.identifier ?? keyOf(requirement) ?? "", name: requirement.title?.trim() ?? "" }

const metadataOf = (structure: Structure, requirement: Requirement): Record<string, unknown> => {
  const ancestors = structure.ancestors(requirement)
  const chapter = groupOf(ancestors.at(-1))
  const section = ancestors.length > 1 ? groupOf(ancestors[0]) : undefined
  const { externalReferences: links, openCre, properties } = requirement
  return {
    ...levelOf(structure.levels(requirement)),
    ...(chapter !== undefined && { chapter }),
    ...(section !== undefined && { section }),
    ...(openCre !== undefined && { openCre }),
    ...(links !== undefined && { links: links.map(({ type, url }) => ({ label: type, url })) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(properties.map(({ name, value }) => [name, value ?? ""]))
    })
  }
}

const isBlank = (text: string | undefined): boolean => text === undefined || text.trim() === ""

/** A requirement; nothing where it is only a heading of others. */
const toItem = (
  source: string,
  catalog: string,
  structure: Structure,
  value: unknown,
  at: string
): ReadonlyArray<Item> => {
  const decoded = decodeRequirement(value)
  if (Result.isFailure(decoded)) return [Result.fail(fromIssue(source, at, decoded.failure.issue))]
  const requirement = decoded.success
  if (isBlank(requirement.text) && structure.hasChildren(requirement)) return []
  const id = requirement.identifier ?? requirement["bom-ref"]
  if (id === undefined) return [failure(source, within(at, "identifier"), "is missing, and there is no bom-ref")]
  if (requirement.parent !== undefined && structure.ancestors(requirement).length === 0) {
    return [failure(source, within(at, "parent"), `there is no requirement ${JSON.stringify(requirement.parent)}`)]
  }
  const named = [requirement, ...structure.ancestors(requirement)].find(({ title }) => !isBlank(title))
  const metadata = metadataOf(structure, requirement)
  const description = [requirement.text, ...(requirement.descriptions ?? [])].filter((text) => !isBlank(text))
  return [
    entry(source, at, {
      uri: uriOf(catalog, id),
      title: named?.title?.trim() ?? id,
      entityType: "requirement",
      description: description.length === 0 ? undefined : description.join("\n\n").trim(),
      metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
      catalog
    })
  ]
}

/** The standard at the path that was given, or the only one. */
const choose = Effect.fnUntraced(function* (input: Input) {
  const source = input.head.name
  const root = yield* decodeAt(source, "$", decodeRoot, yield* readDocument(input))
  const all = (["declarations", "definitions"] as const).flatMap((holder) =>
    (root[holder]?.standards ?? []).map((value, index) => ({ at: `$.${holder}.standards[${index}]`, value }))
  )
  const wanted = input.options.path
  const [only, another] = wanted === undefined ? all : all.filter(({ at }) => at === wanted)
  if (only !== undefined && another === undefined) return only
  const there = all.length === 0 ? "there are none" : `there are ${all.map(({ at }) => at).join(", ")}`
  return yield* new ImportError({
    source,
    reason: "option",
    problem:
      only === undefined
        ? `has no standard${wanted === undefined ? " in declarations.standards" : ` ${wanted}`}; ${there}`
        : `has several standards: ${there}. Give the path of the right one`
  })
})

/** CycloneDX whose `declarations.standards` or `definitions.standards` hold requirements, in JSON. */
export const format: Format = {
  name: "cyclonedx",
  summary: "CycloneDX standards",
  detect: (head) => /^\s*\{/u.test(head.text) && /"bomFormat"\s*:\s*"CycloneDX"/u.test(head.text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const { at, value } = yield* choose(input)
    const standard = yield* decodeAt(source, at, decodeStandard, value)
    const named = catalogNamed(standard.name, standard.version)
    const catalog = input.options.catalog ?? (yield* checkCatalog(source, named, within(at, "name")))
    const structure = structureOf(standard)
    const array = { path: within(at, "requirements"), values: standard.requirements }
    return {
      catalog,
      items: streamOf(array, (value, at) => toItem(source, catalog, structure, value, at)).pipe(Stream.flattenIterable)
    }
  })
}
