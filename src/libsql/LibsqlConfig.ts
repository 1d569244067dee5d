import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { Client } from "@libsql/client"
import { Redacted, Schema } from "effect"
import { DurationInput } from "../domain/DurationInput.ts"
import { isThere } from "./DatabaseFile.ts"
import { LibsqlFault } from "./LibsqlError.ts"

/** A token or key, plain or redacted. */
const Secret = Schema.Union([
  Schema.String,
  Schema.declare((value): value is Redacted.Redacted => Redacted.isRedacted(value), { expected: "a redacted text" })
])

const NameTransform = Schema.declare((value): value is (name: string) => string => typeof value === "function", {
  expected: "a function from a name to a name"
})

/** What holds for a database that is opened, and for a client that is there already. */
const shared = {
  /** How long a statement or transaction waits for another process that writes. Default: 10 seconds. */
  busyTimeout: Schema.optional(DurationInput),
  /**
   * Where statements run that a caller marks as long reads (`LongReads.offLoop`), such as a comparison with every vector:
   * `inline` (default) with the others, which holds the event loop while they run; `thread`, for a server, in up to four
   * threads with connections of their own, which start when they are needed. Only a file without a key has such threads.
   */
  longReads: Schema.optional(Schema.Literals(["inline", "thread"])),
  /**
   * Whether the tables of Crosswalk may be made in a database that has tables of another program. Default: false: in an
   * empty database, and in one that has them already. A program that keeps its own tables and these in one database, so
   * that a transaction spans both, says `true`.
   */
  create: Schema.optional(Schema.Boolean),
  /**
   * Only read: every write is refused, no file and no table is made, and the file's own settings stay. A file that may not
   * be written, or lies in a folder that may not be, is read all the same. Default: false.
   */
  readonly: Schema.optional(Schema.Boolean),
  /** Attributes for every span of a statement. Default: none. */
  spanAttributes: Schema.optional(Schema.Record(Schema.String, Schema.Unknown)),
  /** Changes the names in statements, such as camelCase to snake_case. Default: unchanged. */
  transformQueryNames: Schema.optional(NameTransform),
  /** Changes the column names of rows, such as snake_case to camelCase. Default: unchanged. */
  transformResultNames: Schema.optional(NameTransform)
} as const

/** How to open a libSQL database. Only `url` is required. */
export const Config = Schema.Struct({
  /**
   * Where the database is: `:memory:`, written just so, a path (`data/x.db`; any character is allowed), a `file:` URL (percent-encoded, without a query),
   * `http://host:port`, `https://host`, or `libsql://host` (TLS; `libsql://host:port?tls=0` without).
   */
  url: Schema.String,
  /** The token of the server at `url` or `syncUrl`. Default: none. */
  authToken: Schema.optional(Secret),
  /**
   * Makes the file at `url` an embedded replica of this server: reads are local, writes go to the server. Default:
   * none. While the server is away, a file that was synchronised before opens read-only.
   */
  syncUrl: Schema.optional(Schema.String),
  /** How often a replica synchronises by itself, in whole seconds or more. Default: only when `sync` runs. */
  syncInterval: Schema.optional(DurationInput),
  /**
   * Reads see at least what the primary had when the database was opened, as a program needs that reads what another has just
   * written: a replica waits until it has all of that, and cannot be opened while its primary is away. Default: false, so
   * that a replica answers with what it has. `sync` does the same at any later moment.
   */
  fresh: Schema.optional(Schema.Boolean),
  /** The key of an encrypted file. Default: not encrypted. A file made with a key cannot be opened without it. */
  encryptionKey: Schema.optional(Secret),
  /**
   * How long a call to a server may take, its answer and its retries included: a statement, or a transaction of this package
   * as a whole. Default: 30 seconds. A file ignores it.
   */
  requestTimeout: Schema.optional(DurationInput),
  /**
   * How a file keeps its changes. Default: `wal` for a new database and for one with tables of Crosswalk; another program's
   * database stays as it is, unless `create` says that it is shared. `wal`: readers never wait for the writer, and two more files lie beside
   * the database while it is open. `delete`: one file, which can be read in a folder that cannot be written.
   * Choose it when the file is made, or in a process that has not opened the file before.
   */
  journalMode: Schema.optional(Schema.Literals(["wal", "delete"])),
  ...shared
})
export type Config = typeof Config.Type

const isClient = (value: unknown): value is Client =>
  typeof value === "object" && value !== null && typeof Reflect.get(value, "transaction") === "function"

/** A client of `@libsql/client` that the program has, and how to use it. Only `liveClient` is required. */
export const LiveConfig = Schema.Struct({
  /**
   * The client. It stays the caller's, who closes it after the layer. Its `intMode` must not be `string`.
   *
   * Less can be promised than of a database that is opened by `url`: all statements share its connections, so reads wait
   * for the writer; its own settings hold (journal mode, foreign keys, timeouts). Where another process holds the lock of
   * a file, the client is reconnected, because it would lose its next write else: a transaction of the caller that is
   * open on it then fails. While a transaction runs here, statements that the caller sends to a client in memory fail.
   */
  liveClient: Schema.declare(isClient, { expected: "a client of @libsql/client" }),
  ...shared
})
export type LiveConfig = typeof LiveConfig.Type

