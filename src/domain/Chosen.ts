import { Schema } from "effect"

/**
 * How a relation was chosen to be decided on: drawn from the order of confidence (`sample`), one after another as they are
 * listed (`order`), all that pass a filter (`filter`), in a spreadsheet (`file`), or by its name (`name`). Only a sample
 * says something about those that nobody looked at.
 */
export const Chosen = Schema.Literals(["sample", "order", "filter", "file", "name"])
export type Chosen = typeof Chosen.Type
