import type { Answer } from "../../api/Endpoints.ts"

/** A map as the server tells it. */
export type Layout = Answer<"GET /api/v1/map">

/** How many units the map is wide and high, at most. */
export const size = 65_535

/** References as points, ready to be drawn. */
export interface Points {
  readonly count: number
  /** In units, to the right. */
  readonly x: Float32Array
  /** In units, downwards. */
  readonly y: Float32Array
  /** The number of the catalog of each. */
  readonly catalog: ReadonlyArray<number>
  readonly catalogs: Layout["catalogs"]
  readonly uriOf: (i: number) => string
  /** The end of the URI: mostly the identifier. */
  readonly shortOf: (i: number) => string
  readonly indexOf: (uri: string) => number | undefined
}

export const pointsOf = ({ catalog, catalogs, suffixes, x, y }: Layout): Points => {
  const uriOf = (i: number) => `${catalogs[catalog[i] ?? 0]?.prefix ?? ""}${suffixes[i] ?? ""}`
  let indexes: Map<string, number> | undefined
  return {
    count: suffixes.length,
    x: Float32Array.from(x),
    y: Float32Array.from(y, (value) => size - value),
    catalog,
    catalogs,
    uriOf,
    shortOf: (i) => {
      const uri = uriOf(i)
      return uri.slice(uri.lastIndexOf("/") + 1) || uri
    },
    indexOf: (uri) => {
      indexes ??= new Map(suffixes.map((_, i) => [uriOf(i), i]))
      return indexes.get(uri)
    }
  }
}

/** What a catalog is called. */
export const nameOf = (catalog: Layout["catalogs"][number] | undefined): string =>
  catalog?.catalog ?? "without a catalog"
