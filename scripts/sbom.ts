/**
 * Says what the package is made of, as CycloneDX and as a list of licences: what it depends on, what is bundled into it, and
 * the model.
 *
 * The dependencies are told by `npm sbom`, which reads the lock file and is there wherever the package is built;
 * `@cyclonedx/cyclonedx-npm` would be fifty more packages to trust for the same. What npm cannot know is added here.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { npm, root } from "./run.ts"

interface Hash {
  readonly alg: string
  readonly content: string
}

interface Component {
  readonly "bom-ref": string
  readonly type: string
  readonly name: string
  readonly version: string
  readonly scope?: string
  readonly description?: string
  readonly hashes?: ReadonlyArray<Hash>
  readonly licenses?: ReadonlyArray<{
    readonly license?: { readonly id?: string; readonly name?: string }
    readonly expression?: string
  }>
  readonly properties?: ReadonlyArray<{ readonly name: string; readonly value: string }>
}

interface Bom {
  readonly metadata: { readonly component: Component; readonly [key: string]: unknown }
  readonly components: ReadonlyArray<Component>
  readonly dependencies: ReadonlyArray<{ readonly ref: string; readonly dependsOn?: ReadonlyArray<string> }>
  readonly [key: string]: unknown
}

/** A package that is in the bundles. */
export interface Bundled {
  readonly name: string
  readonly version: string
  readonly license: string
}

/** How a component gets to the user. */
const delivery = "crosswalk:delivery"

const marked = (component: Component, value: "dependency" | "bundled"): Component => ({
  ...component,
  scope: "required",
  properties: [
    ...(component.properties ?? []).filter(({ name }) => !/development/u.test(name)),
    { name: delivery, value }
  ]
})

const modelFolder = join("models", "Xenova", "all-MiniLM-L6-v2")

/** The model, with the checksums of its files. */
const model = (): Component => {
  const manifest = JSON.parse(readFileSync(join(root, modelFolder, "manifest.json"), "utf8"))
  const files: ReadonlyArray<readonly [string, { readonly sha256: string }]> = Object.entries(manifest.files)
  const weights = files.find(([name]) => name.endsWith(".onnx"))
  return {
    "bom-ref": "model:all-MiniLM-L6-v2",
    type: "machine-learning-model",
    name: "sentence-transformers/all-MiniLM-L6-v2",
    version: String(manifest.revision ?? "quantised"),
    description: "The bundled model; its README says how it was made",
    scope: "required",
    hashes: weights === undefined ? [] : [{ alg: "SHA-256", content: weights[1].sha256 }],
    licenses: [{ license: { id: "Apache-2.0" } }],
    properties: [
      { name: delivery, value: "bundled" },
      ...files.map(([name, { sha256 }]) => ({ name: `crosswalk:sha256:${name}`, value: sha256 }))
    ]
  }
}

const read = async (omit: ReadonlyArray<string>): Promise<Bom> => {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "library", "--package-lock-only", ...omit]
  const { code, output } = await npm([...args, "--loglevel=error"])
  if (code !== 0) throw new Error(`npm sbom failed:\n${output}`)
  return JSON.parse(output.slice(output.indexOf("{")))
}

const text = ({ licenses = [] }: Component): string =>
  licenses.map(({ expression, license }) => expression ?? license?.id ?? license?.name ?? "").join(" AND ") || "unknown"

/**
 * The bill of materials, the same bytes for the same lock file, and a table of licences in Markdown. Throws where a bundled
 * package is not in the lock file.
 */
export const make = async (
  bundled: ReadonlyArray<Bundled>
): Promise<{ readonly json: string; readonly table: string }> => {
  const [all, production] = await Promise.all([read([]), read(["--omit", "dev"])])
  const needed = new Set(production.components.map((component) => component["bom-ref"]))
  const inBundles = new Map(bundled.map(({ license, name, version }) => [`${name}@${version}`, license]))
  const missing = [...inBundles.keys()].filter(
    (ref) => !all.components.some((component) => component["bom-ref"] === ref)
  )
  if (missing.length > 0) throw new Error(`bundled, but not in package-lock.json: ${missing.join(", ")}`)
  const components = [
    ...all.components.flatMap((component) => {
      const ref = component["bom-ref"]
      if (needed.has(ref)) return [marked(component, "dependency")]
      const license = inBundles.get(ref)
      if (license === undefined) return []
      // npm leaves out a licence that is no identifier of SPDX.
      const named = component.licenses === undefined || component.licenses.length === 0
      return [marked(named ? { ...component, licenses: [{ license: { name: license } }] } : component, "bundled")]
    }),
    model()
  ].toSorted((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1))
  const kept = new Set([all.metadata.component["bom-ref"], ...components.map((component) => component["bom-ref"])])
  const { metadata, serialNumber: _, ...rest } = all
  const { timestamp: __, ...origin } = metadata
  const bom: Bom = {
    ...rest,
    // npm names it after its folder.
    metadata: { ...origin, component: { ...metadata.component, name: "crosswalk" } },
    components,
    dependencies: all.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map(({ dependsOn = [], ref }) => ({ ref, dependsOn: dependsOn.filter((other) => kept.has(other)) }))
  }
  const rows = components.map((component) => {
    const how = component.properties?.find(({ name }) => name === delivery)?.value ?? ""
    return `| ${component.name} | ${component.version} | ${text(component)} | ${how} |`
  })
  const table = [
    "# What Crosswalk is made of",
    "",
    "The texts of the licences of what is bundled are in `cli`, `runtime` and `web/LICENSES`, the notices of ONNX Runtime's",
    "third parties in `runtime/ThirdPartyNotices.txt`; a dependency brings its own. `sbom.cdx.json` has the same as CycloneDX.",
    "",
    "| package | version | licence | delivery |",
    "| --- | --- | --- | --- |",
    ...rows,
    ""
  ].join("\n")
  return { json: `${JSON.stringify(bom, undefined, 2)}\n`, table }
}
