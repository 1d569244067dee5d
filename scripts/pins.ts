/** Checks that every dependency is one version: exact in the manifests, and with a checksum in the lock files. */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./run.ts"

const kinds = ["dependencies", "devDependencies", "optionalDependencies"] as const

/** A manifest, as far as it names packages. What a program brings itself (`peerDependencies`) is a range. */
export type Manifest = { readonly [K in (typeof kinds)[number]]?: Readonly<Record<string, string>> }

/** A lock file of npm. */
export interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly resolved?: string; readonly integrity?: string; readonly link?: boolean; readonly inBundle?: boolean }
    >
  >
}

const isExact = (version: string) => /^\d+\.\d+\.\d+(?:-[\w.-]+)?$/u.test(version) || version.startsWith("file:")

/** The dependencies of a manifest that may become another version. */
export const loose = (manifest: Manifest): ReadonlyArray<string> =>
  kinds.flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}).flatMap(([name, version]) =>
      isExact(version) ? [] : [`${kind}: ${name} is ${version}, no exact version`]
    )
  )

/** The packages of a lock file that may become other bytes, or come from elsewhere than npm. */
export const unlocked = ({ packages }: Lock): ReadonlyArray<string> =>
  Object.entries(packages).flatMap(([path, { inBundle, integrity, link, resolved }]) => {
    // The package itself, what lies in this repository, and what is inside another package.
    if (!path.includes("node_modules/") || link === true || inBundle === true) return []
    // Without an address it comes from the registry of whoever installs.
    if (resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/"))
      return [`${path} comes from ${resolved}`]
    return integrity?.startsWith("sha512-") === true ? [] : [`${path} has no checksum`]
  })

/** The actions of a workflow that a tag or a branch names, which its owner can move to other code. */
export const movable = (workflow: string): ReadonlyArray<string> =>
  [...workflow.matchAll(/^\s*(?:- )?uses:\s*(\S+)/gmu)].flatMap(([, action = ""]) =>
    action.startsWith("./") || /@[0-9a-f]{40}$/u.test(action) ? [] : [`${action} is not pinned by its commit`]
  )

const text = (path: string) => readFileSync(join(root, path), "utf8")
const json = (path: string) => JSON.parse(text(path))

/** Everything of the repository that is not pinned, with its file. */
export const unpinned = (): ReadonlyArray<string> => {
  const files = globSync(
    ["package.json", "{bench,scripts/tools,e2e/external/*}/package{,-lock}.json", "package-lock.json"],
    {
      cwd: root
    }
  )
  const workflows = globSync(".github/workflows/*.{yml,yaml}", { cwd: root })
  const found = (file: string) =>
    workflows.includes(file)
      ? movable(text(file))
      : file.endsWith("-lock.json")
        ? unlocked(json(file))
        : loose(json(file))
  return [...files, ...workflows].flatMap((file) => found(file).map((problem) => `${file}: ${problem}`))
}
