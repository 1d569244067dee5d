import type { ChildProcess } from "node:child_process"
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "../../../../scripts/run.ts"
import * as Command from "../../../../test/support/command.ts"
import { madeOnceARun } from "../../../../test/support/madeOnce.ts"

/** A served store. */
export interface Site {
  readonly url: string
  readonly folder: string
  /** Runs the command on the store, and gives what it printed. */
  readonly crosswalk: (args: ReadonlyArray<string>) => Promise<string>
  readonly close: () => Promise<void>
}

export interface SiteOptions {
  /** Files that are imported. Default: the catalogues of the demo. */
  readonly files?: ReadonlyArray<string>
  /** A database that has the files already, which is copied. Default: none. */
  readonly database?: string | undefined
  /** Imports a catalogue of {@link hostile} texts too. Default: false. */
  readonly isHostile?: boolean
  /** The folder of the model that it serves with. Default: the bundled one. */
  readonly model?: string
  readonly env?: Readonly<Record<string, string>>
}

const demo = ["security-requirements.json", "company-requirements.csv"].map((name) => join(root, "examples", name))

/** The URL that a server prints when it listens. */
const listening = (child: ChildProcess): Promise<string> =>
  new Promise((done, fail) => {
    let output = ""
    const hear = (text: string) => {
      output += text
      const url = /http:\/\/[\d.]+:\d+/u.exec(output)?.[0]
      if (url !== undefined) done(url)
    }
    child.stdout?.setEncoding("utf8").on("data", hear)
    child.stderr?.setEncoding("utf8").on("data", hear)
    child.on("close", (code) => fail(new Error(`serve ended with ${code}: ${output}`)))
  })

/** A folder with the database `web.db`, which is empty at first. */
const prepared = async () => {
  const folder = await mkdtemp(join(tmpdir(), "crosswalk-web-"))
  const crosswalk = async (args: ReadonlyArray<string>) => {
    const { code, stderr, stdout } = await Command.crosswalk(folder, ["--db", "web.db", ...args])
    if (code !== 0) throw new Error(`crosswalk ${args.join(" ")} ended with ${code}: ${stderr}`)
    return stdout
  }
  const close = () => rm(folder, { recursive: true, force: true, maxRetries: 3 })
  return { folder, database: join(folder, "web.db"), crosswalk, close }
}

/** A database with the catalogues of the demo, which is made once for all tests of a run. */
export const demoDatabase = async (): Promise<string> => {
  const folder = await madeOnceARun("crosswalk-web-demo", async (folder) => {
    const { close, crosswalk, database } = await prepared()
    for (const file of demo) await crosswalk(["import", file])
    await copyFile(database, join(folder, "web.db"))
    await close()
  })
  return join(folder, "web.db")
}

/** Serves a store with these files by the built command, on a free port. */
export const served = async ({
  database,
  env = {},
  files = demo,
  isHostile = false,
  model
}: SiteOptions = {}): Promise<Site> => {
  const place = await prepared()
  const { crosswalk, folder } = place
  if (database !== undefined) await copyFile(database, place.database)
  const imported = database === undefined ? files : []
  for (const file of isHostile ? [...imported, await hostileCatalog(folder)] : imported)
    await crosswalk(["import", file])
  let server: ChildProcess | undefined
  let url: Promise<string> = Promise.reject(new Error("serve has not started"))
  url.catch(() => {})
  const onStart = (child: ChildProcess) => {
    server = child
    url = listening(child)
  }
  const options = ["--db", "web.db", ...(model === undefined ? [] : ["--model", model])]
  const ended = Command.crosswalk(folder, [...options, "serve", "--port", "0"], { env, onStart, limit: 900 })
  const close = async () => {
    server?.kill("SIGTERM")
    await ended
    await place.close()
  }
  return { url: await url, folder, crosswalk, close }
}

/** Texts that would be markup or code, if anybody let them. */
export const hostile = [
  `<img src=x onerror="globalThis.hacked = 1">`,
  `<script>globalThis.hacked = 2</script>`,
  `"><svg onload=globalThis.hacked=3>`,
  `javascript:globalThis.hacked=4`,
  `{{constructor.constructor('globalThis.hacked=5')()}}`,
  `\u202Egnp.exe ${"W".repeat(400)}`
]

/** A catalogue of such texts in every field, as a file to import. */
export const hostileCatalog = async (folder: string): Promise<string> => {
  const path = join(folder, "hostile.json")
  const references = hostile.map((text, i) => ({
    id: `H-${i + 1}<b>`,
    title: text,
    text: `${text} passwords ${text}`,
    type: "requirement",
    tags: [text.slice(0, 60)],
    link: text,
    nested: { "<b>key</b>": [text] }
  }))
  await writeFile(path, JSON.stringify({ catalog: "hostile@1", references }))
  return path
}
