import type { Remedy } from "../../domain/Remedy.ts"

/** The sides of a database, in the order in which they are looked at. */
export const names = [
  "database file",
  "tables",
  "foreign keys",
  "values",
  "references",
  "catalogs",
  "relations",
  "pins",
  "decisions",
  "change log",
  "keyword index",
  "tags",
  "metadata",
  "abbreviations",
  "vectors",
  "embeddings",
  "text lengths",
  "map"
] as const

/** What was found out about one side of a database. */
export interface Check {
  readonly name: (typeof names)[number]
  /** `failed`: the database is damaged. `warning`: it is sound, but something is to be done. */
  readonly status: "ok" | "warning" | "failed" | "skipped"
  /** What was found. */
  readonly detail: string
  /** What can be done about it. */
  readonly remedy?: Remedy
}

/** How many rows a check reads at once. */
export const pageSize = 500

export const ok = (name: Check["name"], detail: string): Check => ({ name, status: "ok", detail })

const found =
  (status: Check["status"]) =>
  (name: Check["name"], detail: string, remedy?: Remedy): Check => ({
    name,
    status,
    detail,
    ...(remedy === undefined ? {} : { remedy })
  })

export const failed = found("failed")

/** It is sound, but something is to be done. */
export const warning = found("warning")

/** A few of many, for a person to look at. */
export const some = (items: ReadonlyArray<string>): string =>
  items.slice(0, 3).join(", ") + (items.length > 3 ? ` and ${items.length - 3} more` : "")

/** What can be done where nothing stored tells how it was. */
export const restore = "Restore a backup, or import the sources into a new database"
