import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { dot } from "../../src/domain/Vector.ts"
import { GraphIndex } from "../../src/vectors/GraphIndex.ts"
import * as IndexFile from "../../src/vectors/IndexFile.ts"
import type { IndexStore } from "../../src/vectors/IndexStore.ts"
import { ask, idsOf, opened, saved, vectorsOf } from "../support/indexes.ts"

const folder = mkdtempSync(join(tmpdir(), "crosswalk-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const dimensions = 16
// Not at the beginning of its buffer, as one of a batch.
const query = vectorsOf(2, dimensions, 1000).subarray(dimensions)

/** The vector of an id. */
const vectorIn = (vectors: Float32Array, id: number) => vectors.subarray(dimensions * (id - 1), dimensions * id)

const cosinesIn = (store: IndexStore, ids: Float64Array) =>
  ask(store, { _tag: "Cosines", query, ids: Float64Array.from(ids) }, "Compared").cosines

const cosinesOf = (vectors: Float32Array) =>
  Array.from(idsOf(vectors.length / dimensions), (id) => dot(query, vectorIn(vectors, id)))

const near = (found: Float64Array | undefined, wanted: ReadonlyArray<number>) => {
  assert.strictEqual(found?.length, wanted.length)
  for (const [i, cosine] of wanted.entries()) assert.closeTo(found?.[i] ?? Number.NaN, cosine, 1e-6)
}

describe("the vectors of a saved graph", () => {
  it("tell how near they are, also beside what came, changed or went since", () => {
    const path = join(folder, "exact.vectors")
    const { ids, vectors } = saved("graph", path)
    const { store } = opened(path)
    near(cosinesIn(store, ids), cosinesOf(vectors))
    const found = ask(store, { _tag: "Search", query, limit: 10, withCosines: true }, "Nearest")
    near(
      found.cosines,
      Array.from(found.ids, (id) => dot(query, vectorIn(vectors, id)))
    )
    const newer = vectorsOf(2, dimensions, 8)
    const passage = 2 ** 40 + 5
    ask(
      store,
      { _tag: "Apply", ids: Float64Array.of(3, passage), vectors: newer.slice(), removed: Float64Array.of(4) },
      "Done"
    )
    const [ofThree = 0, ofPassage = 0] = cosinesOf(newer)
    const [three, four, five, unknown] = cosinesIn(store, Float64Array.of(3, 4, 5, 999)) ?? []
    near(Float64Array.of(three ?? 0, five ?? 0), [ofThree, Math.max(dot(query, vectorIn(vectors, 5)), ofPassage)])
    assert.deepStrictEqual([four, unknown], [Number.NaN, Number.NaN])
  })

  it("are there when the graph is continued and saved again, and nothing is left beside it", () => {
    const path = join(folder, "continued.vectors")
    const { ids, vectors } = saved("graph", path)
    const { store } = opened(path, "one", dimensions, "load")
    const newer = vectorsOf(30, dimensions, 9)
    // 11–20 change, 1–10 go, 301–320 come.
    const changed = Float64Array.of(...idsOf(10, 11), ...idsOf(20, 301))
    ask(store, { _tag: "Apply", ids: changed, vectors: newer.slice(), removed: idsOf(10) }, "Done")
    ask(store, { _tag: "Save", path, fingerprint: "one", seq: 50, nonce: 4711 }, "Done")
    const { store: again } = opened(path)
    const kept = Float64Array.of(...ids.subarray(10), ...idsOf(20, 301))
    const now = Float32Array.of(...newer.subarray(0, 160), ...vectors.subarray(320), ...newer.subarray(160))
    near(cosinesIn(again, kept), cosinesOf(now))
    assert.lengthOf(ask(again, { _tag: "Compare", ids: kept, vectors: now }, "Different").ids, 0)
    const left = readdirSync(folder).filter((name) => name.startsWith("continued.vectors"))
    assert.deepStrictEqual(left, ["continued.vectors"])
  })

  it("tell nothing where one of them is damaged or is not there, and it is found out which", () => {
    const path = join(folder, "damaged.vectors")
    const { ids, vectors } = saved("graph", path)
    const whole = readFileSync(path)
    const begin = IndexFile.vectorsOf(IndexFile.peek(path)) ?? Number.NaN
    for (const damaged of [7, 150, 300]) {
      const bytes = Buffer.from(whole)
      const place = begin + 4 * dimensions * (damaged - 1) + 13
      bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place)
      writeFileSync(path, bytes)
      const { store } = opened(path)
      assert.isUndefined(cosinesIn(store, ids))
      assert.isDefined(
        cosinesIn(
          store,
          ids.filter((id) => id !== damaged)
        )
      )
      const compared = ask(store, { _tag: "Compare", ids: ids.slice(), vectors: vectors.slice() }, "Different")
      assert.deepStrictEqual([...compared.ids], [damaged])
    }
  })

  it("were not there once: such a graph is searched without them, and made anew instead of continued", () => {
    const path = join(folder, "without.vectors")
    const graph = GraphIndex.make(dimensions)
    graph.set(idsOf(300), vectorsOf(300, dimensions, 5), 1)
    const tuning = { expansion: 64, recall: 1, vectors: 300 }
    graph.save(path, { fingerprint: "one", dimensions, seq: 42, nonce: 4711, tuning })
    assert.lengthOf(IndexFile.verify(path).parts, 3)
    const { store } = opened(path)
    const found = ask(store, { _tag: "Search", query, limit: 10, withCosines: true }, "Nearest")
    assert.isAtLeast(found.ids.length, 10)
    assert.isUndefined(found.cosines)
    const { answer } = opened(path, "one", dimensions, "load")
    assert.isTrue(answer._tag === "Opened" && answer.description === undefined)
  })
})
