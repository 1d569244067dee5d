import { Cause, ConfigProvider, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { Otlp, type OtlpResource, OtlpSerialization } from "effect/observability"
import manifest from "../../package.json" with { type: "json" }
import { ValidationError } from "../domain/ValidationError.ts"
import { variable } from "./Settings.ts"

/** Of a stack, where it was; its first lines repeat the message. */
const frames = (stack: string) =>
  stack
    .split("\n")
    .filter((line) => /^\s+at /u.test(line))
    .join("\n")

/** What a collector is told of an error: its kind and where it was. Its message quotes values, perhaps texts of a catalogue. */
const hideMessages = (attributes: ReadonlyArray<OtlpResource.KeyValue> = []) => {
  for (const { key, value } of attributes) {
    if (key === "exception.message") value.stringValue = ""
    if (key === "exception.stacktrace") value.stringValue = frames(value.stringValue ?? "")
  }
}

/** A serialization that leaves out the messages of errors. */
const withoutMessages = Effect.map(OtlpSerialization.OtlpSerialization, ({ logs, metrics, traces }) =>
  OtlpSerialization.OtlpSerialization.of({
    metrics,
    traces: (data) => {
      for (const { spans } of data.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)) {
        for (const { events, status } of spans) {
          delete status.message
          for (const { attributes } of events) hideMessages(attributes)
        }
      }
      return traces(data)
    },
    logs: (data) => {
      for (const { logRecords = [] } of data.resourceLogs.flatMap(({ scopeLogs }) => scopeLogs)) {
        for (const { attributes } of logRecords) hideMessages(attributes)
      }
      return logs(data)
    }
  })
)

const protocols = {
  "http/json": OtlpSerialization.layerJson,
  "http/protobuf": OtlpSerialization.layerProtobuf
} as const

const protocol = Effect.gen(function* () {
  const field = "OTEL_EXPORTER_OTLP_PROTOCOL"
  const value = (yield* variable(field)) ?? "http/protobuf"
  if (value === "http/json" || value === "http/protobuf") return protocols[value]
  const expected = Object.keys(protocols).join(" or ")
  return yield* new ValidationError({ field, value, constraint: "is not spoken here", expected })
})

/** What OpenTelemetry takes where its variables do not say it. */
const defaults = Effect.map(variable("OTEL_RESOURCE_ATTRIBUTES"), (attributes = "") =>
  ConfigProvider.layerAdd(
    ConfigProvider.fromUnknown({
      OTEL_TRACES_EXPORTER: "otlp",
      OTEL_METRICS_EXPORTER: "otlp",
      OTEL_LOGS_EXPORTER: "otlp",
      ...(!/(?:^|,)\s*service\.name\s*=/u.test(attributes) && { OTEL_SERVICE_NAME: manifest.name })
    })
  )
)

/** A collector that leads to another address is not followed: the user named this one. */
const staysThere = Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" })

/** Traces, metrics and logs to the collector that the variables of OpenTelemetry name. */
export const layer: Layer.Layer<never, ValidationError> = Layer.unwrap(
  Effect.gen(function* () {
    const otlp = Otlp.layerFromConfig({ resource: { serviceVersion: manifest.version } }).pipe(
      Layer.provide(Layer.effect(OtlpSerialization.OtlpSerialization, withoutMessages)),
      Layer.provide([yield* protocol, FetchHttpClient.layer, staysThere]),
      Layer.provide(yield* defaults)
    )
    return Layer.catchCause(otlp, (cause) =>
      Layer.effectDiscard(
        Effect.fail(
          new ValidationError({
            field: "OTEL_…",
            value: undefined,
            constraint: `cannot be used: ${Cause.squash(cause)}`,
            expected:
              "variables as OpenTelemetry defines them, such as OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318"
          })
        )
      )
    )
  })
)
