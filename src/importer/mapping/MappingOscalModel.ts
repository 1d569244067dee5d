import { Schema } from "effect"
import { Made } from "../../domain/Relation.ts"
import { NonBlankText } from "../../domain/Text.ts"
import { Prop } from "../oscal/OscalModel.ts"

export const Resource = Schema.Struct({
  href: Schema.optional(Schema.String),
  props: Schema.optional(Schema.Array(Prop))
})

const Props = Schema.optional(Schema.Array(Prop))

export const End = Schema.Struct({ type: Schema.optional(Schema.String), "id-ref": NonBlankText, props: Props })

/** What can stand in a map, in the mapping it is of, and in the provenance of all. */
export const how = {
  method: Schema.optional(Schema.String),
  "matching-rationale": Schema.optional(Schema.String),
  status: Schema.optional(Schema.String),
  "confidence-score": Schema.optional(
    Schema.Union([
      Schema.Finite,
      Schema.Struct({ percentage: Schema.optional(Schema.Finite), category: Schema.optional(Schema.String) })
    ])
  )
}

export const Map_ = Schema.Struct({
  ...how,
  relationship: Schema.Union([Schema.String, Schema.Struct({ type: Schema.String })]),
  sources: Schema.Array(End),
  targets: Schema.Array(End),
  props: Props,
  remarks: Schema.optional(Schema.String)
})

export const Gap = Schema.Struct({
  "unmapped-controls": Schema.optional(
    Schema.Array(Schema.Struct({ "with-ids": Schema.optional(Schema.Array(NonBlankText)) }))
  )
})

export const Mapping = Schema.Struct({
  ...how,
  "source-resource": Schema.optional(Resource),
  "target-resource": Schema.optional(Resource),
  props: Props,
  maps: Schema.Array(Schema.Unknown),
  "source-gap-summary": Schema.optional(Gap),
  "target-gap-summary": Schema.optional(Gap)
})

const BackMatter = Schema.Struct({
  resources: Schema.optional(
    Schema.Array(
      Schema.Struct({
        uuid: Schema.String,
        title: Schema.optional(Schema.String),
        props: Schema.optional(Schema.Array(Prop)),
        rlinks: Schema.optional(Schema.Array(Schema.Struct({ href: Schema.String })))
      })
    )
  )
})

export const Root = Schema.Struct({
  "mapping-collection": Schema.Struct({
    provenance: Schema.optional(Schema.Struct(how)),
    mappings: Schema.Array(Mapping),
    "back-matter": Schema.optional(BackMatter)
  })
})
export type Collection = (typeof Root.Type)["mapping-collection"]

export type How = Schema.Struct.Type<typeof how>

export const isMapper = Schema.is(Made.fields.mapper.schema)
export const isRationale = Schema.is(Made.fields.rationale.schema)
