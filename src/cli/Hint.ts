import type { ImportOption, Remedy } from "../domain/Remedy.ts"

const flags: Readonly<Record<ImportOption, string>> = {
  allowOutside: "--allow-outside",
  catalog: "--catalog",
  columns: "--columns",
  encoding: "--encoding",
  format: "--format",
  from: "--from",
  language: "--language",
  path: "--path",
  resources: "--resource",
  sheet: "--sheet",
  to: "--to"
}

/** A value as a shell takes it. */
const quoted = (value: string): string =>
  /^[\w@./:=-]+$/u.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`

/** What draws a sample of first proposals. */
export const sampleCommand = ({
  from,
  size,
  to
}: {
  readonly from: string
  readonly to: string
  readonly size: number
}) => `crosswalk review ${quoted(from)} ${quoted(to)} --sample ${size}`

/** What to type to do something about an error; nothing where its sentence says all there is. */
export const hintOf = (remedy: Remedy): string | undefined => {
  switch (remedy.action) {
    case "retry":
      return undefined
    case "chooseOne":
      return remedy.field === "uri" ? `Name one by its URI: ${remedy.values.join(", ")}.` : undefined
    case "setOption": {
      const flag = flags[remedy.option]
      return remedy.example === undefined ? `Use ${flag}.` : `Use ${flag}, such as ${flag} ${quoted(remedy.example)}.`
    }
    case "force":
      return "Use --force to do it all the same."
    case "import":
      return remedy.catalog === undefined
        ? "Make one with 'crosswalk import FILE', or name another with --db."
        : `Import it with 'crosswalk import FILE --catalog ${remedy.catalog}'.`
    case "importRelations":
      return "Import it with 'crosswalk map FILE'."
    case "updateEmbeddings":
      return `Run 'crosswalk embed${remedy.force === true ? " --force" : ""}'.`
    case "buildIndex":
      return `Run 'crosswalk index build${remedy.fresh === true ? " --fresh" : ""}'.`
    case "reviewSample":
      return `Run '${sampleCommand(remedy)}'${remedy.force === true ? ", or use --force to do it all the same" : ""}.`
    case "checkRelations":
      return "Run 'crosswalk lint' to see which, and what became of their ends."
    case "checkDatabase":
      return "Run 'crosswalk doctor' to see what is wrong."
    case "repairDatabase":
      return "Run 'crosswalk doctor --repair': it makes again what follows from the rest, and removes what is of no use."
    case "migrateDatabase":
      return "Any command that uses the database, such as 'crosswalk list', brings it up to date where it may be written."
    case "createTables":
      return "Use 'crosswalk import FILE --create' to add Crosswalk's tables to it, or name another database with --db."
    case "chooseDatabase":
      return "Name another database with --db."
    case "chooseModel":
      return remedy.languages === undefined
        ? "Name another model, or its folder, with --model."
        : "Name a multilingual model with --model: its folder, such as ./models/multilingual, or its name on the hub."
    case "download":
      return "Leave out --offline once, so that the model is downloaded."
    case "update":
      return "Update with 'npm install crosswalk@latest'."
    case "reinstall":
      return "Install it again with 'npm install crosswalk'."
  }
}
