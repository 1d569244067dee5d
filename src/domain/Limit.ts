import { Schema, SchemaGetter } from "effect"

/** More than any table has. */
const largest = 2 ** 31

/** At most how many: a whole number from 0 up; one that is larger than any table stands for all. */
export const Limit = Schema.Number.check(
  Schema.makeFilter((limit) =>
    limit >= 0 && (Number.isInteger(limit) || limit === Number.POSITIVE_INFINITY)
      ? undefined
      : "a whole number such as 10, or 0 for none"
  )
).pipe(
  Schema.decodeTo(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: largest })), {
    decode: SchemaGetter.transform((limit: number) => Math.min(limit, largest)),
    encode: SchemaGetter.passthrough()
  })
)
