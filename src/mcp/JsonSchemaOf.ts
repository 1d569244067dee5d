import { Predicate, Schema } from "effect"

/** A schema without the `allOf` that only says more of the same; some hosts read none. */
const flat = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(flat)
  if (!Predicate.isReadonlyObject(schema)) return schema
  const { allOf, ...own } = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, flat(value)]))
  if (allOf === undefined) return own
  const more: unknown = Array.isArray(allOf) && allOf.length === 1 ? allOf[0] : undefined
  const fits = Predicate.isReadonlyObject(more) && Object.keys(more).every((key) => !(key in own))
  return fits ? { ...own, ...more } : { ...own, allOf }
}

/** What a host is told of a schema: all in one place, and closed. */
export const jsonSchemaOf = (schema: Schema.Constraint): unknown =>
  flat(Schema.toJsonSchemaDocument(schema, { onExcessProperty: "error", referencePolicy: () => undefined }).schema)
