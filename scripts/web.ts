/** Builds the page (src/web) into dist/web, with compressed forms of its files beside them. */
import { globSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import { build, type Rolldown } from "vite"
import { root } from "./run.ts"

/** How large the page may be, all its files gzipped, without the map: in bytes. */
const budget = 300_000

/** The folder of a package that a file is of. */
const packageOf = (file: string): string | undefined => /node_modules\/(?:@[^/]+\/)?[^/]+/u.exec(file)?.[0]

/** What is told of the page once it is built. */
export interface Built {
  /** The folders of the packages that are in it. */
  readonly packages: ReadonlyArray<string>
  /** Gzipped, without the map: in bytes. */
  readonly size: number
}

/** Builds the page. Throws where something of the server would get into it, or it is too large. */
export const buildWeb = async (): Promise<Built> => {
  const { NODE_ENV } = process.env
  const output = (await build({ configFile: join(root, "src", "web", "vite.config.ts") })) as Rolldown.RolldownOutput
  // Vite says "production" to the whole process, and npm then leaves out what is for development.
  if (NODE_ENV === undefined) delete process.env["NODE_ENV"]
  const files = output.output.flatMap((file) =>
    file.type === "chunk" ? Object.keys(file.modules).filter((id) => file.modules[id]?.code) : file.originalFileNames
  )
  const foreign = files.filter((file) => /\/src\/(?!web\/)/u.test(file) && !file.includes("node_modules"))
  if (foreign.length > 0) throw new Error(`the page may have types of the server only, and has ${foreign.join(", ")}`)

  const folder = join(root, "dist", "web")
  let size = 0
  for (const name of globSync("**/*.{css,html,js,svg,woff2}", { cwd: folder })) {
    const path = join(folder, name)
    const bytes = readFileSync(path)
    // A font is compressed already.
    const zipped = name.endsWith(".woff2") ? bytes : gzipSync(bytes, { level: 9 })
    if (!/(?:^|\/)Map/u.test(name)) size += zipped.length
    if (zipped.length > bytes.length * 0.9) continue
    writeFileSync(`${path}.gz`, zipped)
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }))
  }
  if (size > budget) throw new Error(`the page is ${size} bytes gzipped, more than ${budget}`)
  return { packages: [...new Set(files.map(packageOf).filter((folder) => folder !== undefined))].toSorted(), size }
}
