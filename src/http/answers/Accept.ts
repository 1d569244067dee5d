import { Effect } from "effect"
import { HttpEffect, HttpServerRequest, HttpServerResponse } from "effect/http"
import { NotAcceptable } from "../Problem.ts"

/** A type of content with the weight that a request gives it, between 0 and 1. */
interface Asked {
  readonly type: string
  readonly weight: number
}

/** What an `Accept` asks for; everything where it is missing. */
const askedIn = (header = "*/*"): ReadonlyArray<Asked> =>
  header.split(",").map((part) => {
    const [type = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2)
    return { type, weight: weight === undefined ? 1 : Math.min(1, Math.max(0, Number(weight) || 0)) }
  })

/** The weight of a type: what names it counts before what names its family, and that before everything. */
const weightOf = (type: string, asked: ReadonlyArray<Asked>): number => {
  const [family = ""] = type.split("/")
  for (const name of [type, `${family}/*`, "*/*"]) {
    const found = asked.filter((one) => one.type === name)
    if (found.length > 0) return Math.max(...found.map(({ weight }) => weight))
  }
  return 0
}

/** The first of those that an `Accept` likes best; undefined where it takes none of them. */
export const bestOf = <const T extends string>(types: ReadonlyArray<T>, header: string | undefined): T | undefined => {
  const asked = askedIn(header)
  const best = Math.max(...types.map((type) => weightOf(type, asked)))
  return best === 0 ? undefined : types.find((type) => weightOf(type, asked) === best)
}

/** Which of the types an answer is to be of, the first where the request takes any. Caches are told that it depends on that. */
export const choose = <const T extends string>(
  types: ReadonlyArray<T>
): Effect.Effect<T, NotAcceptable, HttpServerRequest.HttpServerRequest> =>
  Effect.gen(function* () {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    yield* HttpEffect.appendPreResponseHandler((_, response) =>
      Effect.succeed(HttpServerResponse.setHeader(response, "vary", "accept"))
    )
    const best = bestOf(types, headers["accept"])
    if (best !== undefined) return best
    return yield* new NotAcceptable({
      detail: `There is no such form of it. Ask with Accept for ${[...new Set(types)].join(", ")}, or for */*`,
      reason: "accept",
      isRetryable: false,
      field: "accept"
    })
  })
