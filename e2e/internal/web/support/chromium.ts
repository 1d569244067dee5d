import { readFile, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { inflate } from "@sparticuz/chromium"
import { type Browser, chromium } from "playwright-core"
import { madeOnce } from "../../../../test/support/madeOnce.ts"

const require = createRequire(import.meta.url)

/** Why there is no Chromium to be had; undefined where there is one. */
export const unavailable: string | undefined =
  process.env["CHROMIUM_PATH"] !== undefined || (process.platform === "linux" && process.arch === "x64")
    ? undefined
    : "the Chromium from npm is for Linux on x64; name another in CHROMIUM_PATH"

/** What a Chromium without a screen needs, in a container too. */
const args = [
  "--no-sandbox",
  "--font-render-hinting=none",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-background-networking"
]

/**
 * Where the unpacked fonts are, beside this file. That of the package looks for them in /tmp, and without any font Chromium ends
 * at the first page with a text.
 */
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fonts-cache</cachedir>
</fontconfig>
`

/** The folder with the unpacked Chromium of the package and its fonts, one for each version. */
const unpacked = async (): Promise<string> => {
  const home = dirname(dirname(require.resolve("@sparticuz/chromium")))
  const { version } = JSON.parse(await readFile(join(home, "package.json"), "utf8"))
  return madeOnce(`chromium-and-fonts-${version}`, async (folder) => {
    const before = process.env["TMPDIR"]
    // The package unpacks into the folder for temporary files.
    process.env["TMPDIR"] = folder
    try {
      for (const archive of ["chromium.br", "fonts.tar.br", "swiftshader.tar.br", "al2023.tar.br"]) {
        await inflate(join(home, "bin", archive))
      }
      await writeFile(join(folder, "fonts", "fonts.conf"), fontsConf)
    } finally {
      if (before === undefined) delete process.env["TMPDIR"]
      else process.env["TMPDIR"] = before
    }
  })
}

/** A Chromium: the one that CHROMIUM_PATH names, else the one from npm, if need be with the libraries that come with it. */
export const launch = async (): Promise<Browser> => {
  const own = process.env["CHROMIUM_PATH"]
  if (own !== undefined) return chromium.launch({ executablePath: own, args })
  const folder = await unpacked()
  const start = (env: Record<string, string> = {}) =>
    chromium.launch({
      executablePath: join(folder, "chromium"),
      args,
      env: { ...process.env, FONTCONFIG_PATH: join(folder, "fonts"), XDG_CACHE_HOME: folder, ...env }
    })
  try {
    return await start()
  } catch (error) {
    if (!/shared librar/u.test(String(error))) throw error
    return start({ LD_LIBRARY_PATH: join(folder, "al2023", "lib") })
  }
}

/** One Chromium for many tests: launched when it is first asked for, and anew where it has died, so that it takes one test along. */
export const shared = () => {
  let launched: Promise<Browser> | undefined
  const last = () => launched?.catch(() => undefined)
  return {
    browser: async (): Promise<Browser> => {
      if ((await last())?.isConnected() !== true) launched = launch()
      return launched ?? launch()
    },
    close: async (): Promise<void> => (await last())?.close()
  }
}
