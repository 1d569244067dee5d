import { Result, type Schema } from "effect"
import type { ImportError } from "../../domain/ImportError.ts"
import type { Head } from "../Importer.ts"
import { fromIssue, within } from "../Items.ts"
import { extensionOf, isUntold } from "../Names.ts"

/** Whether a source may be YAML, as far as its name and beginning say. */
export const mayBeYaml = (head: Head): boolean =>
  ["yaml", "yml"].includes(extensionOf(head.name)) || (isUntold(head.name) && !/^\s*[[{<]/u.test(head.text))

/** Whether a document, in YAML or JSON, has keys of that name at its root, as far as its beginning shows. */
export const hasKeys = (head: Head, ...keys: ReadonlyArray<string>): boolean =>
  /^\s*\{/u.test(head.text)
    ? keys.every((key) => new RegExp(`"${key}"\\s*:`, "u").test(head.text))
    : mayBeYaml(head) && keys.every((key) => new RegExp(`^["']?${key}["']?:(?:\\s|$)`, "mu").test(head.text))

/** Each value of an array, decoded; one that is wrong is a failure in its place. */
export const each = <A, B>(
  source: string,
  at: string,
  values: ReadonlyArray<unknown> | undefined,
  decode: (value: unknown) => Result.Result<A, Schema.SchemaError>,
  f: (value: A, at: string) => B
): ReadonlyArray<B | ImportError> =>
  (values ?? []).map((value, index) => {
    const here = within(at, index)
    const decoded = decode(value)
    return Result.isSuccess(decoded) ? f(decoded.success, here) : fromIssue(source, here, decoded.failure.issue)
  })
