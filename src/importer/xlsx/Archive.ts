import { Effect, Result } from "effect"
import { ImportError } from "../../domain/ImportError.ts"
import type { Head } from "../Importer.ts"
import { isZip, readDirectory, unpack } from "./Zip.ts"

/** What other workbooks are, by a file in them. */
const kinds: ReadonlyArray<readonly [file: RegExp, what: string]> = [
  [/^xl\/workbook\.bin$/iu, "a binary workbook (.xlsb). Save it as .xlsx, or the sheet as CSV"],
  [/^Index\/.*\.iwa$/iu, "a document of Apple's Numbers or Pages. Export it as .xlsx or CSV"]
]

/** Old workbooks, and those with a password, are no ZIP archives. */
const isOldOrEncrypted = ({ bytes }: Head): boolean =>
  [0xd0, 0xcf, 0x11, 0xe0].every((byte, index) => bytes[index] === byte)

/** Whether a source begins like a workbook, be it one that is not read. */
export const isWorkbook = (head: Head): boolean => isZip(head.bytes) || isOldOrEncrypted(head)

/** Refuses archives that hold what no spreadsheet program writes, and what is no XLSX workbook. */
export const check = Effect.fnUntraced(function* (source: string, bytes: Uint8Array) {
  const fail = (problem: string) => new ImportError({ source, reason: "unsupported", problem })
  const directory = readDirectory(bytes)
  if (Result.isFailure(directory)) return yield* fail(directory.failure)
  const entries = directory.success
  if (!entries.some(({ name }) => /^xl\/workbook\.xml$/iu.test(name))) {
    const kind = kinds.find(([file]) => entries.some(({ name }) => file.test(name)))
    if (kind !== undefined) return yield* fail(`is ${kind[1]}`)
    const names = entries.slice(0, 3).map(({ name }) => name)
    return yield* fail(
      `is a ZIP archive but no XLSX workbook (${names.join(", ")}…). Unpack it and import the file inside`
    )
  }
  const seen = new Set<string>()
  for (const entry of entries) {
    if (seen.has(entry.name)) return yield* fail(`has ${entry.name} in it twice`)
    seen.add(entry.name)
    const { buffer, byteLength, byteOffset } = yield* unpack(source, bytes, entry)
    const content = Buffer.from(buffer, byteOffset, byteLength)
    if (/\.(?:xml|rels|vml)$/iu.test(entry.name) && (content.includes("<!DOCTYPE") || content.includes("<!ENTITY"))) {
      const problem = "has a document type declaration (DTD), which is refused"
      return yield* new ImportError({ source, at: entry.name, problem })
    }
  }
})

/** Why a source that was taken for a workbook is none; `undefined` where it may be one. */
export const faultOf = (head: Head): string | undefined =>
  isOldOrEncrypted(head)
    ? "is an old workbook (.xls) or one with a password. Save it as .xlsx without a password, or as CSV"
    : isZip(head.bytes)
      ? undefined
      : "is not an XLSX workbook"
