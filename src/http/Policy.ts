import { Schema } from "effect"

const Positive = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))

/** What a server allows, each with a default that suits a small team. */
export const PolicyOptions = Schema.Struct({
  /**
   * The names under which the server is asked, without port, such as `crosswalk.example.org`. Default: only those of this
   * machine (`localhost`, `127.0.0.1`, `[::1]`), so that no page of another site reaches it by a name that it made point here.
   */
  hosts: Schema.optional(Schema.Array(Schema.NonEmptyString)),
  /** How many requests run at once. Default: 16. */
  maxConcurrent: Schema.optional(Positive),
  /** How many more may wait; what comes then is told to come again. Default: 256. */
  maxWaiting: Schema.optional(Positive),
  /** How long a request may take, in milliseconds. Default: 30,000. */
  timeout: Schema.optional(Positive),
  /** How long a call of a tool at `/mcp` may take, in milliseconds. Default: 600,000. */
  toolTimeout: Schema.optional(Positive),
  /** How long the path and query of a request may be, in characters. Default: 8,192. */
  maxUrlLength: Schema.optional(Positive),
  /** How long a body of JSON may be, in bytes. Default: 10 MiB. */
  maxBodyBytes: Schema.optional(Positive)
})
export type PolicyOptions = typeof PolicyOptions.Type

/** How much at once. */
export interface Limits {
  readonly maxConcurrent: number
  readonly maxWaiting: number
}

/** What a server allows. */
export interface Policy extends Limits {
  readonly hosts: ReadonlySet<string>
  readonly timeout: number
  readonly toolTimeout: number
  readonly maxUrlLength: number
  readonly maxBodyBytes: number
}

const ownHosts = ["localhost", "127.0.0.1", "[::1]"]

export const make = ({
  hosts = [],
  maxBodyBytes = 10 * 1024 * 1024,
  maxConcurrent = 16,
  maxUrlLength = 8192,
  maxWaiting = 256,
  timeout = 30_000,
  toolTimeout = 600_000
}: PolicyOptions): Policy => ({
  hosts: new Set([...ownHosts, ...hosts.map((host) => host.toLowerCase())]),
  maxBodyBytes,
  maxConcurrent,
  maxUrlLength,
  maxWaiting,
  timeout,
  toolTimeout
})

/** The name in a `Host` header, without its port. */
const nameOf = (host: string): string => host.toLowerCase().replace(/:\d+$/u, "")

/** Whether the server is asked under a name of its own; under another, a page of another site may be asking. */
export const isOwnHost = ({ hosts }: Policy, host: string | undefined): boolean =>
  host !== undefined && (hosts.has("*") || hosts.has(nameOf(host)))

/** Whether a page of this server asks. */
export const isOwnOrigin = (origin: string, host: string | undefined): boolean =>
  host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)

/** Whether an address is this machine's own, which no other machine reaches. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/u.test(host)
