import { Effect, Schema } from "effect"
import { NonBlankText } from "../../domain/Text.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import type { Format } from "../Importer.ts"
import { checkCatalog } from "../Items.ts"
import { catalogNamed, slugOf } from "../Names.ts"
import { linksTo } from "../Links.ts"
import { filled, type Node, sourceOf } from "../Nodes.ts"
import { each } from "./Fields.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))

const Compliance = Schema.Struct({
  Framework: NonBlankText,
  Version: optional,
  Provider: optional,
  Requirements: Schema.Array(Schema.Unknown)
})

const Requirement = Schema.Struct({
  Id: Schema.Union([NonBlankText, Schema.Number]),
  Name: optional,
  Description: optional,
  Attributes: Schema.optional(Schema.Array(Schema.Record(Schema.String, Schema.Unknown))),
  Checks: Schema.optional(Schema.Array(Schema.Unknown))
})

const decodeRoot = Schema.decodeUnknownResult(Compliance)
const decodeRequirement = Schema.decodeUnknownResult(Requirement)

/** The first of several attributes that is there. */
const firstOf = (attributes: Readonly<Record<string, unknown>> | undefined, ...names: ReadonlyArray<string>) =>
  names.map((name) => attributes?.[name]).find((value) => typeof value === "string" && value.trim() !== "")

const groupOf = (name: unknown): Record<string, unknown> | undefined =>
  typeof name === "string" ? { name: name.trim() } : undefined

/** A compliance framework of Prowler: one requirement an entry, with its checks. */
export const format: Format = {
  name: "prowler",
  summary: "Prowler compliance framework, JSON",
  detect: (head) =>
    /^\s*\{/u.test(head.text) && ["Framework", "Requirements", "Id"].every((key) => head.text.includes(`"${key}"`)),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const root = yield* decodeAt(source, "$", decodeRoot, yield* readDocument(input))
    const named = catalogNamed(slugOf(`${root.Framework} ${root.Provider ?? ""}`), root.Version ?? undefined)
    const catalog = input.options.catalog ?? (yield* checkCatalog(source, named, "$.Framework"))
    const nodes = each(source, "$.Requirements", root.Requirements, decodeRequirement, (requirement, at): Node => {
      const [attributes] = requirement.Attributes ?? []
      return {
        at,
        id: String(requirement.Id),
        title: requirement.Name ?? undefined,
        description: requirement.Description ?? undefined,
        entityType: "requirement",
        metadata: filled({
          chapter: groupOf(firstOf(attributes, "Section", "Category", "Domain", "Tactics")),
          section: groupOf(firstOf(attributes, "SubSection", "Subsection", "SubGroup")),
          levels: [firstOf(attributes, "Profile", "Nivel")].filter((level) => level !== undefined),
          checks: requirement.Checks,
          attributes: requirement.Attributes
        }),
        links: linksTo("check", requirement.Checks, { type: "implements", direction: "incoming" })
      }
    })
    return sourceOf(source, catalog, nodes)
  })
}
