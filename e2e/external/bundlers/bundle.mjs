// bundle.mjs <bundler> <format> <file> <external>...: makes a program of program.mjs, with the settings that a user would have.
import { basename, dirname, resolve } from "node:path"

const [bundler, format, file, ...external] = process.argv.slice(2)
const isExternal = (id) => external.some((name) => id === name || id.startsWith(`${name}/`))

const make = {
  esbuild: async () => {
    const { build } = await import("esbuild")
    await build({ entryPoints: ["program.mjs"], bundle: true, platform: "node", format, outfile: file, external })
  },
  rollup: async () => {
    const { rollup } = await import("rollup")
    const [commonjs, json, nodeResolve] = await Promise.all(
      ["commonjs", "json", "node-resolve"].map(async (name) => (await import(`@rollup/plugin-${name}`)).default)
    )
    const plugins = [nodeResolve({ preferBuiltins: true, exportConditions: ["node"] }), commonjs(), json()]
    const bundle = await rollup({ input: "program.mjs", external: isExternal, plugins })
    await bundle.write({ dir: dirname(file), entryFileNames: basename(file), format })
  },
  vite: async () => {
    const { build } = await import("vite")
    await build({
      configFile: false,
      build: {
        ssr: "program.mjs",
        outDir: dirname(file),
        rolldownOptions: { output: { entryFileNames: basename(file) } }
      },
      ssr: isExternal("crosswalk") ? {} : { noExternal: true, external }
    })
  },
  webpack: async () => {
    const { default: webpack } = await import("webpack")
    const stats = await new Promise((done, fail) => {
      const config = {
        mode: "production",
        target: "node22",
        entry: "./program.mjs",
        experiments: { outputModule: true },
        optimization: { minimize: false },
        output: { path: resolve(dirname(file)), filename: basename(file), module: true, chunkFormat: "module" },
        externalsType: "import",
        externals: [({ request }, answer) => (isExternal(request) ? answer(null, request) : answer())]
      }
      webpack(config, (error, stats) => (error ? fail(error) : done(stats)))
    })
    console.log(stats.toString({ all: false, errors: true, warnings: true }))
    if (stats.hasErrors() || stats.hasWarnings()) process.exitCode = 1
  }
}

await make[bundler]()
