import { SqlError } from "effect/sql"
import { redact } from "../domain/Redact.ts"

/** What went wrong in words of this project, whichever of libSQL's many error shapes said so. */
export type Fault =
  | "argument"
  | "brokenAnswer"
  | "busy"
  | "cannotOpen"
  | "certificate"
  | "closed"
  | "constraint"
  | "corrupt"
  | "driver"
  | "emptied"
  | "forbidden"
  | "full"
  | "hindered"
  | "lostDatabase"
  | "moved"
  | "noSuchDatabase"
  | "notDatabase"
  | "overloaded"
  | "readonly"
  | "readonlyFolder"
  | "replicaDamaged"
  | "replicaOffline"
  | "repeatable"
  | "redirected"
  | "refused"
  | "replaced"
  | "schema"
  | "serverFailed"
  | "stale"
  | "strayChanges"
  | "syntax"
  | "timeout"
  | "token"
  | "tooLarge"
  | "transactionTimeout"
  | "unauthenticated"
  | "unique"
  | "unknown"
  | "unknownOutcome"
  | "unreachable"
  | "unwritable"
  | "url"

/** An error of this module rather than of libSQL, which already knows its fault. */
export class LibsqlFault extends Error {
  readonly fault: Fault
  /** How long the server asked to wait before the next request, in milliseconds. */
  readonly retryAfter: number | undefined
  constructor(fault: Fault, message: string, cause?: unknown, retryAfter?: number) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = "LibsqlFault"
    this.fault = fault
    this.retryAfter = retryAfter
  }
}

const property = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined

/** The error and its causes, outermost first. */
const chain = (cause: unknown): ReadonlyArray<unknown> => {
  const all: Array<unknown> = []
  for (let current = cause; current !== undefined && current !== null && all.length < 8; ) {
    all.push(current)
    current = property(current, "cause")
  }
  return all
}

