import { Schema } from "effect"
import { redact } from "./Redact.ts"
import { Remedy } from "./Remedy.ts"

/** What every error of the family has, beside the fields of its own. */
export const errorFields = <const Reasons extends ReadonlyArray<string>>(reasons: Schema.Literals<Reasons>) => ({
  /** Why, as a code of a closed set that a program can act on. */
  reason: reasons,
  /** What happened, for a person. */
  problem: Schema.String,
  /** The same call may succeed later. */
  isRetryable: Schema.Boolean,
  /** What can be done about it, where a program can do it. */
  remedy: Schema.optional(Remedy)
})

type MakeIn<Fields extends Schema.Struct.Fields> = Schema.Struct<Fields>["~type.make.in"]

/**
 * What `new` takes: the fields, of which those named by `Defaulted` may be left out, and the cause. Each class has a
 * constructor for the defaults that depend on other fields. Given every field it changes none, so decoding, which goes
 * through it too, gives back what was encoded.
 */
export type Given<Fields extends Schema.Struct.Fields, Defaulted extends keyof MakeIn<Fields> = never> = Omit<
  MakeIn<Fields>,
  Defaulted
> &
  Partial<Pick<MakeIn<Fields>, Defaulted>> & {
    /** What it was made from. It stays in this process: no encoding has it. */
    readonly cause?: unknown
  }

/**
 * Ends the making of an error: its texts lose what is a secret, and it gets its `cause` as JavaScript does, where neither
 * JSON nor a Schema sees it.
 */
export const complete = (error: Error, cause: unknown): void => {
  for (const [key, value] of Object.entries(error)) {
    if (typeof value !== "string") continue
    const text = redact(value)
    if (text !== value) Reflect.set(error, key, text)
  }
  if (cause !== undefined) {
    Object.defineProperty(error, "cause", { value: cause, enumerable: false, configurable: true, writable: true })
  }
}
