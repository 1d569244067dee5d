import { hash } from "node:crypto"
import { existsSync, globSync, readFileSync } from "node:fs"
import { extname, join } from "node:path"
import { Effect, Layer } from "effect"
import { type Headers, HttpRouter, type HttpServerRequest, HttpServerResponse, ProblemDetails } from "effect/http"
import { packageFolder } from "../domain/PackageFolder.ts"

/** Where a build leaves the page. */
const folder = join(packageFolder, "dist", "web")

/** Whether the page is built; in the package it is, beside the sources it may not be. */
export const isBuilt = (): boolean => existsSync(join(folder, "index.html"))

/** How to build the page where it is not. */
export const notBuilt =
  "The page is not built. Run `npm run build` in the folder of the sources, then start the server again."

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2"
}

/** Compressed forms that a build leaves beside a file, the smallest first. */
const encodings = [
  ["br", ".br"],
  ["gzip", ".gz"]
] as const

/** A file of the page in one form. */
interface Form {
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** The forms of a file, by their encoding; the empty one is the file as it is. */
type Forms = ReadonlyMap<string, Form>

const formsOf = (path: string, name: string): Forms => {
  // The name of an asset has a hash of what is in it.
  const caching = name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache"
  const all = [["", ""] as const, ...encodings].filter(([, suffix]) => existsSync(path + suffix))
  return new Map(
    all.map(([encoding, suffix]) => {
      const body = readFileSync(path + suffix)
      const headers = {
        "content-type": types[extname(path)] ?? "application/octet-stream",
        "cache-control": caching,
        etag: `"${hash("sha256", body, "base64url").slice(0, 22)}"`,
        ...(all.length > 1 && { vary: "accept-encoding" }),
        ...(encoding !== "" && { "content-encoding": encoding })
      }
      return [encoding, { body, headers }]
    })
  )
}

/** Which encodings a client takes: those that its header names without giving them no weight. */
const taken = (header = ""): ReadonlySet<string> =>
  new Set(
    header
      .toLowerCase()
      .split(",")
      .filter((part) => !/;\s*q=0(?:\.0*)?\s*$/u.test(part))
      .map((part) => part.replace(/;.*/u, "").trim())
  )

const answer = (forms: Forms, { "accept-encoding": accepted, "if-none-match": known }: Headers.Headers) => {
  const accepts = taken(accepted)
  const encoding = encodings.map(([name]) => name).find((name) => accepts.has(name) && forms.has(name))
  const form = forms.get(encoding ?? "")
  if (form === undefined) return HttpServerResponse.empty({ status: 404 })
  const { body, headers } = form
  const isKnown = known?.split(",").some((tag) => tag.trim().replace(/^W\//u, "") === headers["etag"]) === true
  return isKnown ? HttpServerResponse.empty({ status: 304, headers }) : HttpServerResponse.uint8Array(body, { headers })
}

/** Whether somebody opens a place of the page, and no program asks for a route that is not there. */
const opensPage = ({ headers, method, url }: HttpServerRequest.HttpServerRequest): boolean =>
  method === "GET" && !url.startsWith("/api/") && headers["accept"]?.includes("text/html") === true

/**
 * The page from a folder that a build made. A path that is no file of it is a place of the page: its program shows what belongs
 * there. What else is asked for is not there.
 */
export const layerFolder = (folder: string): Layer.Layer<never, never, HttpRouter.HttpRouter> =>
  HttpRouter.use((router) =>
    Effect.gen(function* () {
      const files = new Set(globSync("**/*", { cwd: folder }).map((name) => name.replaceAll("\\", "/")))
      const known = new Map<string, Forms>()
      const fileOf = (name: string): Forms => {
        const found = known.get(name) ?? formsOf(join(folder, name), name)
        known.set(name, found)
        return found
      }
      // Of other methods the router knows by itself that there are none.
      yield* router.add("GET", "/*", (request) =>
        Effect.sync(() => {
          const name = request.url.replace(/[?#].*/u, "").slice(1)
          if ((request.method === "GET" || request.method === "HEAD") && files.has(name) && extname(name) in types) {
            return answer(fileOf(name), request.headers)
          }
          if (!opensPage(request)) return HttpServerResponse.empty({ status: 404 })
          return files.has("index.html")
            ? answer(fileOf("index.html"), request.headers)
            : ProblemDetails.toResponse({
                type: "urn:crosswalk:problem:no-page",
                status: 503,
                title: "There is no page",
                detail: notBuilt
              })
        })
      )
    })
  )

/** The page of this package. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter> = layerFolder(folder)
