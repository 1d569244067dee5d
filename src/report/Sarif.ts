import { createHash } from "node:crypto"

/** What SARIF says beside the results. */
export interface SarifOptions {
  /** The version of the program. Default: none. */
  readonly version?: string | undefined
  /** The file of the repository that results point at, such as the requirements; GitHub shows only results that have one. */
  readonly file?: string | undefined
}

export type SarifLevel = "error" | "warning" | "note"

/** A rule, and the level of its results. */
export interface SarifRule {
  readonly id: string
  readonly level: SarifLevel
  readonly text: string
}

/** A line of a file of the repository. */
export const physicalLocation = (file: string, startLine: number) => ({
  artifactLocation: { uri: encodeURI(file.replaceAll("\\", "/")) },
  region: { startLine }
})

/** What is pointed at by its name, wherever it stands. */
export const logicalLocation = (name: string) => ({ name, fullyQualifiedName: name })

/** What tells a result apart from others of its run. */
export const fingerprint = (text: string): string => createHash("sha256").update(text).digest("hex")

/** A run as SARIF 2.1.0; `id` tells which it is. */
export const render = (
  id: string,
  version: string | undefined,
  rules: ReadonlyArray<SarifRule>,
  results: ReadonlyArray<unknown>
): string => {
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "crosswalk",
            version,
            rules: rules.map(({ id, level, text }) => ({
              id,
              shortDescription: { text },
              defaultConfiguration: { level }
            }))
          }
        },
        automationDetails: { id },
        columnKind: "utf16CodeUnits",
        results
      }
    ]
  }
  return `${JSON.stringify(log, undefined, 2)}\n`
}
