import { Effect, Option } from "effect"
import { Command } from "effect/cli"
import { Embedder } from "../../embedder/Embedder.ts"
import { EmbeddingRepository } from "../../storage/EmbeddingRepository.ts"
import * as LibsqlClient from "../../libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { Output } from "../Output.ts"
import { table } from "../Render.ts"
import { safe } from "../Safe.ts"
import * as Session from "../Session.ts"
import { Settings } from "../Settings.ts"

const read = Effect.gen(function* () {
  const references = yield* ReferenceRepository
  const { kind, url } = yield* LibsqlClient.LibsqlClient
  return { kind, url, references: yield* references.count(), catalogs: yield* references.catalogs }
})

const embeddings = Effect.gen(function* () {
  const { model } = yield* Embedder
  return { model, counts: yield* (yield* EmbeddingRepository).status }
})

export const status = Command.make(
  "status",
  {},
  Effect.fn(function* () {
    const output = yield* Output
    const { file, from, url } = yield* (yield* Settings).database
    const stored = yield* read.pipe(
      Effect.provide(Session.references("existing")),
      Effect.asSome,
      Effect.catchTag("NotFoundError", () => Effect.succeedNone)
    )
    // What is stored can be told without the model.
    const embedded = Option.isNone(stored)
      ? Option.none()
      : yield* embeddings.pipe(
          Effect.provide(Session.embeddings("existing", { warm: false })),
          Effect.asSome,
          Effect.catchTags({
            NotFoundError: () => Effect.succeedNone,
            ModelLoadError: (error) => Effect.as(output.warn(safe`${error.message}`), Option.none())
          })
        )
    const counts = Option.getOrUndefined(embedded)?.counts
    const model = Option.getOrUndefined(embedded)?.model
    const found = Option.getOrUndefined(stored)
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
