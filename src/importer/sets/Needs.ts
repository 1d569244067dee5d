import { Effect, Result, Schema } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import { setOption } from "../../domain/Remedy.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import type { Format } from "../Importer.ts"
import { catalogFromName, checkCatalog, fromIssue, within } from "../Items.ts"
import { catalogNamed, slugOf } from "../Names.ts"
import { linksTo } from "../Links.ts"
import { filled, type Found, sourceOf } from "../Nodes.ts"

const optional = Schema.optional(Schema.NullOr(Schema.String))
const Texts = Schema.optional(Schema.NullOr(Schema.Array(Schema.String)))

const Root = Schema.Struct({
  project: optional,
  current_version: Schema.optional(Schema.NullOr(Schema.Union([Schema.String, Schema.Number]))),
  versions: Schema.Record(Schema.String, Schema.Struct({ needs: Schema.Record(Schema.String, Schema.Unknown) }))
})

const Need = Schema.Struct({
  id: optional,
  title: optional,
  description: optional,
  content: optional,
  type: optional,
  type_name: optional,
  status: optional,
  tags: Texts,
  links: Texts,
  sections: Texts,
  parent_need: optional,
  docname: optional,
  is_external: Schema.optional(Schema.NullOr(Schema.Boolean))
})

const decodeRoot = Schema.decodeUnknownResult(Root)
const decodeNeed = Schema.decodeUnknownResult(Need)

/** The needs of sphinx-needs, by their identifiers, of the current version. */
export const format: Format = {
  name: "sphinx-needs",
  summary: "needs.json of sphinx-needs",
  detect: (head) =>
    /^\s*\{/u.test(head.text) &&
    /"versions"\s*:\s*\{/u.test(head.text) &&
    /"(?:needs|needs_amount|current_version)"\s*:/u.test(head.text),
  read: Effect.fnUntraced(function* (input) {
    const source = input.head.name
    const {
      current_version: current,
      project,
      versions
    } = yield* decodeAt(source, "$", decodeRoot, yield* readDocument(input))
    const names = Object.keys(versions)
    const wanted = input.options.path ?? (names.length === 1 ? names[0] : String(current ?? ""))
    const version = wanted === undefined ? undefined : versions[wanted]
    if (wanted === undefined || version === undefined) {
      const problem = `has no version ${JSON.stringify(wanted ?? "")}; there are ${names.join(", ") || "none"}. Give the path, which is the version`
      return yield* new ImportError({
        source,
        at: "$.versions",
        problem,
        reason: "option",
        remedy: setOption("path", names[0])
      })
    }
    const path = within(within("$.versions", wanted), "needs")
    const nodes = Object.entries(version.needs).map(([key, value]): Found => {
      const at = within(path, key)
      const decoded = decodeNeed(value)
      if (Result.isFailure(decoded)) return fromIssue(source, at, decoded.failure.issue)
      const need = decoded.success
      // The innermost section comes first.
      const sections = (need.sections ?? []).toReversed()
      const [chapter] = sections
      const section = sections.length > 1 ? sections.at(-1) : undefined
      return {
        at,
        id: need.id ?? key,
        title: need.title ?? undefined,
        description: need.description ?? need.content ?? undefined,
        entityType: slugOf(need.type_name ?? need.type ?? "") || "need",
        tags: need.tags ?? [],
        metadata: filled({
          chapter: chapter && { name: chapter },
          section: section && { name: section },
          parent: need.parent_need ? { id: need.parent_need } : undefined,
          status: need.status,
          links: need.links,
          document: need.docname
        }),
        links: linksTo("links", need.links)
      }
    })
    const name = project?.trim() ?? ""
    const catalog =
      input.options.catalog ??
      (name === ""
        ? yield* catalogFromName(source)
        : yield* checkCatalog(source, catalogNamed(slugOf(name), wanted), "$.project"))
    return sourceOf(source, catalog, nodes)
  })
}
