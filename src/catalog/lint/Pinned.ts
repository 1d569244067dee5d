import type { LintFinding } from "../../domain/Lint.ts"
import type { Moved } from "../../domain/Moved.ts"
import { quote } from "../../domain/Quote.ts"
import { finding, textOf } from "./Statement.ts"

/**
 * Accepted relations of which a reference is gone, or its identifier is another control's now, by what they are pinned to. Each
 * reference is told once.
 */
export const check = (moved: ReadonlyArray<Moved>): ReadonlyArray<LintFinding> =>
  moved.flatMap(({ kind, read, relations, uri, went }) => {
    const [first, ...others] = relations
    if (first === undefined || (kind !== "gone" && kind !== "other")) return []
    const more = others.length === 0 ? "" : ` (and ${others.length} more)`
    const was = read === undefined ? "" : ` It read ${quote(read)} when ${textOf(first)}${more} was accepted.`
    const about = first.sources.includes(uri) ? { sources: [uri] } : { targets: [uri] }
    const where = went[0] === undefined ? "" : ` It is ${went[0].uri} now.`
    return [
      finding(
        kind === "gone" ? "gone" : "other-control",
        about,
        `${uri} is ${kind === "gone" ? "gone" : "another control now"}.${was}${where}`,
        went.length === 0 ? undefined : { action: "chooseOne", field: "uri", values: went.map((one) => one.uri) }
      )
    ]
  })
