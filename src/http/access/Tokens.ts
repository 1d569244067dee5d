import { createHash, timingSafeEqual } from "node:crypto"
import { Context, Layer, Redacted, Schema } from "effect"
import type { Headers } from "effect/http"

/** What a token may do: `read`, or `write`, which is to read as well. */
export const TokenScope = Schema.Literals(["read", "write"])
export type TokenScope = typeof TokenScope.Type

/** Who asks: the name of a token, and what it may do. */
export interface Holder {
  readonly name: string
  readonly scope: TokenScope
}

/** A token that a server takes. */
export interface Token extends Holder {
  readonly token: Redacted.Redacted
}

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest()

/** The tokens that a server takes, kept as hashes; none of them: everybody may do everything. */
export class Tokens extends Context.Service<
  Tokens,
  {
    readonly isOpen: boolean
    /** Who holds a token, undefined where nobody does. Takes as long whichever it is. */
    readonly holderOf: (token: Redacted.Redacted) => Holder | undefined
  }
>()("crosswalk/http/Tokens") {
  /** These tokens; an empty list lets everybody in. */
  static readonly layer = (tokens: ReadonlyArray<Token>): Layer.Layer<Tokens> =>
    Layer.sync(this, () => {
      const known = tokens.map(({ name, scope, token }) => ({ name, scope, hash: digest(Redacted.value(token)) }))
      return {
        isOpen: known.length === 0,
        holderOf: (token) => {
          const given = digest(Redacted.value(token))
          let found: Holder | undefined
          for (const { hash, name, scope } of known) if (timingSafeEqual(hash, given)) found = { name, scope }
          return found
        }
      }
    })
}

const everybody: Holder = { name: "anonymous", scope: "write" }

/** Who holds the token in the headers; everybody may everything where none is asked for. */
export const holderOf = (tokens: Tokens["Service"], headers: Headers.Headers): Holder | undefined => {
  if (tokens.isOpen) return everybody
  const [, token] = /^Bearer +(\S+)$/iu.exec(headers["authorization"] ?? "") ?? []
  return token === undefined ? undefined : tokens.holderOf(Redacted.make(token))
}
