import { hash } from "node:crypto"
import { Effect, Layer } from "effect"
import { memoize } from "effect/Function"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiScalar } from "effect/http-api"
import { Api } from "./api/Api.ts"

const sourceOf = (script: string) => `'sha256-${hash("sha256", script, "base64")}'`

/** The page has its scripts inside: each is allowed by its hash, and nothing else is. Styles are made while it runs. */
const policyOf = (html: string): string => {
  const scripts = [...html.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/gu)].map(([, script = ""]) => sourceOf(script))
  return (
    `default-src 'none'; script-src ${scripts.join(" ")}; style-src 'unsafe-inline'; img-src 'self' data:; ` +
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  )
}

const withPolicy = (response: HttpServerResponse.HttpServerResponse) => {
  const { body } = response
  if (body._tag !== "Uint8Array") return response
  return HttpServerResponse.setHeader(
    response,
    "content-security-policy",
    policyOf(new TextDecoder().decode(body.body))
  )
}

/** The API for people: `/docs` is one page that asks nobody else for anything. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter> = HttpApiScalar.layer(Api, {
  path: "/docs",
  scalar: { withDefaultFonts: false }
}).pipe(
  Layer.provide(
    HttpRouter.middleware(
      Effect.sync(() => {
        // The page is the same object each time.
        const policed = memoize(withPolicy)
        return (answer) => Effect.map(answer, policed)
      })
    ).layer
  )
)
