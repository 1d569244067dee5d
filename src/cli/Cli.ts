import { Layer } from "effect"
import { Command } from "effect/cli"
import type { EarlyWorker } from "../embedder/EarlyWorker.ts"
import { backup, restore } from "./commands/backup.ts"
import { carry } from "./commands/carry.ts"
import { coverage } from "./commands/coverage.ts"
import { decide } from "./commands/decide.ts"
import { demo } from "./commands/demo.ts"
import { diff } from "./commands/diff.ts"
import { doctor } from "./commands/doctor.ts"
import { embed } from "./commands/embed.ts"
import { evaluate } from "./commands/evaluate.ts"
import { exportCommand } from "./commands/export.ts"
import { get } from "./commands/get.ts"
import { graph } from "./commands/graph.ts"
import { importCommand } from "./commands/import.ts"
import { indexCommand } from "./commands/indexCommand.ts"
import { lint } from "./commands/lint.ts"
import { list } from "./commands/list.ts"
import { map } from "./commands/map.ts"
import { mcp } from "./commands/mcp.ts"
import { model } from "./commands/model.ts"
import { relate } from "./commands/relate.ts"
import { remove } from "./commands/remove.ts"
import { review } from "./commands/review.ts"
import { search } from "./commands/search.ts"
import { serve } from "./commands/serve.ts"
import { similar } from "./commands/similar.ts"
import { status } from "./commands/status.ts"
import { suggest } from "./commands/suggest.ts"
import { root } from "./Flags.ts"
import * as Output from "./Output.ts"
import * as Settings from "./Settings.ts"

/** The command line: every command with what it prints to and what it is set to. */
export const cli = (surroundings: {
  readonly streams: Output.Streams
  readonly folder: string
  readonly early: EarlyWorker | undefined
}) =>
  root.pipe(
    Command.withSubcommands([
      { group: "Catalogues", commands: [importCommand, list, get, remove, relate, exportCommand] },
      { group: "Search", commands: [search, similar, evaluate] },
      { group: "Crosswalks", commands: [suggest, review, decide, map, lint, coverage, diff, carry, graph] },
      { group: "Database", commands: [status, embed, indexCommand, doctor, backup, restore, model] },
      { group: "Surfaces", commands: [serve, mcp] },
      { group: "Learn", commands: [demo] }
    ]),
    Command.provide((flags) =>
      Layer.mergeAll(
        Output.layer({ json: flags.json, quiet: flags.quiet }, surroundings.streams),
        Layer.effect(Settings.Settings, Settings.make(flags, surroundings))
      )
    ),
    Command.withDescription(
      "Keep references, find them by meaning and by keyword, and relate them. Exit codes: 0 ok, 1 failure, 2 usage, " +
        "3 not found, 4 model unavailable, 5 partly failed, 130 interrupted."
    )
  )
