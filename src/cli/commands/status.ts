import { Effect, Layer } from "effect"
import { Command } from "effect/cli"
import { Status } from "../../catalog/Status.ts"
import type { CutTexts } from "../../domain/CutTexts.ts"
import * as LibsqlClient from "../../libsql/LibsqlClient.ts"
import { Output } from "../Output.ts"
import { table } from "../../report/TextTable.ts"
import { type Safe, safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"
import { Settings } from "../Settings.ts"

/** What is in the database, and where that is. */
const read = Effect.gen(function* () {
  const { kind, url } = yield* LibsqlClient.LibsqlClient
  const { catalogs, cutTexts, embeddings, model, references } = yield* (yield* Status).read
  return { kind, url, references, catalogs, cutTexts, embeddings, model }
})

/** How many texts the model did not read to their ends. */
const cutLines = ({ count, longest, maxLength, unknown }: CutTexts): ReadonlyArray<Safe> => [
  ...(count === 0
    ? []
    : [
        safe`cut texts   ${count}, longer than the ${maxLength} tokens that the model reads; their ends are not found by meaning.`,
        safe`            The longest: ${longest
          .slice(0, 3)
          .map(({ tokens, uri }) => `${uri} (${tokens})`)
          .join(", ")}`
      ]),
  ...(unknown === 0 || maxLength === Number.MAX_SAFE_INTEGER
    ? []
    : [safe`            Of ${unknown} texts the length is not known; 'crosswalk embed --force' may tell it.`])
]

export const status = Command.make(
  "status",
  {},
  Effect.fn(function* () {
    const output = yield* Output
    const { file, from, url } = yield* (yield* Settings).database
    const found = yield* read.pipe(
      Effect.provide(Layer.provideMerge(Status.layerNoDeps, Session.embeddings("readonly", { warm: false }))),
      // What is stored can be told without the model.
      Effect.catchTag("ModelLoadError", (error) =>
        Effect.andThen(
          output.warn(safe`${error.message}`),
          Effect.provide(read, Layer.provideMerge(Status.layerReferences, Session.database("readonly")))
        )
      ),
      Effect.catchTag("NotFoundError", () => Effect.succeed(undefined))
    )
    const counts = found?.embeddings
    const model = found?.model
    const source = file ?? from
    yield* output.answer(
      {
        database: {
          url: found?.url ?? url,
          kind: found?.kind ?? "file",
          from,
          file: file ?? null,
          exists: found !== undefined
        },
        references: found?.references ?? 0,
        catalogs: (found?.catalogs ?? []).map(({ embedded, id, references }) => ({ id, references, embedded })),
        embeddings: counts === undefined ? null : { ...counts },
        cutTexts: found?.cutTexts ?? null,
        model:
          model === undefined ? null : { id: model.id, dimensions: model.dimensions, fingerprint: model.fingerprint }
      },
      () => [
        safe`database    ${output.bold(found?.url ?? url)} (from ${source})`,
        ...(found === undefined
          ? [safe`            It does not exist yet; 'crosswalk import FILE' makes it.`]
          : [
              safe`references  ${found.references}`,
              ...(counts === undefined
                ? []
                : [
                    safe`embeddings  ${counts.fresh} up to date, ${counts.missing} missing, ${counts.otherModel} of another model`,
                    ...(counts.missing + counts.otherModel === 0
                      ? []
                      : [
                          safe`            A search by meaning looks at those up to date only; 'crosswalk embed' brings the others.`
                        ])
                  ]),
              ...(found.cutTexts === undefined ? [] : cutLines(found.cutTexts)),
              ...(model === undefined
                ? []
                : [safe`model       ${model.id} (${model.dimensions} dimensions, ${model.fingerprint})`]),
              ...(found.catalogs.length === 0
                ? []
                : [
                    safe``,
                    ...table([
                      ["catalog", "references", "embedded"],
                      ...found.catalogs.map(({ embedded, id, references }) => [
                        id,
                        String(references),
                        String(embedded)
                      ])
                    ])
                  ])
            ])
      ]
    )
  })
).pipe(Command.withDescription("Show which database is used, and what is in it"))
