import { Effect, Result, Schema } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import type { Remedy } from "../../domain/Remedy.ts"
import { decodeAt, readDocument } from "../Documents.ts"
import type { Input } from "../Importer.ts"
import { within } from "../Items.ts"
import { isObject } from "../text/JsonText.ts"
import { extensionOf, fileName } from "../Names.ts"
import { altered } from "./OscalAlter.ts"
import { type Catalog, type Placed, readCatalog } from "./OscalCatalog.ts"
import { type Import, type Param, type Profile, ProfileDocument, type Select } from "./OscalModel.ts"
import { readXml } from "./OscalXml.ts"

const decodeProfile = Schema.decodeUnknownResult(ProfileDocument)

/** How many profiles may import one another. */
const maxChain = 10

type Found = Result.Result<Placed, ImportError>

/** Reads a whole catalog or profile, in JSON, YAML or XML, as what its JSON is. */
export const readOscal = (input: Input): Effect.Effect<unknown, ImportError> =>
  /^\s*</u.test(input.head.text) ? readXml(input) : readDocument(input)

/** The order in which the forms of one document are tried. */
const forms = ["json", "yaml", "yml", "xml"]

/** Where an import may be read from, the likeliest first, and what it is called. */
const hrefsOf = (profile: Profile, { href }: Import): { title: string; hrefs: ReadonlyArray<string> } => {
  if (!href.startsWith("#")) return { title: href, hrefs: [href] }
  const resource = profile["back-matter"]?.resources?.find(({ uuid }) => uuid === href.slice(1))
  const hrefs = (resource?.rlinks ?? []).map((link) => link.href).filter((href) => forms.includes(extensionOf(href)))
  return {
    title: resource?.title ?? resource?.description ?? href,
    hrefs: hrefs.toSorted((a, b) => forms.indexOf(extensionOf(a)) - forms.indexOf(extensionOf(b)))
  }
}

/** The same name with the extensions of the other forms. */
const otherForms = (name: string): ReadonlyArray<string> =>
  forms.includes(extensionOf(name))
    ? forms.map((form) => name.replace(/[^.]+$/u, form)).filter((other) => other !== name)
    : []

/**
 * Opens what a profile imports: at its place, where that is relative and does not leave the profile's folder; or by the same
 * name beside the profile, in this form or another.
 */
const openImport = Effect.fnUntraced(function* (input: Input, profile: Profile, imported: Import, at: string) {
  const source = input.head.name
  const { hrefs, title } = hrefsOf(profile, imported)
  const fail = (problem: string, remedy?: Remedy) => Effect.fail(new ImportError({ source, at, problem, remedy }))
  if (hrefs.length === 0) return yield* fail(`imports ${title}, for which it names no JSON, YAML or XML file`)
  const { related } = input
  if (related === undefined) {
    return yield* fail(`imports ${title} (${hrefs.join(", ")}). Open the profile as a file that lies beside it`)
  }
  let remedy: Remedy | undefined
  const names = [...new Set(hrefs.map(fileName))]
  const others = names.flatMap(otherForms)
  const problems: Array<string> = []
  for (const place of new Set([...hrefs.flatMap((href) => [href, fileName(href)]), ...others])) {
    const opened = yield* Effect.result(related(place))
    if (Result.isSuccess(opened)) return opened.success
    remedy ??= opened.failure.remedy
    const isTold = others.includes(place) || (remedy !== undefined && opened.failure.remedy === undefined)
    if (!isTold) problems.push(opened.failure.problem)
  }
  const reasons = problems.join("; ")
  return yield* remedy === undefined
    ? fail(
        `imports ${title}, and its catalog cannot be read (${reasons}). Put it beside the profile as ${names.join(" or ")}`
      )
    : fail(`imports ${title}, and its catalog is not read: ${reasons}`, remedy)
})

/** Whether a text is as a pattern with `*` and `?` says; in time proportional to both lengths. */
const isLike = (text: string, pattern: string): boolean => {
  let [at, next, star, retry] = [0, 0, -1, 0]
  while (at < text.length) {
    if (pattern[next] === "*") {
      star = next++
      retry = at
    } else if (next < pattern.length && (pattern[next] === "?" || pattern[next] === text[at])) {
      at++
      next++
    } else if (star === -1) return false
    else {
      next = star + 1
      at = ++retry
    }
  }
  while (pattern[next] === "*") next++
  return next === pattern.length
}

/** Whether one of the selections names a control. */
const selects = (selections: ReadonlyArray<Select>): ((placed: Placed) => boolean) => {
  const tests = selections.map((select) => {
    const ids = new Set(select["with-ids"] ?? [])
    const patterns = (select.matching ?? []).flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern]))
    const names = (id: string) => ids.has(id) || patterns.some((pattern) => isLike(id, pattern))
    const withChildren = select["with-child-controls"] === "yes"
    return ({ control, parents }: Placed) => names(control.id) || (withChildren && parents.some(({ id }) => names(id)))
  })
  return (placed) => tests.some((test) => test(placed))
}

