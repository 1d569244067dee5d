import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { loose, movable, unlocked, unpinned } from "../../scripts/pins.ts"
import { root } from "../../scripts/run.ts"

const isBuilt = existsSync(join(root, "dist", "sbom.cdx.json"))
const read = (...path: ReadonlyArray<string>) => readFileSync(join(root, ...path), "utf8")

describe("dependencies", () => {
  it("are exact versions with checksums", () => {
    expect(unpinned()).toEqual([])
  })

  it("are not, where a range, a tag, a URL or a package without a checksum is named", () => {
    expect(loose({ dependencies: { a: "1.2.3", b: "1.2.3-beta.4", c: "file:c" } })).toEqual([])
    for (const version of [
      "^1.2.3",
      "~1.2.3",
      "1",
      "1.x",
      "*",
      "latest",
      ">=1.0.0",
      "github:a/b",
      "https://a.b/c.tgz"
    ]) {
      expect(loose({ devDependencies: { a: version } })).toHaveLength(1)
    }
    const locked = (entry: object) => unlocked({ packages: { "": {}, "node_modules/a": entry } })
    expect(locked({ integrity: "sha512-x" })).toEqual([])
    expect(locked({})).toHaveLength(1)
    expect(locked({ integrity: "sha512-x", resolved: "https://elsewhere.example/a.tgz" })).toHaveLength(1)
    expect(movable(`      - uses: a/b@${"0123456789".repeat(4)} # v1`)).toEqual([])
    for (const version of ["v5", "v5.1.0", "main", "0123456"]) expect(movable(`- uses: a/b@${version}`)).toHaveLength(1)
  })
})

// `npm test` builds first.
describe.skipIf(!isBuilt)("what the package is made of (skipped where dist is not built)", () => {
  const bom = () => JSON.parse(read("dist", "sbom.cdx.json"))

  it("is told as CycloneDX: every dependency, what is bundled, the model", () => {
    const { bomFormat, components, dependencies, metadata } = bom()
    expect({ bomFormat, name: metadata.component.name }).toEqual({ bomFormat: "CycloneDX", name: "crosswalk" })
    const names = components.map(({ name }: { name: string }) => name)
    const { dependencies: own } = JSON.parse(read("package.json"))
    expect(names).toEqual(expect.arrayContaining(Object.keys(own)))
    expect(names).toEqual(
      expect.arrayContaining(["effect", "onnxruntime-node", "usearch", "@huggingface/transformers"])
    )
    expect(names).not.toContain("vitest")
    const model = components.find(({ type }: { type: string }) => type === "machine-learning-model")
    expect(model.hashes[0].content).toMatch(/^[0-9a-f]{64}$/u)
    const refs = new Set(dependencies.map(({ ref }: { ref: string }) => ref))
    expect(
      dependencies
        .flatMap(({ dependsOn }: { dependsOn: Array<string> }) => dependsOn)
        .filter((ref: string) => !refs.has(ref))
    ).toEqual([])
  })

  it("has a licence each, and the texts of what is bundled", () => {
    const table = read("dist", "licences.md")
    const rows = table
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(2)
    expect(rows.length).toBe(bom().components.length)
    expect(rows.filter((row) => / \| (?:unknown)? \| /u.test(row))).toEqual([])
    for (const [, name = "", version = ""] of table.matchAll(/^\| (\S+) \| (\S+) \| .* \| bundled \|$/gmu)) {
      if (name.startsWith("sentence-transformers/")) continue
      const texts = ["cli", "runtime", "web"].map((folder) => read("dist", folder, "LICENSES")).join("\n")
      expect(texts, name).toContain(`${name} ${version} (`)
    }
    expect(read("dist", "runtime", "ThirdPartyNotices.txt").length).toBeGreaterThan(100_000)
  })
})

describe("SECURITY.md", () => {
  it("names tests that are there, one for each line of its table", () => {
    const [, table = ""] = read("SECURITY.md").split("## What could be done to it")
    const rows =
      table
        .split("\n## ")[0]
        ?.split("\n")
        .filter((line) => line.startsWith("| ")) ?? []
    expect(rows.length).toBeGreaterThan(15)
    for (const row of rows.slice(2)) {
      const files = [...row.matchAll(/`((?:test|e2e)\/[^`]+\.test\.ts)`/gu)].flatMap(([, file]) => file ?? [])
      expect(files.length, row).toBeGreaterThan(0)
      for (const file of files) expect(existsSync(join(root, file)), file).toBe(true)
    }
  })
})
