import { Effect, Schema, Stream } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiSchema } from "effect/http-api"
import * as Rows from "../answers/Rows.ts"
import { JobEvent } from "./Job.ts"

/** An event as server-sent events have it: `event` is the tag of `data`, `id` its place. */
const ServerSent = Schema.Struct({ id: Schema.String, event: Schema.String, data: Schema.fromJsonString(JobEvent) })

/** The events of a job as server-sent events. */
export const EventStream = HttpApiSchema.StreamSse({ events: ServerSent })

/** Says in the OpenAPI document that the events come also as lines; an endpoint declares one stream. */
export const alsoLines = Rows.alsoLines(
  "text/event-stream",
  "A line of JSON for each event, as `data` of the others has it"
)

const toLine = Schema.encodeEffect(Schema.fromJsonString(JobEvent))

/** Which of these types the request asks for first; undefined where for none of them by name. */
export const accepted = <const T extends string>(
  types: ReadonlyArray<T>
): Effect.Effect<T | undefined, never, HttpServerRequest.HttpServerRequest> =>
  Effect.map(HttpServerRequest.HttpServerRequest, ({ headers }) => {
    const asked = (headers["accept"] ?? "").split(",").map((part) => part.split(";")[0]?.trim().toLowerCase())
    return types.find((type) => asked.includes(type))
  })

/** Events as server-sent events. */
export const toServerSent = (events: Stream.Stream<JobEvent>) =>
  Stream.map(events, (data) => ({ id: `${data.id}`, event: data._tag, data }))

/** Events as lines, in an answer of their own. */
export const toLines = (events: Stream.Stream<JobEvent>, headers: Record<string, string> = {}) =>
  HttpServerResponse.stream(
    events.pipe(
      Stream.mapEffect((event) => Effect.map(Effect.orDie(toLine(event)), (line) => `${line}\n`)),
      Stream.encodeText
    ),
    { contentType: Rows.linesType, headers }
  )
