import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { type Campaign, repeat, type Scope } from "../Campaign.ts"
import { bin, crosswalk, execute } from "../../test/support/command.ts"
import { misbehaviour } from "../Misbehaviour.ts"
import { bytesOf, expecting, judge, onDb, type Scenario, scenarioOf, templates } from "../Scenarios.ts"

/** A folder in which there is room for so many bytes. */
interface Room {
  readonly how: string
  readonly make: (folder: string, bytes: number) => void
  /** Makes room for whatever is wanted. */
  readonly enlarge: (folder: string) => void
  readonly remove: (folder: string) => void
  readonly run: (folder: string, args: ReadonlyArray<string>, bytes: number) => ReturnType<typeof crosswalk>
}

const succeeds = (command: string, args: ReadonlyArray<string>) => spawnSync(command, args).status === 0

/** A file system in memory, of that size. */
const tmpfs: Room = {
  how: "tmpfs of a limited size",
  make: (folder, bytes) => {
    mkdirSync(folder)
    if (!succeeds("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder])) throw new Error("cannot mount")
  },
  enlarge: (folder) => void succeeds("mount", ["-o", "remount,size=1g", folder]),
  remove: (folder) => {
    succeeds("umount", ["-l", folder])
    rmSync(folder, { recursive: true, force: true })
  },
  run: (folder, args) => crosswalk(folder, args)
}

/** Where nothing can be mounted: no file may become larger than that. */
const limited: Room = {
  how: "files of a limited size (ulimit -f)",
  make: (folder) => mkdirSync(folder),
  enlarge: () => undefined,
  remove: (folder) => rmSync(folder, { recursive: true, force: true }),
  run: (folder, args, bytes) => {
    const script = `ulimit -f ${Math.ceil(bytes / 512)}; exec "$@"`
    return execute("sh", ["-c", script, "sh", process.execPath, bin, ...args], folder)
  }
}

const roomOf = (folder: string): Room => {
  const probe = join(folder, "probe")
  try {
    tmpfs.make(probe, 65_536)
    return tmpfs
  } catch {
    return limited
  } finally {
    tmpfs.remove(probe)
  }
}

/** What needs no more room than it has at first, and a model's own files, which are elsewhere, are left to `kill`. */
const needsRoom = ({ name }: Scenario) => !["remove --force", "import with the model"].includes(name)

const run = async (scope: Scope) => {
  await templates(scope.folder, scope.trials === undefined ? undefined : 300)
  const room = roomOf(scope.folder)
  const expected = expecting(scope.folder)
  const wrong: Array<string> = []
  const counts = { refused: 0, fitted: 0, amid: 0 }
  const trials = await repeat(scope, 96, 2, async (number) => {
    const random = scope.random.fork(number)
    const scenario = scenarioOf(number)
    if (!needsRoom(scenario)) return
    const awaited = await expected(scenario)
    const start = join(scope.folder, scenario.from)
    const folder = join(scope.folder, `full-${number}`)
    // In a file system each file takes whole pages; without one the limit is that of the largest file.
    const had = room === tmpfs ? bytesOf(start) + 65_536 : 65_536
    const bytes = had + Math.ceil((awaited.bytes + 65_536) * random.number())
    try {
      room.make(folder, bytes)
      cpSync(start, folder, { recursive: true })
      const ran = await room.run(folder, [...scenario.args, ...onDb], bytes)
      const problem =
        misbehaviour(ran) ??
        (ran.code === 0 || /\bfull\b|no space|ENOSPC|EFBIG|too large/iu.test(ran.stderr)
          ? undefined
          : `does not tell that the disk is full: ${ran.code} ${ran.stderr}`)
      if (ran.code === 0) counts.fitted++
      else counts.refused++
      room.enlarge(folder)
      const outcome = await judge(folder, scenario, awaited)
      if (outcome.where === "amid") counts.amid++
      for (const what of [...outcome.wrong, ...(problem === undefined ? [] : [problem])]) {
        wrong.push(`${scenario.name}, trial ${number}, ${bytes} bytes: ${what}`)
      }
    } finally {
      room.remove(folder)
    }
  })
  return {
    figures: {
      by: room.how,
      runs: trials,
      "had room enough": counts.fitted,
      "told of the full disk": counts.refused,
      "of them with a part stored": counts.amid
    },
    wrong
  }
}

export const full: Campaign = {
  name: "full",
  about:
    "lets every command that writes run out of room; it must say so, leave a sound state, and go on when there is room",
  run
}
