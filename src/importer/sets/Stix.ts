import { Effect, Result, Schema } from "effect"
import { NonBlankText } from "../../domain/Text.ts"
import type { ImportError } from "../../domain/ImportError.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import type { Format } from "../Importer.ts"
import { catalogFromName, checkCatalog, fromIssue, within } from "../Items.ts"
import { slugOf } from "../Names.ts"
import { linksTo } from "../Links.ts"
import { filled, type Found, type Node, sourceOf } from "../Nodes.ts"
import { isObject } from "../text/JsonText.ts"

const Bundle = Schema.Struct({ type: Schema.Literal("bundle"), objects: Schema.Array(Schema.Unknown) })

const External = Schema.Struct({
  source_name: Schema.optional(Schema.String),
  external_id: Schema.optional(Schema.String),
  url: Schema.optional(Schema.String)
})

const Thing = Schema.Struct({
  id: NonBlankText,
  type: NonBlankText,
  name: Schema.optional(Schema.String),
  description: Schema.optional(Schema.String),
  revoked: Schema.optional(Schema.Boolean),
  x_mitre_deprecated: Schema.optional(Schema.Boolean),
  external_references: Schema.optional(Schema.Array(External)),
  kill_chain_phases: Schema.optional(Schema.Array(Schema.Struct({ phase_name: Schema.String }))),
  x_mitre_platforms: Schema.optional(Schema.Array(Schema.String)),
  x_mitre_domains: Schema.optional(Schema.Array(Schema.String)),
  x_capec_status: Schema.optional(Schema.String)
})
type Thing = typeof Thing.Type

const Link = Schema.Struct({
  relationship_type: Schema.String,
  source_ref: Schema.String,
  target_ref: Schema.String,
  revoked: Schema.optional(Schema.Boolean)
})

const decodeBundle = Schema.decodeUnknownResult(Bundle)
const decodeThing = Schema.decodeUnknownResult(Thing)
const decodeLink = Schema.decodeUnknownResult(Link)

/** What is read, and what it becomes. */
const kinds: ReadonlyMap<string, { readonly entityType: string; readonly role?: "heading" }> = new Map([
  ["attack-pattern", { entityType: "technique" }],
  ["course-of-action", { entityType: "mitigation" }],
  ["x-mitre-tactic", { entityType: "tactic", role: "heading" }]
])

/** What only describes the bundle or ties its objects together. */
const ties = new Set([
  "relationship",
  "identity",
  "marking-definition",
  "x-mitre-collection",
  "x-mitre-matrix",
  "extension-definition"
])

/** The identifier that its publisher gives it; the first reference is the publisher's own. */
const externalOf = ({ external_references: [first] = [] }: Thing): string | undefined => first?.external_id

/** Without marks of citations, and with the words of links only. */
const plain = (text: string | undefined): string | undefined =>
  text?.replace(/\s*\(Citation: [^)]*\)/gu, "").replace(/\[([^\]]*)\]\(https?:[^)\s]*\)/gu, "$1")

/** ATT&CK's domain and version, as its collection says them; CAPEC's name; or the name of the file. */
const nameOf = (values: ReadonlyArray<unknown>, things: ReadonlyArray<Thing>): string | undefined => {
  const collection = values.find((value) => isObject(value) && value["type"] === "x-mitre-collection")
  const version =
    isObject(collection) && typeof collection["x_mitre_version"] === "string" ? `@${collection["x_mitre_version"]}` : ""
  const domain = things.find(({ x_mitre_domains: domains }) => domains !== undefined)?.x_mitre_domains?.[0]
  const publisher = things.find(externalOf)?.external_references?.[0]?.source_name
  return domain === undefined
    ? publisher === undefined
      ? undefined
      : `${slugOf(publisher)}${version}`
    : `${slugOf(domain)}${version}`
}

