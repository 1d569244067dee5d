import { Config, Effect } from "effect"

/** Whether a variable says yes: it is set, to anything but `0`, `false`, `no` or `off`. Pure. */
export const saysYes = (text: string): boolean => !["", "0", "false", "no", "off"].includes(text.trim().toLowerCase())

/** Whether `CROSSWALK_OFFLINE` forbids the network: it is set, to anything but `0`, `false`, `no` or `off`. */
export const isOffline: Effect.Effect<boolean> = Config.String("CROSSWALK_OFFLINE").pipe(
  Config.withDefault(""),
  Config.map(saysYes),
  // A source that cannot be read has not allowed the network.
  Effect.orElseSucceed(() => true)
)
