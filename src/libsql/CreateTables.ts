import { Context } from "effect"

/**
 * Whether tables of Crosswalk may be made in a database that has tables of another program and none of Crosswalk. Default:
 * false. The option `create` of a `LibsqlClient` sets it; with another `SqlClient`, provide it to the layers of this package.
 */
export class CreateTables extends Context.Reference<boolean>("crosswalk/libsql/CreateTables", {
  defaultValue: () => false
}) {}

/** Whether a table is called as one of ours is, but is another. */
const isNamesake = `CASE name WHEN 'crosswalk_reference' THEN instr(sql, 'content_hash') = 0
  WHEN 'crosswalk_migration' THEN instr(sql, 'migration_id') = 0 ELSE FALSE END`

/** Of `sqlite_master`: what is called as something of ours is, in a database without ours. A list of migrations is not in the way. */
export const isInTheWay = `lower(name) GLOB 'crosswalk_*' AND (${isNamesake} OR lower(name) <> 'crosswalk_migration')`

/**
 * Counts the tables and views that are neither of Crosswalk nor of SQLite itself, those by which Crosswalk's are known, and
 * those that are in the way where these are not there.
 */
export const inventory = `SELECT
  count(*) FILTER (WHERE type = 'view' OR type = 'table' AND (${isNamesake}
    OR name NOT GLOB 'crosswalk_*' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'libsql_*')) AS others,
  count(*) FILTER (WHERE type = 'table' AND name = 'crosswalk_reference' AND NOT ${isNamesake}) AS own,
  count(*) FILTER (WHERE ${isInTheWay}) AS alike
  FROM sqlite_master`

/** What {@link inventory} counts. */
export interface Inventory {
  readonly others: number
  readonly own: number
  readonly alike: number
}
