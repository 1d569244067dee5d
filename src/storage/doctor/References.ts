import { Effect, Option, Result, Stream } from "effect"
import { SqlClient } from "effect/sql"
import type { DatabaseError } from "../../domain/DatabaseError.ts"
import * as CatalogTexts from "../CatalogTexts.ts"
import * as ReferenceRow from "../ReferenceRow.ts"
import { failed, ok, pageSize, some, warning } from "./Check.ts"

const decodeReference = ReferenceRow.decoder("Doctor.run")

/** A reference as it is stored. */
export interface StoredReference {
  readonly id: number
  /** Its row, where that can be read and is what was saved. */
  readonly row: ReferenceRow.ReferenceRow | undefined
  /** What is wrong with it otherwise, as a sentence. */
  readonly problem: string
  /** Whether the next import writes it anew. */
  readonly isMarked: boolean
}

const storedOf = (id: number, isMarked: boolean, row: Result.Result<ReferenceRow.ReferenceRow, DatabaseError>) => {
  if (Result.isFailure(row)) return { id, isMarked, row: undefined, problem: row.failure.problem }
  const isSame = ReferenceRow.contentHashOf(row.success) === row.success.content_hash
  const problem = isSame ? "" : `the content of the reference ${row.success.uri} is not what was saved`
  return { id, isMarked, row: isSame ? row.success : undefined, problem }
}

/** All references, read and compared with the hash of what was saved. */
export const all = (sql: SqlClient.SqlClient) =>
  Stream.paginate(0, (after) =>
    Effect.gen(function* () {
      const rows = yield* sql<{ readonly id: number; readonly marked: number }>`
        SELECT r.id, r.content_hash = '' AS marked, ${sql.literal(ReferenceRow.columns.sql)} FROM crosswalk_reference AS r
        WHERE r.id > ${after} ORDER BY r.id LIMIT ${pageSize}`
      const found = yield* Effect.forEach(rows, (row) =>
        Effect.map(
          Effect.result(decodeReference(row)),
          (decoded): StoredReference => storedOf(row.id, row.marked === 1, decoded)
        )
      )
      return [found, Option.fromUndefinedOr(rows.length < pageSize ? undefined : rows.at(-1)?.id)] as const
    })
  )

/** Everything a reference's row says about itself: its JSON, and the hashes of its content and of the text that is embedded. */
export const check = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const { reader } = yield* Effect.provideService(CatalogTexts.make, SqlClient.SqlClient, sql)
  const textOf = yield* reader
  const wrong: Array<StoredReference> = []
  let total = 0
  let retold = 0
  yield* Stream.runForEach(all(sql), (stored) =>
    Effect.sync(() => {
      const { row } = stored
      total++
      if (row === undefined) wrong.push(stored)
      else if (ReferenceRow.hashOf(textOf(ReferenceRow.toReference(row))) !== row.text_hash) retold++
    })
  )
  if (wrong.length > 0) {
    const problems = some(wrong.map(({ problem }) => problem))
    return wrong.every(({ isMarked }) => isMarked)
      ? failed("references", `wait for their sources to be imported again: ${problems}`, { action: "import" })
      : failed("references", problems, { action: "repairDatabase" })
  }
  return retold === 0
    ? ok("references", `${total}, all as they were saved`)
    : warning("references", `${retold} of ${total} read otherwise now`, { action: "updateEmbeddings" })
})
