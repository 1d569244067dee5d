/** `crosswalk/libsql`: Effect's `SqlClient` over libSQL, for a program that opens its own database. */
export { toDatabaseError } from "./storage/DatabaseErrors.ts"
export * as LibsqlClient from "./storage/LibsqlClient.ts"
