import { Effect, Stream } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import type { RelationType } from "../../domain/Relation.ts"
import { readYaml } from "../Documents.ts"
import { failure, within } from "../Items.ts"
import { isObject } from "../text/JsonText.ts"
import type { MappingFormat, MappingInput, MappingItem } from "./Mapping.ts"
import { toItem } from "./MappingRows.ts"

/** A requirement as the mapping names it: `v4.0.3-1.2.4`. */
const named = /v(\d+(?:\.\d+)+)-(\d+(?:\.\d+)*)/u
const step = new RegExp(`([A-Z][A-Z ]*[A-Z])|${named.source}`, "gu")

interface Target {
  readonly version: string
  readonly id: string
  /** The words before it, such as `MOVED TO`. */
  readonly action: string
}

/** The requirements that a tag names, each with the words it stands behind. */
const targetsOf = (tag: string): ReadonlyArray<Target> => {
  const found = new Map<string, Target>()
  let action = ""
  for (const [, words, version, id] of tag.matchAll(step)) {
    if (words !== undefined) action = words
    else if (version !== undefined && id !== undefined && !found.has(id)) found.set(id, { version, id, action })
  }
  return [...found.values()]
}

/** What the words say about the texts, seen from the old requirement. */
const typeOf = (tag: string, action: string): RelationType | undefined => {
  if (/\bMERGED TO$|\bCOVERED BY$/u.test(action)) return "subset"
  if (tag.includes("SPLIT TO")) return "superset"
  if (action.endsWith("MOVED TO")) return tag.includes("MODIFIED") ? "intersects" : "equal"
  return undefined
}

function* itemsOf(input: MappingInput, root: Readonly<Record<string, unknown>>): Generator<MappingItem> {
  const source = input.head.name
  const { from, to, type = "intersects" } = input.options
  for (const [key, value] of Object.entries(root)) {
    const at = within("$", key)
    const [whole, version = "", id = ""] = named.exec(key) ?? []
    const tags = isObject(value) ? Object.entries(value).filter(([name]) => name.startsWith("tag-v")) : []
    if (whole !== key) yield failure(source, at, "is no requirement, such as v4.0.3-1.2.4")
    else if (tags.length === 0) yield failure(source, at, "has no tag, such as tag-v5.0.0: MOVED TO v5.0.0-6.1.3")
    else {
      for (const [name, tag] of tags) {
        const where = within(at, name)
        const note = typeof tag === "string" ? tag.replace(/\s+/gu, " ").trim() : ""
        if (note === "") {
          yield failure(source, where, "is blank")
          continue
        }
        const start = { at: where, sources: [`V${id}`], provenance: { note } }
        const ends = { from: from ?? `asvs@${version}`, to: to ?? `asvs@${name.slice("tag-v".length)}` }
        const targets = targetsOf(note)
        if (targets.length === 0) yield toItem(source, ends, type, { ...start, targets: [] })
        for (const { action, id, version } of targets) {
          const said = { ...start, targets: [`V${id}`], type: typeOf(note, action) }
          yield toItem(source, { ...ends, to: to ?? `asvs@${version}` }, type, said)
        }
      }
    }
  }
}

/**
 * OWASP's mapping between two versions of ASVS, from the old requirement to the new.
 *
 * The words become types: MOVED TO `equal` (with MODIFIED `intersects`), SPLIT TO `superset`, MERGED TO and COVERED BY
 * `subset`; they are kept as the note. DELETED without a successor is unmapped.
 */
export const format: MappingFormat = {
  name: "asvs-mapping",
  summary: "OWASP's mapping between versions of ASVS, YAML",
  detect: (head) => /^\s*["']?v\d+(?:\.\d+)+-\d+(?:\.\d+)*["']?:\s+["']?tag-v\d/mu.test(head.text),
  read: Effect.fnUntraced(function* (input) {
    const root = yield* readYaml(input)
    if (!isObject(root)) {
      return yield* new ImportError({ source: input.head.name, problem: "is no mapping of requirements to tags" })
    }
    return Stream.suspend(() => Stream.fromIterable(itemsOf(input, root)))
  })
}
