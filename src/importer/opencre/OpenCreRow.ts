import { Result } from "effect"
import type { ImportError } from "../../domain/ImportError.ts"
import { failure, within } from "../Items.ts"
import { slugOf } from "../Names.ts"
import type { Row } from "../Rows.ts"

/** A Common Requirement of OpenCRE. */
export interface Cre {
  /** Such as `002-630`. */
  readonly id: string
  readonly name: string
}

/** An entry of a standard. */
export interface StandardEntry {
  /** The name of the standard, such as `NIST 800-53 v5`. */
  readonly standard: string
  /** Its identifier in the catalog of that standard: `CWE-384`, `sc-23.3`. */
  readonly id: string
  readonly title: string
  readonly hyperlink: string | undefined
}

/** What a row says: a path of CREs, each inside the one before, and the entries that the last is linked to. */
export interface CreRow {
  readonly at: string
  readonly cres: ReadonlyArray<Cre>
  readonly entries: ReadonlyArray<StandardEntry>
}

/** The columns of an export by what they hold. */
export interface CreColumns {
  /** `CRE 0`, `CRE 1` and so on, in the order of their numbers. */
  readonly cres: ReadonlyArray<string>
  /** By standard and field, the names of columns. */
  readonly standards: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** Sorts the columns of OpenCRE's spreadsheet: `CRE n` and `standard|field`. */
export const columnsFrom = (columns: ReadonlyArray<string>): CreColumns => {
  const cres: Array<{ readonly number: number; readonly name: string }> = []
  const standards = new Map<string, Map<string, string>>()
  for (const name of columns) {
    const number = /^CRE (\d{1,4})$/iu.exec(name)?.[1]
    if (number !== undefined) cres.push({ number: Number(number), name })
    const bar = name.lastIndexOf("|")
    if (bar < 1) continue
    const standard = name
      .slice(0, bar)
      .replace(/^Standard\s+/u, "")
      .trim()
    const fields = standards.get(standard) ?? new Map<string, string>()
    standards.set(
      standard,
      fields.set(
        name
          .slice(bar + 1)
          .trim()
          .toLowerCase(),
        name
      )
    )
  }
  return { cres: cres.toSorted((a, b) => a.number - b.number).map(({ name }) => name), standards }
}

/** The catalog that entries of a standard belong to where none is said: `cwe`, `nist-800-53-v5`. */
export const catalogOf = (standard: string): string => slugOf(standard)

/** The URI of a CRE. */
export const creUri = (id: string): string => `opencre:${id}`

/** The identifier and title of an entry in the words of its own catalog. */
const named = (standard: string, id: string, section: string): { id: string; title: string } => {
  if (/^CWE$/iu.test(standard)) {
    const number = /^(?:CWE-?)?(\d+)$/iu.exec(id || section)?.[1]
    if (number !== undefined) return { id: `CWE-${number}`, title: section && id ? section : `CWE-${number}` }
  }
  if (/800-53/u.test(standard)) {
    const control = /^([A-Za-z]{2})-(\d+)(?:\s*\((\d+)\))?\s*(.*)$/su.exec(id || section)
    if (control !== null) {
      const [, family = "", number, enhancement, rest = ""] = control
      const plain = `${family.toLowerCase()}-${Number(number)}`
      return {
        id: enhancement === undefined ? plain : `${plain}.${Number(enhancement)}`,
        title: rest.trim() || (id === "" ? "" : section) || id || section
      }
    }
  }
  return { id: id || section, title: section || id }
}

/** Reads a row of the export. */
export const readRow = (source: string, columns: CreColumns, row: Row): Result.Result<CreRow, ImportError> => {
  const cell = (column: string | undefined): string => {
    const value = column === undefined ? undefined : row.values.get(column)
    return typeof value === "string" ? value.trim() : ""
  }
  const cres: Array<Cre> = []
  for (const column of columns.cres) {
    const text = cell(column)
    if (text === "") continue
    const [, id, name] = /^(\d{3}-\d{3})\s*\|\s*(\S.*)$/su.exec(text) ?? []
    if (id === undefined || name === undefined) {
      return failure(source, within(row.at, column), `is not id|name, such as 002-630|Logging: ${JSON.stringify(text)}`)
    }
    cres.push({ id, name })
  }
  const entries: Array<StandardEntry> = []
  for (const [standard, fields] of columns.standards) {
    const id = cell(fields.get("id") ?? fields.get("sectionid"))
    const section = cell(fields.get("section")) || cell(fields.get("subsection"))
    const hyperlink = cell(fields.get("hyperlink"))
    if (id !== "" || section !== "") {
      entries.push({ standard, ...named(standard, id, section), hyperlink: hyperlink === "" ? undefined : hyperlink })
    }
  }
  return Result.succeed({ at: row.at, cres, entries })
}
