import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { fileURLToPath } from "node:url"
import type { Duration, Redacted } from "effect"
import { LibsqlFault } from "./LibsqlError.ts"

/** How to open a libSQL database. Only `url` is required. */
export interface Config {
  /**
   * Where the database is: `:memory:`, a path (`data/x.db`; any character is allowed), a `file:` URL (percent-encoded),
   * `http://host:port`, `https://host`, or `libsql://host` (TLS; `libsql://host:port?tls=0` without).
   */
  readonly url: string
  /** The token of the server at `url` or `syncUrl`. Default: none. */
  readonly authToken?: Redacted.Redacted | undefined
  /**
   * Makes the file at `url` an embedded replica of this server: reads are local, writes go to the server. Default:
   * none. While the server is away, a file that was synchronised before opens read-only.
   */
  readonly syncUrl?: string | undefined
  /** How often a replica synchronises by itself, in whole seconds or more. Default: only when `sync` runs. */
  readonly syncInterval?: Duration.Input | undefined
  /** The key of an encrypted file. Default: not encrypted. A file made with a key cannot be opened without it. */
  readonly encryptionKey?: Redacted.Redacted | undefined
  /** How long a statement or transaction waits for another process that writes. Default: 10 seconds. */
  readonly busyTimeout?: Duration.Input | undefined
  /** How long one request to a server may take, its answer included. Default: 30 seconds. Files ignore it. */
  readonly requestTimeout?: Duration.Input | undefined
  /**
   * How a file keeps its changes. `wal` (default): readers never wait for the writer, and two more files lie beside
   * the database while it is open. `delete`: one file, which can be read in a folder that cannot be written.
   * Choose it when the file is made, or in a process that has not opened the file before.
   */
  readonly journalMode?: "wal" | "delete" | undefined
  /** Refuse every write, and do not create a file that is not there. Default: false. */
  readonly readonly?: boolean | undefined
  /** Attributes for every span of a statement. Default: none. */
  readonly spanAttributes?: Readonly<Record<string, unknown>> | undefined
  /** Changes the names in statements, such as camelCase to snake_case. Default: unchanged. */
  readonly transformQueryNames?: ((name: string) => string) | undefined
  /** Changes the column names of rows, such as snake_case to camelCase. Default: unchanged. */
  readonly transformResultNames?: ((name: string) => string) | undefined
}

/** What a URL names. `url` is what libSQL understands; `label` is for people and holds no secret. */
export type Location =
  | { readonly kind: "memory"; readonly url: string; readonly label: string }
  | { readonly kind: "file"; readonly url: string; readonly label: string; readonly path: string }
  | {
      readonly kind: "replica"
      readonly url: string
      readonly label: string
      readonly path: string
      readonly syncUrl: string
    }
  | { readonly kind: "remote"; readonly url: string; readonly label: string }

/** Where a database lives: only in this process, in a file, in a file that follows a server, or on a server. */
export type Kind = Location["kind"]

// Two letters at least, so that `C:\data\x.db` is a path.
const scheme = /^([a-z][a-z0-9+.-]+):/iu

/** Reads `url`, seen from a folder, and `syncUrl`. Throws a `LibsqlFault` that says what is wrong with them. Pure. */
export const locate = (config: Pick<Config, "url" | "syncUrl">, folder = process.cwd()): Location => {
  const { syncUrl, url } = config
  if (url.trim() === "") {
    throw new LibsqlFault("url", 'it is empty; give a path, ":memory:", or a URL such as http://127.0.0.1:8080')
  }
  if (url === ":memory:" || url.startsWith("file::memory:")) {
    if (syncUrl !== undefined) throw new LibsqlFault("url", "a replica needs a file, not :memory:")
    return { kind: "memory", url: "file::memory:", label: ":memory:" }
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
    return syncUrl === undefined
      ? { kind: "file", ...located }
      : { kind: "replica", ...located, syncUrl: remote(syncUrl, "syncUrl").href }
  }
  if (syncUrl !== undefined)
    throw new LibsqlFault("url", "a replica needs a file as its url, and the server as syncUrl")
  const parsed = remote(url, "url")
  return { kind: "remote", url, label: `${parsed.protocol}//${parsed.host}${parsed.pathname.replace(/\/$/u, "")}` }
}

const pathOfUrl = (url: string, folder: string): string => {
  try {
    return url.startsWith("file://")
      ? fileURLToPath(url)
      : resolve(folder, decodeURIComponent(url.slice("file:".length)))
  } catch {
    throw new LibsqlFault("url", `${url} is not a file URL; give the plain path instead`)
  }
}

const remote = (url: string, field: string): URL => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || parsed.host === "") {
    throw new LibsqlFault("url", `${field} names no host; an example is http://127.0.0.1:8080`)
  }
  if (!/^(https?|libsql):$/u.test(parsed.protocol)) {
    throw new LibsqlFault("url", `${field} begins with ${parsed.protocol}//; http, https, libsql and file are possible`)
  }
  return parsed
}

/** True where a file to be read is missing. */
export const isMissing = (location: Location): boolean => "path" in location && !existsSync(location.path)
