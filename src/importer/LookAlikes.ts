import { Result, Stream } from "effect"
import type { Item, Source } from "./Importer.ts"
import { warning } from "./Items.ts"
import { Seen } from "./Seen.ts"

/** Greek and Cyrillic letters that look like a Latin one, in the order of `latin`. */
const others = "АВЕЅІЈКМНОРСТХУавеѕіјкмнорстхуΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχ"
const latin = "ABESIJKMHOPCTXYabesijkmhopctxyABEZHIKMNOPTYXaiknoptux"

const twins: ReadonlyMap<string, string> = new Map([...others].map((letter, index) => [letter, latin[index] ?? letter]))

/** What an identifier looks like: full width and the like folded, letters of other scripts as the Latin ones they resemble. */
export const looksOf = (identifier: string): string =>
  [...identifier.normalize("NFKC")].map((char) => twins.get(char) ?? char).join("")

/** Whether every character is one that a keyboard for English has; such an identifier only looks like itself. */
const isPlain = (identifier: string): boolean => /^[\x20-\x7e]*$/u.test(identifier)

/** The identifiers before, by what they look like. */
interface Before {
  readonly looks: Seen
  /** Those that are not what they look like; all others are. */
  readonly others: Map<string, string>
}

/** Adds a warning before an entry whose identifier looks like another's, or mixes scripts that look alike. */
export const tell = (items: Source["items"]): Source["items"] =>
  items.pipe(
    Stream.mapAccum(
      (): Before => ({ looks: new Seen(), others: new Map() }),
      (seen, item): [Before, ReadonlyArray<Item>] => {
        if (Result.isFailure(item) || item.success._tag !== "Entry") return [seen, [item]]
        const {
          at,
          reference: { identifier }
        } = item.success
        if (identifier === undefined) return [seen, [item]]
        const looks = isPlain(identifier) ? identifier : looksOf(identifier)
        const before = seen.looks.add(looks, at)
        if (before === undefined && looks !== identifier) seen.others.set(looks, identifier)
        const isMixed = looks !== identifier && /\p{Script=Latin}/u.test(identifier)
        const problem =
          before !== undefined && (seen.others.get(looks) ?? looks) !== identifier
            ? `the identifier looks like the one at ${before}, but has other characters`
            : isMixed
              ? `the identifier looks like ${looks}, but has letters of another script`
              : undefined
        return [seen, problem === undefined ? [item] : [warning(at, problem), item]]
      }
    )
  )
