import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { beforeAll, describe, expect, it } from "vitest"
import { node, npm, root } from "../../scripts/run.ts"

const isBuilt = existsSync(join(root, "dist", "index.js"))

interface Packed {
  readonly size: number
  readonly files: ReadonlyArray<{ readonly path: string; readonly mode: number }>
}

// `npm test` builds first.
describe.skipIf(!isBuilt)("the tarball (skipped where dist is not built)", () => {
  let packed: Packed = { size: 0, files: [] }
  let paths: ReadonlyArray<string> = []

  beforeAll(async () => {
    // `npm test` says where, as another of its steps installs the tarball.
    const folder = process.env["CROSSWALK_PACKED"] ?? (await mkdtemp(join(tmpdir(), "crosswalk-packed-")))
    const to = ["--pack-destination", folder]
    const { output } = await npm(["pack", ...to, "--json", "--ignore-scripts", "--loglevel=error"])
    // npm 10 and 11 give a list, newer ones a record by name.
    const json: Readonly<Record<string, Packed>> = JSON.parse(output.slice(output.search(/^[[{]/m)))
    packed = Object.values(json)[0] ?? packed
    paths = packed.files.map(({ path }) => path).toSorted()
  }, 300_000)

  it("has nothing at the top but what a user needs", () => {
    expect(new Set(paths.map((path) => path.split("/")[0]))).toEqual(
      new Set([
        "CHANGELOG.md",
        "LICENSE",
        "NOTICE",
        "README.md",
        "dist",
        "docs",
        "examples",
        "models",
        "package.json",
        "SECURITY.md"
      ])
    )
  })

  it("has no sources, tests or source maps", () => {
    expect(paths.filter((path) => /(?<!\.d)\.tsx?$|\.map$|\.test\.|(^|\/)\.|golden|\.db/.test(path))).toEqual([])
  })

  it("has a module with its declarations for every module of the library", () => {
    // What only a worker imports is in the worker, which nobody imports.
    const inWorker = new Set([
      "embedder/OnnxEncoder.ts",
      "embedder/WorkerLoop.ts",
      "embedder/worker.ts",
      "map/MapTask.ts",
      "map/MapWorker.ts",
      "map/UmapPositions.ts"
    ])
    const modules = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
      .map((path) => path.replaceAll("\\", "/"))
      .filter(
        (path) => path.endsWith(".ts") && !path.startsWith("web/") && !path.startsWith("cli/") && !inWorker.has(path)
      )
      .flatMap((path) => [`dist/${path.slice(0, -3)}.js`, `dist/${path.slice(0, -3)}.d.ts`])
    expect(paths.filter((path) => /^dist\/(?!cli\/|runtime\/|web\/).*\.(js|d\.ts)$/.test(path))).toEqual(
      [...modules, "dist/embedder/worker.js", "dist/map/MapWorker.js"].toSorted()
    )
  })

  it("has the runtime of every platform that onnxruntime-node is made for, and the licences of what is in it", () => {
    const runtime = paths.filter((path) => path.startsWith("dist/runtime/"))
    for (const platform of ["darwin-arm64", "linux-arm64", "linux-x64", "win32-arm64", "win32-x64"]) {
      expect(runtime).toContain(`dist/runtime/${platform}/onnxruntime_binding.node`)
      expect(
        runtime.filter((path) => path.startsWith(`dist/runtime/${platform}/`) && /onnxruntime\./.test(path))
      ).toHaveLength(1)
    }
    expect(runtime.filter((path) => /DirectML|dxil|dxcompiler|cuda|tensorrt/i.test(path))).toEqual([])
    const licences = readFileSync(join(root, "dist/runtime/LICENSES"), "utf8")
    for (const name of ["@huggingface/transformers", "onnxruntime-node", "onnxruntime-common", "usearch", "umap-js"]) {
      expect(licences).toMatch(new RegExp(`^${name} \\S+ \\(.*\\)\\n\\n\\S`, "m"))
    }
    // Its npm package comes without the notices of its third parties; those kept here are of this version.
    expect(/^onnxruntime-node (\S+)/m.exec(licences)?.[1]).toBe("1.27.0")
    expect(runtime).toContain("dist/runtime/ThirdPartyNotices.txt")
  })

  it("asks for no install script: no dependency of the package has one", () => {
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages
    const scripted = Object.entries<{ readonly dev?: boolean; readonly hasInstallScript?: boolean }>(lock)
      .filter(([, entry]) => entry.hasInstallScript === true && entry.dev !== true)
      .map(([path]) => path)
    expect(scripted).toEqual([])
  })

  it("has every file that package.json names", () => {
    const { bin, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    const named = JSON.stringify([bin, exports]).match(/(?<="\.\/)[^"]+\.(js|ts|json)(?="[,}])/g) ?? []
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter((path) => !paths.includes(path))).toEqual([])
  })

  it("has the command line as a bundle with the licences of what is in it", () => {
    const cli = paths.filter((path) => path.startsWith("dist/cli/"))
    expect(cli).toEqual(expect.arrayContaining(["dist/cli/LICENSES", "dist/cli/crosswalk.js"]))
    expect(cli.filter((path) => !/^dist\/cli\/(LICENSES|[\w-]+\.js)$/.test(path))).toEqual([])
    const launcher = packed.files.find(({ path }) => path === "dist/cli/crosswalk.js")
    if (process.platform !== "win32") expect((launcher?.mode ?? 0) & 0o111).not.toBe(0)
    expect(readFileSync(join(root, "dist/cli/crosswalk.js"), "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect(readFileSync(join(root, "dist/cli/LICENSES"), "utf8")).toMatch(/^effect 4\.1\.0 \(MIT\)\n\nMIT License\n/m)
  })

  it("has the page, with compressed forms of what is large and the licences of what is in it", () => {
    const web = paths.filter((path) => path.startsWith("dist/web/"))
    expect(web).toEqual(expect.arrayContaining(["dist/web/index.html", "dist/web/LICENSES"]))
    const program = web.filter((path) => /^dist\/web\/assets\/index-[\w-]+\.js$/u.test(path))
    expect(program).toHaveLength(1)
    expect(web).toEqual(expect.arrayContaining(program.flatMap((path) => [`${path}.br`, `${path}.gz`])))
    expect(readFileSync(join(root, "dist/web/LICENSES"), "utf8")).toMatch(/^solid-js \S+ \(MIT\)\n\n\S/mu)
  })

  it("has the model with its manifest, and weighs less than 80 MB", () => {
    const model = "models/Xenova/all-MiniLM-L6-v2"
    expect(paths).toEqual(
      expect.arrayContaining([
        `${model}/README.md`,
        `${model}/manifest.json`,
        `${model}/config.json`,
        `${model}/tokenizer.json`,
        `${model}/onnx/model_quantized.onnx`
      ])
    )
    expect(packed.size).toBeLessThan(80e6)
  })
})

describe("importing the library", () => {
  const entry = pathToFileURL(join(root, ...(isBuilt ? ["dist", "index.js"] : ["src", "index.ts"]))).href

  it("loads no native module", async () => {
    const script = `
      const before = new Set(process.report.getReport().sharedObjects)
      await import(${JSON.stringify(entry)})
      const after = process.report.getReport().sharedObjects
      console.log(JSON.stringify(after.filter((file) => !before.has(file))))`
    const { code, output } = await node("--input-type=module", ["--no-warnings", "--eval", script])
    expect({ code, loaded: JSON.parse(output.trim()) }).toEqual({ code: 0, loaded: [] })
  })

  it("loads neither the model's runtime nor a database client", async () => {
    const script = `
      import { registerHooks } from "node:module"
      const heavy = []
      registerHooks({ resolve(specifier, context, next) {
        const resolved = next(specifier, context)
        if (/onnxruntime|@libsql|@huggingface|usearch/.test(resolved.url)) heavy.push(specifier)
        return resolved
      } })
      await import(${JSON.stringify(entry)})
      console.log(JSON.stringify(heavy))`
    const { code, output } = await node("--input-type=module", ["--no-warnings", "--eval", script])
    expect({ code, heavy: JSON.parse(output.trim()) }).toEqual({ code: 0, heavy: [] })
  })
})
