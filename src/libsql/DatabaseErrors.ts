import type { SqlError } from "effect/sql"
import { DatabaseError, type DatabaseReason } from "../domain/DatabaseError.ts"
import type { Remedy } from "../domain/Remedy.ts"
import { detailOf, type Fault, faultOf } from "./LibsqlError.ts"
import * as StrayChanges from "./StrayChanges.ts"

interface Advice {
  readonly reason: DatabaseReason
  readonly isRetryable: boolean
  readonly problem: (detail: string) => string
  readonly remedy?: Remedy
}

const advice: Readonly<Record<Fault, Advice>> = {
  argument: {
    reason: "unknown",
    isRetryable: false,
    problem: (detail) => `a value cannot be stored (${detail}). Nothing was written.`
  },
  brokenAnswer: {
    reason: "connection",
    isRetryable: true,
    remedy: { action: "retry" },
    problem: (detail) =>
      `the answer broke off, or is none of a libSQL server (${detail}). Try again; if it stays so, check the URL.`
  },
  busy: {
    reason: "busy",
    isRetryable: true,
    remedy: { action: "retry" },
    problem: () =>
      "another process is writing to the database and did not finish in time. Nothing was changed; try again when " +
      "it is done, or allow a longer wait with busyTimeout."
  },
  cannotOpen: {
    reason: "connection",
    isRetryable: false,
    remedy: { action: "chooseDatabase" },
    problem: (detail) => `the database file cannot be opened (${detail}). Nothing was changed.`
  },
  certificate: {
    reason: "connection",
    isRetryable: false,
    problem: (detail) =>
      `the certificate of the database server is not accepted (${detail}). Check the host in the URL, or let Node trust ` +
      "its authority (NODE_EXTRA_CA_CERTS)."
  },
  closed: {
    reason: "connection",
    isRetryable: false,
    problem: () => "the database was closed while it was in use. Keep its layer open for as long as it is needed."
  },
  constraint: {
    reason: "constraint",
    isRetryable: false,
    problem: (detail) => `a rule of the database was broken (${detail}). Nothing was written.`
  },
  corrupt: {
    reason: "corrupt",
    isRetryable: false,
    remedy: { action: "checkDatabase" },
    problem: (detail) =>
      `the database file is damaged or its disk fails (${detail}). Make a copy of it, then restore a backup or ` +
      "import the sources again into a new file."
  },
  driver: {
    reason: "connection",
    isRetryable: false,
    remedy: { action: "reinstall" },
    problem: (detail) =>
      `libSQL cannot be loaded (${detail}). Install the packages again. If a bundler made this program, leave out ` +
      '"@libsql/client", which has native code, or the whole package (external: ["crosswalk"]).'
  },
  emptied: {
    reason: "connection",
    isRetryable: true,
    remedy: { action: "checkDatabase" },
    problem: (detail) =>
      `the server's database lacks a table (${detail}). A replica whose primary was started again is empty for a moment: try ` +
      "again. If it stays so, the table was removed; nothing of this was written."
  },
  forbidden: {
    reason: "authorization",
    isRetryable: false,
    problem: () => "the server does not allow this with the token given. Use a token that may write."
  },
  full: {
    reason: "full",
    isRetryable: false,
    remedy: { action: "retry" },
    problem: () =>
      "the disk is full. Nothing of this was written and what is stored is sound; free some space and try again."
  },
  hindered: {
    reason: "constraint",
    isRetryable: false,
    remedy: { action: "checkDatabase" },
    problem: (detail) =>
      `the database left out what it was given (${detail}). Nothing of this was written; drop the trigger that does so, or ` +
      "let it pass what Crosswalk writes."
  },
  lostDatabase: {
    reason: "connection",
    isRetryable: true,
    remedy: { action: "retry" },
    problem: (detail) =>
      `the server answered before, and says now that it has no such database (${detail}). If it is a replica, it lost its copy ` +
      "when its primary was started again: start it again too, and try again. Else the database was removed there."
  },
  moved: {
    reason: "connection",
    isRetryable: true,
    remedy: { action: "retry" },
    problem: (detail) =>
      `a server whose primary is away was read without a transaction, which needs every answer to be of one state (${detail}). ` +
      "Try again."
  },
  noSuchDatabase: {
    reason: "connection",
    isRetryable: false,
    remedy: { action: "chooseDatabase" },
    problem: (detail) =>
      `the server has no such database, or none that this token opens (${detail}). Check the URL and the token; a replica ` +
      "server that had it has lost its copy: start it again."
  },
  notDatabase: {
    reason: "corrupt",
    isRetryable: false,
    remedy: { action: "chooseDatabase" },
    problem: () => "the file is not a database, or is encrypted with another key. Check the path and the encryptionKey."
  },
  overloaded: {
    reason: "limit",
    isRetryable: true,
    remedy: { action: "retry" },
    problem: (detail) =>
      `the server takes no more requests for now (${detail}). Nothing of this was stored; try again later.`
  },
  readonly: {
    reason: "readonly",
    isRetryable: false,
    remedy: { action: "chooseDatabase" },
    problem: (detail) => `the database cannot be written (${detail}). Check the permissions, or use another database.`
  },
  readonlyFolder: {
    reason: "readonly",
    isRetryable: false,
    problem: () =>
      "the database is in write-ahead mode and its folder cannot be written, so it cannot even be read. Copy it to " +
      'a folder you may write, or ship it with journalMode "delete".'
  },
  replicaDamaged: {
    reason: "corrupt",
    isRetryable: false,
    problem: (detail) =>
      `the embedded replica does not match its own records (${detail}). Delete the file together with those beside ` +
      "it whose names begin with its name, and open it again: everything comes from the primary."
  },
  replicaOffline: {
    reason: "readonly",
    isRetryable: true,
    remedy: { action: "retry" },
    problem: () =>
      "the primary cannot be reached, so this replica can only be read. Try again when the primary is back."
  },
  repeatable: {
    reason: "connection",
    isRetryable: true,
    remedy: { action: "retry" },
    problem: (detail) =>
      `the connection broke while a change was on its way, and stayed broken (${detail}). It may or may not have been ` +
      "stored; making the same call again is safe and changes nothing twice."
  },
  redirected: {
    reason: "connection",
    isRetryable: false,
    remedy: { action: "chooseDatabase" },
    problem: (detail) =>
      `the server leads to another address (${detail}), and nothing is sent there. If that is the database, use its address as the URL.`
  },
  refused: {
    reason: "connection",
    isRetryable: false,
    remedy: { action: "chooseDatabase" },
    problem: (detail) =>
      `the server refused the request (${detail}). Nothing of this was stored; check that the URL is that of a libSQL server.`
  },
  replaced: {
    reason: "connection",
    isRetryable: false,
    problem: (detail) =>
      `the database file was removed, or another took its place, while it was open (${detail}). Nothing of this was written: ` +
      "put it back, or start the program again, which opens what is there."
  },
  schema: {
    reason: "unknown",
    isRetryable: false,
    remedy: { action: "checkDatabase" },
    problem: (detail) => `the database lacks something (${detail}). Nothing of this was written.`
  },
  serverFailed: {
    reason: "connection",
    isRetryable: true,
    remedy: { action: "retry" },
    problem: (detail) =>
      `the server failed (${detail}). Try again; if it stays so, its own log says why: its disk may be full, or its ` +
      "primary away."
  },
  stale: {
    reason: "connection",
    isRetryable: true,
    remedy: { action: "retry" },
    problem: (detail) =>
      `the primary cannot be reached (${detail}), so nobody knows what this replica lacks. Try again when the primary is ` +
      "back, or leave out fresh and read what the replica has, which may be old."
  },
  strayChanges: {
    reason: "corrupt",
    isRetryable: false,
    problem: (path) => `${StrayChanges.problemOf(path)}. Nothing was changed.`
  },
  syntax: {
    reason: "unknown",
    isRetryable: false,
    problem: (detail) => `the statement is not valid (${detail}).`
  },
  timeout: {
    reason: "limit",
    isRetryable: true,
    problem: () =>
      "the server did not answer in time. A write may or may not have been stored: look before repeating it. If the " +
      "primary of this server is away, writes wait for it; or allow a longer wait with requestTimeout."
  },
  token: {
    reason: "authorization",
    isRetryable: false,
    problem: () =>
      "the token has a character that no token has, such as a space or a line break. Check how authToken was copied."
  },
  tooLarge: {
    reason: "limit",
    isRetryable: false,
    problem: (detail) => `the answer or a value is larger than a limit (${detail}). Ask for less at a time.`
  },
  transactionTimeout: {
    reason: "limit",
    isRetryable: true,
    remedy: { action: "retry" },
    problem: () =>
      "the transaction is no longer known: it took too long (a server allows about 5 seconds), the server was started " +
      "again, or its client was closed. Nothing of it was stored; try again, and do less in one transaction."
  },
  unauthenticated: {
    reason: "authorization",
    isRetryable: false,
    problem: () => "the server did not accept the token. Check authToken: it may be missing, wrong or expired."
  },
  unique: {
    reason: "constraint",
    isRetryable: false,
    problem: (detail) => `it exists already (${detail}). Nothing was written.`
  },
  unknown: {
    reason: "unknown",
    isRetryable: false,
    problem: (detail) => `the database failed: ${detail}`
  },
  unknownOutcome: {
    reason: "connection",
    isRetryable: false,
    problem: (detail) =>
      `the connection broke while a change was on its way (${detail}). It may or may not have been stored: look ` +
      "before repeating it."
  },
  unreachable: {
    reason: "connection",
    isRetryable: true,
    remedy: { action: "retry" },
    problem: (detail) =>
      detail.includes("wrong version number")
        ? "the database server does not use TLS. Use http:// for it, or libsql:// with ?tls=0."
        : `the database server cannot be reached (${detail}). Check the URL and that it is running.`
  },
  unwritable: {
    reason: "full",
    isRetryable: false,
    remedy: { action: "retry" },
    problem: (detail) =>
      `the system does not let the database grow (${detail}): its disk is full, a quota or a limit on the size of files ` +
      "is reached, or the disk fails. Nothing of this was written and what is stored is sound; make room and try again."
  },
  url: {
    reason: "connection",
    isRetryable: false,
    remedy: { action: "chooseDatabase" },
    problem: (detail) => `the database URL is not usable (${detail}).`
  }
}

