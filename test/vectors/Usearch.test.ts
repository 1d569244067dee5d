import { RecallProbe } from "../../src/vectors/RecallProbe.ts"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { FlatIndex } from "../../src/vectors/FlatIndex.ts"
import { GraphIndex } from "../../src/vectors/GraphIndex.ts"
import * as IndexFile from "../../src/vectors/IndexFile.ts"
import { ask, idsOf, opened, random, saved, vectorsOf } from "../support/indexes.ts"

const folder = mkdtempSync(join(tmpdir(), "crosswalk-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const brute = (ids: Float64Array, vectors: Float32Array, query: Float32Array, limit: number) => {
  const dimensions = query.length
  const all = [...ids].map((id, i) => {
    let cosine = 0
    for (let d = 0; d < dimensions; d++) cosine += vectors[i * dimensions + d]! * query[d]!
    return { id, cosine }
  })
  return all
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, limit)
    .map(({ id }) => id)
}

describe("FlatIndex", () => {
  for (const [dimensions, spread] of [
    [1, 1],
    [3, 1],
    [8, 30],
    [64, 1],
    [384, 1],
    [384, 60]
  ] as const) {
    it(`is exact in ${dimensions} dimensions${spread > 1 ? ", one of them far larger" : ""}`, () => {
      const ids = idsOf(2500)
      const vectors = vectorsOf(ids.length, dimensions, 7, spread)
      const index = new FlatIndex(dimensions, true)
      // Later vectors are larger in their largest number, so that the codes have to be scaled anew.
      index.set(ids.slice(0, 10), vectors.slice(0, 10 * dimensions))
      index.set(ids.slice(10), vectors.slice(10 * dimensions))
      for (let seed = 0; seed < 12; seed++) {
        const query = vectorsOf(1, dimensions, 100 + seed, spread)
        for (const limit of [1, 10, 300]) {
          const found = index.nearest(query, limit)
          const missing = brute(ids, vectors, query, limit).filter((id) => !found.includes(id))
          // In one dimension all are equally near.
          assert.isTrue(
            dimensions === 1 ? found.length === ids.length / 2 || found.length >= limit : missing.length === 0
          )
        }
      }
    })
  }

  it("gives all that are as near as the last one", () => {
    const index = new FlatIndex(4, true)
    index.set(
      idsOf(1000),
      Float32Array.from({ length: 4000 }, (_, i) => (i % 4 === 0 ? 1 : 0))
    )
    index.set(
      idsOf(1000, 2000),
      Float32Array.from({ length: 4000 }, (_, i) => (i % 4 === 1 ? 1 : 0))
    )
    assert.lengthOf(index.nearest(Float32Array.of(1, 0, 0, 0), 10), 1000)
  })

  it("forgets what was removed and takes what was replaced", () => {
    const index = new FlatIndex(2, true)
    index.set(Float64Array.of(1, 2, 3), Float32Array.of(1, 0, 0, 1, -1, 0))
    assert.isTrue(index.remove(1))
    assert.isFalse(index.remove(1))
    index.set(Float64Array.of(3, 2 ** 40), Float32Array.of(1, 0, 0.8, 0.6))
    assert.deepStrictEqual(index.nearest(Float32Array.of(1, 0), 3), [3, 2 ** 40, 2])
  })

  it("knows nothing while it is empty", () => {
    assert.deepStrictEqual(new FlatIndex(3, true).nearest(Float32Array.of(1, 0, 0), 5), [])
  })
})

describe("GraphIndex", () => {
  it("takes the codes as they are: it finds what is nearest by more than usearch's own codes tell", () => {
    const dimensions = 128
    const index = GraphIndex.make(dimensions)
    const ids = idsOf(400)
    const vectors = vectorsOf(400, dimensions, 3)
    index.set(ids, vectors, 1)
    let found = 0
    for (let seed = 0; seed < 30; seed++) {
      const query = vectorsOf(1, dimensions, 500 + seed)
      const [best] = brute(ids, vectors, query, 1)
      if (index.nearest(query, 1, 400, () => false)[0] === best) found++
    }
    assert.isAtLeast(found, 28)
  })
})

