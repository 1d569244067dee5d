import { Config, Effect } from "effect"

/** Whether `CROSSWALK_OFFLINE` forbids the network: it is set, to anything but `0`, `false`, `no` or `off`. */
export const isOffline: Effect.Effect<boolean> = Config.String("CROSSWALK_OFFLINE").pipe(
  Config.withDefault(""),
  Config.map((value) => !["", "0", "false", "no", "off"].includes(value.trim().toLowerCase())),
  // A source that cannot be read has not allowed the network.
  Effect.orElseSucceed(() => true)
)
