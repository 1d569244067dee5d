import { Effect, Layer } from "effect"
import type { ValidationError } from "../domain/ValidationError.ts"
import { variable } from "./Settings.ts"

/** The variables of OpenTelemetry that name a collector. */
const endpoints = ["", "TRACES_", "METRICS_", "LOGS_"].map((signal) => `OTEL_EXPORTER_OTLP_${signal}ENDPOINT`)

/**
 * Sends traces, metrics and logs to the collector that the environment names, as OpenTelemetry says; without one, nothing is
 * loaded and nothing leaves the machine.
 */
export const layer: Layer.Layer<never, ValidationError> = Layer.unwrap(
  Effect.gen(function* () {
    const named = yield* Effect.forEach(endpoints, variable)
    if (named.every((endpoint) => endpoint === undefined)) return Layer.empty
    const Otlp = yield* Effect.promise(() => import("./Otlp.ts"))
    return Otlp.layer
  })
)
