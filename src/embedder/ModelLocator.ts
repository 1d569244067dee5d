import { homedir } from "node:os"
import { isAbsolute, join, resolve } from "node:path"
import { Duration, Effect } from "effect"
import { ModelLoadError, type ModelLoadReason } from "../domain/ModelLoadError.ts"
import type { Dtype, Manifest } from "./Manifest.ts"
import * as ModelFolder from "./ModelFolder.ts"
import * as ModelHub from "./ModelHub.ts"
import type { Located } from "./ModelSpec.ts"
import { isOffline } from "../domain/Offline.ts"
import { defaultModel, packageFolder } from "../domain/PackageFolder.ts"

/** Where and how a model is looked for. */
export interface LocatorOptions {
  /** Its name on the hub, such as `Xenova/bge-small-en-v1.5`. Default `Xenova/all-MiniLM-L6-v2`, which is in the package. */
  readonly model?: string | undefined
  /** The folder of the model, or one that has it at `<folder>/<model>`. Nothing else is looked at then. */
  readonly folder?: string | undefined
  /** How the weights are stored. Default: what the model's folder has, or `q8` (int8). */
  readonly dtype?: Dtype | undefined
  /** Where downloaded models are kept. Default: `crosswalk/models` in the user's cache folder. */
  readonly cacheDirectory?: string | undefined
  /** Never use the network. Default: whether `CROSSWALK_OFFLINE` is set, to anything but `0`, `false`, `no` or `off`. */
  readonly offline?: boolean | undefined
  /** The hub. Default: `HF_ENDPOINT`, or `https://huggingface.co`. */
  readonly hub?: string | undefined
  /** The branch, tag or commit on the hub. Default `main`. */
  readonly revision?: string | undefined
  /** How long a download may stand still. Default 5 seconds. */
  readonly patience?: Duration.Input | undefined
  /** Called now and then during a download. */
  readonly onProgress?: ((progress: ModelHub.DownloadProgress) => Effect.Effect<void>) | undefined
}

const namePattern = /^(?!.*\.\.)[\w-][\w.-]*(\/[\w-][\w.-]*)?$/u

const userCache = (): string => {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env
  if (XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches")
  if (process.platform === "win32") return LOCALAPPDATA ?? join(homedir(), "AppData", "Local")
  return join(homedir(), ".cache")
}

const isDtype = (key: string): key is Dtype => Object.hasOwn(ModelFolder.suffixes, key)

const dtypeOf = (manifest: Manifest, asked: Dtype | undefined): Dtype =>
  asked ?? Object.keys(manifest.weights).find(isDtype) ?? "q8"

/**
 * Finds a model: in the explicit folder, else in the package, in the cache, on the hub. A model from the hub is downloaded
 * to the cache, whole or not at all.
 */
export const locate = Effect.fn("ModelLocator.locate")(function* (options: LocatorOptions) {
  const model = options.model ?? defaultModel
  const fail = (
    reason: ModelLoadReason,
    problem: string,
    action: "chooseModel" | "download" | "retry" = "chooseModel"
  ) => Effect.fail(new ModelLoadError({ model, reason, problem, remedy: { action } }))

  const look = Effect.fnUntraced(function* (folder: string) {
    const manifest = yield* ModelFolder.read(folder, options.model, options.dtype).pipe(
      Effect.mapError(ModelFolder.damaged(model, folder))
    )
    return manifest === undefined ? undefined : { folder, manifest, dtype: dtypeOf(manifest, options.dtype) }
  })

  if (options.folder !== undefined) {
    const folder = resolve(options.folder)
    const places = [folder, join(folder, model)]
    for (const place of places) {
      const found: Located | undefined = yield* look(place)
      if (found !== undefined) return found
    }
    return yield* fail(
      "missing",
      `it is not in ${places.join(" nor in ")}` +
        (options.dtype === undefined ? "" : ` with ${options.dtype} weights`) +
        `. Put ${ModelFolder.required.join(", ")} and ${ModelFolder.weightsFile(options.dtype ?? "q8")} there, ` +
        "or name another folder."
    )
  }

  if (!namePattern.test(model)) {
    return yield* fail(
      "unknown",
      `that is not the name of a model. Use a name of the hub, such as ${defaultModel}, or give the model's folder.`
    )
  }
  const dtype = options.dtype ?? "q8"
  const revision = options.revision ?? "main"
  const cache = resolve(options.cacheDirectory ?? join(userCache(), "crosswalk", "models"))
  const cached = join(cache, model, `${encodeURIComponent(revision)}-${dtype}`)
  const packagedModels = join(packageFolder, "models")
  for (const place of [...(revision === "main" ? [join(packagedModels, model)] : []), cached]) {
    const found: Located | undefined = yield* look(place)
    if (found !== undefined) return found
  }
  if (options.offline ?? (yield* isOffline)) {
    return yield* fail(
      "offline",
      `it is not in the package (${packagedModels}) nor in the cache (${cached}), and the network is not used. Use ` +
        `${defaultModel}, which is in the package, give a folder, or allow the network once (CROSSWALK_OFFLINE=0).`,
      "download"
    )
  }
  yield* ModelHub.download({
    hub: options.hub ?? process.env["HF_ENDPOINT"] ?? "https://huggingface.co",
    model,
    revision,
    dtype,
    folder: cached,
    patience: options.patience ?? Duration.seconds(5),
    onProgress: options.onProgress ?? (() => Effect.void)
  })
  const found: Located | undefined = yield* look(cached)
  if (found !== undefined) return found
  return yield* fail("missing", `${cached} was removed while it was read. Try again.`, "retry")
})
