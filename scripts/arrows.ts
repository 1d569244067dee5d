/**
 * Checks that imports between the folders of src go one way only: domain ← embedder ← storage ← search ← crosswalk ←
 * cli, http, mcp, web. (Cycles between files are oxlint's `import/no-cycle`.)
 */
import { globSync, readFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"
import { root } from "./run.ts"

const library = ["domain", "embedder", "importer", "storage", "search", "crosswalk"]

/** What each folder of src may import from, itself apart. The files at the top are the public entry points. */
const allowed: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  embedder: ["domain"],
  importer: ["domain"],
  storage: ["domain", "embedder"],
  search: ["domain", "embedder", "storage"],
  crosswalk: ["domain", "embedder", "importer", "storage", "search"],
  web: library,
  http: [...library, "web"],
  mcp: library,
  cli: [...library, "http", "mcp", "web", ""],
  "": [...library, "http", "mcp", "web"]
}

/** The folder under src of a file there; the files at the top have the empty one, what is outside of src has "..". */
const folderOf = (file: string) => (file.includes("/") ? file.slice(0, file.indexOf("/")) : "")

/** Every import of a relative path that goes against the arrows, as `file:line` and what is wrong. */
export const wrongArrows = (): ReadonlyArray<string> =>
  globSync("**/*.{ts,tsx}", { cwd: join(root, "src") }).flatMap((path) => {
    const file = path.replaceAll("\\", "/")
    const from = folderOf(file)
    const lines = readFileSync(join(root, "src", path), "utf8").split("\n")
    return lines.flatMap((line, index) =>
      [...line.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)"(\.[^"]+)"/g)].flatMap(([, target = ""]) => {
        const to = folderOf(posix.join(dirname(file), target))
        return from === to || to === ".." || allowed[from]?.includes(to) === true
          ? []
          : [`src/${file}:${index + 1}: ${from === "" ? "an entry point" : from} must not import ${target}`]
      })
    )
  })
