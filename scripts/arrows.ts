/**
 * Checks that imports between the folders of src go one way only, as ARCHITECTURE.md draws them. (Cycles between files
 * are oxlint's `import/no-cycle`.)
 */
import { globSync, readFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"
import { root } from "./run.ts"

/** The folders of the library, each above what it may import. */
const library = [
  "domain",
  "worker",
  "embedder",
  "importer",
  "libsql",
  "storage",
  "vectors",
  "search",
  "crosswalk",
  "map",
  "catalog",
  "report"
]

/** What each folder of src may import from, itself apart. The files at the top are the public entry points. */
const allowed: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  worker: ["domain"],
  embedder: ["domain", "worker"],
  importer: ["domain"],
  libsql: ["domain", "worker"],
  storage: ["domain", "worker", "embedder", "libsql"],
  vectors: ["domain", "worker", "libsql", "storage"],
  search: ["domain", "embedder", "libsql", "storage"],
  crosswalk: ["domain", "embedder", "libsql", "storage", "search"],
  map: ["domain", "worker", "embedder", "libsql", "storage", "crosswalk"],
  catalog: ["domain", "embedder", "importer", "libsql", "storage", "vectors", "search", "crosswalk"],
  report: ["domain", "importer", "storage", "crosswalk", "catalog"],
  http: [...library],
  web: ["http"],
  mcp: [...library, "http"],
  promise: [...library, ""],
  cli: [...library, "http", "mcp", "promise", ""],
  "": [...library, "http", "mcp", "promise"]
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
