import { Context } from "effect"

/** For whom a tool works. */
export interface Actor {
  /** The name that decisions are logged with; undefined where nobody gave one. */
  readonly name: string | undefined
  /** Whether tools that write may be used. */
  readonly mayWrite: boolean
}

/** For whom the request is answered that runs. Default: somebody without a name, who may read. */
export const CurrentActor = Context.Reference<Actor>("crosswalk/mcp/CurrentActor", {
  defaultValue: () => ({ name: undefined, mayWrite: false })
})
