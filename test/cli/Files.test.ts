import { mkdirSync, writeFileSync } from "node:fs"
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