/** The innermost text that says something, such as `UNIQUE constraint failed: t.a`, on one short line. */
export const detailOf = (cause: unknown): string => {
  const texts = chain(cause).map((part) => (typeof part === "string" ? part : property(part, "message")))
  const text = texts.findLast((text) => typeof text === "string" && text !== "")
  // Native errors wrap their message in a debug form and add a backtrace.
  const line = redact(String(text ?? cause)).split("\n", 1)[0] ?? ""
  const quoted = /^\w+\([^"]*"([^"]+)"/u.exec(line)?.[1] ?? line
  return quoted.length > 200 ? `${quoted.slice(0, 199)}…` : quoted
}

const codes: ReadonlyArray<readonly [RegExp, Fault]> = [
  [/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY|ROWID)$/u, "unique"],
  [/^SQLITE_CONSTRAINT/u, "constraint"],
  [/^SQLITE_(BUSY|LOCKED)/u, "busy"],
  [/^SQLITE_(CANTOPEN|PERM)/u, "cannotOpen"],
  // libSQL has no name for these two, 1288 (CANTINIT) and 1544 (DIRECTORY).
  [/^(SQLITE_READONLY_(DIRECTORY|CANTINIT)|UNKNOWN_SQLITE_ERROR_(1288|1544))$/u, "readonlyFolder"],
  [/^SQLITE_READONLY/u, "readonly"],
  [/^SQLITE_NOTADB/u, "notDatabase"],
  // A memory-mapped file that cannot grow, and a write that the system refuses for another reason than a full disk.
  [/^SQLITE_IOERR_(WRITE|SHMSIZE|SHMMAP)$/u, "unwritable"],
  [/^SQLITE_(CORRUPT|IOERR)/u, "corrupt"],
  [/^SQLITE_FULL/u, "full"],
  [/^(SQLITE_TOOBIG|RESPONSE_TOO_LARGE)/u, "tooLarge"],
  [/^(SQL_PARSE_ERROR|SQL_MANY_STATEMENTS|SQL_NO_STATEMENT)$/u, "syntax"],
  [/^TRANSACTION_TIMEOUT$|^STREAM_EXPIRED$|^TRANSACTION_CLOSED$/u, "transactionTimeout"],
  [/^(CLIENT_CLOSED|HRANA_CLOSED_ERROR)$/u, "closed"],
  [/^(URL_|ENCRYPTION_KEY_NOT_SUPPORTED)/u, "url"],
  [/^HRANA_(PROTO|WEBSOCKET)_ERROR$/u, "brokenAnswer"],
  [/^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|HOSTNAME_MISMATCH)/u, "certificate"],
  [
    /^(ECONN|EPIPE|ENOTFOUND|EAI_|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ETIMEDOUT|EPROTO|ERR_SSL_|UND_ERR_|HPE_)/u,
    "unreachable"
  ]
]

const texts: ReadonlyArray<readonly [RegExp, Fault]> = [
  [/UNIQUE constraint failed/u, "unique"],
  [/constraint failed/u, "constraint"],
  [/database (table )?is locked|SQLITE_BUSY/u, "busy"],
  [/attempt to write a readonly database/u, "readonly"],
  [/file is not a database|file is encrypted/u, "notDatabase"],
  [/database disk image is malformed/u, "corrupt"],
  [/database or disk is full/u, "full"],
  [/string or blob too big|response is too large/iu, "tooLarge"],
  [/syntax error|incomplete input/u, "syntax"],
  [/no such (table|column|module|function)|has no column named/u, "schema"],
  [/transaction timed out/iu, "transactionTimeout"],
  [/unable to open database file|unable to open connection to local database/iu, "cannotOpen"],
  [/wal_index|InvalidLocalState|local state is incorrect/iu, "replicaDamaged"],
  [/Unauthenticated|unauthorized|status=401|http status client error \(401/iu, "unauthenticated"],
  [/invalid baton|stream (has )?(expired|not found)/iu, "transactionTimeout"],
  [/status=403|http status client error \(403|not authorized|permission denied.*write/iu, "forbidden"],
  [/\bbad port\b|Failed to parse URL/u, "url"],
  [/certificate/iu, "certificate"],
  [
    new RegExp(
      "fetch failed|terminated|other side closed|socket hang up|PrimaryHandshakeTimeout|tcp connect error|" +
        "transport error|replicator|WriteDelegation|connection (error|refused|reset|closed|aborted|was not ready)|" +
        "broken pipe|operation was cancell?ed|dns error|error trying to connect|channel closed|unexpected end of file|" +
        "(http2|h2|protocol) error|deadline has elapsed|timed out|status: (Unavailable|DeadlineExceeded|Cancelled)",
      "iu"
    ),
    "unreachable"
  ],
  [/cannot be passed as arg|can be passed as arg|SQLite3 can only bind|too large to be represented/u, "argument"],
  [/safely represented as a JavaScript number/u, "tooLarge"]
]

const statuses: Readonly<Record<number, Fault>> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "noSuchDatabase",
  408: "timeout",
  413: "tooLarge",
  429: "overloaded",
  502: "unreachable",
  503: "unreachable",
  504: "timeout"
}

/** The fault that a status of HTTP tells; undefined where it tells none. */
export const faultOfStatus = (status: number): Fault | undefined =>
  statuses[status] ?? (status >= 500 ? "serverFailed" : undefined)

/** How long a server asked to wait before the next request, in milliseconds; undefined where it did not. Pure. */
export const retryAfterOf = (cause: unknown): number | undefined => {
  for (const part of chain(cause)) {
    if (part instanceof LibsqlFault && part.retryAfter !== undefined) return part.retryAfter
    if (SqlError.isSqlError(part)) return retryAfterOf(part.reason.cause)
  }
  return undefined
}

/** Finds the fault in any error that libSQL, its server or the network throws. Pure. */
export const faultOf = (cause: unknown): Fault => {
  const parts = chain(cause)
  for (const part of parts) {
    if (part instanceof LibsqlFault) return part.fault
    if (SqlError.isSqlError(part)) return faultOf(part.reason.cause)
  }
  for (const part of parts) {
    const name = property(part, "name")
    if (name === "TimeoutError") return "timeout"
    const status = property(part, "status")
    const known = typeof status === "number" ? faultOfStatus(status) : undefined
    if (known !== undefined) return known
  }
  for (const key of ["extendedCode", "code"]) {
    for (const part of parts) {
      const code = property(part, key)
      const match = typeof code === "string" ? codes.find(([pattern]) => pattern.test(code)) : undefined
      // Over http the code of a constraint says less than its text.
      if (match !== undefined && match[1] !== "constraint") return match[1]
    }
  }
  const text = parts.map((part) => (typeof part === "string" ? part : property(part, "message"))).join("\n")
  const said = texts.find(([pattern]) => pattern.test(text))?.[1]
  if (said !== undefined) return said
  // An answer that breaks off, or is no JSON: the driver parses nothing else.
  return parts.some((part) => part instanceof SyntaxError) ? "brokenAnswer" : "unknown"
}

/** Faults of the way to a server, and of the server itself: the same request may succeed later. */
export const passing: ReadonlySet<Fault> = new Set(["brokenAnswer", "overloaded", "serverFailed", "unreachable"])

/** Faults after which nobody knows whether a change was made. */
const doubtful: ReadonlySet<Fault> = new Set(["brokenAnswer", "serverFailed", "unreachable"])

/**
 * A change whose request broke on the way may have been made: that is another thing than a server that is not there. Other
 * causes stay as they are.
 */
export const lost = (cause: unknown): unknown =>
  doubtful.has(faultOf(cause)) && !neverSent(cause)
    ? new LibsqlFault("unknownOutcome", "the server went away before it answered", cause)
    : cause

/** True where the request cannot have reached the server, so that even a write may be sent again. */
export const neverSent = (cause: unknown): boolean =>
  chain(cause).some((part) => {
    const code = property(part, "code")
    const message = property(part, "message")
    return (
      (typeof code === "string" &&
        /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/u.test(code)) ||
      (typeof message === "string" && message.includes("tcp connect error"))
    )
  })

const reasonOf = (fault: Fault, cause: unknown, operation: string): SqlError.SqlErrorReason => {
  const detail = detailOf(cause)
  const fields = { cause, message: detail, operation }
  switch (fault) {
    case "busy":
      return new SqlError.LockTimeoutError(fields)
    case "brokenAnswer":
    case "cannotOpen":
    case "certificate":
    case "emptied":
    case "lostDatabase":
    case "moved":
    case "overloaded":
    case "redirected":
    case "refused":
    case "replaced":
    case "serverFailed":
    case "unreachable":
    case "replicaOffline":
      return new SqlError.ConnectionError(fields)
    case "unauthenticated":
      return new SqlError.AuthenticationError(fields)
    case "forbidden":
      return new SqlError.AuthorizationError(fields)
    case "unique":
      return new SqlError.UniqueViolation({ ...fields, constraint: /failed: ([^")]+)/u.exec(detail)?.[1] ?? "unknown" })
    case "constraint":
    case "hindered":
      return new SqlError.ConstraintError(fields)
    case "syntax":
      return new SqlError.SqlSyntaxError(fields)
    case "timeout":
      return new SqlError.StatementTimeoutError(fields)
    case "transactionTimeout":
      return new SqlError.SerializationError(fields)
    default:
      return new SqlError.UnknownError(fields)
  }
}

/** Any error of libSQL as Effect's SqlError; an SqlError stays as it is. Pure. */
export const toSqlError =
  (operation: string) =>
  (cause: unknown): SqlError.SqlError =>
    SqlError.isSqlError(cause) ? cause : new SqlError.SqlError({ reason: reasonOf(faultOf(cause), cause, operation) })