/** The text of a token or key. */
export const reveal = (secret: typeof Secret.Type): string =>
  typeof secret === "string" ? secret : Redacted.value(secret)

/**
 * The token for the server of a configuration: its own, else the one that stood in the URL. Throws a `LibsqlFault` where no
 * header can have it.
 */
export const tokenOf = (config: Pick<Config, "authToken">, location: Location): string | undefined => {
  const given = config.authToken ?? ("authToken" in location ? location.authToken : undefined)
  const token = given === undefined ? undefined : reveal(given)
  if (token !== undefined && !/^[\x21-\x7e]*$/u.test(token)) throw new LibsqlFault("token", "it is not one")
  return token
}

/** A server, and the token that stood in its URL as `authToken`. */
interface Server {
  readonly url: string
  readonly label: string
  readonly authToken?: Redacted.Redacted | undefined
}

/** What a URL names. `url` is what libSQL understands; neither it nor `label`, which is for people, holds a secret. */
export type Location =
  | { readonly kind: "memory"; readonly url: string; readonly label: string }
  | { readonly kind: "file"; readonly url: string; readonly label: string; readonly path: string }
  | {
      readonly kind: "replica"
      readonly url: string
      readonly label: string
      readonly path: string
      readonly syncUrl: string
      readonly authToken?: Redacted.Redacted | undefined
    }
  | ({ readonly kind: "remote" } & Server)

/** Where a database lives: only in this process, in a file, in a file that follows a server, or on a server. */
export type Kind = Location["kind"]

// Two letters at least, so that `C:\data\x.db` is a path.
const scheme = /^([a-z][a-z0-9+.-]+):/iu

/** What is meant as a database in memory, and is not written as one. */
const likeMemory = /^\s*(file:)?\s*:+memory\b/iu

/** Reads `url`, seen from a folder, and `syncUrl`. Throws a `LibsqlFault` that says what is wrong with them. Pure. */
export const locate = (config: Pick<Config, "url" | "syncUrl">, folder = process.cwd()): Location => {
  const { syncUrl, url } = config
  if (url.trim() === "") {
    throw new LibsqlFault("url", 'it is empty; give a path, ":memory:", or a URL such as http://127.0.0.1:8080')
  }
  if (url === ":memory:" || url === "file::memory:") {
    if (syncUrl !== undefined) throw new LibsqlFault("url", "a replica needs a file, not :memory:")
    return { kind: "memory", url: "file::memory:", label: ":memory:" }
  }
  // A file of such a name would keep on a disk, unseen, what somebody wanted kept nowhere.
  if (likeMemory.test(url)) {
    throw new LibsqlFault(
      "url",
      'a database in memory is ":memory:", without anything before, after or in other letters; a file of such a name is "./:memory:"'
    )
  }
  const protocol = scheme.exec(url)?.[1]?.toLowerCase()
  if (protocol === undefined || protocol === "file") {
    const path = protocol === undefined ? resolve(folder, url) : pathOfUrl(url, folder)
    // A NUL would end the process, from within libSQL.
    if (path.includes("\0") || !path.isWellFormed()) {
      throw new LibsqlFault("url", "the path has a NUL or a lone surrogate, which no file name can have")
    }
    // A path is encoded whole, because libSQL would read `?` and `#` in it as the ends of a URL's path.
    const located = { url: `file:${encodeURIComponent(path)}`, label: path, path }
    if (syncUrl === undefined) return { kind: "file", ...located }
    const primary = remote(syncUrl, "syncUrl")
    return { kind: "replica", ...located, syncUrl: primary.url, authToken: primary.authToken }
  }
  if (syncUrl !== undefined)
    throw new LibsqlFault("url", "a replica needs a file as its url, and the server as syncUrl")
  return { kind: "remote", ...remote(url, "url") }
}

const pathOfUrl = (url: string, folder: string): string => {
  // `?mode=ro` that went unread, or became part of a name, would write where nobody wants it.
  if (/[?#]/u.test(url)) {
    throw new LibsqlFault(
      "url",
      "a file URL can have no query, such as ?mode=ro; as part of a name, ? is %3F and # is %23"
    )
  }
  try {
    return url.startsWith("file://")
      ? fileURLToPath(url)
      : resolve(folder, decodeURIComponent(url.slice("file:".length)))
  } catch {
    throw new LibsqlFault("url", `${url} is not a file URL; give the plain path instead`)
  }
}

const remote = (url: string, field: string): Server => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || parsed.host === "") {
    throw new LibsqlFault("url", `${field} names no host; an example is http://127.0.0.1:8080`)
  }
  if (!/^(https?|libsql):$/u.test(parsed.protocol)) {
    throw new LibsqlFault("url", `${field} begins with ${parsed.protocol}//; http, https, libsql and file are possible`)
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw new LibsqlFault("url", `${field} has a user name or password in it; give the token as authToken`)
  }
  const token = parsed.searchParams.get("authToken")
  parsed.searchParams.delete("authToken")
  return {
    url: parsed.href,
    label: `${parsed.protocol}//${parsed.host}${parsed.pathname.replace(/\/$/u, "")}`,
    ...(token === null || token === "" ? {} : { authToken: Redacted.make(token) })
  }
}

/** True where a file to be read is missing. */
export const isMissing = (location: Location): boolean => "path" in location && !isThere(location.path)
