import { assert, describe, it } from "@effect/vitest"
import { SqlError } from "effect/sql"
import { fromCause, toDatabaseError } from "../../src/libsql/DatabaseErrors.ts"
import { faultOf, LibsqlFault, neverSent, toSqlError } from "../../src/libsql/LibsqlError.ts"

const coded = (code: string, message = code, more: object = {}) => Object.assign(new Error(message), { code, ...more })

const fetchFailed = (code: string) =>
  new TypeError("fetch failed", { cause: coded(code, `connect ${code} 127.0.0.1:1`) })

const http = (status: number) =>
  coded("SERVER_ERROR", `Server returned HTTP status ${status}`, { cause: Object.assign(new Error("x"), { status }) })

const baton = coded("SERVER_ERROR", "Server returned HTTP status 400: Received an invalid baton", {
  cause: Object.assign(new Error("Server returned HTTP status 400: Received an invalid baton"), { status: 400 })
})

const cases: ReadonlyArray<readonly [string, unknown, string, string, boolean]> = [
  ["a lock", coded("SQLITE_BUSY"), "busy", "LockTimeoutError", true],
  [
    "a stale snapshot",
    coded("SQLITE_BUSY", "x", { extendedCode: "SQLITE_BUSY_SNAPSHOT" }),
    "busy",
    "LockTimeoutError",
    true
  ],
  [
    "a missing folder",
    new Error('ConnectionFailed("Unable to open connection to local database /a/b.db: 14")'),
    "connection",
    "ConnectionError",
    false
  ],
  ["another kind of file", coded("SQLITE_NOTADB"), "corrupt", "UnknownError", false],
  [
    "a damaged file",
    coded("SQLITE_CORRUPT", "x", { extendedCode: "SQLITE_CORRUPT_VTAB" }),
    "corrupt",
    "UnknownError",
    false
  ],
  ["a failing disk", coded("SQLITE_IOERR"), "corrupt", "UnknownError", false],
  [
    "a page that cannot be read",
    coded("SQLITE_IOERR", "disk I/O error", { extendedCode: "SQLITE_IOERR_READ" }),
    "corrupt",
    "UnknownError",
    false
  ],
  [
    "a write that the system refuses",
    coded("SQLITE_IOERR", "disk I/O error", { extendedCode: "SQLITE_IOERR_WRITE" }),
    "full",
    "UnknownError",
    false
  ],
  [
    "shared memory that cannot grow",
    coded("SQLITE_IOERR", "disk I/O error", { extendedCode: "SQLITE_IOERR_SHMSIZE" }),
    "full",
    "UnknownError",
    false
  ],
  ["a full disk", coded("SQLITE_FULL"), "full", "UnknownError", false],
  ["a read-only file", coded("SQLITE_READONLY"), "readonly", "UnknownError", false],
  [
    "a read-only folder",
    coded("SQLITE_READONLY", "x", { extendedCode: "SQLITE_READONLY_DIRECTORY" }),
    "readonly",
    "UnknownError",
    false
  ],
  [
    "a duplicate",
    coded("SQLITE_CONSTRAINT", "UNIQUE constraint failed: t.a", { extendedCode: "SQLITE_CONSTRAINT_UNIQUE" }),
    "constraint",
    "UniqueViolation",
    false
  ],
  [
    "a duplicate on a server",
    coded("SQLITE_CONSTRAINT", "SQLite error: UNIQUE constraint failed: t.a"),
    "constraint",
    "UniqueViolation",
    false
  ],
  [
    "a duplicate through a replica",
    new Error('RemoteSqliteFailure(3, 2067, "UNIQUE constraint failed: t.a")\n\nStack backtrace:\n 0: x'),
    "constraint",
    "UniqueViolation",
    false
  ],
  [
    "a broken rule",
    coded("SQLITE_CONSTRAINT", "SQLite error: CHECK constraint failed: b > 0"),
    "constraint",
    "ConstraintError",
    false
  ],
  ["no token", http(401), "authorization", "AuthenticationError", false],
  ["a token that only reads", http(403), "authorization", "AuthorizationError", false],
  ["no such database", http(404), "connection", "UnknownError", false],
  ["no server", fetchFailed("ECONNREFUSED"), "connection", "ConnectionError", true],
  ["too many requests", http(429), "limit", "ConnectionError", true],
  ["a server with an error of its own", http(500), "connection", "ConnectionError", true],
  ["a server that is being started", http(503), "connection", "ConnectionError", true],
  ["a transaction of a server that was started again", baton, "limit", "SerializationError", true],
  ["a certificate", fetchFailed("DEPTH_ZERO_SELF_SIGNED_CERT"), "connection", "ConnectionError", false],
  ...[
    'WriteDelegation(status: Unknown, message: "connection error: Connection reset by peer (os error 104)")',
    'Sync("connection closed before message completed")',
    "error trying to connect: dns error: failed to lookup address information",
    "stream closed because of a broken pipe",
    "operation was canceled: connection closed",
    "Broken pipe (os error 32)"
  ].map((text) => [text, new Error(text), "connection", "ConnectionError", true] as const),
  ["no such host", fetchFailed("ENOTFOUND"), "connection", "ConnectionError", true],
  ["a large answer", coded("RESPONSE_TOO_LARGE"), "limit", "UnknownError", false],
  [
    "a silent server",
    new DOMException("The operation was aborted due to timeout", "TimeoutError"),
    "limit",
    "StatementTimeoutError",
    true
  ],
  ["a long transaction", coded("TRANSACTION_TIMEOUT"), "limit", "SerializationError", true],
  [
    "a lost answer",
    new LibsqlFault("unknownOutcome", "gone", fetchFailed("ECONNRESET")),
    "connection",
    "UnknownError",
    false
  ],
  [
    "a driver that is not there",
    new LibsqlFault("driver", "no", new Error("gone")),
    "connection",
    "UnknownError",
    false
  ],
  ["a typing error", coded("SQLITE_ERROR", 'near "selec": syntax error'), "unknown", "SqlSyntaxError", false],
  ["a primary that is away", new Error("Replication(PrimaryHandshakeTimeout)"), "connection", "ConnectionError", true],
  ["something else", new Error("what?"), "unknown", "UnknownError", false],
  ["no error at all", undefined, "unknown", "UnknownError", false]
]

