import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import * as Sources from "../../src/importer/Sources.ts"
import { collect } from "./reading.ts"

/** A folder `house@1` with these files, by their paths in it. */
const folderOf = Effect.fnUntraced(function* (files: Readonly<Record<string, string>>) {
  const system = yield* FileSystem.FileSystem
  const folder = `${yield* system.makeTempDirectoryScoped()}/house`
  for (const [path, text] of Object.entries(files)) {
    yield* system.makeDirectory(`${folder}/${path}`.replace(/[^/]*$/u, ""), { recursive: true })
    yield* system.writeFileString(`${folder}/${path}`, text)
  }
  return folder
})

const control = (id: string) => `# ${id}\n\n## Control\n\nText of ${id}.\n`

const opened = (source: string | ReadonlyArray<string>, options: Parameters<typeof Sources.open>[1] = {}) =>
  Effect.scoped(Effect.flatMap(Sources.open(source, options), collect))

const uris = (source: string | ReadonlyArray<string>, options: Parameters<typeof Sources.open>[1] = {}) =>
  Effect.map(opened(source, options), ({ entries }) => entries.map(({ reference }) => reference.uri))

layer(NodeServices.layer)("several sources", (it) => {
  it.effect("reads a folder and those in it as one catalog that is named after it, in natural order", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({
        "R-10.md": control("R-10"),
        "R-2.md": control("R-2"),
        "more/R-11.yaml": "- id: R-11\n  title: Eleven\n",
        ".hidden/R-3.md": control("R-3"),
        ".R-4.md": control("R-4"),
        "picture.png": "not read"
      })
      const { catalog, entries, failed } = yield* opened(folder)
      assert.strictEqual(catalog, "house")
      assert.deepStrictEqual(
        entries.map(({ at, reference }) => [reference.uri, at]),
        [
          ["house:R-11", `${folder}/more/R-11.yaml, $[0]`],
          ["house:R-2", `${folder}/R-2.md, line 1`],
          ["house:R-10", `${folder}/R-10.md, line 1`]
        ]
      )
      assert.deepStrictEqual(failed, [])
      assert.deepStrictEqual(yield* uris(`${folder}/`, { catalog: "house@2" }), [
        "house:2/R-11",
        "house:2/R-2",
        "house:2/R-10"
      ])
    })
  )

  it.effect("reads what a pattern matches, and a list, each file once", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({ "R-1.md": control("R-1"), "R-2.md": control("R-2"), "x/S-1.md": control("S-1") })
      assert.deepStrictEqual(yield* uris(`${folder}/*.md`), ["house:R-1", "house:R-2"])
      assert.deepStrictEqual(yield* uris(`${folder}/**/*.md`), ["house:R-1", "house:R-2", "house:S-1"])
      assert.deepStrictEqual(yield* uris([`${folder}/R-2.md`, `${folder}/R-1.md`, `${folder}/./R-2.md`]), [
        "house:R-2",
        "house:R-1"
      ])
      const apart = yield* Effect.flip(opened([`${folder}/R-1.md`, `${folder}/x`]))
      assert.match(apart.problem, /several folders, and do not name one catalog/u)
      assert.deepStrictEqual(yield* uris([`${folder}/R-1.md`, `${folder}/x`], { catalog: "h@1" }), [
        "h:1/R-1",
        "h:1/S-1"
      ])
      const none = yield* Effect.flip(opened(`${folder}/*.csv`))
      assert.match(none.problem, /no file that this pattern matches/u)
    })
  )

  it.effect("takes the catalog that the files agree on, else the folder's, and tells which named another", () =>
    Effect.gen(function* () {
      const named = (catalog: string, id: string) => `---\ncatalog: ${catalog}\n---\n${control(id)}`
      const files = { "1.md": control("R-1"), "2.md": named("fire@3", "R-2"), "3.md": named("fire@3", "R-3") }
      const agreed = yield* folderOf(files)
      assert.deepStrictEqual(yield* uris(agreed), ["fire:3/R-1", "fire:3/R-2", "fire:3/R-3"])
      const folder = yield* folderOf({ ...files, "3.md": named("ice@1", "R-3") })
      const { catalog, entries, warnings } = yield* opened(folder)
      assert.strictEqual(catalog, "house")
      assert.deepStrictEqual(
        entries.map(({ reference }) => reference.uri),
        ["house:R-1", "house:R-2", "house:R-3"]
      )
      assert.deepStrictEqual(warnings, [
        `${folder}/2.md: names the catalog fire@3, and is imported as a part of house`,
        `${folder}/3.md: names the catalog ice@1, and is imported as a part of house`
      ])
    })
  )

  it.effect("tells what one file lacks or repeats, and loses no other", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({
        "1.json": "{ broken",
        "2.md": `${control("R-2")}\n# Lamp\n\nLit.\n\n# R-3\n\nDark.\n`,
        "3.md": control("R-2"),
        "4.md": control("R-4")
      })
      const { entries, failed, unread } = yield* opened(folder)
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier } }) => identifier),
        ["R-2", "R-3", "R-4"]
      )
      assert.strictEqual(failed.length, 2)
      assert.match(failed[0] ?? "", /1\.json/u)
      assert.match(
        failed[1] ?? "",
        /3\.md, line 1: house:R-2 is there already, at .*2\.md, line 1; the first one counts/u
      )
      assert.deepStrictEqual(
        unread.map(({ at }) => at),
        [`${folder}/2.md, line 7`]
      )
      const nothing = yield* Effect.flip(opened([`${folder}/1.json`, `${folder}/0.md`]))
      assert.match(nothing.problem, /^none of 2 files can be read\. .*1\.json/u)
    })
  )

  it.effect("follows links, but not in circles", () =>
    Effect.gen(function* () {
      const system = yield* FileSystem.FileSystem
      const folder = yield* folderOf({ "a/R-1.md": control("R-1") })
      const other = yield* folderOf({ "R-2.md": control("R-2") })
      yield* system.symlink(folder, `${folder}/a/up`)
      yield* system.symlink(`${folder}/a/R-1.md`, `${folder}/again.md`)
      yield* system.symlink(other, `${folder}/other`)
      yield* system.symlink(`${folder}/gone`, `${folder}/gone.md`)
      const { entries, failed } = yield* opened(folder)
      assert.deepStrictEqual(
        entries.map(({ reference: { identifier } }) => identifier),
        ["R-1", "R-2"]
      )
      assert.match(failed.join(), /gone\.md: there is no such file$/u)
    })
  )

  it.effect("keeps apart the sections of guides that are called alike", () =>
    Effect.gen(function* () {
      const guide = (title: string) => `# ${title}\n\n## Introduction\n\nOn ${title}.\n`
      const folder = yield* folderOf({ "Fire Guide.md": guide("Fire"), "ice/Guide.md": guide("Ice") })
      const { entries, failed } = yield* opened(folder)
      assert.deepStrictEqual(
        entries.map(({ reference: { metadata, uri } }) => [uri, metadata]),
        [
          ["house:fire-guide/introduction", { chapter: { id: "fire", name: "Fire" } }],
          ["house:ice/guide/introduction", { chapter: { id: "ice", name: "Ice" } }]
        ]
      )
      assert.deepStrictEqual(failed, [])
    })
  )

  it.effect("reads standard input alone", () =>
    Effect.gen(function* () {
      const { problem } = yield* Effect.flip(opened(["-", "a.md"]))
      assert.match(problem, /standard input is read alone/u)
    })
  )
})
