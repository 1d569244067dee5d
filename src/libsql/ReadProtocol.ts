import type { InValue, Value } from "@libsql/client"

/** What a reading thread is started with. */
export interface ReaderInput {
  /** As libSQL understands it. */
  readonly url: string
}

export type ToReader = { readonly id: number; readonly sql: string; readonly args: ReadonlyArray<InValue> } | "Close"

export type FromReader =
  | {
      readonly id: number
      readonly columns: ReadonlyArray<string>
      readonly rows: ReadonlyArray<ReadonlyArray<Value | undefined>>
    }
  | { readonly id: number; readonly failure: string }
