import { Cause, ByteSize, Duration, Effect, Option, Semaphore } from "effect"
import {
  HttpIncomingMessage,
  HttpRouter,
  HttpServerRequest,
  HttpServerRespondable,
  HttpServerResponse,
  ProblemDetails
} from "effect/http"
import * as Policy from "./Policy.ts"

/** A problem that no endpoint declares. */
const refused = (status: number, title: string, reason: string, detail: string, headers: Record<string, string> = {}) =>
  HttpServerResponse.setHeaders(
    ProblemDetails.toResponse({
      type: `urn:crosswalk:problem:${reason}`,
      status,
      title,
      detail,
      reason,
      isRetryable: status === 503
    }),
    headers
  )

/** What the statuses say that the router and the decoders answer by themselves. */
const titles: Readonly<Record<number, readonly [title: string, reason: string, detail: string]>> = {
  400: ["The request breaks a rule", "invalid-request", "The request cannot be read"],
  404: ["There is no such thing", "no-route", "Nothing is served under this path and method"],
  405: ["There is no such thing", "no-route", "Nothing is served under this path and method"],
  408: ["The request took too long", "timeout", "The request was not received in time"],
  413: ["The request is too large", "too-large", "The body is larger than this server takes"],
  415: [
    "The content type is not known",
    "content-type",
    "Send JSON as 'application/json', and a file as its type or as 'application/octet-stream', not as a form"
  ]
}

const jsonRpc = new TextEncoder().encode('{"jsonrpc"')

/** Whether an answer is an error of JSON-RPC, which is a document of its own. */
const isJsonRpc = ({ body }: HttpServerResponse.HttpServerResponse): boolean =>
  body._tag === "Uint8Array" && jsonRpc.every((byte, i) => body.body[i] === byte)

/** An answer of an error without a problem document gets one, so that none is empty or of another form. */
const documented = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse => {
  const { headers, status } = response
  if (status < 400 || headers["content-type"]?.startsWith(ProblemDetails.contentType) === true || isJsonRpc(response)) {
    return response
  }
  const [title, reason, detail] = titles[status] ?? ["The server failed", "failed", "The log of the server says more"]
  return refused(status, title, reason, detail)
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

const secured = (response: HttpServerResponse.HttpServerResponse) =>
  HttpServerResponse.setHeaders(response, { ...security, ...response.headers })

/** What is asked too often waits; what would wait behind too many is sent away. */
const queue = Effect.fnUntraced(function* (maxConcurrent: number, maxWaiting: number) {
  const permits = yield* Semaphore.make(maxConcurrent)
  let waiting = 0
  return <E, R>(answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
    Effect.suspend(() => {
      if (waiting >= maxConcurrent + maxWaiting) {
        return Effect.succeed(
          refused(503, "It cannot be done now", "busy", "Too many requests wait already", { "retry-after": "1" })
        )
      }
      waiting += 1
      return Effect.ensuring(
        permits.withPermits(1)(answer),
        Effect.sync(() => {
          waiting -= 1
        })
      )
    })
})

/** Whether a tool is called, which may do what is a job elsewhere. */
const isTools = (url: string): boolean => /^\/mcp(?:[/?]|$)/u.test(url)

/**
 * Goes before every route: which hosts and origins are answered, how long a query may be, how many requests run and how
 * long each, and that whatever fails ends in a problem document.
 */
export const layer = (policy: Policy.Policy) =>
  HttpRouter.middleware(
    Effect.gen(function* () {
      const ordinary = yield* queue(policy.maxConcurrent, policy.maxWaiting)
      // Files that are slow on their way hold up nobody else.
      const uploads = yield* queue(policy.maxUploads, policy.maxUploads)
      return (answer) =>
        Effect.gen(function* () {
          const request = yield* HttpServerRequest.HttpServerRequest
          const { host, origin } = request.headers
          if (!Policy.isOwnHost(policy, host)) {
            return refused(
              403,
              "This is not allowed",
              "host",
              "This server does not answer for the host of the request"
            )
          }
          if (origin !== undefined && !Policy.isOwnOrigin(origin, host)) {
            return refused(403, "This is not allowed", "origin", "The request came from the page of another site")
          }
          if (request.url.length > policy.maxUrlLength) {
            return refused(414, "The request is too large", "too-long", `At most ${policy.maxUrlLength} characters`)
          }
          const [inTurn, timeout] = Policy.isUpload(request)
            ? [uploads, policy.transferTimeout]
            : [ordinary, isTools(request.url) ? policy.toolTimeout : policy.timeout]
          return yield* inTurn(answer).pipe(
            Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(policy.maxBodyBytes)),
            Effect.timeoutOption(Duration.millis(timeout)),
            Effect.map(
              Option.getOrElse(() =>
                refused(503, "It cannot be done now", "timeout", "It took longer than this server allows", {
                  "retry-after": "1"
                })
              )
            )
          )
        }).pipe(
          // A path that cannot be decoded is found by no route, and so not by the one for all others.
          Effect.catch((error) =>
            HttpServerRespondable.isRespondable(error) ? HttpServerRespondable.toResponse(error) : Effect.fail(error)
          ),
          Effect.catchDefect((defect) =>
            // A body that is too large or cannot be read is one.
            HttpServerRespondable.isRespondable(defect)
              ? HttpServerRespondable.toResponse(defect)
              : Effect.as(
                  Effect.logError("a request ended in a defect", Cause.die(defect)),
                  refused(500, "The server failed", "failed", "The log of the server says more")
                )
          ),
          Effect.map((response) => secured(documented(response)))
        )
    }),
    { global: true }
  )
