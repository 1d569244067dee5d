import type { Client } from "@libsql/client"
import { Duration, Effect, Schedule, type Scope, Semaphore } from "effect"
import type { SqlError } from "effect/sql"
import * as Deadline from "./Deadline.ts"
import {
  type Fault,
  detailOf,
  faultOf,
  LibsqlFault,
  neverSent,
  passing,
  retryAfterOf,
  toSqlError
} from "./LibsqlError.ts"

/** One libSQL client of one connection, replaced by a fresh one whenever it can no longer be trusted. */
export interface Session {
  /** Held by whoever uses the connection alone. */
  readonly semaphore: Semaphore.Semaphore
  /**
   * Runs `use` on the client. Waits out other writers up to the busy timeout, each time on a fresh connection, and
   * sends a request again that never reached the server, or that only reads (`repeatable`): twice, and as often as the
   * server asks to come back. All of it ends after `callTimeout`.
   */
  readonly attempt: <A>(
    operation: string,
    repeatable: boolean,
    use: (client: Client) => Promise<A>
  ) => Effect.Effect<A, SqlError.SqlError>
  /** Tries again while other writers are busy, on the same connection: for what can be repeated there. */
  readonly whileBusy: <A>(effect: Effect.Effect<A, unknown>) => Effect.Effect<A, unknown>
  /** Says that a statement failed, so that the connection is replaced before its next use where that is needed. */
  readonly failed: (cause: unknown) => void
  /** Replaces the connection at its next use. */
  readonly renew: Effect.Effect<void>
  /** What must end before the connection is closed: a transaction would keep its lock until garbage collection. */
  readonly open: Set<{ readonly close: () => void }>
}

/** After these the connection is as good as before. */
const harmless: ReadonlySet<Fault> = new Set<Fault>([
  "argument",
  "constraint",
  "emptied",
  "hindered",
  "readonly",
  "replicaOffline",
  "schema",
  "syntax",
  "tooLarge",
  "unique"
])

const longestPause = Duration.millis(100)

/**
 * Opens a session and closes it with the scope.
 *
 * After SQLITE_BUSY a libSQL connection takes the next write, says so, and loses it: hence a fresh one each time.
 */
export const make = Effect.fnUntraced(function* (options: {
  readonly open: () => Promise<Client>
  /** Why the client may not be used now. Default: it may. */
  readonly refusal?: (() => LibsqlFault | undefined) | undefined
  /** How a client ends that is replaced or no longer needed. Default: it is closed. */
  readonly close?: (client: Client) => void
  /** False where the data would go with the connection (`:memory:`), or where it holds none (http). */
  readonly renewable: boolean
  /** False where an abandoned call would go on using the connection. */
  readonly interruptible: boolean
  /** True where the database may be a replica's that begins anew: it has no tables until it is filled. */
  readonly refills: boolean
  readonly busyTimeout: Duration.Duration
  /** How long a call may take, its retries included. */
  readonly callTimeout: Duration.Duration
}): Effect.fn.Return<Session, SqlError.SqlError, Scope.Scope> {
  const close = options.close ?? ((client: Client) => client.close())
  let client: Client | undefined
  let stale = false
  let closed = false

  const failed = (cause: unknown): void => {
    if (!harmless.has(faultOf(cause))) stale = options.renewable
  }

  const ready = async (): Promise<Client> => {
    if (closed) throw new LibsqlFault("closed", "the client is closed")
    const refused = options.refusal?.()
    if (refused !== undefined) throw refused
    if (client !== undefined && !stale) return client
    if (client !== undefined) close(client)
    client = undefined
    client = await options.open()
    stale = false
    return client
  }

  const busy = Schedule.exponential("4 millis", 1.5).pipe(
    Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, longestPause))),
    Schedule.jittered,
    Schedule.upTo({ duration: options.busyTimeout })
  )
  const resend = Deadline.paced(Schedule.exponential("50 millis", 3).pipe(Schedule.upTo({ times: 2 })))
  const asked = Deadline.paced(Schedule.spaced("50 millis"))
  const refilled = Deadline.paced(Schedule.spaced("50 millis").pipe(Schedule.upTo({ times: 40 })))
  const isEmptied = (cause: unknown) =>
    options.refills && faultOf(cause) === "schema" && /no such table: (\w+\.)?crosswalk_/u.test(detailOf(cause))

  const whileBusy: Session["whileBusy"] = (effect) =>
    Effect.retry(effect, {
      schedule: busy,
      while: (cause) => (faultOf(cause) === "busy" ? Deadline.fits(cause) : Effect.succeed(false))
    })

  const attempt: Session["attempt"] = (operation, repeatable, use) => {
    const once = Deadline.promise({
      try: async () => use(await ready()),
      catch: (cause) => {
        failed(cause)
        return cause
      }
    })
    const isSafe = (cause: unknown) => {
      const fault = faultOf(cause)
      return passing.has(fault) && (repeatable || fault === "overloaded" || neverSent(cause))
    }
    const again = (isDue: (cause: unknown) => boolean) => (cause: unknown) =>
      isSafe(cause) && isDue(cause) ? Deadline.fits(cause) : Effect.succeed(false)
    return whileBusy(options.interruptible ? once : Effect.uninterruptible(once)).pipe(
      Effect.retry({ schedule: resend, while: again((cause) => retryAfterOf(cause) === undefined) }),
      Effect.retry({
        schedule: refilled,
        while: (cause) => (repeatable && isEmptied(cause) ? Deadline.fits(cause) : Effect.succeed(false))
      }),
      Effect.retry({ schedule: asked, while: again((cause) => retryAfterOf(cause) !== undefined) }),
      Effect.mapError((cause) =>
        toSqlError(operation)(isEmptied(cause) ? new LibsqlFault("emptied", detailOf(cause), cause) : cause)
      ),
      Deadline.within(options.callTimeout)
    )
  }

  const session: Session = {
    semaphore: Semaphore.makeUnsafe(1),
    attempt,
    whileBusy,
    failed,
    open: new Set(),
    renew: Effect.sync(() => {
      stale = options.renewable
    })
  }
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      for (const transaction of session.open) transaction.close()
      if (client !== undefined) close(client)
      closed = true
    })
  )
  // Opening now tells at once what is wrong.
  yield* attempt("open", false, () => Promise.resolve())
  return session
})
