import type { InValue, Value } from "@libsql/client"

/** What a reading thread is started with. */
export interface ReaderInput {
  /** As libSQL understands it. */
  readonly url: string
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
