import { Cause, type Context, Effect, Exit, Option, Stream } from "effect"

/** How one call is run. The last argument of every verb. */
export interface RunOptions {
  /** Ends the call when it aborts: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

type AnyEffect = Effect.Effect<unknown, unknown, unknown>

/** A value inside the options of a verb: what an Effect program gives as an Effect or a Stream is a plain function or iterable. */
type Plain<T> = T extends (...args: infer A) => AnyEffect
  ? (...args: A) => void | PromiseLike<void>
  : T extends Stream.Stream<infer X, infer _E, infer _R>
    ? AsyncIterable<X>
    : T

/** An argument of a verb. */
type Argument<T> = T extends string | number | boolean | symbol | bigint | null | undefined | ReadonlyArray<unknown>
  ? T
  : T extends ArrayLike<unknown> | ((...args: ReadonlyArray<never>) => unknown)
    ? Plain<T>
    : { readonly [K in keyof T]: Plain<T[K]> }

type Arguments<A extends ReadonlyArray<unknown>> = { [I in keyof A]: Argument<A[I]> }

/** What a verb answers with: an `Option` becomes the value or undefined. */
type Answer<T> = T extends Option.Option<infer X> ? X | undefined : T

type Verb<F> = F extends (...args: infer A) => infer Out
  ? Out extends Stream.Stream<infer X, infer _E, infer _R>
    ? (...args: [...Arguments<A>, run?: RunOptions]) => AsyncIterable<X>
    : Out extends Effect.Effect<infer X, infer _E, infer _R>
      ? (...args: [...Arguments<A>, run?: RunOptions]) => Promise<Answer<X>>
      : F
  : F extends Effect.Effect<infer X, infer _E, infer _R>
    ? (run?: RunOptions) => Promise<Answer<X>>
    : F

/** A service whose verbs return promises, and async iterables where the service has streams. */
export type Promised<S> = { readonly [K in keyof S]: Verb<S[K]> }

/** Whether a value is the {@link RunOptions} of a call: no option of a verb is called `signal`. */
const isRunOptions = (value: unknown): value is RunOptions =>
  typeof value === "object" && value !== null && "signal" in value && Object.keys(value).length === 1

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value

/** A plain value as the service takes it. What a function or an iterable throws is a defect of the program that gave it. */
const toEffect = (value: unknown): unknown => {
  if (typeof value === "function") {
    return (...args: ReadonlyArray<unknown>) => Effect.promise(async () => Reflect.apply(value, undefined, args))
  }
  return isAsyncIterable(value) ? Stream.orDie(Stream.fromAsyncIterable(value, (error) => error)) : value
}

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const toArgument = (value: unknown): unknown =>
  isPlainObject(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toEffect(one)])) : value

/** The arguments of a service, and how the call is run. What cannot be read is for the service to refuse. */
const argumentsOf = (given: ReadonlyArray<unknown>): { args: ReadonlyArray<unknown>; run: RunOptions } => {
  try {
    const last = given.at(-1)
    return isRunOptions(last)
      ? { args: given.slice(0, -1).map(toArgument), run: last }
      : { args: given.map(toArgument), run: {} }
  } catch {
    // A getter or a proxy that throws.
    return { args: given, run: {} }
  }
}

const toAnswer = (value: unknown): unknown => (Option.isOption(value) ? Option.getOrUndefined(value) : value)

/** What a promise is rejected with: the service's own error, or the reason of the signal. */
const reasonOf = (cause: Cause.Cause<unknown>, signal: AbortSignal | undefined): unknown =>
  signal?.aborted === true && Cause.hasInterruptsOnly(cause) ? signal.reason : Cause.squash(cause)

const endOf = (signal: AbortSignal) =>
  Effect.callback<never, unknown>((resume) => {
    const abort = () => resume(Effect.fail(signal.reason))
    if (signal.aborted) return abort()
    signal.addEventListener("abort", abort, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", abort))
  })

/** The context of an open store, or a failure once it is closed. */
export type Open = () => Promise<Context.Context<never>>

// A verb's type is that of its service, which is all of a store: nothing it needs can be missing from the context, and
// the compiler cannot follow that through a value read by its name.
const runEffect = async (open: Open, effect: AnyEffect, { signal }: RunOptions) => {
  const context = await open()
  signal?.throwIfAborted()
  const exit = await Effect.runPromiseExitWith(context)(effect as Effect.Effect<unknown, unknown>, { signal })
  if (Exit.isSuccess(exit)) return toAnswer(exit.value)
  throw reasonOf(exit.cause, signal)
}

async function* runStream(open: Open, stream: Stream.Stream<unknown, unknown, unknown>, { signal }: RunOptions) {
  const context = await open()
  const all = stream as Stream.Stream<unknown, unknown>
  yield* Stream.toAsyncIterableWith(signal === undefined ? all : Stream.interruptWhen(all, endOf(signal)), context)
}

/** The same service with verbs that return promises and async iterables. */
export const promised = <S extends object>(service: S, open: Open): Promised<S> => {
  const verbOf = (member: unknown): unknown => {
    if (Effect.isEffect(member)) return (run: RunOptions = {}) => runEffect(open, member as AnyEffect, run)
    if (typeof member !== "function") return member
    return (...given: ReadonlyArray<unknown>) => {
      const { args, run } = argumentsOf(given)
      const result: unknown = Reflect.apply(member, service, args)
      if (Stream.isStream(result)) return runStream(open, result, run)
      return Effect.isEffect(result) ? runEffect(open, result as AnyEffect, run) : result
    }
  }
  return Object.fromEntries(Object.entries(service).map(([key, member]) => [key, verbOf(member)])) as Promised<S>
}
