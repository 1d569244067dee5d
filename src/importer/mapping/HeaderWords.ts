import { plain } from "../Fields.ts"
import * as ReferenceWords from "../ReferenceWords.ts"

/** The usual names of the columns that hold the ends of a mapping; case, spaces and punctuation do not count. */
export const ends = {
  source: ["source", "from", "sourceuri", "fromuri", "sourceid", "fromid", "sourceidentifier", "quelle", "von"],
  target: ["target", "to", "targeturi", "touri", "targetid", "toid", "targetidentifier", "targets", "ziel", "nach"]
} as const

const known: ReadonlySet<string> = new Set([
  ...ends.source,
  ...ends.target,
  ...["sources", "sourcenodeid", "targetnodeid", "sourcerequirementurn", "targetrequirementurn"]
])

/** Whether a text names a column of identifiers, and is none itself. */
export const isHeader = (text: string): boolean =>
  known.has(plain(text)) || ReferenceWords.resolve([text.trim()], {}).has("id")
