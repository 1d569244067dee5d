import { Effect } from "effect"
import { readYaml } from "../Documents.ts"
import type { Format, Head } from "../Importer.ts"
import { references } from "./Json.ts"
import { extensionOf, isUntold } from "../Names.ts"

/** The first line that says something is a key or an item with one. */
const looksLikeYaml = (head: Head): boolean => {
  const lines = head.text.split("\n").map((line) => line.trimEnd())
  const first = lines.find((line) => line !== "" && !line.startsWith("#") && line !== "---")
  return first !== undefined && /^(?:- )?["']?[\p{L}_$][^\s:,;"']*["']?:(?:$| )/u.test(first)
}

/** The same shapes as JSON, written as YAML; read whole, at most 16 MB. */
export const format: Format = {
  name: "yaml",
  summary: "the same shapes as json",
  detect: (head) => ["yaml", "yml"].includes(extensionOf(head.name)) || (isUntold(head.name) && looksLikeYaml(head)),
  read: (input) => Effect.flatMap(readYaml(input), (root) => references(input, root))
}