/** A STIX 2 bundle: techniques and mitigations, with tactics as headings. Sub-techniques stand below theirs. */
export const format: Format = {
  name: "stix",
  summary: "STIX 2.1 bundle (ATT&CK, CAPEC), JSON",
  detect: (head) =>
    /^\s*\{/u.test(head.text) && /"type"\s*:\s*"bundle"/u.test(head.text) && /"objects"\s*:/u.test(head.text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const { objects } = yield* decodeAt(source, "$", decodeBundle, yield* readDocument(input))
    const things: Array<Thing & { readonly at: string }> = []
    const failed: Array<ImportError> = []
    const others = new Map<string, number>()
    for (const [index, value] of objects.entries()) {
      const at = within("$.objects", index)
      const type = isObject(value) && typeof value["type"] === "string" ? value["type"] : "something without a type"
      if (!kinds.has(type)) {
        if (!ties.has(type)) others.set(type, (others.get(type) ?? 0) + 1)
        continue
      }
      const decoded = decodeThing(value)
      if (Result.isSuccess(decoded)) things.push({ ...decoded.success, at })
      else failed.push(fromIssue(source, at, decoded.failure.issue))
    }
    const byId = new Map(things.map((thing) => [thing.id, thing]))
    const links = objects.flatMap((value) => {
      const decoded = isObject(value) && value["type"] === "relationship" ? decodeLink(value) : undefined
      return decoded !== undefined && Result.isSuccess(decoded) && decoded.success.revoked !== true
        ? [decoded.success]
        : []
    })
    const parents = new Map(
      links.flatMap(({ relationship_type: type, source_ref: from, target_ref: to }) =>
        type === "subtechnique-of" && byId.has(to) && from !== to ? [[from, to] as const] : []
      )
    )
    const mitigated = Map.groupBy(
      links.filter(({ relationship_type: type }) => type === "mitigates"),
      ({ source_ref: from }) => from
    )
    const reason = (thing: Thing): string | undefined =>
      thing.revoked === true
        ? "revoked"
        : thing.x_mitre_deprecated === true || /^(?:deprecated|obsolete)$/iu.test(thing.x_capec_status ?? "")
          ? "deprecated"
          : undefined
    const toNode = (thing: Thing & { readonly at: string }): Node => {
      const kind = kinds.get(thing.type)
      const parent = byId.get(parents.get(thing.id) ?? "")
      const mitigates = (mitigated.get(thing.id) ?? []).flatMap(({ target_ref: to }) => {
        const target = byId.get(to)
        return (target && externalOf(target)) ?? []
      })
      return {
        at: thing.at,
        id: externalOf(thing) ?? thing.id,
        title: thing.name,
        description: plain(thing.description),
        entityType: kind?.entityType ?? "reference",
        role: kind?.role,
        withdrawn: reason(thing),
        metadata: filled({
          stix: thing.id,
          tactics: thing.kill_chain_phases?.map(({ phase_name: name }) => name),
          platforms: thing.x_mitre_platforms,
          parent: parent && { id: externalOf(parent) ?? parent.id, title: parent.name ?? "" },
          mitigates: [...new Set(mitigates)].toSorted(),
          url: thing.external_references?.[0]?.url
        }),
        links: linksTo("mitigates", [...new Set(mitigates)])
      }
    }
    const left = [...others].map(([type, count]) => `${count} of ${type}`).join(", ")
    const [first, ...rest]: ReadonlyArray<Found> = [...things.map(toNode), ...failed]
    const problem = `only techniques, mitigations and tactics are read; left out are ${left}`
    const nodes =
      first === undefined
        ? []
        : "problem" in first || left === ""
          ? [first, ...rest]
          : [{ ...first, warnings: [{ at: "$.objects", problem }] }, ...rest]
    const named = nameOf(objects, things)
    const catalog =
      input.options.catalog ??
      (named === undefined ? yield* catalogFromName(source) : yield* checkCatalog(source, named, "$.objects"))
    return sourceOf(source, catalog, nodes)
  })
}
