import type { InValue, Value } from "@libsql/client"
import { Data } from "effect"

/** What a reading thread is started with. */
export interface ReaderInput {
  /** The file, or a URI of SQLite. */
  readonly path: string
}

/** A statement that only reads. */
export interface Read {
  readonly sql: string
  readonly args: ReadonlyArray<InValue>
}

/** What a statement read. */
export interface Rows {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<Value | undefined>>
}

/** What it read, or why it could not. */
export type ReadAnswer = Rows | { readonly failure: string }

/** It could not be read so; nothing is known of why that would not concern the caller itself as well. */
export class ReadFailure extends Data.TaggedError("ReadFailure")<{ readonly reason: string }> {}