describe("RecallProbe", () => {
  const dimensions = 64
  const count = 4000
  const ids = idsOf(count)
  /** Sums of eight of 500 directions, as texts are of words. */
  const directions = vectorsOf(500, dimensions, 11)
  const texts = (wanted: number, seed: number) => {
    const next = random(seed)
    const made = new Float32Array(wanted * dimensions)
    for (let from = 0; from < made.length; from += dimensions) {
      for (let word = 0; word < 8; word++) {
        const at = Math.floor(next() * 500) * dimensions
        for (let i = 0; i < dimensions; i++) made[from + i]! += directions[at + i]!
      }
      const length = Math.hypot(...made.subarray(from, from + dimensions))
      for (let i = from; i < from + dimensions; i++) made[i]! /= length
    }
    return made
  }
  const vectors = texts(count, 1)
  const graph = GraphIndex.make(dimensions)
  graph.set(ids, vectors, 1)
  const search = (query: Float32Array, limit: number, expansion: number) =>
    graph.nearest(query, limit + 32, expansion, () => false)

  type Search = Parameters<RecallProbe["tune"]>[0]
  const tuned = (how: Search, recall: number, given?: number) => {
    const probe = new RecallProbe(dimensions, vectors.slice(0, 40 * dimensions))
    for (let from = 0; from < count; from += 1000) {
      probe.see(ids.slice(from, from + 1000), vectors.slice(from * dimensions, (from + 1000) * dimensions))
    }
    return probe.tune(how, recall, given)
  }

  it("lets searches go as far as is needed for the recall that is wanted, and says what they find", () => {
    const half: Search = (query, limit, expansion) =>
      brute(ids, vectors, query, limit).slice(0, expansion < 200 ? limit / 2 : limit)
    assert.deepStrictEqual(tuned(half, 0.4), { expansion: 64, recall: 0.5 })
    const { expansion, recall } = tuned(half, 0.9)
    assert.strictEqual(recall, 1)
    assert.isTrue(expansion >= 200 && expansion < 200 * (1 + 1 / 8), `${expansion}`)
    assert.deepStrictEqual(tuned(half, 0.9, 100), { expansion: 100, recall: 0.5 })
  })

  it("predicts what others find", () => {
    const { expansion, recall } = tuned(search, 0.95)
    let found = 0
    const queries = texts(50, 2)
    for (let i = 0; i < 50; i++) {
      const query = queries.slice(i * dimensions, (i + 1) * dimensions)
      const best = new Set(brute(ids, vectors, query, 10))
      found += search(query, 10, expansion).filter((id) => best.has(id)).length
    }
    assert.closeTo(found / 500, recall, 0.05)
  })
})

