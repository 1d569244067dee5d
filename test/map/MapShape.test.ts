import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { MapLayout } from "../../src/domain/MapLayout.ts"
import * as MapShape from "../../src/map/MapShape.ts"
import { randomOf } from "../../src/domain/Random.ts"

const point = (uri: string, catalog?: string) => ({ id: 1, uri, catalog, place: undefined })

describe("the shape of a map", () => {
  it("of 20,000 references is less than 1 MB", () => {
    const random = randomOf(1)
    const points = Array.from({ length: 20_000 }, (_, i) =>
      point(`catalogue-${i % 5}:2026.1/V${i % 97}.${i % 13}.${i}`, `catalogue-${i % 5}@2026.1`)
    )
    const map = new MapLayout({
      ...{ method: "umap", isCurrent: true, placed: 0, unplaced: 0, omitted: 0 },
      ...MapShape.named(points),
      ...MapShape.scaled(points.map(() => [random(), random()] as const))
    })
    assert.isBelow(JSON.stringify(Schema.encodeSync(MapLayout)(map)).length, 1_000_000)
  })

  it("gives every URI back, whatever it begins with", () => {
    const uris = ["a:1/😀", "a:1/😁", "b", "", "a:1", "a:1/1"]
    const points = uris.map((uri, i) => point(uri, i < 2 ? "a@1" : i < 4 ? undefined : "c"))
    const { catalog, catalogs, suffixes } = MapShape.named(points)
    assert.deepStrictEqual(
      suffixes.map((suffix, i) => `${catalogs[catalog[i] ?? 0]?.prefix}${suffix}`),
      uris
    )
    assert.deepStrictEqual(catalogs, [
      { catalog: "a@1", prefix: "a:1/" },
      { prefix: "" },
      { catalog: "c", prefix: "a:1" }
    ])
  })

  it("has one scale on both axes, and is in the middle of the shorter", () => {
    const places = [
      [0, 10],
      [100, 10],
      [50, 35]
    ] as const
    const { x, y } = MapShape.scaled(places)
    assert.deepStrictEqual(x, [0, 65_535, 32_768])
    assert.deepStrictEqual(y, [24_576, 24_576, 40_959])
    assert.deepStrictEqual(MapShape.scaled([[3, 3]]), { x: [32_768], y: [32_768] })
    assert.deepStrictEqual(MapShape.scaled([]), { x: [], y: [] })
  })
})
