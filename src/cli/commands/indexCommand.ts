import { Effect } from "effect"
import { Command } from "effect/cli"
import { lazily, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { count } from "../Render.ts"
import { safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

const load = lazily(() => import("../../vectors/IndexAdmin.ts"))

/** What a graph finds; nothing of an index that is exact. */
const accuracy = (tuning: { readonly expansion: number; readonly recall: number } | undefined) =>
  tuning === undefined
    ? []
    : [
        safe`finds      ${(100 * tuning.recall).toFixed(1)} % of the nearest ten, following ${count(tuning.expansion, "candidate")}`
      ]

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

const build = Command.make(
  "build",
  { fresh: toggle("fresh", "Read all embeddings anew instead of continuing the saved index") },
  Effect.fn(function* ({ fresh }) {
    const output = yield* Output
    const admin = yield* load
    const started = performance.now()
    const built = yield* admin
      .build({
        fresh,
        onProgress: ({ done, total }) => output.progress("Indexing", done, total)
      })
      .pipe(Effect.provide(Session.database("existing")))
    const seconds = (performance.now() - started) / 1000
    const { kind, path, tuning } = built
    yield* output.answer({ path, kind, vectors: built.count, seconds, tuning: tuning ?? null }, () => [
      safe`${count(built.count, "vector")} indexed in ${seconds.toFixed(1)} s (${kind}): ${output.bold(path)}`,
      ...accuracy(tuning)
    ])
  })
).pipe(Command.withDescription("Build the vector index, or bring it up to date, and save it beside the database"))

const status = Command.make(
  "status",
  {},
  Effect.fn(function* () {
    const output = yield* Output
    const admin = yield* load
    const { behind, file, path, problem, state, vectors } = yield* admin
      .status({})
      .pipe(Effect.provide(Session.database("readonly")))
    yield* output.answer(
      { path: path ?? null, state, problem: problem ?? null, vectors, behind, file: file ?? null },
      () => [
        safe`file       ${path ?? "none: the database is no file"}`,
        safe`state      ${output.bold(state)}${problem === undefined ? "" : `: ${problem}`}`,
        ...(file === undefined
          ? []
          : [
              safe`holds      ${count(file.count, "vector")} (${file.kind}), ${megabytes(file.bytes)}, checksum right`,
              safe`behind     ${count(behind, "change")}`,
              ...accuracy(file.tuning)
            ]),
        safe`embeddings ${vectors} in the database`,
        ...(state === "none" || state === "unusable" ? [safe`'crosswalk index build' makes one.`] : [])
      ]
    )
  })
).pipe(Command.withDescription("Show the saved vector index, and whether it can be used"))

const drop = Command.make(
  "drop",
  {},
  Effect.fn(function* () {
    const output = yield* Output
    const admin = yield* load
    const { dropped, path } = yield* admin.drop({}).pipe(Effect.provide(Session.database("readonly")))
    yield* output.answer({ path: path ?? null, dropped }, () => [
      dropped ? safe`${path ?? ""} is deleted; nothing else was in it.` : safe`There is no saved index.`
    ])
  })
).pipe(Command.withDescription("Delete the saved vector index; it can be built again from the database"))

/** `crosswalk index`: the saved vector index. */
export const indexCommand = Command.make("index").pipe(
  Command.withDescription("Build, show or delete the saved vector index, for databases with many embeddings"),
  Command.withSubcommands([build, status, drop])
)
