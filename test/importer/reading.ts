import { Effect, Result, Stream } from "effect"
import type { Entry, Item, Link, Options, Unread, Withdrawn } from "../../src/importer/Importer.ts"
import * as Sources from "../../src/importer/Sources.ts"

/** What came out of a source, sorted by kind. */
export interface Outcome {
  readonly format: string
  readonly catalog: string
  readonly entries: ReadonlyArray<Entry>
  readonly withdrawn: ReadonlyArray<Withdrawn>
  readonly links: ReadonlyArray<Link>
  readonly unread: ReadonlyArray<Unread>
  /** `position: problem` of each warning. */
  readonly warnings: ReadonlyArray<string>
  /** `position: problem` of each bad row. */
  readonly failed: ReadonlyArray<string>
}

export const sort = (source: { format: string; catalog: string }, items: ReadonlyArray<Item>): Outcome => {
  const good = items.filter(Result.isSuccess).map((item) => item.success)
  return {
    format: source.format,
    catalog: source.catalog,
    entries: good.filter((item) => item._tag === "Entry"),
    withdrawn: good.filter((item) => item._tag === "Withdrawn"),
    links: good.filter((item) => item._tag === "Link"),
    unread: good.filter((item) => item._tag === "Unread"),
    warnings: good.filter((item) => item._tag === "Warning").map(({ at, problem }) => `${at}: ${problem}`),
    failed: items.filter(Result.isFailure).map(({ failure }) => `${failure.at}: ${failure.problem}`)
  }
}

export const collect = Effect.fnUntraced(function* (source: Effect.Success<ReturnType<typeof Sources.read>>) {
  return sort(source, yield* Stream.runCollect(source.items))
})

/** Cuts bytes into pieces of a size. */
export const pieces = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))

/** Reads a text or bytes as if they were a file of that name, in pieces of `size` bytes. */
export const read = (name: string, content: string | Uint8Array, options: Options = {}, size = 64 * 1024) => {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
  const stream = Stream.fromArray(pieces(bytes, size)).pipe(Stream.rechunk(1))
  return Effect.scoped(Effect.flatMap(Sources.read(name, stream, options), collect))
}
