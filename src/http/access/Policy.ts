import { Context, Schema } from "effect"

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
  /** How long a body of JSON may take to arrive, in milliseconds. Default: 10,000. */
  receiveTimeout: Schema.optional(Positive),
  /** How many bodies of JSON arrive at once; as many requests more as may wait do so. Default: 64. */
  maxArriving: Schema.optional(Positive),
  /** How long a call of a tool at `/mcp` may take, in milliseconds. Default: 600,000. */
  toolTimeout: Schema.optional(Positive),
  /** How long the path and query of a request may be, in characters. Default: 8,192. */
  maxUrlLength: Schema.optional(Positive),
  /** How long a body of JSON may be, in bytes. Default: 10 MiB. */
  maxBodyBytes: Schema.optional(Positive),
  /** How long a file may be that is imported, in bytes. Default: 128 MiB. */
  maxUploadBytes: Schema.optional(Positive),
  /** How many files are received at once, beside the requests; as many more wait. Default: 4. */
  maxUploads: Schema.optional(Positive),
  /** How many exports are sent at once; who comes then is told to come again. Default: 4. */
  maxDownloads: Schema.optional(Positive),
  /** How long it may take to receive a file or to send one, in milliseconds. Default: 300,000. */
  transferTimeout: Schema.optional(Positive),
  /** How many jobs run at once. Default: 2. */
  maxJobs: Schema.optional(Positive),
  /** How many more may wait. Default: 32. */
  maxJobsWaiting: Schema.optional(Positive),
  /** How much of its rows a job keeps, in bytes. Default: 128 MiB. */
  maxJobRowBytes: Schema.optional(Positive)
})
export type PolicyOptions = typeof PolicyOptions.Type

/** What a server allows. */
export type Policy = {
  readonly [Name in Exclude<keyof PolicyOptions, "hosts">]-?: NonNullable<PolicyOptions[Name]>
} & { readonly hosts: ReadonlySet<string> }

/** What this server allows. */
export class CurrentPolicy extends Context.Service<CurrentPolicy, Policy>()("crosswalk/http/CurrentPolicy") {}

const ownHosts = ["localhost", "127.0.0.1", "[::1]"]

export const make = ({
  hosts = [],
  maxArriving = 64,
  maxBodyBytes = 10 * 1024 * 1024,
  maxConcurrent = 16,
  maxDownloads = 4,
  maxJobRowBytes = 128 * 1024 * 1024,
  maxJobs = 2,
  maxJobsWaiting = 32,
  maxUploadBytes = 128 * 1024 * 1024,
  maxUploads = 4,
  maxUrlLength = 8192,
  maxWaiting = 256,
  receiveTimeout = 10_000,
  timeout = 30_000,
  toolTimeout = 600_000,
  transferTimeout = 300_000
}: PolicyOptions): Policy => ({
  hosts: new Set([...ownHosts, ...hosts.map((host) => host.toLowerCase())]),
  maxArriving,
  maxBodyBytes,
  maxConcurrent,
  maxDownloads,
  maxJobRowBytes,
  maxJobs,
  maxJobsWaiting,
  maxUploadBytes,
  maxUploads,
  maxUrlLength,
  maxWaiting,
  receiveTimeout,
  timeout,
  toolTimeout,
  transferTimeout
})

/** The name in a `Host` header, without its port. */
const nameOf = (host: string): string => host.toLowerCase().replace(/:\d+$/u, "")

/** Whether the server is asked under a name of its own; under another, a page of another site may be asking. */
export const isOwnHost = ({ hosts }: Policy, host: string | undefined): boolean =>
  host !== undefined && (hosts.has("*") || hosts.has(nameOf(host)))

/** Whether a page of this server asks. */
export const isOwnOrigin = (origin: string, host: string | undefined): boolean =>
  host !== undefined && ["http", "https"].some((scheme) => origin.toLowerCase() === `${scheme}://${host.toLowerCase()}`)

/** Whether an address is this machine's own, which no other machine reaches. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/u.test(host)
