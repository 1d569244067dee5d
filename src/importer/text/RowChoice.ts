import { Result } from "effect"
import { isObject, parsePath, pathOf } from "./JsonText.ts"
import { type Keyed, mayHold, type Rowset, type Shape } from "./RowShape.ts"

/** The rows of a document, and those beside them that were not chosen and have texts too. */
export interface Choice {
  readonly rows: ReadonlyArray<Keyed>
  readonly others: ReadonlyArray<Rowset>
}

const named = (rowsets: ReadonlyArray<Rowset>): string =>
  rowsets.map(({ at, rows }) => `${at} (${rows.length})`).join(", ")

/** The rowsets of a document that lie in no other, the ones nearest to its root first. */
const rowsetsOf = (shape: Shape, root: unknown): ReadonlyArray<Rowset> => {
  const whole = shape.rowsetOf(root, "$")
  if (whole !== undefined) return [whole]
  return isObject(root) ? shape.inside(root, "$").map(([, rows]) => rows) : []
}

/** The same by less: objects under names that are no identifiers but have texts, as far down as objects go. */
const namedRowsets = (shape: Shape, value: unknown, at: string, levels = 6): ReadonlyArray<Rowset> => {
  const found = shape.namedRowsOf(value, at)
  if (found !== undefined) return [found]
  if (!isObject(value) || levels === 0) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    mayHold(key) ? namedRowsets(shape, inner, pathOf(at, key), levels - 1) : []
  )
}

const all = (shape: Shape, root: unknown): ReadonlyArray<Rowset> => {
  const found = rowsetsOf(shape, root)
  return found.length > 0 ? found : namedRowsets(shape, root, "$")
}

const follow = (shape: Shape, root: unknown, path: string): Result.Result<Choice, string> => {
  const keys = parsePath(path)
  if (keys === undefined) return Result.fail(`the path ${path} is not one; write it like $.data.items`)
  const rowsets = all(shape, root)
  const would = rowsets.length === 0 ? "" : `. There are references in ${named(rowsets)}`
  let value = root
  let at = "$"
  for (const key of keys) {
    const next = Array.isArray(value) ? value[Number(key)] : isObject(value) ? value[key] : undefined
    if (next === undefined) return Result.fail(`there is no ${key} in ${at}${would}`)
    at = pathOf(at, Array.isArray(value) ? Number(key) : key)
    value = next
  }
  if (Array.isArray(value)) {
    const rows = value.map((inner, index) => ({ at: pathOf(at, index), key: undefined, value: inner }))
    return Result.succeed({ rows, others: [] })
  }
  if (!isObject(value)) return Result.fail(`${at} is not an array or object${would}`)
  if (shape.isRow(value)) return Result.succeed({ rows: [{ at, key: undefined, value }], others: [] })
  const here = shape.rowsetOf(value, at) ?? shape.namedRowsOf(value, at)
  const inside = here === undefined ? shape.inside(value, at).map(([, rows]) => rows) : [here]
  return inside.length === 0
    ? Result.fail(`${at} is not an array, and has no references by their identifiers${would}`)
    : Result.succeed({ rows: inside.flatMap(({ rows }) => rows), others: [] })
}

/** How many keys lead to a place. */
const depthOf = (at: string): number => parsePath(at)?.length ?? 0

/** An object that stands for a document is an entry itself only where what it holds continues its identifier. */
const isParent = (shape: Shape, root: Readonly<Record<string, unknown>>, rowsets: ReadonlyArray<Rowset>): boolean => {
  const id = root[shape.fieldsOf(root).get("id") ?? ""]
  return (
    typeof id === "string" &&
    rowsets.some(({ rows }) =>
      rows.some(({ key, value }) => {
        const inner = isObject(value) ? (value[shape.fieldsOf(value).get("id") ?? ""] ?? key) : key
        return typeof inner === "string" && inner.length > id.length && inner.startsWith(id)
      })
    )
  )
}

const remedy = "Give the path of the array, such as $.data.items"

/**
 * The rows at the path that was given; the whole; the object itself; or what a document holds: an array of objects, or
 * objects by their identifiers, with an identifier and a title or text.
 */
export const choose = (shape: Shape, root: unknown, path: string | undefined): Result.Result<Choice, string> => {
  if (path !== undefined) return follow(shape, root, path)
  if (Array.isArray(root)) {
    const rows = root.map((value, index) => ({ at: pathOf("$", index), key: undefined, value }))
    return Result.succeed({ rows, others: [] })
  }
  if (!isObject(root)) return Result.fail("is neither an array nor an object with one")
  const rowsets = all(shape, root)
  if (shape.isRow(root) && (rowsets.length === 0 || isParent(shape, root, rowsets))) {
    return Result.succeed({ rows: [{ at: "$", key: undefined, value: root }], others: [] })
  }
  const nearest = Math.min(...rowsets.map(({ at }) => depthOf(at)))
  const near = rowsets.filter(({ at }) => depthOf(at) === nearest)
  const [only, another] = near
  if (only !== undefined && another === undefined) {
    const others = rowsets.filter(
      (rowset) => rowset !== only && rowset.rows.some(({ value }) => isObject(value) && shape.hasText(value))
    )
    return Result.succeed({ rows: only.rows, others })
  }
  if (only !== undefined) {
    return Result.fail(`has several arrays: ${named(near)}. Give the path of the right one, or $ for all of them`)
  }
  const arrays = Object.entries(root).filter(
    ([key, value]) => Array.isArray(value) && value.some(isObject) && mayHold(key)
  )
  const [array] = arrays
  // The rows of the only array are wrong, each in its own way.
  if (array !== undefined && arrays.length === 1) return follow(shape, root, pathOf("$", array[0]))
  const lists = Object.entries(root).filter(([, value]) => Array.isArray(value))
  return Result.fail(
    lists.length === 0
      ? `has no array and no objects by their identifiers. ${remedy}`
      : `has no array of objects with an identifier and a title or text (${lists.map(([key]) => pathOf("$", key)).join(", ")}). ${remedy}`
  )
}
