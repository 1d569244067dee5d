/**
 * Writes `src/declarations.ts`: a program that exports, with inferred types, everything that the installed package exports.
 * Compiled with `declaration`, it fails where a type is in reach that has no name outside the package (TS2742, TS2883,
 * TS4023). It is made from the package as it is, so that a new export or a new function of a service is in it.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { TestStore } from "crosswalk/testing"
import { Context, Effect, Schema } from "effect"

const manifestFile = createRequire(import.meta.url).resolve("crosswalk/package.json")
const manifest: { readonly exports: Readonly<Record<string, { readonly types: string }>> } = JSON.parse(
  readFileSync(manifestFile, "utf8")
)
const entries = Object.entries(manifest.exports).filter(([path]) => !path.endsWith(".json"))

/** No fields to spell out: a type with parameters, and one of another package. No other export is left out. */
const leftOut: ReadonlySet<string> = new Set(["Promised", "Client"])

const lines = [
  'import { Effect, Schema } from "effect"',
  "// Spells out the type of every field.",
  "declare const fields: <T>(value: T) => { [K in keyof T as K extends string ? K : never]: T[K] }"
]
/** An exported constant, of the type that TypeScript finds. */
const add = (expression: string) => {
  lines.push(`export const n${lines.length} = ${expression}`)
}

type Service = Context.Key<never, object>

const isService = (value: unknown): value is Service =>
  typeof value === "function" && Context.isKey(value) && !Context.isReference(value)

const isFunction = (value: unknown): value is Function =>
  typeof value === "function" && !Context.isKey(value) && !/^class\b/u.test(Function.prototype.toString.call(value))

/** What can be had of a service: its members, what they give, and its layers. */
const addService = (path: string, key: Service, service: object) => {
  for (const [member, value] of Object.entries(service)) {
    const name = JSON.stringify(member)
    add(`(service: typeof ${path}["Service"]) => service[${name}]`)
    if (isFunction(value)) {
      const given = `Parameters<typeof ${path}["Service"][${name}]>`
      add(`(...args: ${given}) => Effect.map(${path}, (service) => service[${name}](...args))`)
    }
  }
  for (const name of Object.keys(key).filter((name) => name.startsWith("layer"))) add(`${path}.${name}`)
}

const addValue = (path: string, value: unknown, services: Context.Context<never>): void => {
  if (isService(value)) {
    // Those that a server has are not in a store.
    addService(path, value, Context.getOrUndefined(services, value) ?? {})
  } else if (Schema.isSchema(value)) {
    add(`(value: typeof ${path}.Type) => fields(value)`)
    add(`(value: typeof ${path}.Encoded) => fields(value)`)
    add(`Schema.decodeUnknownEffect(${path})`)
  } else if (Object.prototype.toString.call(value) === "[object Module]") {
    for (const [name, member] of Object.entries(value ?? {})) addValue(`${path}.${name}`, member, services)
  } else {
    add(path)
    if (isFunction(value)) add(`(...args: Parameters<typeof ${path}>) => ${path}(...args)`)
  }
}

/** The names of the types that a declaration file exports and that are no values. */
const typesOf = (file: string): ReadonlyArray<string> =>
  [...readFileSync(file, "utf8").matchAll(/^export (type )?\{([^}]*)\}/gmu)].flatMap(([, all, list = ""]) =>
    list
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && (all !== undefined || name.startsWith("type ")))
      .map((name) => name.replace(/^type /u, ""))
  )

const services = await Effect.runPromise(Effect.provide(Effect.context<never>(), TestStore.layer))
for (const [path, { types }] of entries) {
  const name = `crosswalk${path.slice(1)}`
  const alias = `_${lines.length}`
  lines.push(`import * as ${alias} from ${JSON.stringify(name)}`)
  const module: object = await import(name)
  for (const [member, value] of Object.entries(module)) addValue(`${alias}.${member}`, value, services)
  for (const type of typesOf(join(dirname(manifestFile), types)))
    if (!leftOut.has(type)) add(`(value: ${alias}.${type}) => fields(value)`)
}
writeFileSync("src/declarations.ts", `${lines.join("\n")}\n`)
process.stdout.write(`${lines.length} lines\n`)
