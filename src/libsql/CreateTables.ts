import { Context } from "effect"

/**
 * Whether tables of Crosswalk may be made in a database that has tables of another program and none of Crosswalk. Default:
 * false. The option `create` of a `LibsqlClient` sets it; with another `SqlClient`, provide it to the layers of this package.
 */
export class CreateTables extends Context.Reference<boolean>("crosswalk/libsql/CreateTables", {
  defaultValue: () => false
}) {}

/** Counts the tables that are neither of Crosswalk nor of SQLite itself, and whether those of Crosswalk are there. */
export const inventory = `SELECT
  count(*) FILTER (WHERE name NOT GLOB 'crosswalk_*' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'libsql_*') AS others,
  count(*) FILTER (WHERE name = 'crosswalk_reference') AS own
  FROM sqlite_master WHERE type = 'table'`
