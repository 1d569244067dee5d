import { endingOf } from "./Ending.ts"

/** What a coverage report can be written as. */
export const formats = ["table", "json", "csv", "markdown", "html", "sarif", "junit"] as const
export type CoverageFormat = (typeof formats)[number]

/** The format that each ending of a file's name stands for. */
export const endings: Readonly<Record<string, CoverageFormat>> = {
  txt: "table",
  json: "json",
  csv: "csv",
  md: "markdown",
  html: "html",
  htm: "html",
  sarif: "sarif",
  xml: "junit"
}

/** The format of a file, told by its ending; undefined where that says nothing. */
export const formatOf = (path: string): CoverageFormat | undefined => endings[endingOf(path)]
