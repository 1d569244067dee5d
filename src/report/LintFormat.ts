import { endingOf } from "./Ending.ts"

/** What the findings of a check can be written as. */
export const formats = ["table", "json", "sarif"] as const
export type LintFormat = (typeof formats)[number]

/** The format that each ending of a file's name stands for. */
export const endings: Readonly<Record<string, LintFormat>> = { txt: "table", json: "json", sarif: "sarif" }

/** The format of a file, told by its ending; undefined where that says nothing. */
export const formatOf = (path: string): LintFormat | undefined => endings[endingOf(path)]
