import { type MapCatalog, mapSize } from "../domain/MapLayout.ts"
import type { Point } from "../storage/MapRows.ts"

/** What two texts begin with alike. */
const shared = (a: string, b: string): string => {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  // Not between the halves of a character.
  const isHalf = length > 0 && /[\uD800-\uDBFF]/u.test(a.charAt(length - 1))
  return a.slice(0, isHalf ? length - 1 : length)
}

/** The catalogs of the points, and for each point which of them it is of and what its URI has behind the catalog's prefix. */
export const named = (points: ReadonlyArray<Point>) => {
  const prefixes = new Map<string | undefined, string>()
  for (const { catalog, uri } of points) prefixes.set(catalog, shared(prefixes.get(catalog) ?? uri, uri))
  const order = new Map([...prefixes.keys()].map((catalog, i) => [catalog, i]))
  return {
    catalogs: Array.from(
      prefixes,
      ([catalog, prefix]): MapCatalog => ({ ...(catalog !== undefined && { catalog }), prefix })
    ),
    catalog: points.map(({ catalog }) => order.get(catalog) ?? 0),
    suffixes: points.map(({ catalog, uri }) => uri.slice(prefixes.get(catalog)?.length ?? 0))
  }
}

const extentOf = (values: ReadonlyArray<number>) => {
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return { middle: (least + most) / 2, length: most - least }
}

/** Places as whole numbers from 0 to {@link mapSize}, to one scale on both axes, around the middle. */
export const scaled = (places: ReadonlyArray<readonly [x: number, y: number]>) => {
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)]
  const [x, y] = [extentOf(xs), extentOf(ys)]
  const longest = Math.max(x.length, y.length)
  const scale = longest > 0 ? mapSize / longest : 0
  const toInteger = (middle: number) => (value: number) =>
    Math.min(mapSize, Math.max(0, Math.round((value - middle) * scale + mapSize / 2)))
  return { x: xs.map(toInteger(x.middle)), y: ys.map(toInteger(y.middle)) }
}
