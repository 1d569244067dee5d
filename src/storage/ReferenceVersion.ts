import { hash } from "node:crypto"
import { Schema } from "effect"
import { ConflictError } from "../domain/ConflictError.ts"
import type { Expectation } from "../domain/Expectation.ts"
import { Reference } from "../domain/Reference.ts"

const toJson = Schema.encodeSync(Schema.fromJsonString(Reference))

/**
 * A short text that is another one whenever anything of the reference is, its times too: what a change can `expect`, and the
 * `ETag` of the HTTP API.
 */
export const versionOf = (reference: Reference): string => hash("sha256", toJson(reference), "base64url").slice(0, 22)

const conflict = (uri: string, problem: string) =>
  new ConflictError({ uri, reason: "changed", isRetryable: false, problem: `${problem}; nothing was changed` })

/** Why what is stored is not what a change expects, undefined where it is. `stored` is `unreadable` where it is damaged. */
export const unexpected = (
  uri: string,
  stored: Reference | "unreadable" | undefined,
  expect: Expectation | undefined
): ConflictError | undefined => {
  switch (expect) {
    case undefined:
      return undefined
    case "absent":
      return stored === undefined ? undefined : conflict(uri, "it exists already")
    case "present":
      return stored === undefined ? conflict(uri, "it does not exist") : undefined
    default:
      if (stored === undefined) return conflict(uri, "it does not exist")
      return stored !== "unreadable" && expect.includes(versionOf(stored))
        ? undefined
        : conflict(uri, "it is another version than the change expects")
  }
}