/** The controls of a catalog that an import takes, and a failure for each that it names and is not there. */
const choose = (source: string, catalog: Catalog, imported: Import, at: string): ReadonlyArray<Found> => {
  const include = imported["include-controls"]
  const included = include === undefined || imported["include-all"] !== undefined ? () => true : selects(include)
  const excluded = selects(imported["exclude-controls"] ?? [])
  const there = new Set(catalog.controls.filter(Result.isSuccess).map(({ success }) => success.control.id))
  const missing = (include ?? []).flatMap((select, index) =>
    (select["with-ids"] ?? []).flatMap((id, position): ReadonlyArray<Found> => {
      if (there.has(id)) return []
      const where = within(within(within(within(at, "include-controls"), index), "with-ids"), position)
      const problem = `there is no control ${id} in ${catalog.title}`
      return [Result.fail(new ImportError({ source, at: where, problem }))]
    })
  )
  return [
    // A control that is wrong and not asked for by name is no concern of this profile.
    ...catalog.controls.filter((found) =>
      Result.isFailure(found) ? include === undefined : included(found.success) && !excluded(found.success)
    ),
    ...missing
  ]
}

/** Applies the alterations of a profile. */
const alter = (source: string, profile: Profile, controls: ReadonlyArray<Found>): ReadonlyArray<Found> => {
  const alters = profile.modify?.alters ?? []
  const failures: Array<Found> = []
  const changed = [...controls]
  for (const [index, change] of alters.entries()) {
    const at = within("$.profile.modify.alters", index)
    const fail = (problem: string) => failures.push(Result.fail(new ImportError({ source, at, problem })))
    const position = changed.findIndex(
      (found) => Result.isSuccess(found) && found.success.control.id === change["control-id"]
    )
    const found = changed[position]
    if (found === undefined || Result.isFailure(found)) {
      fail(`there is no control ${change["control-id"]} among those that are imported`)
      continue
    }
    const control = altered(found.success.control, change)
    if (Result.isFailure(control)) fail(`there is no part ${control.failure} in ${change["control-id"]} to add to`)
    else changed[position] = Result.succeed({ ...found.success, control: control.success })
  }
  return [...changed, ...failures]
}

/** What a control says, without those inside it. */
const contentOf = ({ control: { controls: _controls, ...content } }: Placed): string => JSON.stringify(content)

/**
 * The controls of all imports, each identifier once. One that comes again from another file is told: as a failure where it
 * says something else and the profile does not ask for the first (`use-first`).
 */
const unique = (
  source: string,
  controls: ReadonlyArray<Found>,
  useFirst: boolean
): { readonly controls: ReadonlyArray<Found>; readonly warnings: Catalog["warnings"] } => {
  const seen = new Map<string, Placed>()
  const warnings: Array<Catalog["warnings"][number]> = []
  const kept = controls.flatMap((found): ReadonlyArray<Found> => {
    if (Result.isFailure(found)) return [found]
    const placed = found.success
    const { at, control } = placed
    const before = seen.get(control.id)
    if (before === undefined) {
      seen.set(control.id, placed)
      return [found]
    }
    if (useFirst || (before.source === placed.source && before.at === at)) return []
    const isSame = contentOf(before) === contentOf(placed)
    const place = `${placed.source}, ${at}`
    const problem =
      `${control.id} of ${placed.source} is there already, from ${before.source}, ${before.at}; ` +
      `their texts ${isSame ? "are the same" : "differ"}, and the first one counts`
    if (!isSame) return [Result.fail(new ImportError({ source, at: place, problem }))]
    warnings.push({ at: place, problem })
    return []
  })
  return { controls: kept, warnings }
}

/**
 * Resolves a profile to the controls it takes, with its parameters and alterations.
 *
 * What it imports is read beside it. `merge` decides on controls that come twice (`use-first`); the families stay as they
 * are in the catalogs, whatever it says about structure.
 */
export const resolve: (
  input: Input,
  root: unknown,
  chain?: ReadonlyArray<string>
) => Effect.Effect<Catalog, ImportError> = Effect.fnUntraced(function* (input, root, chain = []) {
  const source = input.head.name
  const { profile } = yield* decodeAt(source, "$", decodeProfile, root)
  const params = new Map<string, Param>()
  const controls: Array<Found> = []
  const warnings: Array<Catalog["warnings"][number]> = []
  for (const [index, imported] of profile.imports.entries()) {
    const at = within("$.profile.imports", index)
    const opened = yield* openImport(input, profile, imported, at)
    const { name } = opened.head
    if (name === source || chain.includes(name) || chain.length >= maxChain) {
      return yield* new ImportError({ source, at, problem: `imports ${name}, which imports this profile in turn` })
    }
    const document = yield* readOscal(opened)
    const catalog =
      isObject(document) && document["profile"] !== undefined
        ? yield* resolve(opened, document, [...chain, source])
        : yield* Effect.fromResult(readCatalog(name, document))
    for (const [id, param] of catalog.params) params.set(id, param)
    controls.push(...choose(source, catalog, imported, at))
    warnings.push(...catalog.warnings)
  }
  const once = unique(source, controls, profile.merge?.combine?.method === "use-first")
  warnings.push(...once.warnings)
  const all = alter(source, profile, once.controls)
  for (const found of all) {
    if (Result.isFailure(found)) continue
    for (const param of found.success.control.params ?? []) if (!params.has(param.id)) params.set(param.id, param)
  }
  for (const [index, { "param-id": id, ...set }] of (profile.modify?.["set-parameters"] ?? []).entries()) {
    if (!params.has(id)) {
      const at = within(within(within("$", "profile"), "modify"), "set-parameters")
      const problem = `there is no parameter ${id} in what is imported, so nothing was set`
      warnings.push({ at: within(within(at, index), "param-id"), problem })
    } else params.set(id, { ...params.get(id), id, ...set })
  }
  return { title: profile.metadata.title, version: profile.metadata.version, controls: all, params, warnings }
})
