import { Effect, Layer } from "effect"
import { Command } from "effect/cli"
import { Status } from "../../catalog/Status.ts"
import type { ModelInfo } from "../../domain/Embedding.ts"
import { type ForeignCatalog, otherModel, problemOf } from "../../domain/ForeignCatalog.ts"
import type { MovedCounts } from "../../domain/Moved.ts"
import { hintOf } from "../Hint.ts"
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
  return { kind, url, ...(yield* (yield* Status).read) }
})

/** How many texts the model did not read to their ends. */
const cutLines = ({ count, longest, maxLength, unknown }: CutTexts): ReadonlyArray<Safe> => [
  ...(count === 0
    ? []
    : [
        safe`long texts  ${count}, longer than the ${maxLength} tokens that the model reads at once; they are found by their passages too.`,
        safe`            The longest: ${longest
          .slice(0, 3)
          .map(({ tokens, uri }) => `${uri} (${tokens})`)
          .join(", ")}`
      ]),
  ...(unknown === 0 || maxLength === Number.MAX_SAFE_INTEGER
    ? []
    : [safe`            Of ${unknown} texts the length is not known; 'crosswalk embed --force' may tell it.`])
]

/** What the model was not made for, and what to do about it. */
const foreignLines = (foreign: ReadonlyArray<ForeignCatalog>, model: ModelInfo): ReadonlyArray<Safe> =>
  foreign.length === 0
    ? []
    : [safe`            ${problemOf(foreign, model)}.`, safe`            ${hintOf(otherModel(foreign)) ?? ""}`]

const kinds = {
  gone: "with an end that is gone",
  other: "with one that is another control now",
  unknown: "of a text that had changed before",
  reworded: "of another text"
} as const

/** What moved under accepted relations, and what tells more. */
const movedLines = (moved: MovedCounts): ReadonlyArray<Safe> => {
  const told = (["gone", "other", "unknown", "reworded"] as const).filter((kind) => moved[kind] > 0)
  return told.length === 0
    ? []
    : [
        safe`moved       Accepted relations: ${told.map((kind) => `${moved[kind]} ${kinds[kind]}`).join(", ")}.`,
        safe`            ${hintOf({ action: "checkRelations" }) ?? ""}`
      ]
}

export const status = Command.make(
  "status",
  {},
  Effect.fn(function* () {
    const output = yield* Output
    const { file, from, url } = yield* (yield* Settings).database
    const found = yield* read.pipe(
      Effect.provide(Layer.provideMerge(Status.layer, Session.embeddings("readonly", { warm: false }))),
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
        foreign: found?.foreign ?? [],
        moved: found === undefined ? null : { ...found.moved },
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
                : [
                    safe`model       ${model.id} (${model.dimensions} dimensions, ${model.fingerprint})`,
                    ...foreignLines(found.foreign ?? [], model)
                  ]),
              ...movedLines(found.moved),
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
