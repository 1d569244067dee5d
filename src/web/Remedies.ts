import type { ProblemDocument } from "./api/Failure.ts"

export type Remedy = NonNullable<ProblemDocument["remedy"]>

/** What can be done, as a sentence for somebody at this page. */
export const remedyOf = (remedy: Remedy): string => {
  switch (remedy.action) {
    case "retry":
      return "Try again in a moment."
    case "force":
      return "Do it all the same, if that is what you want."
    case "chooseOne":
      return remedy.values.length === 0
        ? `Give another ‘${remedy.field}’.`
        : `Did you mean ${remedy.values.slice(0, 3).join(", ")}?`
    case "setOption":
      return `Say its ‘${remedy.option}’${remedy.example === undefined ? "" : `, such as ${remedy.example}`}.`
    case "import":
      return remedy.catalog === undefined ? "Import a catalog first." : `Import ${remedy.catalog} first.`
    case "importRelations":
      return "It holds relations: import it as such."
    case "updateEmbeddings":
      return "Embed again: crosswalk embed."
    case "buildIndex":
      return "Build the vector index: crosswalk index."
    case "checkRelations":
      return "Check the relations: crosswalk lint."
    case "checkDatabase":
      return "Check the database: crosswalk doctor."
    case "repairDatabase":
      return "Repair the database: crosswalk doctor --repair."
    case "migrateDatabase":
    case "createTables":
    case "chooseDatabase":
      return "Ask whoever runs this server: its database is not ready."
    case "chooseModel":
    case "download":
      return "Ask whoever runs this server: its model is not ready."
    case "reviewSample":
      return `Review a sample of ${remedy.size} proposals from ${remedy.from} to ${remedy.to} first.`
    case "update":
    case "reinstall":
      return "Ask whoever runs this server to install the newest version."
  }
}
