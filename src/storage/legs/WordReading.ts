import { Effect } from "effect"
import type { SqlClient, Statement } from "effect/sql"
import { moduleUrl } from "../../domain/PackageFolder.ts"
import { offLoop, onLoop } from "../../libsql/LongReads.ts"
import * as WorkerClient from "../../worker/WorkerClient.ts"
import { chunks } from "../Chunks.ts"
import * as Columns from "../Columns.ts"
import type { TextChanges } from "./TextChanges.ts"
import * as WordIndex from "./WordIndex.ts"
import { joinedWith, smallPart, type WordMoment } from "./WordMoment.ts"
import * as WordPart from "./WordPart.ts"
import type { Answer, Question } from "./WordProtocol.ts"

const texts = Columns.make("reference", {
  id: "r.id",
  uri: "r.uri",
  title: "r.title",
  description: "r.description"
})

/** How many texts are read at once: some 5 ms. */
const pageSize = 500

/** Reads texts in the background, whose words a thread indexes. Each gives what may show later changes too. */
export const make = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, { idsSince, now }: TextChanges) {
  const thread = yield* WorkerClient.make<Question, Answer>(moduleUrl("storage/legs/WordWorker"), undefined)

  /** Adds texts; undefined where one of them cannot be read. */
  const add = Effect.fnUntraced(function* (from: Statement.Fragment) {
    const rows = sql`SELECT ${sql.literal(texts.sql)} FROM ${from}`
    const [page] = yield* offLoop(sql`SELECT ${sql.literal(Columns.listed(texts))} FROM (${rows})`)
    const json = page?.[texts.what]
    // Without any text there is no list.
    if (json === null) return { count: 0, last: 0 }
    if (!Columns.isBytes(json)) return undefined
    const added = yield* thread.ask({ _tag: "Add", page: json })
    return added._tag === "Added" ? added : undefined
  })

  const built = Effect.gen(function* () {
    const built = yield* thread.ask({ _tag: "Build" })
    return built._tag === "Built" ? WordPart.make(built.data) : undefined
  })

  /** All texts; undefined where one of them cannot be read. */
  const whole = Effect.gen(function* () {
    const moment = yield* onLoop(now)
    if (moment === undefined) return undefined
    yield* thread.ask({ _tag: "Begin" })
    for (let last = 0, isEnd = false; !isEnd; ) {
      const added = yield* add(sql`crosswalk_reference AS r WHERE r.id > ${last} ORDER BY r.id LIMIT ${pageSize}`)
      if (added === undefined) return undefined
      last = added.last
      isEnd = added.count < pageSize
    }
    const part = yield* built
    if (part === undefined) return undefined
    return {
      index: WordIndex.make([part]),
      position: moment.position,
      state: undefined,
      more: undefined
    } satisfies WordMoment
  })

  /** What changed since, and what was there in fewer parts; undefined where the one or the other cannot be told. */
  const renewed = Effect.fnUntraced(function* (before: WordMoment) {
    const found = yield* offLoop(idsSince(before.position))
    if (found === undefined) return undefined
    const pages = chunks(
      found.changes.map(({ id }) => id),
      pageSize
    )
    let parts = before.index.parts
    for (const page of pages) {
      parts = parts.map(({ without }) => without(page))
      yield* Effect.yieldNow
    }
    const joined = joinedWith(parts, Math.max(smallPart, found.changes.length), Number.POSITIVE_INFINITY)
    yield* thread.ask({ _tag: "Begin" })
    for (const { data, gone } of joined) yield* thread.ask({ _tag: "AddAll", data, hidden: gone.hidden })
    for (const page of pages) {
      const listed = sql`json_each(${JSON.stringify(page)}) AS j CROSS JOIN crosswalk_reference AS r ON r.id = j.value`
      if ((yield* add(listed)) === undefined) return undefined
    }
    const part = yield* built
    if (part === undefined) return undefined
    return {
      index: WordIndex.make([...parts.filter((part) => !joined.has(part)), part]),
      position: found.moment.position,
      state: undefined,
      more: before.more
    } satisfies WordMoment
  })

  return { whole, renewed }
})
