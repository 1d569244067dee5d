#!/usr/bin/env node
// The file behind the command `crosswalk`: turns on Node's cache of compiled code, then loads the command line itself.
// An old Node reads this far, and is told; it could not load the rest.
import Module from "node:module"
import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import { nodeProblem } from "../src/domain/NodeVersion.ts"

const problem = nodeProblem()
if (problem === undefined) {
  const xdg = process.env.XDG_CACHE_HOME
  const caches = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), ".cache")
  Module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE ?? join(caches, "crosswalk", "compiled"))
  await import("../src/cli/crosswalk.ts")
} else {
  process.stderr.write(`crosswalk: ${problem}\n`)
  process.exitCode = 1
}
