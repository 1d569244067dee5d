import { Duration, Effect } from "effect"
import { Command } from "effect/cli"
import { EmbeddingRepository } from "../../storage/EmbeddingRepository.ts"
import type { ImportFailure } from "../../catalog/ImportReport.ts"
import { Ended, ExitCode } from "../Errors.ts"
import { filter, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { count } from "../Render.ts"
import { safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

export const embed = Command.make(
  "embed",
  { force: toggle("force", "Embed again also what is up to date"), filter },
  Effect.fn(function* ({ force, filter }) {
    const output = yield* Output
    const failed: Array<ImportFailure> = []
    let looked = 0
    const answer = (updated: number, skipped: number) =>
      output.answer({ updated, skipped, failed }, () => [safe`${updated} embedded, ${skipped} up to date`])
    const { skipped, updated } = yield* EmbeddingRepository.use((embeddings) =>
      embeddings.updateAllEmbeddings({
        force,
        filter,
        onProgress: ({ done, total }) => {
          looked = done
          return output.progress("Embedding", done, total)
        },
        onRetry: ({ error, wait }) =>
          output.note(safe`${error.problem}; trying again in ${Duration.toSeconds(wait).toFixed(1)} s`),
        onFailure: ({ problem, reference }) => {
          const failure = { at: reference?.uri ?? "", problem }
          failed.push(failure)
          return output.json ? Effect.void : output.warn(safe`${failure.at}: ${problem}`)
        }
      })
    ).pipe(
      Effect.tapErrorTag("EmbeddingError", ({ embedded = 0 }) => answer(embedded, looked - embedded - failed.length)),
      Effect.provide(Session.embeddings("existing"))
    )
    yield* answer(updated, skipped)
    if (failed.length > 0) {
      return yield* new Ended({
        code: ExitCode.partly,
        message: `${count(failed.length, "reference")} could not be embedded`
      })
    }
  })
).pipe(Command.withDescription("Embed the references that have no embedding of the model in use"))
