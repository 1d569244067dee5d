import { appendFileSync, readdirSync, readFileSync, statfsSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as LibsqlClient from "../../src/libsql/LibsqlClient.ts"
import { EmbeddingRepository } from "../../src/storage/EmbeddingRepository.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import * as Deterministic from "../../src/embedder/Deterministic.ts"
import { VectorIndex } from "../../src/storage/VectorIndex.ts"
import * as IndexAdmin from "../../src/vectors/IndexAdmin.ts"
import { smallDisk } from "../support/smallDisk.ts"
import { temporaryFolder } from "../support/temporaryFolder.ts"

const kinds = [
  { kind: "flat", exactUpTo: 1000 },
  { kind: "graph", exactUpTo: 50 }
] as const

/** A database with some hundred vectors. */
const filled = (url: string) => {
  const layer = Layer.merge(EmbeddingRepository.layer, ReferenceRepository.layer).pipe(
    Layer.provideMerge(VectorIndex.layerSql),
    Layer.provideMerge(Layer.merge(LibsqlClient.layer({ url }), Deterministic.layer()))
  )
  const references = Array.from({ length: 300 }, (_, i) => ({ uri: `r:${i}`, title: `title ${i}`, entityType: "t" }))
  return Layer.effectDiscard(
    Effect.gen(function* () {
      yield* (yield* ReferenceRepository).saveMany(references)
      yield* (yield* EmbeddingRepository).updateAllEmbeddings()
    })
  ).pipe(Layer.provideMerge(layer))
}

/** Leaves so many bytes of a small disk. */
const leave = (folder: string, bytes: number) => {
  const { bavail, bsize } = statfsSync(folder)
  appendFileSync(join(folder, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - bytes)))
}

describe("a place that refuses the file of an index", () => {
  it.live("is told before anything is built", ({ skip }) =>
    Effect.gen(function* () {
      const nowhere = yield* Effect.flip(IndexAdmin.build({ path: join(yield* temporaryFolder, "no", "index") }))
      assert.include(nowhere, { _tag: "DatabaseError", operation: "VectorIndex.build" })
      assert.match(nowhere.message, /index cannot be written: there is no such folder/u)
      const folder = yield* smallDisk(4000)
      if (folder === undefined) return skip("no file system can be mounted here")
      leave(folder, 100_000)
      for (const { exactUpTo } of kinds) {
        let steps = 0
        const onProgress = () => Effect.sync(() => void steps++)
        const error = yield* Effect.flip(IndexAdmin.build({ path: join(folder, "index"), exactUpTo, onProgress }))
        assert.include(error, { _tag: "DatabaseError", reason: "full", isRetryable: false })
        assert.match(error.message, /takes about \d MB while it is built, and 1 MB are free in .*Make room/u)
        assert.strictEqual(steps, 0)
      }
    }).pipe(Effect.provide(filled(":memory:")))
  )

  for (const { exactUpTo, kind } of kinds) {
    it.live(`amid its writing loses nothing: ${kind}`, ({ skip }) =>
      Effect.gen(function* () {
        const folder = yield* smallDisk(8000)
        if (folder === undefined) return skip("no file system can be mounted here")
        const path = join(folder, "index")
        const options = { path, exactUpTo, fresh: true }
        yield* IndexAdmin.build(options)
        const before = readFileSync(path)
        const onProgress = () => Effect.sync(() => leave(folder, 8192))
        const error = yield* Effect.flip(IndexAdmin.build({ ...options, onProgress }))
        assert.include(error, { _tag: "DatabaseError", reason: "full", isRetryable: false })
        assert.match(error.message, /refused: the disk is full.*are as they were/u)
        assert.deepEqual(readdirSync(folder).sort(), ["filler", "index"])
        assert.isTrue(readFileSync(path).equals(before))
      }).pipe(Effect.provide(filled(":memory:")))
    )
  }
})
