import { Schema } from "effect"

/** The options of imports that say what a source does not. */
export const ImportOption = Schema.Literals([
  "allowOutside",
  "catalog",
  "columns",
  "encoding",
  "format",
  "from",
  "language",
  "path",
  "resources",
  "sheet",
  "to"
])
export type ImportOption = typeof ImportOption.Type

/**
 * What can be done about an error, as data: a surface turns it into a flag, a button or a sentence of its own. The library
 * names no command.
 */
export const Remedy = Schema.Union([
  /** Make the same call again, later. */
  Schema.Struct({ action: Schema.Literal("retry") }),
  /** Make the same call again with its `force` option. */
  Schema.Struct({ action: Schema.Literal("force") }),
  /** Give one of `values` for `field`; nearest first where one was probably meant. */
  Schema.Struct({
    action: Schema.Literal("chooseOne"),
    field: Schema.String,
    values: Schema.Array(Schema.String)
  }),
  /** Make the same call again with this option of an import, such as `example`. */
  Schema.Struct({
    action: Schema.Literal("setOption"),
    option: ImportOption,
    example: Schema.optionalKey(Schema.String)
  }),
  /** Import the catalog, or any catalog. */
  Schema.Struct({ action: Schema.Literal("import"), catalog: Schema.optionalKey(Schema.String) }),
  /** Import it as relations, not as references. */
  Schema.Struct({ action: Schema.Literal("importRelations") }),
  /** Run `updateAllEmbeddings`, with its `force` option where `force` is true. */
  Schema.Struct({ action: Schema.Literal("updateEmbeddings"), force: Schema.optionalKey(Schema.Boolean) }),
  /** Build the saved vector index, from nothing where `fresh` is true. */
  Schema.Struct({ action: Schema.Literal("buildIndex"), fresh: Schema.optionalKey(Schema.Boolean) }),
  /** Check the stored relations with `Lint`. */
  Schema.Struct({ action: Schema.Literal("checkRelations") }),
  /** Check the database with `Doctor`. */
  Schema.Struct({ action: Schema.Literal("checkDatabase") }),
  /** Let `Doctor` rebuild what can be rebuilt. */
  Schema.Struct({ action: Schema.Literal("repairDatabase") }),
  /** Open the database for writing once, which brings its tables up to date. */
  Schema.Struct({ action: Schema.Literal("migrateDatabase") }),
  /** Open it with the option `create`, which adds the tables of Crosswalk to those of another program. */
  Schema.Struct({ action: Schema.Literal("createTables") }),
  /** Use another database. */
  Schema.Struct({ action: Schema.Literal("chooseDatabase") }),
  /** Use another model, or name the folder of this one; where `languages` is there, one that was made for these. */
  Schema.Struct({ action: Schema.Literal("chooseModel"), languages: Schema.optionalKey(Schema.Array(Schema.String)) }),
  /** Allow the network once, so that the model is downloaded. */
  Schema.Struct({ action: Schema.Literal("download") }),
  /** Review a sample of `size` first proposals; with `force`, or make the same call again with its `force` option. */
  Schema.Struct({
    action: Schema.Literal("reviewSample"),
    from: Schema.String,
    to: Schema.String,
    size: Schema.Natural,
    force: Schema.optionalKey(Schema.Boolean)
  }),
  /** Install a newer version of this package. */
  Schema.Struct({ action: Schema.Literal("update") }),
  /** Install this package again. */
  Schema.Struct({ action: Schema.Literal("reinstall") })
])
export type Remedy = typeof Remedy.Type

/** The remedy that an option of an import is. */
export const setOption = (option: ImportOption, example?: string): Remedy => ({
  action: "setOption",
  option,
  ...(example !== undefined && { example })
})