describe("LibsqlError", () => {
  for (const [name, cause, reason, tag, isRetryable] of cases) {
    it(`tells ${name}`, () => {
      const sqlError = toSqlError("execute")(cause)
      assert.strictEqual(sqlError.reason._tag, tag)
      const error = toDatabaseError("ReferenceRepository.save")(sqlError)
      assert.strictEqual(error.reason, reason)
      assert.strictEqual(error.isRetryable, isRetryable)
      assert.strictEqual(error.operation, "ReferenceRepository.save")
      assert.match(error.message, /^ReferenceRepository\.save: /u)
      assert.notMatch(error.message, /\n|backtrace/u)
      assert.isBelow(error.message.length, 500)
      assert.strictEqual(fromCause("x")(cause).reason, reason)
    })
  }

  it("names the columns of a duplicate", () => {
    for (const text of [
      "UNIQUE constraint failed: t.a, t.b",
      'RemoteSqliteFailure(3, 2067, "UNIQUE constraint failed: t.a, t.b")'
    ]) {
      const { reason } = toSqlError("execute")(new Error(text))
      assert(reason._tag === "UniqueViolation")
      assert.strictEqual(reason.constraint, "t.a, t.b")
    }
  })

  it("tells a folder that cannot be written from a file, also by the number that libSQL has no name for", () => {
    for (const extendedCode of [
      "SQLITE_READONLY_DIRECTORY",
      "UNKNOWN_SQLITE_ERROR_1544",
      "UNKNOWN_SQLITE_ERROR_1288"
    ]) {
      const message = "SQLITE_READONLY: attempt to write a readonly database"
      const error = fromCause("x")(coded("SQLITE_READONLY", message, { extendedCode }))
      assert.include(error.problem, "its folder cannot be written")
    }
  })

  it("says what to do where the server does not use TLS", () => {
    const cause = new TypeError("fetch failed", {
      cause: coded("ERR_SSL_WRONG_VERSION_NUMBER", "40CD:error:0A00010B:SSL routines:wrong version number:x.c:77:")
    })
    assert.include(fromCause("x")(cause).problem, "?tls=0")
  })

  it("keeps an error that is one already", () => {
    const error = toSqlError("execute")(coded("SQLITE_BUSY"))
    assert.strictEqual(toSqlError("other")(error), error)
    assert.strictEqual(faultOf(error), "busy")
  })

  it("understands the errors of other drivers by Effect's reason", () => {
    const reason = new SqlError.LockTimeoutError({ cause: "busy" })
    assert.strictEqual(toDatabaseError("x")(new SqlError.SqlError({ reason })).reason, "busy")
  })

  it("knows which requests cannot have arrived", () => {
    assert.isTrue(neverSent(fetchFailed("ECONNREFUSED")))
    assert.isFalse(neverSent(fetchFailed("ECONNRESET")))
    assert.isFalse(neverSent(new DOMException("", "TimeoutError")))
  })

  it("ends on causes that go in a circle", () => {
    const error = new Error("round")
    error.cause = error
    assert.strictEqual(faultOf(error), "unknown")
  })
})
