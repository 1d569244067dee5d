import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { nodeProblem } from "../../src/domain/NodeVersion.ts"
import { isSupportedEffect, oneEffect } from "../../src/domain/Requirements.ts"

const root = join(import.meta.dirname, "..", "..")

describe("what the program around has to be", () => {
  it("is Node 22.19 or newer", () => {
    for (const version of ["18.20.0", "20.20.2", "22.18.0"]) {
      assert.strictEqual(nodeProblem(version), `Crosswalk needs Node 22.19 or newer; this is Node ${version}.`)
    }
    for (const version of ["22.19.0", "24.0.0", "26.12.1"]) assert.isUndefined(nodeProblem(version))
  })

  it("has an effect from 4.1.0, below 5", () => {
    for (const version of ["4.1.0", "4.1.7", "4.2.0"]) assert.isTrue(isSupportedEffect(version))
    for (const version of ["3.18.0", "4.0.6", "5.0.0"]) assert.isFalse(isSupportedEffect(version))
  })

  it.effect("is one copy of effect", () => oneEffect)

  it("is told where there are two copies of effect", () => {
    const folder = mkdtempSync(join(tmpdir(), "crosswalk-effects-"))
    try {
      const effect = join(folder, "node_modules", "effect")
      mkdirSync(join(folder, "node_modules"))
      cpSync(join(root, "node_modules", "effect", "dist"), join(effect, "dist"), {
        recursive: true,
        filter: (path) => !/\.(map|d\.ts)$/.test(path)
      })
      cpSync(join(root, "node_modules", "effect", "package.json"), join(effect, "package.json"))
      // What effect itself imports.
      symlinkSync(join(root, "node_modules"), join(effect, "node_modules"), "junction")
      writeFileSync(
        join(folder, "app.mjs"),
        `import { Effect } from "effect"
         const { Deterministic, LibsqlClient } = { ...(await import(${JSON.stringify(pathToFileURL(join(root, "src/index.ts")).href)})), ...(await import(${JSON.stringify(pathToFileURL(join(root, "src/libsql.ts")).href)})) }
         import { Layer } from "effect"
         const exit = await Effect.runPromiseExit(Effect.scoped(Layer.build(LibsqlClient.layer({ url: ":memory:" }))))
         console.log(String(exit.cause?.reasons?.[0]?.defect ?? exit))`
      )
      const { stdout } = spawnSync(process.execPath, ["--no-warnings", "app.mjs"], { cwd: folder, encoding: "utf8" })
      assert.match(stdout, /two copies of effect/)
      assert.match(stdout, /effect 4\.1\.0 \(.*crosswalk-effects-.*\), Crosswalk imports effect 4\.1\.0/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
