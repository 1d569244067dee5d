import { Schema } from "effect"
import { NonBlankText } from "../../domain/Text.ts"

/** The parts of OSCAL's catalog and profile models that are read. Keys that are not here are ignored. */
export const Prop = Schema.Struct({
  name: Schema.String,
  value: Schema.String,
  ns: Schema.optional(Schema.String),
  class: Schema.optional(Schema.String)
})
export type Prop = typeof Prop.Type

export const Link = Schema.Struct({ href: Schema.String, rel: Schema.optional(Schema.String) })
export type Link = typeof Link.Type

export const Param = Schema.Struct({
  id: Schema.String,
  label: Schema.optional(Schema.String),
  values: Schema.optional(Schema.Array(Schema.String)),
  select: Schema.optional(
    Schema.Struct({
      "how-many": Schema.optional(Schema.String),
      choice: Schema.optional(Schema.Array(Schema.String))
    })
  ),
  props: Schema.optional(Schema.Array(Prop))
})
export type Param = typeof Param.Type

/** A part of the text of a control, with parts inside. */
export interface Part {
  readonly name: string
  readonly id?: string | undefined
  readonly ns?: string | undefined
  readonly class?: string | undefined
  readonly title?: string | undefined
  readonly prose?: string | undefined
  readonly props?: ReadonlyArray<Prop> | undefined
  readonly parts?: ReadonlyArray<Part> | undefined
}

export const Part: Schema.Codec<Part> = Schema.Struct({
  name: Schema.String,
  id: Schema.optional(Schema.String),
  ns: Schema.optional(Schema.String),
  class: Schema.optional(Schema.String),
  title: Schema.optional(Schema.String),
  prose: Schema.optional(Schema.String),
  props: Schema.optional(Schema.Array(Prop)),
  parts: Schema.optional(Schema.Array(Schema.suspend((): Schema.Codec<Part> => Part)))
})

const unknowns = Schema.optional(Schema.Array(Schema.Unknown))

/** A control; the enhancements inside are decoded one by one. */
export const Control = Schema.Struct({
  id: NonBlankText,
  title: NonBlankText,
  class: Schema.optional(Schema.String),
  params: Schema.optional(Schema.Array(Param)),
  props: Schema.optional(Schema.Array(Prop)),
  links: Schema.optional(Schema.Array(Link)),
  parts: Schema.optional(Schema.Array(Part)),
  controls: unknowns
})
export type Control = typeof Control.Type

/** A family of controls, or the catalog itself. */
export const Group = Schema.Struct({
  id: Schema.optional(Schema.String),
  title: Schema.optional(Schema.String),
  params: Schema.optional(Schema.Array(Param)),
  parts: Schema.optional(Schema.Array(Schema.Unknown)),
  groups: unknowns,
  controls: unknowns
})

export const Metadata = Schema.Struct({ title: NonBlankText, version: Schema.optional(Schema.String) })

export const CatalogDocument = Schema.Struct({ catalog: Schema.Struct({ ...Group.fields, metadata: Metadata }) })

const Select = Schema.Struct({
  "with-ids": Schema.optional(Schema.Array(Schema.String)),
  "with-child-controls": Schema.optional(Schema.String),
  matching: Schema.optional(Schema.Array(Schema.Struct({ pattern: Schema.optional(Schema.String) })))
})
export type Select = typeof Select.Type

export const Import = Schema.Struct({
  href: NonBlankText,
  "include-all": Schema.optional(Schema.Unknown),
  "include-controls": Schema.optional(Schema.Array(Select)),
  "exclude-controls": Schema.optional(Schema.Array(Select))
})
export type Import = typeof Import.Type

const SetParameter = Schema.Struct({
  "param-id": Schema.String,
  label: Param.fields.label,
  values: Param.fields.values,
  select: Param.fields.select
})

const Remove = Schema.Struct({
  "by-name": Schema.optional(Schema.String),
  "by-class": Schema.optional(Schema.String),
  "by-id": Schema.optional(Schema.String),
  "by-item-name": Schema.optional(Schema.String),
  "by-ns": Schema.optional(Schema.String)
})
export type Remove = typeof Remove.Type

const Add = Schema.Struct({
  position: Schema.optional(Schema.Literals(["before", "after", "starting", "ending"])),
  "by-id": Schema.optional(Schema.String),
  title: Schema.optional(Schema.String),
  params: Schema.optional(Schema.Array(Param)),
  props: Schema.optional(Schema.Array(Prop)),
  links: Schema.optional(Schema.Array(Link)),
  parts: Schema.optional(Schema.Array(Part))
})
export type Add = typeof Add.Type

export const Alter = Schema.Struct({
  "control-id": Schema.String,
  removes: Schema.optional(Schema.Array(Remove)),
  adds: Schema.optional(Schema.Array(Add))
})
export type Alter = typeof Alter.Type

const Resource = Schema.Struct({
  uuid: Schema.String,
  title: Schema.optional(Schema.String),
  description: Schema.optional(Schema.String),
  rlinks: Schema.optional(
    Schema.Array(Schema.Struct({ href: Schema.String, "media-type": Schema.optional(Schema.String) }))
  )
})

export const BackMatter = Schema.Struct({ resources: Schema.optional(Schema.Array(Resource)) })
export type BackMatter = typeof BackMatter.Type

export const ProfileDocument = Schema.Struct({
  profile: Schema.Struct({
    metadata: Metadata,
    imports: Schema.Array(Import),
    merge: Schema.optional(
      Schema.Struct({ combine: Schema.optional(Schema.Struct({ method: Schema.optional(Schema.String) })) })
    ),
    modify: Schema.optional(
      Schema.Struct({
        "set-parameters": Schema.optional(Schema.Array(SetParameter)),
        alters: Schema.optional(Schema.Array(Alter))
      })
    ),
    "back-matter": Schema.optional(BackMatter)
  })
})
export type Profile = typeof ProfileDocument.Type.profile
