import { createHash, randomUUID } from "node:crypto"
import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { type Duration, Effect, Schema } from "effect"
import { ModelLoadError } from "../domain/ModelLoadError.ts"
import { type Dtype, ManifestJson } from "./Manifest.ts"
import * as ModelFolder from "./ModelFolder.ts"

/** How far the download of a file has come. */
export interface DownloadProgress {
  readonly model: string
  /** Relative to the model, such as `onnx/model.onnx`. */
  readonly file: string
  /** In bytes. */
  readonly loaded: number
  /** In bytes, where the hub says it. */
  readonly total: number | undefined
}

export interface DownloadOptions {
  readonly hub: string
  readonly model: string
  readonly revision: string
  readonly dtype: Dtype
  /** Where the model is put. */
  readonly folder: string
  /** How long nothing may arrive. */
  readonly patience: Duration.Input
  readonly onProgress: (progress: DownloadProgress) => Effect.Effect<void>
}

const redirects = 5

/** The age at which an unfinished download is surely nobody's, in milliseconds. */
const stale = 24 * 60 * 60 * 1000

const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}

/** What the hub says of a file: how large it is, and its SHA-256, or the SHA-1 that git gives it. */
interface Promised {
  readonly size: number | undefined
  readonly etag: string | undefined
}

