import { Effect } from "effect"
export const measure = Effect.succeed({})
export const render = (_: object) => ""