/** Faults of drivers other than this package's own, of which only Effect's reason is known. */
const faultOfReason = (error: SqlError.SqlError): Fault => {
  switch (error.reason._tag) {
    case "LockTimeoutError":
    case "DeadlockError":
    case "SerializationError":
      return "busy"
    case "ConnectionError":
      return "unreachable"
    case "AuthenticationError":
      return "unauthenticated"
    case "AuthorizationError":
      return "forbidden"
    case "UniqueViolation":
      return "unique"
    case "ConstraintError":
      return "constraint"
    case "StatementTimeoutError":
      return "timeout"
    case "SqlSyntaxError":
      return "syntax"
    case "UnknownError":
      return "unknown"
  }
}

/** Any failure to open or reach a database as a DatabaseError. Pure. */
export const fromCause =
  (operation: string) =>
  (cause: unknown): DatabaseError =>
    cause instanceof DatabaseError ? cause : make(operation, faultOf(cause), cause)

/**
 * What a statement failed with, as a DatabaseError that says what happened and what to do. Pure.
 *
 * `operation` names what the caller was doing, such as `ReferenceRepository.save`.
 */
export const toDatabaseError =
  (operation: string) =>
  (error: SqlError.SqlError): DatabaseError => {
    const fault = faultOf(error)
    return make(operation, fault === "unknown" ? faultOfReason(error) : fault, error)
  }

const make = (operation: string, fault: Fault, cause: unknown): DatabaseError => {
  const { problem, ...known } = advice[fault]
  return new DatabaseError({ operation, ...known, problem: problem(detailOf(cause)), cause })
}
