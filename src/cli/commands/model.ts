import { Effect } from "effect"
import { Command } from "effect/cli"
import { Output } from "../Output.ts"
import { safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

export const model = Command.make(
  "model",
  {},
  Effect.fn(function* () {
    const output = yield* Output
    const {
      model: { dimensions, fingerprint, id, maxLength },
      ...files
    } = yield* Session.inspect
    const found = "folder" in files ? files : undefined
    yield* output.answer(
      {
        id,
        dimensions,
        maxLength,
        fingerprint,
        folder: found?.folder ?? null,
        dtype: found?.dtype ?? null,
        bytes: found?.bytes ?? null
      },
      () => [
        safe`${output.bold(id)}`,
        safe`dimensions   ${dimensions}`,
        safe`max length   ${maxLength} tokens`,
        safe`fingerprint  ${fingerprint}`,
        ...(found === undefined
          ? []
          : [
              safe`weights      ${found.dtype}`,
              safe`folder       ${found.folder}`,
              safe`files        ${(found.bytes / 1e6).toFixed(1)} MB, all as they should be`
            ])
      ]
    )
  })
).pipe(
  Command.withDescription("Show the embedding model in use and check its files; downloads it where it is not here yet")
)
