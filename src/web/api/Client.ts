import type { Answer, Request, Route } from "./Endpoints.ts"
import { Failure } from "./Failure.ts"
import * as Token from "./Token.ts"

type Query = Readonly<Record<string, unknown>>

/** The query of a URL: a list is the same name several times, and what is undefined is left out. */
const queryOf = (query: Query = {}): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) search.append(name, String(one))
    }
  }
  const text = search.toString()
  return text === "" ? "" : `?${text}`
}

const urlOf = (path: string, params: Query = {}, query: Query = {}): string =>
  path.replace(/:([a-z]+)/giu, (_, name: string) => encodeURIComponent(String(params[name]))) + queryOf(query)

const json = async (response: Response): Promise<unknown> => {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

const failureOf = async (response: Response): Promise<Failure> => {
  const body = await json(response)
  return new Failure(response.status, typeof body === "object" && body !== null ? body : {})
}

/**
 * Asks the server and gives its response, which is one that succeeded. Fails with a {@link Failure}, or an AbortError where
 * `signal` says so.
 */
export const send = async <R extends Route>(
  route: R,
  request: Request<R>,
  { signal, ...init }: RequestInit = {}
): Promise<Response> => {
  const { params, payload, query }: { params?: Query; payload?: unknown; query?: Query } = request
  const [method, path = "/"] = route.split(" ", 2)
  const isFile = payload instanceof Blob
  const token = Token.current()
  const response = await fetch(urlOf(path, params, query), {
    ...(payload !== undefined && { body: isFile ? payload : JSON.stringify(payload) }),
    ...init,
    ...(method !== undefined && { method }),
    ...(signal !== undefined && { signal }),
    headers: {
      ...(payload !== undefined && { "content-type": isFile ? payload.type : "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...init.headers
    }
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error
    throw new Failure(0, { title: "The server cannot be reached", detail: "It did not answer", isRetryable: true })
  })
  if (response.ok) return response
  const failure = await failureOf(response)
  if (failure.status === 401) Token.ask()
  throw failure
}

/**
 * Asks the server, typed by its API.
 *
 * @example
 * const { hits } = await ask("GET /api/v1/search", { query: { q: "cookies" } }, signal)
 */
export const ask = async <R extends Route>(route: R, request: Request<R>, signal?: AbortSignal): Promise<Answer<R>> => {
  const response = await send(route, request, signal === undefined ? {} : { signal })
  return response.json()
}
