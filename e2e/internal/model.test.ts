/** The real model, in real processes. */
import { readFileSync } from "node:fs"
import { cp, mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { asvs, example, hasAsvs, modelFolder, test } from "./support/crosswalk.ts"

interface Hit {
  readonly uri: string
  readonly score: number
}

const queries: ReadonlyArray<{ readonly query: string; readonly expected: string; readonly keyword: boolean }> =
  JSON.parse(readFileSync(example("queries.json"), "utf8")).queries

describe("the model of the package", () => {
  test("finds by meaning what no word of the query names", async ({ crosswalk, folder }) => {
    const db = ["--db", join(folder, "x.db")]
    for (const file of ["security-requirements.json", "company-requirements.csv"]) {
      const { embedded, failed } = (await crosswalk(["import", example(file), "--json", ...db])).json()
      expect(embedded).toBeGreaterThan(40)
      expect(failed).toEqual([])
    }
    for (const [i, { expected, keyword, query }] of queries.entries()) {
      const uris = async (mode: string) =>
        (await crosswalk(["search", query, "--mode", mode, "--limit", "3", "--json", ...db]))
          .json()
          .hits.map((hit: Hit) => hit.uri)
      // The others are in the demo, below.
      if (i < 3) expect((await uris("semantic"))[0], query).toBe(expected)
      expect((await uris("keyword")).includes(expected), query).toBe(keyword)
    }
  })

  test("gives other vectors than the same weights that read less, and than hashed words", async ({
    crosswalk,
    folder
  }) => {
    const file = join(folder, "two.json")
    const long =
      "Every release is built from a tagged commit on a clean machine, signed, and kept with its list of parts. "
    await writeFile(
      file,
      JSON.stringify([
        {
          id: "long",
          title: "Builds",
          description: long.repeat(4) + "Backups are encrypted and restored once a year."
        },
        { id: "short", title: "Sessions", description: "Idle sessions end." }
      ])
    )
    const scores = async (name: string, embedder: unknown) => {
      const cwd = join(folder, name)
      await mkdir(cwd)
      await writeFile(join(cwd, "crosswalk.json"), JSON.stringify({ db: "x.db", embedder }))
      expect((await crosswalk(["import", file, "--catalog", "two@1"], { cwd })).code).toBe(0)
      const { hits } = (
        await crosswalk(["search", "restoring encrypted backups", "--mode", "semantic", "--json"], { cwd })
      ).json()
      const { fingerprint } = (await crosswalk(["model", "--json"], { cwd })).json()
      return { fingerprint, score: hits.find((hit: Hit) => hit.uri === "two:1/long").score }
    }
    const found = [
      await scores("whole", { type: "transformers" }),
      await scores("less", { type: "transformers", maxLength: 16 }),
      await scores("words", { type: "deterministic" })
    ]
    expect(new Set(found.map(({ fingerprint }) => fingerprint)).size).toBe(3)
    expect(new Set(found.map(({ score }) => score)).size).toBe(3)
  })

  test("refuses to compare vectors of two models, until they are embedded again", async ({ crosswalk, folder }) => {
    const db = ["--db", join(folder, "x.db")]
    await crosswalk(["import", example("company-requirements.csv"), "--embedder", "deterministic", ...db])
    const refused = await crosswalk(["search", "backups", ...db])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain("crosswalk embed")
    expect((await crosswalk(["status", "--json", ...db])).json().embeddings).toMatchObject({ fresh: 0, otherModel: 41 })
    expect((await crosswalk(["embed", "--json", ...db])).json()).toMatchObject({ updated: 41, skipped: 0 })
    expect((await crosswalk(["search", "backups", ...db])).code).toBe(0)
  })

  test("ends with 4 at once where a model is missing, unknown or damaged", async ({ crosswalk, folder }) => {
    const db = ["--db", join(folder, "x.db")]
    await crosswalk(["import", example("company-requirements.csv"), "--no-embed", ...db])
    const unknown = await crosswalk(["search", "x", "--model", "no/such-model", ...db])
    expect(unknown.code).toBe(4)
    expect(unknown.stderr).toContain("no/such-model")
    expect((await crosswalk(["search", "x", "--model", join(folder, "nowhere"), ...db])).code).toBe(4)

    const copy = join(folder, "copy")
    await cp(modelFolder, copy, { recursive: true })
    const weights = join(copy, "onnx", "model_quantized.onnx")
    const bytes = readFileSync(weights)
    bytes[5_000_000] = (bytes[5_000_000] ?? 0) ^ 0xff
    await writeFile(weights, bytes)
    const damaged = await crosswalk(["embed", "--model", copy, "--json", ...db])
    expect(damaged.code).toBe(4)
    expect(JSON.parse(damaged.stderr)).toMatchObject({ error: { code: 4, type: "ModelLoadError" } })
    expect((await crosswalk(["search", "backups", "--mode", "keyword", ...db])).code).toBe(0)
    expect((await crosswalk(["search", "backups", "--mode", "semantic", "--model", copy, ...db])).code).toBe(4)
    const degraded = await crosswalk(["search", "log", "--model", copy, "--json", ...db])
    expect(degraded.code).toBe(5)
    expect(degraded.json().hits.length).toBeGreaterThan(0)
    expect(degraded.json().degraded).toMatchObject({ error: "ModelLoadError", reason: "damaged" })
    expect(JSON.parse(degraded.stderr).error.message).toContain("only words were compared")
  })

  test("shows the difference in the demo, without a network", async ({ crosswalk, folder }) => {
    const ran = await crosswalk(["demo"], {
      env: { HTTPS_PROXY: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" }
    })
    expect(ran.code).toBe(0)
    expect(ran.stdout).toContain("by meaning")
    expect(ran.stdout).toContain(`First by meaning: ${queries.length} of ${queries.length}`)
    expect((await crosswalk(["status", "--json"], { cwd: folder })).json().database.exists).toBe(false)
  })
})

describe.skipIf(!hasAsvs)("the published ASVS (skipped where ../shared is not there)", () => {
  test("5.0.0 has 345 requirements, and V11.4.2 is the one on slow hashes", async ({ crosswalk, folder }) => {
    const db = ["--db", join(folder, "x.db")]
    const imported = await crosswalk(["import", asvs("asvs-5.0.0.flat.json"), "--json", ...db])
    expect(imported.code).toBe(0)
    expect(imported.json()).toMatchObject({ catalog: "asvs@5.0.0", created: 345, embedded: 345, failed: [] })
    const query = "hash passwords with a slow function so that brute force fails"
    const { hits } = (await crosswalk(["search", query, "--json", ...db])).json()
    expect(hits[0].uri).toBe("asvs:5.0.0/V11.4.2")
    expect(hits).toHaveLength(10)
    const again = await crosswalk(["import", asvs("asvs-5.0.0.flat.json"), "--json", ...db])
    expect(again.json()).toMatchObject({ created: 0, updated: 0, unchanged: 345, missing: 0, embedded: 0 })
  })

  test("4.0.3 has 278 requirements and 8 that are withdrawn", async ({ crosswalk, folder }) => {
    const args = ["import", asvs("asvs-4.0.3.flat.json"), "--json", "--no-embed", "--db", join(folder, "x.db")]
    const ran = await crosswalk(args)
    expect(ran.code).toBe(0)
    expect(ran.json()).toMatchObject({ catalog: "asvs@4.0.3", created: 278, withdrawn: 8, failed: [] })
  })
})
