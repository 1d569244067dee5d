import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Effect, Layer, Logger, Runtime, Schema } from "effect"
import { CliError, CliOutput, Command } from "effect/cli"
import manifest from "../../package.json" with { type: "json" }
import { redact } from "../domain/Redact.ts"
import type { EarlyWorker } from "../embedder/EarlyWorker.ts"
import { cli } from "./Cli.ts"
import { ExitCode, type Report, reportOf, usageProblems } from "./Errors.ts"
import { hasColour, listen, type Streams, type Target, write } from "./Output.ts"
import { patience, type Signals } from "./Signals.ts"
import * as Telemetry from "./Telemetry.ts"
import { escape, toJson } from "../report/Safe.ts"

/** Ends the process with a code; what there was to say has been said. */
export class Exit extends Schema.TaggedError<Exit>()("Exit", { code: Schema.Int }) {
  override readonly [Runtime.errorReported] = false
  override get [Runtime.errorExitCode]() {
    return this.code
  }
}

/** Whether errors are to be JSON, told from the words themselves, because they may be what is wrong. */
const wantsJson = (args: ReadonlyArray<string>): boolean => {
  const end = args.indexOf("--")
  return (end < 0 ? args : args.slice(0, end)).includes("--json")
}

/** What is said of a failure, without the secrets that are in the environment. */
const shown = (text: string): string =>
  redact(
    text,
    ["CROSSWALK_DB_TOKEN", "CROSSWALK_HTTP_TOKEN", "HF_TOKEN"].flatMap((name) => process.env[name] ?? [])
  )

const bug = (cause: Cause.Cause<unknown>): Report => ({
  code: ExitCode.failure,
  type: "Bug",
  message: `this should not happen: ${Cause.pretty(cause)}`
})

/** What a command line runs in. Default: this process. */
export interface Surroundings {
  readonly streams?: Streams
  /** The working folder. */
  readonly folder?: string
  /** A worker that has begun to load the model. */
  readonly early?: EarlyWorker | undefined
}

/** Runs the command line. Fails with the exit code where that is not 0. */
export const run = (args: ReadonlyArray<string>, surroundings: Surroundings = {}): Effect.Effect<void, Exit> => {
  const { early, folder = process.cwd(), streams = process } = surroundings
  const json = wantsJson(args)

  const say = (stream: Target, text: string) => Effect.ignore(write(stream, `${text}\n`))

  const tell = ({ hint, message, ...others }: Report) => {
    const report = { ...others, message: shown(message), ...(hint !== undefined && { hint: shown(hint) }) }
    return say(
      streams.stderr,
      json
        ? toJson({ error: report })
        : `crosswalk: ${escape(report.message)}${report.hint === undefined ? "" : `\n${escape(report.hint)}`}`
    )
  }

  const presenter: CliOutput.Presenter = {
    present: (event) => {
      if (event._tag !== "InvalidInvocation") {
        const formatter = CliOutput.defaultFormatter({ colors: hasColour(streams.stdout) })
        return say(
          streams.stdout,
          event._tag === "Help"
            ? formatter.formatHelpDoc(event.helpDoc)
            : formatter.formatVersion(event.name, event.version)
        )
      }
      const message = usageProblems(event.errors, event.helpDoc).join(" ")
      return tell({
        code: ExitCode.usage,
        type: "UsageError",
        message,
        hint: `See '${event.commandPath.join(" ")} --help'.`
      })
    }
  }

  return listen(streams).pipe(
    Effect.andThen(Command.runWith(cli({ streams, folder, early }), { version: manifest.version })(args)),
    Effect.provide(Layer.provideMerge(NodeServices.layer, Telemetry.layer)),
    Effect.provideService(CliOutput.Presenter, presenter),
    // What is logged is no answer.
    Effect.provideService(Logger.LogToStderr, true),
    Effect.catchCause((cause): Effect.Effect<void, Exit> => {
      if (Cause.hasInterruptsOnly(cause)) return Effect.interrupt
      const error = cause.reasons.find(Cause.isFailReason)?.error
      if (error !== undefined && CliError.isCliError(error)) {
        const exit = Effect.fail(new Exit({ code: ExitCode.usage }))
        if (error._tag !== "ShowHelp") {
          return Effect.andThen(tell({ code: ExitCode.usage, type: "UsageError", message: error.message }), exit)
        }
        // The presenter has spoken already.
        return error.errors.length === 0 ? Effect.void : exit
      }
      if (error?._tag === "OutputClosed" && error.problem === undefined) return Effect.void
      const report = error === undefined || Cause.hasDies(cause) ? bug(cause) : reportOf(error)
      return Effect.andThen(tell(report), Effect.fail(new Exit({ code: report.code })))
    })
  )
}

/** Runs the command line as this process. */
export const main = (args: ReadonlyArray<string>, early: EarlyWorker | undefined, signals: Signals): void => {
  signals.handOver(args.includes("serve") ? patience.server : patience.command)
  NodeRuntime.runMain(run(args, { early }), {
    disableErrorReporting: true,
    teardown: (exit, end) => Runtime.defaultTeardown(exit, (code) => end(signals.ended(code)))
  })
}
