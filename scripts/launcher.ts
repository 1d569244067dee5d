#!/usr/bin/env node
// The file behind the command `crosswalk`: turns on Node's cache of compiled code, then loads the command line itself.
import { enableCompileCache } from "node:module"
import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"

const xdg = process.env.XDG_CACHE_HOME
const caches = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), ".cache")
enableCompileCache(process.env.NODE_COMPILE_CACHE ?? join(caches, "crosswalk", "compiled"))

await import("../src/cli/crosswalk.ts")
