import { Effect } from "effect"
import { CliError, Flag } from "effect/cli"
import type { Columns } from "../importer/Importer.ts"

const fields = ["uri", "id", "title", "description", "entityType", "tags", "catalog"] as const satisfies ReadonlyArray<
  keyof Columns
>

const isField = (name: string): name is (typeof fields)[number] => fields.some((field) => field === name)

/** Commas separate assignments; a comma in a column's name is kept where no assignment follows it. */
const separator = new RegExp(`,(?=(?:${fields.join("|")}|type)=)`, "u")

const parse = (given: ReadonlyArray<string>): Effect.Effect<Columns, CliError.CliError> =>
  Effect.gen(function* () {
    const columns: Record<string, string> = {}
    for (const part of given.flatMap((value) => value.split(separator))) {
      const equals = part.indexOf("=")
      const name = part
        .slice(0, Math.max(0, equals))
        .trim()
        .replace(/^type$/u, "entityType")
      const column = part.slice(equals + 1)
      if (equals < 0 || !isField(name) || column === "") {
        return yield* new CliError.InvalidValue({
          option: "columns",
          value: part,
          expected: `field=column, where field is one of ${fields.join(", ")}`,
          kind: "flag"
        })
      }
      columns[name] = column
    }
    return columns
  })

/** `--columns id=key,title=name`: which column holds what. */
export const columns = Flag.String("columns").pipe(
  Flag.withDescription("Which column holds what, such as id=key,title=name; may be repeated"),
  Flag.withMetavar("field=column,…"),
  Flag.atLeast(0),
  Flag.mapEffect(parse)
)