for (const kind of ["flat", "graph"] as const) {
  describe(`a saved ${kind} index`, () => {
    it("says what it holds, is the same when opened, and leaves no other file", () => {
      const path = join(folder, `${kind}.vectors`)
      const { ids, vectors } = saved(kind, path)
      const { answer, store } = opened(path)
      assert.strictEqual(answer._tag, "Opened")
      if (answer._tag !== "Opened") return
      assert.include(answer.description, { kind, seq: 42, nonce: 4711, count: 300, fingerprint: "one", dimensions: 16 })
      assert.lengthOf(ask(store, { _tag: "Compare", ids, vectors }, "Different").ids, 0)
      assert.deepStrictEqual(
        readdirSync(folder).filter((name) => name.startsWith(`${kind}.vectors`)),
        [`${kind}.vectors`]
      )
    })

    it("follows changes without changing the file, and tells what differs", () => {
      const path = join(folder, `${kind}-changes.vectors`)
      const { ids, vectors } = saved(kind, path)
      const before = readFileSync(path)
      const { store } = opened(path)
      const newer = vectorsOf(20, 16, 77)
      // 1–10 change, 11–20 go, 301–310 come.
      ask(
        store,
        {
          _tag: "Apply",
          ids: Float64Array.of(...ids.slice(0, 10), ...idsOf(10, 301)),
          vectors: newer.slice(),
          removed: ids.slice(10, 20)
        },
        "Done"
      )
      const size = ask(
        store,
        { _tag: "Compare", ids: new Float64Array(), vectors: new Float32Array() },
        "Different"
      ).size
      assert.strictEqual(size.count, 300)
      const different = ask(store, { _tag: "Compare", ids, vectors }, "Different").ids
      assert.deepStrictEqual(
        [...different].sort((a, b) => a - b),
        [...idsOf(20)]
      )
      const now = {
        ids: Float64Array.of(...idsOf(10), ...idsOf(280, 21), ...idsOf(10, 301)),
        vectors: new Float32Array(300 * 16)
      }
      now.vectors.set(newer.subarray(0, 160))
      now.vectors.set(vectors.subarray(20 * 16), 160)
      now.vectors.set(newer.subarray(160), 290 * 16)
      assert.lengthOf(
        ask(store, { _tag: "Compare", ids: now.ids.slice(), vectors: now.vectors.slice() }, "Different").ids,
        0
      )
      for (let seed = 0; seed < 20; seed++) {
        const query = vectorsOf(1, 16, 900 + seed)
        const found = ask(store, { _tag: "Search", query, limit: 10, withCosines: false }, "Nearest").ids
        assert.isFalse(
          found.some((id) => id > 10 && id <= 20),
          "what went comes back"
        )
        assert.strictEqual(new Set(found).size, found.length)
        for (const id of brute(now.ids, now.vectors, query, 10)) assert.include([...found], id)
      }
      assert.isTrue(readFileSync(path).equals(before))
    })

    it("is refused when it is cut anywhere, and never crashes", () => {
      const path = join(folder, `${kind}-cut.vectors`)
      saved(kind, path)
      const whole = readFileSync(path)
      for (let i = 0; i < 60; i++) {
        writeFileSync(path, whole.subarray(0, Math.floor((whole.length * i) / 60)))
        const { answer } = opened(path)
        assert.isTrue(answer._tag === "Opened" && answer.description === undefined)
      }
    })

    it("is refused when any byte is another, and never crashes", () => {
      const path = join(folder, `${kind}-flipped.vectors`)
      const { vectors } = saved(kind, path)
      const whole = readFileSync(path)
      const begin = IndexFile.vectorsOf(IndexFile.peek(path)) ?? whole.length
      const next = random(99)
      for (let i = 0; i < 200; i++) {
        const damaged = Buffer.from(whole)
        // Vectors of a graph have checksums of their own.
        const checked = whole.length - (kind === "graph" ? vectors.byteLength : 0)
        const place = i < 100 ? checked - 1 - i : Math.floor(next() * checked)
        const at = place < begin ? place : place + whole.length - checked
        damaged[at] = damaged[at]! ^ (1 + Math.floor(next() * 255))
        writeFileSync(path, damaged)
        const { answer } = opened(path)
        assert.isTrue(answer._tag === "Opened" && answer.description === undefined, `byte ${at}`)
      }
    })

    it("is refused for another model", () => {
      const path = join(folder, `${kind}-model.vectors`)
      saved(kind, path)
      for (const { answer } of [opened(path, "two"), opened(path, "one", 17)]) {
        assert.isTrue(answer._tag === "Opened" && answer.description === undefined && answer.problem.includes("model"))
      }
    })
  })
}

it("a file that is something else, or not there, is refused", () => {
  const path = join(folder, "other.vectors")
  writeFileSync(path, "SQLite format 3\0".repeat(100))
  for (const file of [path, join(folder, "nothing"), folder]) {
    const { answer } = opened(file)
    assert.isTrue(answer._tag === "Opened" && answer.description === undefined)
  }
})

it.skipIf(process.platform === "win32")("a saved index is readable by its owner only", () => {
  for (const kind of ["flat", "graph"] as const) {
    const path = join(folder, `${kind}-mine.vectors`)
    saved(kind, path)
    assert.strictEqual(statSync(path).mode & 0o777, 0o600)
  }
})

it("a file that cannot be written leaves the one before it", () => {
  const path = join(folder, "kept.vectors")
  saved("flat", path)
  const before = readFileSync(path)
  assert.throws(() =>
    IndexFile.write(path, { kind: "flat", fingerprint: "one", dimensions: 1, count: 0, seq: 1, nonce: 1 }, [], {
      begin: () => {
        throw new Error("disk full")
      }
    })
  )
  assert.isTrue(readFileSync(path).equals(before))
})

it("saving removes what a killed process left, and not what a living one writes", () => {
  const path = join(folder, "left.vectors")
  const dead = `${path}.999999999-abc123.tmp`
  const living = `${path}.${process.ppid}-abc123.tmp`
  writeFileSync(dead, "half")
  writeFileSync(living, "half")
  saved("flat", path)
  const left = readdirSync(folder).map((name) => join(folder, name))
  assert.notInclude(left, dead)
  assert.include(left, living)
})
