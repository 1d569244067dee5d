import { Effect, Result, Schema, Stream } from "effect"
import * as Identifier from "../domain/Identifier.ts"
import { ImportError } from "../domain/ImportError.ts"
import { setOption } from "../domain/Remedy.ts"
import { NonBlankText } from "../domain/Text.ts"
import { decodeAt, readDocument } from "./Documents.ts"
import type { Format, Input, Item } from "./Importer.ts"
import { checkCatalog, deletion, entry, failure, fromIssue, uriOf, warning, within, withdrawn } from "./Items.ts"
import { placeOf } from "./Place.ts"
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

const isBlank = (text: string | undefined): boolean => text === undefined || text.trim() === ""

/** Its text and further descriptions; `undefined` where it has none. */
const textOf = ({ descriptions = [], text }: Requirement): string | undefined => {
  const texts = [text, ...descriptions].filter((text) => !isBlank(text))
  return texts.length === 0 ? undefined : texts.join("\n\n").trim()
}

/** Longer chains of parents are taken for a circle. */
const maxAncestors = 50

/** How the requirements of a standard hang together. */
interface Structure {
  readonly ancestors: (requirement: Requirement) => ReadonlyArray<Requirement>
  /**
   * It groups others, or could: it has children, or no text where others have one. What stands above others is a heading
   * in this format also where it has a text, which introduces them.
   */
  readonly isHeading: (requirement: Requirement) => boolean
  /** The names of the levels that ask for it. */
  readonly levels: (requirement: Requirement) => ReadonlyArray<string>
}

const structureOf = (standard: Standard): Structure => {
  const byKey = new Map<string, Requirement>()
  const parents = new Set<string>()
  let someText = false
  for (const value of standard.requirements) {
    const decoded = decodeRequirement(value)
    if (Result.isFailure(decoded)) continue
    const key = keyOf(decoded.success)
    if (key !== undefined) byKey.set(key, decoded.success)
    if (decoded.success.parent !== undefined) parents.add(decoded.success.parent)
    someText ||= textOf(decoded.success) !== undefined
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
    isHeading: (requirement) =>
      parents.has(keyOf(requirement) ?? "") || (someText && textOf(requirement) === undefined),
    levels: (requirement) => asked.get(keyOf(requirement) ?? "") ?? []
  }
}

/** `level`, the lowest number, where all levels end in one; else their names. */
const levelOf = (names: ReadonlyArray<string>): Record<string, unknown> => {
  if (names.length === 0) return {}
  const numbers = names.map((name) => Number(/(\d+)\s*$/u.exec(name)?.[1] ?? Number.NaN))
  return numbers.every(Number.isSafeInteger) ? { level: Math.min(...numbers) } : { levels: names }
}

const metadataOf = (structure: Structure, requirement: Requirement): Record<string, unknown> => {
  const above = structure.ancestors(requirement).toReversed()
  const { externalReferences: links, openCre, properties } = requirement
  return {
    ...levelOf(structure.levels(requirement)),
    ...placeOf(
      above.map((group) => ({
        id: group.identifier ?? keyOf(group) ?? "",
        name: group.title?.trim() ?? "",
        isHeading: true
      }))
    ),
    ...(openCre !== undefined && { openCre }),
    ...(links !== undefined && { links: links.map(({ type, url }) => ({ label: type, url })) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(properties.map(({ name, value }) => [name, value ?? ""]))
    })
  }
}

/** A requirement or heading, or that it was deleted; and what is said of it and cannot be. */
const toItems = (
  source: string,
  catalog: string,
  structure: Structure,
  value: unknown,
  at: string
): ReadonlyArray<Item> => {
  const decoded = decodeRequirement(value)
  if (Result.isFailure(decoded)) return [Result.fail(fromIssue(source, at, decoded.failure.issue))]
  const requirement = decoded.success
  const id = requirement.identifier ?? requirement["bom-ref"]
  if (id === undefined) return [failure(source, within(at, "identifier"), "is missing, and there is no bom-ref")]
  const gone = deletion(requirement.text) ?? deletion(requirement.title)
  if (gone !== undefined) return [withdrawn(id, gone, at)]
  const isOrphan = requirement.parent !== undefined && structure.ancestors(requirement).length === 0
  const problem = `there is no requirement ${JSON.stringify(requirement.parent)}, so ${id} stands below no heading`
  const role = structure.isHeading(requirement) ? ("heading" as const) : undefined
  const named = [requirement, ...structure.ancestors(requirement)].find(({ title }) => !isBlank(title))
  const metadata = metadataOf(structure, requirement)
  const reference = {
    uri: uriOf(catalog, id),
    title: named?.title?.trim() ?? id,
    entityType: "requirement",
    description: textOf(requirement),
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    catalog
  }
  return [
    ...(isOrphan ? [warning(within(at, "parent"), problem)] : []),
    entry(source, at, reference, { identifier: Identifier.clean(id), role })
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
  if (all.length === 0 && wanted === undefined) {
    const problem =
      "is a CycloneDX bill of materials (SBOM): it lists components, and no standard with requirements. " +
      "Import the standard, which is a file of its own with declarations.standards or definitions.standards"
    return yield* new ImportError({ source, problem })
  }
  const [only, another] = wanted === undefined ? all : all.filter(({ at }) => at === wanted)
  if (only !== undefined && another === undefined) return only
  const there = all.length === 0 ? "there are none" : `there are ${all.map(({ at }) => at).join(", ")}`
  return yield* new ImportError({
    source,
    reason: "option",
    remedy: setOption("path", all[0]?.at),
    problem:
      only === undefined
        ? `has no standard ${wanted}; ${there}`
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
      items: streamOf(array, (value, at) => toItems(source, catalog, structure, value, at)).pipe(Stream.flattenIterable)
    }
  })
}
