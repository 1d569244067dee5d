import { Result } from "effect"
import type { Add, Alter, Control, Link, Param, Part, Prop, Remove } from "./OscalModel.ts"

/** What a removal may name; `kind` is OSCAL's name of it. */
interface Named {
  readonly kind: string
  readonly name?: string | undefined
  readonly id?: string | undefined
  readonly class?: string | undefined
  readonly ns?: string | undefined
}

const matches = (remove: Remove, item: Named): boolean => {
  const wanted = [
    [remove["by-item-name"], item.kind],
    [remove["by-name"], item.name],
    [remove["by-id"], item.id],
    [remove["by-class"], item.class],
    [remove["by-ns"], item.ns]
  ].filter(([by]) => by !== undefined)
  return wanted.length > 0 && wanted.every(([by, is]) => by === is)
}

/** The content that control and part have in common. */
interface Content {
  readonly props?: ReadonlyArray<Prop> | undefined
  readonly links?: ReadonlyArray<Link> | undefined
  readonly params?: ReadonlyArray<Param> | undefined
  readonly parts?: ReadonlyArray<Part> | undefined
}

const without = <A extends Content>(content: A, remove: Remove): A => ({
  ...content,
  ...(content.props && { props: content.props.filter((prop) => !matches(remove, { ...prop, kind: "prop" })) }),
  ...(content.links && { links: content.links.filter(() => !matches(remove, { kind: "link" })) }),
  ...(content.params && { params: content.params.filter(({ id }) => !matches(remove, { id, kind: "param" })) }),
  ...(content.parts && {
    parts: content.parts
      .filter((part) => !matches(remove, { ...part, kind: "part" }))
      .map((part) => without(part, remove))
  })
})

const joined = <A>(own: ReadonlyArray<A> | undefined, added: ReadonlyArray<A> | undefined, first: boolean) =>
  added === undefined ? own : first ? [...added, ...(own ?? [])] : [...(own ?? []), ...added]

const inside = <A extends Content>(content: A, add: Add): A => {
  const first = add.position === "starting"
  return {
    ...content,
    ...(add.title !== undefined && { title: add.title }),
    props: joined(content.props, add.props, first),
    links: joined(content.links, add.links, first),
    params: joined(content.params, add.params, first),
    parts: joined(content.parts, add.parts, first)
  }
}

/** Adds beside or into the part with that identifier; `undefined` where there is none. */
const intoParts = (parts: ReadonlyArray<Part>, id: string, add: Add): ReadonlyArray<Part> | undefined => {
  const index = parts.findIndex((part) => part.id === id)
  const found = parts[index]
  if (found !== undefined) {
    const [before, after] = [parts.slice(0, index), parts.slice(index + 1)]
    if (add.position === "before") return [...before, ...(add.parts ?? []), found, ...after]
    if (add.position === "after") return [...before, found, ...(add.parts ?? []), ...after]
    return [...before, inside(found, add), ...after]
  }
  for (const [index, part] of parts.entries()) {
    const inner = intoParts(part.parts ?? [], id, add)
    if (inner !== undefined) return parts.with(index, { ...part, parts: inner })
  }
  return undefined
}

/** A control after the removals and additions of a profile, or which identifier an addition could not find. */
export const altered = (control: Control, { adds = [], removes = [] }: Alter): Result.Result<Control, string> => {
  let changed = removes.reduce(without, control)
  for (const add of adds) {
    const id = add["by-id"]
    if (id === undefined || id === control.id) changed = inside(changed, add)
    else {
      const parts = intoParts(changed.parts ?? [], id, add)
      if (parts === undefined) return Result.fail(id)
      changed = { ...changed, parts }
    }
  }
  return Result.succeed(changed)
}
