import { crosswalk, words } from "../../test/support/command.ts"
import { misbehaviour } from "../Misbehaviour.ts"
import type { Random } from "../Random.ts"
import * as Surface from "../Surface.ts"
import type { Target } from "./Target.ts"
import { texts } from "./Values.ts"

/** What a flag is given. */
const valueOf = ({ choices, kind }: Surface.Flag, random: Random): ReadonlyArray<string> => {
  if (kind === undefined) return []
  if (random.below(8) === 0) return [random.pick(texts)]
  if (choices.length > 0) return [random.pick(choices)]
  if (kind === "integer") return [random.pick(["0", "1", "5", "100", "-1"])]
  if (kind === "number") return [random.pick(["0", "0.5", "1", "2"])]
  return [random.pick(texts)]
}

/** A line of a command with flags and words of its own, or of any. */
const lineOf = ({ flags, path }: Surface.Command, random: Random): ReadonlyArray<string> => {
  const pieces = Array.from({ length: random.below(7) }, (): ReadonlyArray<string> => {
    const choice = random.below(10)
    if (choice < 5 && flags.length > 0) {
      const flag = random.pick(flags)
      return [flag.name, ...valueOf(flag, random)]
    }
    return [choice === 9 ? "--nonsense" : random.pick(texts)]
  })
  return [...path, ...pieces.flat()]
}

/** Lines of every command, one after the other, as processes in a folder of their own. What serves is ended when it does. */
export const commandLines = (folder: string, commands: ReadonlyArray<Surface.Command>): Target => {
  const counts = { commands: commands.length, done: 0, refused: 0 }
  return {
    name: "command lines",
    trials: commands.length * 12,
    counts: () => counts,
    trial: async (random, number) => {
      const command = commands[number % commands.length]
      if (command === undefined) return "there is no command"
      const isServer = command.path[0] === "serve"
      const own = [...(isServer ? ["--port", "0"] : []), "--db", "x.db", ...words]
      const args = [...lineOf(command, random), ...own]
      const ran = await crosswalk(folder, args, {
        limit: 60,
        onStart: (child) => {
          if (isServer) child.stdout?.once("data", () => child.kill("SIGTERM"))
        }
      })
      counts[ran.code === 0 ? "done" : "refused"]++
      // It has said where it listens, and was ended for it.
      const wasEnded = isServer && ran.code === 143 && ran.stdout !== ""
      const problem = misbehaviour(wasEnded ? { ...ran, code: 0 } : ran)
      const isKnown = wasEnded || (ran.code !== null && [0, 1, 2, 3, 4, 5].includes(ran.code))
      const told = problem ?? (isKnown ? undefined : `ended with ${ran.code}`)
      return told && `crosswalk ${args.map((arg) => JSON.stringify(arg.slice(0, 200))).join(" ")} ${told}`
    }
  }
}
