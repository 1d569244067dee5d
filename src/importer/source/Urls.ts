import { createHash } from "node:crypto"
import type { LookupAddress, LookupOptions } from "node:dns"
import type { IncomingMessage } from "node:http"
import { isIP, type LookupFunction } from "node:net"
import { Context, Duration, Effect } from "effect"
import { ImportError, type ImportReason } from "../../domain/ImportError.ts"
import { isOffline } from "../../domain/Offline.ts"
import { redact } from "../../domain/Redact.ts"
import { makeIsLinkLocal, makeIsPublic } from "./Addresses.ts"
import type { Download, UrlOptions } from "../Importer.ts"

const defaultMaxBytes = 64 * 1024 * 1024
const maxRedirects = 5

const megabytes = (bytes: number): string => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`

/** Looks up every address of a name. */
type Lookup = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, found: Array<LookupAddress>) => void
) => void

/** What looks names up. Default: the system. */
export class Resolver extends Context.Reference<Lookup | undefined>("crosswalk/importer/Resolver", {
  defaultValue: () => undefined
}) {}

/** A URL that may be asked, or what is wrong with it. */
const check = (source: string, base?: URL): URL | string => {
  if (!URL.canParse(source, base?.href)) return "is not a URL"
  const url = new URL(source, base)
  if (url.protocol !== "http:" && url.protocol !== "https:") return `is no http or https URL but ${url.protocol}`
  if (base?.protocol === "https:" && url.protocol === "http:") return "leads from https to http, which is not followed"
  if (url.username !== "" || url.password !== "") return "has a user name or password in it, which is not sent"
  return url
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/gu, "")

/** Thrown inside Node's callbacks, where only errors pass. */
class Refused extends Error {
  readonly reason: ImportReason
  constructor(problem: string, reason: ImportReason = "unsupported") {
    super(problem)
    this.reason = reason
  }
}

const reasonOf = (status: number): ImportReason =>
  status === 404 || status === 410 ? "missing" : status === 429 || status >= 500 ? "network" : "unreadable"

interface Limits {
  readonly maxBytes: number
  /** What is wrong with an address; `undefined` where it may be connected to. */
  readonly refuse: (address: string) => string | undefined
}

/** Looks a name up and lets through only addresses that may be connected to, so that no second answer can differ. */
const guardedLookup =
  (lookup: Lookup, { refuse }: Limits): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const [first] = found ?? []
      if (error !== null) return callback(error, "", 4)
      if (first === undefined) return callback(new Refused(`${hostname} has no address`), "", 4)
      for (const { address } of found) {
        const reason = refuse(address)
        if (reason !== undefined) return callback(new Refused(`${hostname} is ${reason}`), "", 4)
      }
      return options.all === true ? callback(null, found) : callback(null, first.address, first.family)
    })
  }

type Answer = { readonly redirect: string } | { readonly pieces: ReadonlyArray<Uint8Array>; readonly size: number }

/** Takes the body of an answer, up to the limit. */
const receive = (response: IncomingMessage, { maxBytes }: Limits, done: (result: Answer | Error) => void): void => {
  const { statusCode = 0, statusMessage = "" } = response
  const { location } = response.headers
  if ([301, 302, 303, 307, 308].includes(statusCode) && location !== undefined) return done({ redirect: location })
  if (statusCode !== 200)
    return done(new Refused(`answered ${statusCode} ${statusMessage}`.trim(), reasonOf(statusCode)))
  const encoding = response.headers["content-encoding"] ?? "identity"
  if (encoding !== "identity") return done(new Refused(`is sent compressed (${encoding}), which was not asked for`))
  const tooLarge = () => new Refused(`is larger than ${megabytes(maxBytes)}. Allow more bytes, or download it yourself`)
  if (Number(response.headers["content-length"] ?? 0) > maxBytes) return done(tooLarge())
  const pieces: Array<Uint8Array> = []
  let size = 0
  response.on("data", (piece: Uint8Array) => {
    size += piece.length
    if (size > maxBytes) done(tooLarge())
    else pieces.push(piece)
  })
  response.on("error", done)
  response.on("aborted", () => done(new Refused("broke off before its end", "network")))
  response.on("end", () =>
    done(response.complete ? { pieces, size } : new Refused("broke off before its end", "network"))
  )
}

const faultOf = (cause: unknown): { readonly reason: ImportReason; readonly problem: string } => {
  if (cause instanceof Refused) return { reason: cause.reason, problem: cause.message }
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  const known: Record<string, string> = {
    ENOTFOUND: "its host is not known",
    EAI_AGAIN: "its host could not be looked up",
    ECONNREFUSED: "its host refuses the connection",
    ECONNRESET: "its host ended the connection"
  }
  const problem = known[code] ?? `cannot be downloaded: ${cause instanceof Error ? cause.message : String(cause)}`
  return { reason: "network", problem }
}

/** Asks one URL once, without following redirects. */
const ask = Effect.fnUntraced(function* (source: string, url: URL, limits: Limits) {
  const fail = (cause: unknown) => new ImportError({ source, ...faultOf(cause), cause })
  const host = hostOf(url)
  const refused = isIP(host) === 0 ? undefined : limits.refuse(host)
  if (refused !== undefined) return yield* fail(new Refused(`is at ${refused}`))
  const resolver = yield* Resolver
  const [dns, { request }] = yield* Effect.promise(() =>
    Promise.all([import("node:dns"), url.protocol === "https:" ? import("node:https") : import("node:http")])
  )
  return yield* Effect.callback<Answer, ImportError>((resume) => {
    const done = (result: Answer | Error): void => {
      resume(result instanceof Error ? Effect.fail(fail(result)) : Effect.succeed(result))
      call.destroy()
    }
    const call = request(url, {
      agent: false,
      headers: { accept: "*/*", "accept-encoding": "identity", "user-agent": "crosswalk" },
      lookup: guardedLookup(resolver ?? dns.lookup, limits)
    })
    call.on("socket", (socket) => {
      socket.once("connect", () => {
        // What was looked up was checked; this is the address that really answers.
        const reason = limits.refuse(socket.remoteAddress ?? "")
        if (reason !== undefined) done(new Refused(`is at ${reason}`))
      })
    })
    call.on("response", (response) => receive(response, limits, done))
    call.on("error", done)
    call.end()
    return Effect.sync(() => call.destroy())
  })
})

/**
 * Downloads an http or https URL into memory.
 *
 * Every hop is checked: up to 5 redirects, never from https to http, and unless `allowPrivate` only to public addresses;
 * what a name is looked up as is what is connected to. Proxies are not used.
 */
export const download: (
  source: string,
  options?: UrlOptions
) => Effect.Effect<Download & { readonly pieces: ReadonlyArray<Uint8Array> }, ImportError> = Effect.fn("Urls.download")(
  function* (source, options = {}) {
    const fail = (problem: string, reason: ImportReason = "unsupported") =>
      Effect.fail(new ImportError({ source, reason, problem }))
    if (options.offline ?? (yield* isOffline)) {
      return yield* fail("is not downloaded offline. Allow the network (CROSSWALK_OFFLINE=0), or give a file")
    }
    const isPublic = makeIsPublic()
    const isLinkLocal = makeIsLinkLocal()
    const limits: Limits = {
      maxBytes: options.maxBytes ?? defaultMaxBytes,
      refuse: (address) =>
        isLinkLocal(address)
          ? `${address}, which is not a public address but one of the machine's own link, where clouds keep credentials; it is never asked`
          : options.allowPrivate === true || isPublic(address)
            ? undefined
            : `${address || "an unknown address"}, which is not a public address; allow private addresses if it is meant`
    }
    const first = check(source)
    if (typeof first === "string") return yield* fail(first)
    const follow = Effect.gen(function* () {
      let url: URL = first
      for (let redirects = 0; ; redirects++) {
        const answer = yield* ask(source, url, limits)
        if ("pieces" in answer) return { ...answer, url }
        if (redirects === maxRedirects) return yield* fail(`is redirected more than ${maxRedirects} times`)
        const next = check(answer.redirect, url)
        if (typeof next === "string") return yield* fail(`is redirected to ${answer.redirect}, which ${next}`)
        url = next
      }
    })
    const timeout = Duration.fromInputUnsafe(options.timeout ?? "60 seconds")
    const { pieces, size, url } = yield* follow.pipe(
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () => fail(`did not arrive within ${Duration.format(timeout)}`, "network")
      })
    )
    const hash = createHash("sha256")
    for (const piece of pieces) hash.update(piece)
    return { url: redact(url.href), bytes: size, sha256: hash.digest("hex"), pieces }
  }
)
