import { Predicate } from "effect"
import { HttpMethod } from "effect/http"
import { HttpApi } from "effect/http-api"
import { Api } from "../api/Api.ts"

/** What comes in the body of a request: a file, which may take long; anything else; or nothing that is read. */
export type Body = "file" | "value" | "none"

interface Endpoint {
  readonly method: string
  readonly pattern: RegExp
  readonly body: Body
}

const pathOf = (url: string): string => url.replace(/[?#].*/su, "")

/** What the endpoints of the API are asked with, for who has to know before one of them is found. */
export const make = () => {
  const endpoints: Array<Endpoint> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint }) => {
      const { method, path, payload } = endpoint
      const schemas = [...payload.values()].flatMap(({ schemas }) => [...schemas])
      endpoints.push({
        method,
        pattern: new RegExp(`^${path.replaceAll(/:\w+/gu, "[^/]+")}$`, "u"),
        body: schemas.length === 0 ? "none" : schemas.some(Predicate.isTagged("StreamUint8Array")) ? "file" : "value"
      })
    }
  })
  const at = (url: string) => {
    const path = pathOf(url)
    return endpoints.filter(({ pattern }) => pattern.test(path))
  }
  return {
    /** What the body of a request is; what is no endpoint takes a value where it is posted to. */
    bodyOf: ({ method, url }: { readonly method: string; readonly url: string }): Body =>
      HttpMethod.hasBody(method)
        ? (at(url).find((endpoint) => endpoint.method === method)?.body ?? (method === "POST" ? "value" : "none"))
        : "none",
    /** The methods that a path has; none where it is no path of the API. */
    methodsAt: (url: string): ReadonlyArray<string> => [
      ...new Set(at(url).flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method])))
    ]
  }
}
