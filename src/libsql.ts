/** `crosswalk/libsql`: Effect's `SqlClient` over libSQL, for a program that opens its own database. */
export { toDatabaseError } from "./libsql/DatabaseErrors.ts"
export * as LibsqlClient from "./libsql/LibsqlClient.ts"
