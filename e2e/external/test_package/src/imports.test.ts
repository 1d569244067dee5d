import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { test } from "node:test"
import * as crosswalk from "crosswalk"
import * as libsql from "crosswalk/libsql"
import * as testing from "crosswalk/testing"
import * as transformers from "crosswalk/transformers"

const manifest = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("crosswalk/package.json"), "utf8"))

test("every subpath can be imported", async () => {
  const paths = Object.keys(manifest.exports).filter((path) => !path.endsWith(".json"))
  for (const path of paths) {
    const module: object = await import(`crosswalk${path.slice(1)}`)
    assert.ok(Object.keys(module).length > 0, path)
  }
  assert.ok(paths.length >= 4)
})

test("each names what it is for", () => {
  assert.equal(typeof crosswalk.Store.layerLibsql, "function")
  assert.equal(typeof libsql.LibsqlClient.layer, "function")
  assert.equal(typeof transformers.Transformers.layer, "function")
  assert.ok(Object.keys(testing).length > 0)
})
