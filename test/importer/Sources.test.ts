import { fileURLToPath } from "node:url"
import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Cause, Effect, Exit, FileSystem, Layer, Path, Schema, Stdio, Stream } from "effect"
import { PlatformError, SystemError } from "effect/PlatformError"
import { formats } from "../../src/importer/Formats.ts"
import * as Sources from "../../src/importer/Sources.ts"
import { collect, read } from "./reading.ts"

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/importer/${name}`, import.meta.url))

const Damages = Schema.Array(
  Schema.Struct({
    at: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.999 })),
    byte: Schema.Literals([0, 0x0a, 0x0d, 0x22, 0x2c, 0x2f, 0x30, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x80, 0xff])
  })
)

const csv = "id,title\n1,a\n2,b\n"

layer(NodeServices.layer)("Sources", (it) => {
  it.effect("opens a file and takes its name as the catalog", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const folder = yield* files.makeTempDirectoryScoped()
      const file = (yield* Path.Path).join(folder, "My list@home.csv")
      yield* files.writeFileString(file, csv)
      const { catalog, entries } = yield* Effect.flatMap(Sources.open(file), collect)
      assert.strictEqual(catalog, "My-list-home")
      assert.strictEqual(entries.length, 2)
    })
  )

  it.effect("says that a file is not there, or is a folder without files", () =>
    Effect.gen(function* () {
      const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
      const absent = yield* Effect.flip(Sources.open(`${folder}/none.csv`))
      assert.strictEqual(absent.message, `${folder}/none.csv: there is no such file`)
      const directory = yield* Effect.flip(Sources.open(folder))
      assert.match(directory.problem, /^is a folder without a file that ends in \.csv, /u)
    })
  )

  const stdin = (stream: Stdio.Stdio["stdin"]) => Layer.fresh(Stdio.layerTest({ stdin: stream }))
  const bytes = (text: string) => Stream.make(new TextEncoder().encode(text))

  it.effect("reads standard input as -, which needs a catalog where the rows name none", () =>
    Effect.gen(function* () {
      const { entries } = yield* Effect.flatMap(Sources.open("-", { catalog: "list@1" }), collect).pipe(
        Effect.provide(stdin(bytes(csv)))
      )
      assert.deepStrictEqual(
        entries.map((e) => e.reference.uri),
        ["list:1/1", "list:1/2"]
      )
      const error = yield* Effect.flip(Sources.open("-")).pipe(Effect.provide(stdin(bytes(csv))))
      assert.include(error.message, "Give one, name@version")
    })
  )

  it.effect("fails where the source breaks off, after the rows before", () =>
    Effect.gen(function* () {
      const broken = new PlatformError(
        new SystemError({ _tag: "Unknown", module: "Stdio", method: "stdin", description: "cable pulled" })
      )
      const source = yield* Sources.open("-", { catalog: "list" }).pipe(
        Effect.provide(stdin(Stream.concat(bytes("id,title\n1,a\n".padEnd(70_000, "\n")), Stream.fail(broken))))
      )
      let seen = 0
      const error = yield* Effect.flip(Stream.runForEach(source.items, () => Effect.sync(() => seen++)))
      assert.include(error.message, "cable pulled")
      assert.strictEqual(seen, 1)
    })
  )

  it.effect("tells formats by their content, also without a name", () =>
    Effect.gen(function* () {
      const format = (text: string, name = "-") =>
        Effect.map(read(name, text, { catalog: "x" }), (found) => found.format)
      assert.strictEqual(yield* format("id\ttitle\n1\ta\n"), "csv")
      assert.strictEqual(yield* format('[{"id":1,"title":"a"}]'), "json")
      assert.strictEqual(yield* format('{"items":[{"id":1}]}\n'), "json")
      assert.strictEqual(yield* format('{\n"items":[{"id":1,"title":"a"}]}'), "json")
      assert.strictEqual(yield* format('{"id":1}\n{"id":2}\n'), "ndjson")
      assert.strictEqual(yield* format('{"id":1}\n[broken\n'), "ndjson")
      assert.strictEqual(yield* format('{"id":1,"tags":["a"]}\n'), "ndjson")
      assert.strictEqual(yield* format("title,id\na,1\n", "x.csv"), "csv")
      assert.strictEqual(yield* format('{"id":1}\n{"id":2}\n', "x.json"), "ndjson")
    })
  )

  it.effect("is forced to a format that exists", () =>
    Effect.gen(function* () {
      const forced = yield* read("x.txt", "title;id\na;1\n", { format: "csv" })
      assert.strictEqual(forced.entries.length, 1)
      const wrong = yield* Effect.flip(read("x.csv", csv, { format: "json" }))
      assert.strictEqual(wrong.at, "line 1, column 1")
      const unknown = yield* Effect.flip(read("x.csv", csv, { format: "exel" }))
      for (const { name } of formats) assert.include(unknown.problem, name)
    })
  )

  it.effect("refuses what is empty, binary or of no known format, and reads UTF-16", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(read("x.csv", " \n"))).problem, "is empty")
      assert.strictEqual((yield* Effect.flip(read("x.csv", new Uint8Array()))).problem, "is empty")
      const plain = yield* read("x.csv", csv)
      for (const mark of ["\uFEFF", ""]) {
        const little = Buffer.from(mark + csv, "utf16le")
        const big = Buffer.from(little).swap16()
        for (const bytes of [little, big]) assert.deepStrictEqual(yield* read("x.csv", bytes, {}, 7), plain)
      }
      const binary = Uint8Array.from({ length: 3000 }, (_, index) => (index * 7) % 251)
      for (const name of ["x.csv", "x.bin"]) {
        assert.include((yield* Effect.flip(read(name, binary))).problem, "is not text")
      }
      assert.include((yield* Effect.flip(read("x.bin", "just words"))).problem, "no format that is known")
    })
  )

  it.effect.prop(
    "never dies of damaged bytes",
    [Schema.Literals(["asvs-4.json", "asvs-5.flat.json", "asvs-4.csv"]), Damages],
    ([name, damages]) =>
      Effect.gen(function* () {
        const damaged = yield* (yield* FileSystem.FileSystem).readFile(fixture(name))
        for (const { at, byte } of damages) damaged[Math.floor(at * damaged.length)] = byte
        const found = yield* Effect.exit(read(name, damaged))
        assert.isTrue(Exit.isSuccess(found) || !Cause.hasDies(found.cause))
      })
  )

  it.effect("refuses a catalog that is not name@version before anything is read", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read("x.csv", csv, { catalog: "my list@1" }))
      assert.include(error.problem, "name@version")
      const said = yield* Effect.flip(read("x.json", '{"catalog":"my list","items":[]}'))
      assert.strictEqual(said.at, "$.catalog")
    })
  )

  it.effect("lets the first of two entries with one URI count and names it", () =>
    Effect.gen(function* () {
      const { entries, failed } = yield* read("x.csv", `${csv}1,c\n`)
      assert.deepStrictEqual(
        entries.map((e) => e.reference.title),
        ["a", "b"]
      )
      assert.deepStrictEqual(failed, ["line 4: x:1 is there already, at line 2; the first one counts"])
    })
  )
})
