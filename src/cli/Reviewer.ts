import { userInfo } from "node:os"
import { Config, Effect } from "effect"
import { Flag } from "effect/cli"
import { optional } from "./Flags.ts"

export const reviewer = Flag.String("by").pipe(
  Flag.withDescription("Who decides (default: CROSSWALK_REVIEWER, then your user name)"),
  optional
)

export const note = Flag.String("note").pipe(Flag.withDescription("A remark that is kept with the decision"), optional)

/** The name that a decision is logged with. */
export const nameOf = (by: string | undefined): Effect.Effect<string | undefined> =>
  by !== undefined && by.trim() !== ""
    ? Effect.succeed(by.trim())
    : Config.String("CROSSWALK_REVIEWER").pipe(
        Effect.map((name) => name.trim()),
        Effect.filterOrFail((name) => name !== ""),
        Effect.catch(() => Effect.try(() => userInfo().username)),
        Effect.orElseSucceed(() => undefined)
      )
