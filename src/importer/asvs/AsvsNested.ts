import { Effect, Result, Schema, Stream } from "effect"
import { NonBlankText } from "../../domain/Text.ts"
import * as Asvs from "./Asvs.ts"
import type { Format, Head, Input, Item } from "../Importer.ts"
import { checkCatalog, fromIssue, within } from "../Items.ts"
import { catalogNamed } from "../Names.ts"
import { readJson } from "../text/Json.ts"

const Level = Schema.Struct({ Required: Schema.Boolean, Requirement: Schema.String })

const Requirement = Schema.Struct({
  Shortcode: NonBlankText,
  Description: NonBlankText,
  L: Schema.optional(Schema.Union([Schema.String, Schema.Number])),
  L1: Schema.optional(Level),
  L2: Schema.optional(Level),
  L3: Schema.optional(Level),
  CWE: Schema.optional(Schema.Array(Schema.Union([Schema.String, Schema.Number]))),
  NIST: Schema.optional(Schema.Array(Schema.String))
})

const Group = Schema.Struct({ Shortcode: NonBlankText, Name: Schema.String, Items: Schema.Array(Schema.Unknown) })
const Root = Schema.Struct({
  ShortName: NonBlankText,
  Version: NonBlankText,
  Requirements: Schema.Array(Schema.Unknown)
})

const decodeRoot = Schema.decodeUnknownResult(Root)
const decodeGroup = Schema.decodeUnknownResult(Group)
const decodeRequirement = Schema.decodeUnknownResult(Requirement)

/** What stands under a level; where it is only said to be required, the usual mark. */
const mark = (level: typeof Level.Type | undefined): string =>
  level === undefined ? "" : level.Requirement.trim() === "" && level.Required ? "✓" : level.Requirement

/** What is read, and what is common to it. */
interface Reading {
  readonly source: string
  readonly catalog: string
}

const toItems = (
  { catalog, source }: Reading,
  chapter: Asvs.Group,
  section: Asvs.Group,
  value: unknown,
  at: string
): ReadonlyArray<Item> => {
  const decoded = decodeRequirement(value)
  if (Result.isFailure(decoded)) return [Result.fail(fromIssue(source, at, decoded.failure.issue))]
  const { CWE = [], Description: text, L, L1, L2, L3, NIST = [], Shortcode: id } = decoded.success
  const levels = L === undefined ? ([mark(L1), mark(L2), mark(L3)] as const) : Asvs.levelsFrom(String(L))
  const problem = `the level ${JSON.stringify(L)} is not 1, 2 or 3, and is left out`
  const warnings = levels === undefined ? [{ at: within(at, "L"), problem }] : []
  const read = { id, text, chapter, section, levels: levels ?? ["", "", ""], cwe: CWE, nist: NIST, warnings } as const
  return Asvs.toItems(source, catalog, at, read)
}

/** The chapters of a document, or the sections of a chapter; one that is wrong as a whole is one failure. */
function* groups(
  reading: Reading,
  values: ReadonlyArray<unknown>,
  path: string,
  inside: (group: Asvs.Group, items: ReadonlyArray<unknown>, path: string) => Iterable<Item>
): Generator<Item> {
  for (const [index, value] of values.entries()) {
    const at = within(path, index)
    const decoded = decodeGroup(value)
    if (Result.isFailure(decoded)) yield Result.fail(fromIssue(reading.source, at, decoded.failure.issue))
    else {
      const { Items, Name: name, Shortcode: id } = decoded.success
      yield* inside({ id, name }, Items, within(at, "Items"))
    }
  }
}

const items = (reading: Reading, chapters: ReadonlyArray<unknown>): Iterable<Item> =>
  groups(reading, chapters, "$.Requirements", (chapter, sections, path) =>
    groups(reading, sections, path, (section, requirements, path) =>
      requirements.flatMap((value, index) => toItems(reading, chapter, section, value, within(path, index)))
    )
  )

const read = Effect.fnUntraced(function* (input: Input) {
  const source = input.head.name
  const root = decodeRoot(yield* readJson(input))
  if (Result.isFailure(root)) return yield* Effect.fail(fromIssue(source, "$", root.failure.issue))
  const { Requirements: chapters, ShortName: name, Version: version } = root.success
  const catalog = input.options.catalog ?? (yield* checkCatalog(source, catalogNamed(name, version), "$.Version"))
  return { catalog, items: Stream.suspend(() => Stream.fromIterable(items({ source, catalog }, chapters))) }
})

const isNested = (head: Head): boolean =>
  /^\s*\{/u.test(head.text) &&
  ["ShortName", "Version", "Requirements", "Shortcode"].every((key) => new RegExp(`"${key}"\\s*:`, "u").test(head.text))

/** ASVS as its nested .json; 4.0.3 has `L1`, `L2`, `L3`, CWE and NIST, 5.0.0 has `L`. */
export const format: Format = {
  name: "asvs-json",
  summary: "OWASP ASVS, nested JSON",
  detect: isNested,
  read
}

/** ASVS 5.0.0 in the nested shape of 4.0.3. */
export const legacy: Format = {
  name: "asvs-legacy-json",
  summary: "OWASP ASVS 5, nested JSON in the shape of version 4",
  detect: (head) => isNested(head) && /"Version"\s*:\s*"[5-9]/u.test(head.text) && /"L1"\s*:\s*\{/u.test(head.text),
  read
}
