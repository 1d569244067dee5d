import { HttpServerResponse, ProblemDetails } from "effect/http"

/** A problem that no endpoint declares. */
export const refused = (
  status: number,
  title: string,
  reason: string,
  detail: string,
  headers: Record<string, string> = {}
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeaders(
    ProblemDetails.toResponse({
      type: `urn:crosswalk:problem:${reason}`,
      status,
      title,
      detail,
      reason,
      isRetryable: status === 503 || status === 408
    }),
    headers
  )

/** What the statuses say that the server, the router and the decoders answer by themselves. */
const known: Readonly<Record<number, readonly [title: string, reason: string, detail: string]>> = {
  400: ["The request breaks a rule", "invalid-request", "The request cannot be read"],
  404: ["There is no such thing", "no-route", "Nothing is served under this path and method"],
  405: ["There is no such thing", "no-route", "Nothing is served under this path and method"],
  406: ["The answer has no such form", "accept", "Accept 'application/json' and 'text/event-stream'"],
  408: ["The request took too long", "timeout", "The request was not received in time"],
  413: ["The request is too large", "too-large", "The body is larger than this server takes"],
  415: [
    "The content type is not known",
    "content-type",
    "Send JSON as 'application/json', and a file as its type or as 'application/octet-stream', not as a form"
  ],
  417: ["The request breaks a rule", "expectation", "Nothing but 'Expect: 100-continue' is known"],
  431: ["The request is too large", "headers-too-large", "The headers are longer than this server takes"]
}

/** The problem that a status alone stands for. */
export const ofStatus = (status: number, headers?: Record<string, string>): HttpServerResponse.HttpServerResponse => {
  const [title, reason, detail] = known[status] ?? ["The server failed", "failed", "The log of the server says more"]
  return refused(status, title, reason, detail, headers)
}

/** What every answer tells a browser. Nothing of it may be framed, sniffed, or run from elsewhere. */
const security = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
}

export const secured = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.setHeaders(response, { ...security, ...response.headers })