const promisedBy = (headers: Headers): Promised => {
  const length =
    headers.get("x-linked-size") ?? (headers.has("content-encoding") ? null : headers.get("content-length"))
  const etag = (headers.get("x-linked-etag") ?? headers.get("etag"))?.replace(/^W\//u, "").replaceAll('"', "")
  return {
    size: length === null ? undefined : Number(length),
    etag: etag !== undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/u.test(etag) ? etag : undefined
  }
}

/**
 * Downloads a model into its folder, whole or not at all: the files are put beside it first, checked against the sizes and
 * checksums that the hub promises, and moved in one step.
 */
export const download = Effect.fn("ModelHub.download")(function* (options: DownloadOptions) {
  const { dtype, folder, hub, model, patience, revision } = options
  const weights = ModelFolder.weightsFile(dtype)
  const base = `${hub.replace(/\/+$/u, "")}/${model}/resolve/${encodeURIComponent(revision)}/`
  const missing = `it is not in the package nor in ${folder}`
  const fail = (problem: string) =>
    new ModelLoadError({
      model,
      reason: "download",
      problem: `${problem}; ${missing}. Check the network and try again, or give the model's folder.`,
      remedy: { action: "retry" }
    })

  const patiently = <A>(url: string, body: (signal: AbortSignal) => Promise<A>) =>
    Effect.tryPromise({
      try: body,
      catch: (cause) => fail(`the download of ${url} failed: ${causeOf(cause)}`)
    }).pipe(
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.fail(fail(`${url} stayed silent`))
      })
    )

  /** Follows redirects by hand: the first answer has the checksum, and the token is for the hub only. */
  const request = Effect.fnUntraced(function* (first: string, signal: AbortSignal) {
    const token = process.env["HF_TOKEN"]
    if (token !== undefined && !/^[\x21-\x7e]*$/u.test(token)) {
      return yield* fail("HF_TOKEN has a character that no token has, such as a space or a line break")
    }
    let url = first
    let promised: Promised = { size: undefined, etag: undefined }
    for (let i = 0; i < redirects; i++) {
      if (!URL.canParse(url)) return yield* fail(`${url} is not an address`)
      const headers: Record<string, string> = { "user-agent": "crosswalk" }
      if (token !== undefined && new URL(url).origin === new URL(first).origin)
        headers["authorization"] = `Bearer ${token}`
      const response = yield* patiently(url, () => fetch(url, { redirect: "manual", headers, signal }))
      const said = promisedBy(response.headers)
      const location = response.status >= 300 && response.status < 400 ? response.headers.get("location") : null
      if (location === null) {
        return { response, size: promised.size ?? said.size, etag: promised.etag ?? said.etag }
      }
      // The length of a redirect's own body says nothing.
      if (response.headers.has("x-linked-etag")) promised = said
      url = URL.parse(location, url)?.href ?? location
    }
    return yield* fail(`${first} leads from one address to the next`)
  })

  const fetchFile = Effect.fnUntraced(function* (
    name: string,
    target: string,
    isOptional: boolean,
    signal: AbortSignal
  ) {
    const url = base + name
    const { etag, response, size } = yield* request(url, signal)
    if (response.status === 404 && isOptional) return
    if (response.status === 404 || response.status === 401) {
      return yield* new ModelLoadError({
        model,
        reason: "unknown",
        problem:
          `the hub has no ${url} (${response.status}); ${missing}. Check the model's name, its revision and dtype; for a ` +
          "private model set HF_TOKEN.",
        remedy: { action: "chooseModel" }
      })
    }
    if (!response.ok || response.body === null) return yield* fail(`${url} answered ${response.status}`)
    if (name === weights && size === undefined && etag === undefined) {
      return yield* fail(`${url} says neither its length nor a checksum, so it cannot be checked`)
    }
    yield* patiently(url, () => mkdir(dirname(target), { recursive: true }))
    const sha256 = createHash("sha256")
    // Git's name of a file is the SHA-1 of its length and its bytes.
    const sha1 = size === undefined ? undefined : createHash("sha1").update(`blob ${size}\0`)
    const file = yield* Effect.acquireRelease(
      patiently(url, () => open(target, "wx")),
      (file) => Effect.promise(() => file.close())
    )
    const reader = response.body.getReader()
    let loaded = 0
    while (true) {
      const { done, value } = yield* patiently(url, () => reader.read())
      if (done) break
      yield* patiently(url, () => file.write(value))
      sha256.update(value)
      sha1?.update(value)
      loaded += value.length
      yield* options.onProgress({ model, file: name, loaded, total: size })
    }
    if (size !== undefined && loaded !== size) {
      return yield* fail(`the download of ${url} ended after ${loaded} of ${size} bytes`)
    }
    const actual = etag?.length === 64 ? sha256.digest("hex") : etag?.length === 40 ? sha1?.digest("hex") : undefined
    if (actual !== undefined && actual !== etag) {
      return yield* fail(`${url} arrived damaged: its checksum is not ${etag}`)
    }
  }, Effect.scoped)

  const parent = dirname(folder)
  const store = patiently(parent, async () => {
    await mkdir(parent, { recursive: true })
    // What a process that was killed left behind.
    for (const name of await readdir(parent)) {
      const path = join(parent, name)
      if (name.startsWith(".download-") && Date.now() - (await stat(path)).mtimeMs > stale) {
        await rm(path, { recursive: true, force: true })
      }
    }
    const path = join(parent, `.download-${randomUUID()}`)
    await mkdir(path)
    return path
  })

  return yield* Effect.acquireUseRelease(
    store,
    (temporary) =>
      Effect.gen(function* () {
        const aborter = yield* Effect.acquireRelease(
          Effect.sync(() => new AbortController()),
          (aborter) => Effect.sync(() => aborter.abort())
        )
        const fetchAll = (names: ReadonlyArray<string>, isOptional: boolean) =>
          Effect.forEach(names, (name) => fetchFile(name, join(temporary, name), isOptional, aborter.signal))
        yield* fetchAll(ModelFolder.required, false)
        yield* fetchAll([...ModelFolder.optional, `${weights}_data`], true)
        yield* fetchAll([weights], false)
        const manifest = yield* ModelFolder.describe(temporary, model, dtype).pipe(
          Effect.mapError((damage) => fail(damage.reason.replaceAll(temporary, base)))
        )
        const text = yield* Schema.encodeEffect(ManifestJson)(manifest).pipe(Effect.orDie)
        yield* patiently(folder, async () => {
          await writeFile(join(temporary, "manifest.json"), text)
          // Another process may have been faster; its copy is as good.
          await rename(temporary, folder).catch((error: unknown) => {
            if (!(error instanceof Error && "code" in error && /EEXIST|ENOTEMPTY|EPERM/u.test(String(error.code)))) {
              throw error
            }
          })
        })
      }).pipe(Effect.scoped),
    (temporary) => Effect.promise(() => rm(temporary, { recursive: true, force: true }))
  )
})
