/**
 * Runs a file with a Node that can: the one that runs this script if it is new enough, else the one of the package
 * `node-<platform>-<arch>`, which scripts/node/package.json installs. Old versions of Node read this file, so it is plain
 * JavaScript of theirs.
 */
import { spawn } from "node:child_process"
import { createRequire } from "node:module"
import { delimiter, dirname, join } from "node:path"

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

const installed = () => {
  const { arch, platform } = process
  const prefix = platform === "darwin" && arch === "arm64" ? "node-bin" : "node"
  const name = [prefix, platform === "win32" ? "win" : platform, arch].join("-")
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    return join(dirname(manifest), "bin", platform === "win32" ? "node.exe" : "node")
  } catch {
    process.stderr.write(
      `This is Node ${process.versions.node}, and ${name} is not installed: use Node 22.19 or newer.\n`
    )
    return process.exit(1)
  }
}

const node = major > 22 || (major === 22 && minor >= 19) ? process.execPath : installed()
const PATH = `${dirname(node)}${delimiter}${process.env.PATH}`
const child = spawn(node, process.argv.slice(2), { stdio: "inherit", env: { ...process.env, PATH } })
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal))
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1)
})
