/** `crosswalk/libsql`: Effect's `SqlClient` over libSQL, for a program that opens its own database. */
import "./domain/Requirements.ts"
export type { Client } from "@libsql/client"
export { toDatabaseError } from "./libsql/DatabaseErrors.ts"
export * as LibsqlClient from "./libsql/LibsqlClient.ts"
