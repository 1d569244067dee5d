import { Effect } from "effect"
import type { Reference } from "../domain/Reference.ts"
import * as Remembered from "./Remembered.ts"

/** How many bytes of texts and metadata are kept. */
const maximumBytes = 32_000_000

/** What a reference takes beside them. */
const overhead = 1000

const freezeJson = (value: unknown): void => {
  if (typeof value !== "object" || value === null) return
  Object.freeze(value)
  for (const part of Object.values(value)) freezeJson(part)
}

/** As one is given to several callers, none may change it. */
const freeze = (reference: Reference): void => {
  Object.freeze(reference)
  Object.freeze(reference.tags)
  freezeJson(reference.metadata)
}

interface Entry {
  readonly reference: Reference
  readonly bytes: number
}

/** References that were read, those that were used last, until something is committed. */
export interface RecentReferences {
  readonly get: (uri: string) => Reference | undefined
  /** `bytes` is the length of its row. */
  readonly add: (reference: Reference, bytes: number) => void
}

const empty = (): RecentReferences => {
  const entries = new Map<string, Entry>()
  let bytes = 0

  const drop = (uri: string, entry: Entry) => {
    entries.delete(uri)
    bytes -= entry.bytes
  }

  return {
    get: (uri) => {
      const entry = entries.get(uri)
      if (entry === undefined) return undefined
      entries.delete(uri)
      entries.set(uri, entry)
      return entry.reference
    },
    add: (reference, length) => {
      const before = entries.get(reference.uri)
      if (before !== undefined) drop(reference.uri, before)
      freeze(reference)
      const entry = { reference, bytes: length + overhead }
      entries.set(reference.uri, entry)
      bytes += entry.bytes
      for (const [uri, oldest] of entries) {
        if (bytes <= maximumBytes) break
        drop(uri, oldest)
      }
    }
  }
}

/** Those of now: none in a transaction, and where the database does not tell when it changes. */
export const make = Effect.map(Remembered.make, (remembered) => remembered(Effect.sync(empty)))
