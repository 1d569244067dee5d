import { Schema } from "effect"

/**
 * What a search by meaning compared with: `sql` with vectors in SQL, `flat` and `codes` with all in memory, `graph` with those that
 * a graph led to, so that the result is not always exact.
 */
export const ComparedBy = Schema.Literals(["sql", "flat", "codes", "graph"])
export type ComparedBy = typeof ComparedBy.Type
