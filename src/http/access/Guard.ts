import { Cause, ByteSize, Duration, Effect, Fiber, Option, Predicate, Semaphore } from "effect"
import {
  HttpIncomingMessage,
  HttpRouter,
  HttpServerRequest,
  HttpServerRespondable,
  HttpServerResponse,
  ProblemDetails
} from "effect/http"
import * as Endpoints from "./Endpoints.ts"
import * as Policy from "./Policy.ts"
import { ofStatus, refused, secured } from "./Refusal.ts"
import { holderOf, Tokens } from "./Tokens.ts"

const jsonRpc = new TextEncoder().encode('{"jsonrpc"')

/** Whether an answer is an error of JSON-RPC, which is a document of its own. */
const isJsonRpc = ({ body }: HttpServerResponse.HttpServerResponse): boolean =>
  body._tag === "Uint8Array" && jsonRpc.every((byte, i) => body.body[i] === byte)

/**
 * An answer of an error without a problem document gets one, so that none is empty or of another form. Where the path has
 * other methods, it says which.
 */
const documented = (
  response: HttpServerResponse.HttpServerResponse,
  method: string,
  methodsAt: () => ReadonlyArray<string>
): HttpServerResponse.HttpServerResponse => {
  const { headers, status } = response
  if (status < 400 || headers["content-type"]?.startsWith(ProblemDetails.contentType) === true || isJsonRpc(response)) {
    return response
  }
  const methods = methodsAt()
  const allow = methods.length > 0 ? [...methods, "OPTIONS"].join(", ") : headers["allow"]
  if (status === 404 && methods.length > 0 && !methods.includes(method)) {
    return method === "OPTIONS"
      ? HttpServerResponse.empty({ status: 204, headers: { allow } })
      : ofStatus(405, { allow: allow ?? "" })
  }
  return ofStatus(status, status === 405 && allow !== undefined ? { allow } : {})
}

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

/** How often a request names its host: servers before this one may have taken another of several. */
const hostsOf = ({ source }: HttpServerRequest.HttpServerRequest): number => {
  const raw: unknown = Predicate.hasProperty(source, "rawHeaders") ? source.rawHeaders : undefined
  if (!Array.isArray(raw)) return 1
  return raw.filter((name, i) => i % 2 === 0 && typeof name === "string" && name.toLowerCase() === "host").length
}

/** Why a request is not answered, as far as its head says. */
const objectionTo = (
  policy: Policy.Policy,
  request: HttpServerRequest.HttpServerRequest,
  body: Endpoints.Body
): HttpServerResponse.HttpServerResponse | undefined => {
  const { headers, url } = request
  const { host, origin } = headers
  if (hostsOf(request) > 1) {
    return refused(400, "The request breaks a rule", "host", "The request names several hosts")
  }
  if (!Policy.isOwnHost(policy, host)) {
    return refused(403, "This is not allowed", "host", "This server does not answer for the host of the request")
  }
  if (origin !== undefined && !Policy.isOwnOrigin(origin, host)) {
    return refused(403, "This is not allowed", "origin", "The request came from the page of another site")
  }
  if (url.length > policy.maxUrlLength) {
    return refused(414, "The request is too large", "too-long", `At most ${policy.maxUrlLength} characters`)
  }
  if (body === "none") return undefined
  if ((headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") {
    return refused(415, "The content type is not known", "content-encoding", "Send the body as it is, not compressed", {
      "accept-encoding": "identity"
    })
  }
  const most = body === "file" ? policy.maxUploadBytes : policy.maxBodyBytes
  return Number(headers["content-length"] ?? 0) > most ? ofStatus(413) : undefined
}

/**
 * Goes before every route: which hosts and origins are answered, how long a query may be, how many requests run and how
 * long each, and that whatever fails ends in a problem document.
 */
export const layer = (policy: Policy.Policy) =>
  HttpRouter.middleware(
    Effect.gen(function* () {
      const tokens = yield* Tokens
      const endpoints = Endpoints.make()
      const ordinary = yield* queue(policy.maxConcurrent, policy.maxWaiting)
      // Files that are slow on their way hold up nobody else.
      const uploads = yield* queue(policy.maxUploads, policy.maxUploads)
      // Neither do other bodies: each is here before its request takes a place.
      const arrivals = yield* queue(policy.maxArriving, policy.maxWaiting)

      /** The whole body, which whoever reads it then has at once; else why there is none. */
      const received = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
        // To interrupt it would end the connection before it is said why. It ends with the connection.
        const body = yield* Effect.forkDetach(request.arrayBuffer)
        return yield* Fiber.join(body).pipe(
          Effect.as(undefined),
          Effect.timeoutOrElse({
            duration: Duration.millis(policy.receiveTimeout),
            orElse: () => Effect.succeed(ofStatus(408, { connection: "close" }))
          })
        )
      })

      const limited =
        (request: HttpServerRequest.HttpServerRequest) =>
        <E, R>(answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) => {
          const body = endpoints.bodyOf(request)
          const objection = objectionTo(policy, request, body)
          if (objection !== undefined) return Effect.succeed(objection)
          const [inTurn, timeout] =
            body === "file"
              ? [uploads, policy.transferTimeout + policy.timeout]
              : [ordinary, isTools(request.url) ? policy.toolTimeout : policy.timeout]
          const answered = inTurn(answer).pipe(
            Effect.timeoutOption(Duration.millis(timeout)),
            Effect.map(
              Option.getOrElse(() =>
                refused(503, "It cannot be done now", "timeout", "It took longer than this server allows", {
                  "retry-after": "1"
                })
              )
            )
          )
          // Who has no token is told so without being listened to.
          const isHeard = body === "value" && holderOf(tokens, request.headers) !== undefined
          const whole = isHeard
            ? arrivals(
                Effect.flatMap(received(request), (late) => (late === undefined ? answered : Effect.succeed(late)))
              )
            : answered
          return Effect.provideService(whole, HttpIncomingMessage.MaxBodySize, ByteSize.bytes(policy.maxBodyBytes))
        }

      return (answer) =>
        Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
          limited(request)(answer).pipe(
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
            Effect.map((response) =>
              secured(documented(response, request.method, () => endpoints.methodsAt(request.url)))
            )
          )
        )
    }),
    { global: true }
  )
