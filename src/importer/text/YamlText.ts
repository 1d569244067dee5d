import { Effect } from "effect"
import { ImportError } from "../../domain/ImportError.ts"

/** The largest YAML, in characters: it is parsed at once, at about 4 MB a second. */
const maxLength = 16 * 1024 * 1024

/** How often an anchor may be used. */
const maxAliases = 10_000

interface Mark {
  readonly line: number
  readonly column: number
}

/**
 * Parses one YAML 1.2 document. `firstLine` is the line on which the text begins, from 1. Default: 1.
 *
 * Depth is limited to 100 and aliases to 10 000. Numbers that are not written as they would be printed, such as `1.10` or
 * `007`, stay texts, because they are identifiers more often than numbers. `<<` merges, also where it stands twice.
 */
export const parseYaml = Effect.fnUntraced(function* (source: string, text: string, firstLine?: number) {
  if (text.length > maxLength) {
    return yield* new ImportError({
      source,
      reason: "unsupported",
      problem: "is YAML larger than 16 MB. Write it as JSON, or split it"
    })
  }
  const yaml = yield* Effect.promise(() => import("js-yaml"))
  const asWritten = (tag: typeof yaml.intCoreTag) =>
    yaml.defineScalarTag<number>(tag.tagName, {
      ...tag,
      resolve: (written, isExplicit, name) => {
        const value = tag.resolve(written, isExplicit, name)
        return isExplicit || String(value) === written ? value : yaml.NOT_RESOLVED
      }
    })
  const schema = yaml.CORE_SCHEMA.withTags(yaml.mergeTag, asWritten(yaml.intCoreTag), asWritten(yaml.floatCoreTag))
  return yield* Effect.try({
    try: () => yaml.load(text, { maxDepth: 100, maxAliases, schema }),
    catch: (cause) => {
      const known = cause instanceof yaml.YAMLException ? cause : undefined
      const mark: Mark | undefined = known?.mark ?? undefined
      const at = mark === undefined ? undefined : `line ${mark.line + (firstLine ?? 1)}, column ${mark.column + 1}`
      return new ImportError({ source, at, problem: `is not YAML: ${known?.reason ?? "it cannot be read"}`, cause })
    }
  })
})
