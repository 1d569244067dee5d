import { spawn, spawnSync } from "node:child_process"
import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { systemError } from "effect/PlatformError"
import { problemOf } from "../../src/cli/Files.ts"
import { workspace } from "./run.ts"

const failing = (code: string) =>
  systemError({
    _tag: "Unknown",
    module: "FileSystem",
    method: "writeAll",
    pathOrDescriptor: 27,
    cause: Object.assign(new Error(`${code}: no, write`), { code })
  }).reason

describe.skipIf(process.platform === "win32")("a file that is written", () => {
  it.effect("is what a link leads to, and never a database", () =>
    Effect.gen(function* () {
      const { folder, run, write } = yield* workspace
      yield* run("import", yield* write("a.csv", "id,title\n1,One\n"), "--catalog", "a@1")
      const link = join(folder, "link.csv")
      symlinkSync("real.csv", link)
      const exported = (place: string) => run("export", "--catalog", "a@1", "--format", "csv", "-o", place)
      assert.strictEqual((yield* exported(link)).code, 0)
      assert.strictEqual((yield* exported(link)).code, 0)
      assert.isTrue(lstatSync(link).isSymbolicLink())
      assert.include(readFileSync(join(folder, "real.csv"), "utf8"), "One")
      const database = join(folder, "database.csv")
      symlinkSync("x.db", database)
      const { code, stderr } = yield* exported(database)
      assert.include(stderr, `${database} cannot be written: it is a database`)
      assert.strictEqual(code, 1)
      assert.include((yield* run("list")).stdout, "One")
    })
  )

  it.live("may be a pipe or a device, which stay what they are", () =>
    Effect.gen(function* () {
      const { folder, run, write } = yield* workspace
      yield* run("import", yield* write("a.csv", "id,title\n1,One\n"), "--catalog", "a@1")
      const pipe = join(folder, "pipe")
      spawnSync("mkfifo", [pipe])
      const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "inherit"] })
      const read = reader.stdout.toArray()
      for (const place of [pipe, "/dev/null"]) {
        const { code, stderr } = yield* run("export", "--catalog", "a@1", "--format", "csv", "-o", place)
        assert.deepEqual([code, stderr], [0, `Wrote ${place}\n`])
      }
      assert.include(Buffer.concat(yield* Effect.promise(() => read)).toString(), "One")
      assert.isTrue(lstatSync(pipe).isFIFO())
      assert.isTrue(lstatSync("/dev/null").isCharacterDevice())
    })
  )
})

describe("a file that cannot be written", () => {
  it("is told by what the system said", () => {
    assert.strictEqual(problemOf(failing("ENOSPC")), "the disk is full")
    assert.strictEqual(problemOf(failing("EROFS")), "the file system is read-only")
    assert.strictEqual(problemOf(failing("EIO")), "EIO: no, write")
  })

  it.effect("is told with its path", () =>
    Effect.gen(function* () {
      const { folder, run, write } = yield* workspace
      yield* run("import", yield* write("a.csv", "id,title\n1,One\n"), "--catalog", "a@1")
      mkdirSync(join(folder, "taken"))
      writeFileSync(join(folder, "file"), "")
      for (const [place, problem] of [
        ["none/out.csv", "there is no such folder"],
        ["taken", "it is a folder"],
        ["file/out.csv", "it lies below what is no folder"]
      ] as const) {
        const { code, stderr } = yield* run("export", "--catalog", "a@1", "-o", join(folder, place))
        assert.strictEqual(code, 1)
        assert.include(stderr, `${join(folder, place)} cannot be written: ${problem}`)
      }
    })
  )
})
