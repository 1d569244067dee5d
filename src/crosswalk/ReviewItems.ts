import { Effect, Option, Stream } from "effect"
import type { CalibrationFilter } from "../domain/CalibrationFilter.ts"
import { confidenceKind } from "../domain/Proposal.ts"
import { RelationType } from "../domain/Relation.ts"
import { RelationEnds, urisOf } from "../domain/RelationEnds.ts"
import { ReviewFilter } from "../domain/ReviewFilter.ts"
import { ReviewItem } from "../domain/ReviewItem.ts"
import { ReviewPage, ReviewPageOptions } from "../domain/ReviewPage.ts"
import * as Cursor from "../storage/Cursor.ts"
import { operation, optional, streamOperation } from "../storage/Operation.ts"
import { ReferenceRepository } from "../storage/ReferenceRepository.ts"
import { endsOf, toRelation } from "../storage/RelationRow.ts"
import * as ReviewRows from "../storage/ReviewRows.ts"
import * as Snapshot from "../storage/Snapshot.ts"
import * as WordsInCommon from "./WordsInCommon.ts"

/** How many relations with their texts are read at a time. */
const pageSize = 100

const withMarks = (item: ReviewItem): ReviewItem =>
  new ReviewItem({
    ...item,
    marked: {
      sources: WordsInCommon.marked(item.sources, item.targets),
      targets: WordsInCommon.marked(item.targets, item.sources)
    }
  })

/** Reads what is to be reviewed. */
export const make = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const rows = yield* ReviewRows.make
  const snapshot = yield* Snapshot.make

  /** The catalogs must be there: a typing error would look like a review that is done. */
  const requireCatalogs = Effect.fnUntraced(function* ({ from, to }: CalibrationFilter) {
    for (const catalog of [from, to]) if (catalog !== undefined) yield* references.requireCatalog(catalog)
  })

  /** The numbers of the relations that pass. */
  const selected = Effect.fnUntraced(function* (filter: ReviewFilter) {
    yield* requireCatalogs(filter)
    return yield* rows.ids(filter)
  })

  const page = Effect.fnUntraced(function* (ids: ReadonlyArray<number>) {
    const found = yield* rows.byId(ids)
    const ends = yield* references.findMany([...new Set(found.flatMap((row) => urisOf(endsOf(row))))])
    const read = (uris: ReadonlyArray<string>) => uris.flatMap((uri) => ends.get(uri) ?? [])
    return found.flatMap((row) => {
      const uris = endsOf(row)
      const [first, ...others] = read(uris.sources)
      const targets = read(uris.targets)
      const isWhole = others.length + 1 === row.sources.length && targets.length === row.targets.length
      // An end that another process removes meanwhile takes its relations with it.
      if (first === undefined || !isWhole) return []
      const sources = [first, ...others] as const
      const relation = toRelation(row)
      const confidenceIs = confidenceKind(relation)
      return [new ReviewItem({ relation, sources, targets, version: ReviewRows.versionOf(row), confidenceIs })]
    })
  })

  const findPage = operation("Review.page", { options: optional(ReviewPageOptions) })(function* ({
    options: { after, filter = {}, limit = 100, marked = false } = {}
  }) {
    const place = yield* ReviewRows.fromCursor(after, ReviewRows.start)
    const { items, last, total } = yield* snapshot.read(
      Effect.gen(function* () {
        yield* requireCatalogs(filter)
        const { places, total } = yield* rows.page(filter, place, limit + 1)
        const { last, page: own } = Cursor.cut(places, limit)
        return { items: yield* page(own.map(({ id }) => id)), last, total }
      })
    )
    return new ReviewPage({
      items: marked ? items.map(withMarks) : items,
      total,
      ...(last !== undefined && { next: ReviewRows.toCursor(last) })
    })
  })

  const count = operation("Review.count", { filter: optional(ReviewFilter) })(function* ({ filter = {} }) {
    return (yield* selected(filter)).length
  })

  const items = streamOperation("Review.items", { filter: optional(ReviewFilter) })(({ filter = {} }) =>
    Stream.fromIterableEffect(selected(filter)).pipe(
      Stream.grouped(pageSize),
      Stream.mapEffect(page),
      Stream.flatMap(Stream.fromIterable)
    )
  )

  const find = operation("Review.find", { ends: RelationEnds, type: optional(RelationType) })(function* ({
    ends,
    type
  }) {
    const { found } = yield* rows.between([ends])
    const [first] = yield* page(found.filter((row) => type === undefined || row.type === type).map(({ id }) => id))
    return Option.fromUndefinedOr(first)
  })

  return { rows, page, requireCatalogs, selected, count, items, find, findPage }
})

export type ReviewItems = Effect.Success<typeof make>
