import { Context, Effect, Layer, Schema } from "effect"
import { escape, Safe, safe, toJson } from "../report/Safe.ts"

/** Whoever read our output has gone, as `head` does when it has enough; that is not a failure, unless there is a problem. */
export class OutputClosed extends Schema.TaggedError<OutputClosed>()("OutputClosed", {
  /** Why it cannot be written, such as a full disk. */
  problem: Schema.optional(Schema.String)
}) {
  override get message() {
    return `the output cannot be written: ${this.problem ?? "its reader has gone"}`
  }
}

/** How to print. */
export interface OutputOptions {
  /** Data as JSON, errors too. */
  readonly json: boolean
  /** Nothing on stderr but errors. */
  readonly quiet: boolean
}

/** What is used of a stream of a process. */
export interface Target {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly write: (text: string, done: (error?: Error | null) => void) => unknown
  readonly on: (event: "error", listener: () => void) => unknown
}

/** Where a process writes to. */
export interface Streams {
  readonly stdout: Target
  readonly stderr: Target
}

/** The place of a progress bar, which is drawn at most this often, in milliseconds. */
const drawEvery = 80

/** Where the answers go (stdout) and all else (stderr). */
export class Output extends Context.Service<
  Output,
  {
    readonly json: boolean
    /** How many characters fit in a line; 100 where stdout is no terminal. */
    readonly width: number
    readonly bold: (text: string) => Safe
    readonly dim: (text: string) => Safe
    readonly good: (text: string) => Safe
    readonly bad: (text: string) => Safe
    /** A line of data. */
    readonly line: (text: Safe) => Effect.Effect<void, OutputClosed>
    /** A piece of a document as it is; on a terminal with control characters escaped. */
    readonly raw: (text: string) => Effect.Effect<void, OutputClosed>
    /** The answer as JSON where that was asked for, else as text. */
    readonly answer: (value: unknown, text: () => ReadonlyArray<Safe>) => Effect.Effect<void, OutputClosed>
    /** A line for the person at the terminal, on stderr. */
    readonly note: (text: Safe) => Effect.Effect<void>
    /** A line that `quiet` does not suppress, on stderr. */
    readonly warn: (text: Safe) => Effect.Effect<void>
    /** Draws how far the work is, on a terminal only. Without a total it counts. */
    readonly progress: (label: string, done: number, total?: number) => Effect.Effect<void>
    /** Takes the progress bar away. */
    readonly progressDone: Effect.Effect<void>
  }
>()("crosswalk/cli/Output") {}

const isSet = (value: string | undefined) => value !== undefined && value !== ""

/** Whether colours may be used on a stream. `NO_COLOR` and a dumb terminal say no. */
export const hasColour = (stream: Target): boolean =>
  stream.isTTY === true && !isSet(process.env["NO_COLOR"]) && process.env["TERM"] !== "dumb"

/** How it is told that the reader has gone; the last one after the first. */
const gone: ReadonlySet<unknown> = new Set(["EPIPE", "ECONNRESET", "EOF", "ERR_STREAM_DESTROYED"])

/** Writes, and waits until it is written. */
export const write = (stream: Target, text: string): Effect.Effect<void, OutputClosed> =>
  Effect.callback((resume) => {
    stream.write(text, (error) => {
      if (error === undefined || error === null) return resume(Effect.void)
      const isGone = gone.has(Reflect.get(error, "code"))
      resume(new OutputClosed(isGone ? {} : { problem: error.message }))
    })
  })

/** Without a listener, a reader that has gone would end the process with a stack trace. */
export const listen = ({ stderr, stdout }: Streams): Effect.Effect<void> =>
  Effect.sync(() => {
    const ignore = () => {}
    stdout.on("error", ignore)
    stderr.on("error", ignore)
  })

/** What stands on the line of the progress bar. */
const bar = (label: string, done: number, total: number | undefined): string => {
  if (total === undefined || total === 0) return `${escape(label)} ${done}`
  const filled = Math.round((done / total) * 24)
  return `${escape(label)} [${"█".repeat(filled)}${"·".repeat(24 - filled)}] ${done}/${total}`
}

const escapeLines = (text: string) => text.split(/\r?\n/u).map(escape).join("\n")

const make = ({ json, quiet }: OutputOptions, { stdout, stderr }: Streams) => {
  const colour = hasColour(stdout)
  const style = (code: number) => (text: string) =>
    colour ? Safe.of(`\u001b[${code}m${escape(text)}\u001b[0m`) : safe`${text}`
  const draws = stderr.isTTY === true && !quiet && process.env["TERM"] !== "dumb"
  let drawn = 0
  let isDrawn = false

  const clear = Effect.suspend(() => {
    if (!isDrawn) return Effect.void
    isDrawn = false
    return Effect.ignore(write(stderr, "\r\u001b[2K"))
  })

  const toStderr = (text: Safe) => Effect.andThen(clear, Effect.ignore(write(stderr, `${text}\n`)))
  const line = (text: Safe) => Effect.andThen(clear, write(stdout, `${text}\n`))

  return Output.of({
    json,
    width: stdout.isTTY === true ? Math.max(40, stdout.columns ?? 80) : 100,
    bold: style(1),
    dim: style(2),
    good: style(32),
    bad: style(31),
    line,
    raw: (text) => Effect.andThen(clear, write(stdout, stdout.isTTY === true ? escapeLines(text) : text)),
    answer: (value, text) => (json ? line(Safe.of(toJson(value))) : Effect.forEach(text(), line, { discard: true })),
    note: (text) => (quiet ? Effect.void : toStderr(text)),
    warn: toStderr,
    progress: (label, done, total) =>
      Effect.suspend(() => {
        const now = performance.now()
        if (!draws || (now - drawn < drawEvery && done !== total)) return Effect.void
        drawn = now
        isDrawn = true
        return Effect.ignore(write(stderr, `\r\u001b[2K${bar(label, done, total)}`))
      }),
    progressDone: clear
  })
}

/** Writes to the streams, which are to be {@link listen}ed to. */
export const layer = (options: OutputOptions, streams: Streams): Layer.Layer<Output> =>
  Layer.effect(
    Output,
    Effect.gen(function* () {
      const output = make(options, streams)
      yield* Effect.addFinalizer(() => output.progressDone)
      return output
    })
  )
