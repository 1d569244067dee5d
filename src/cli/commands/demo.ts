import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Effect, Layer, Schema } from "effect"
import { Command } from "effect/cli"
import type { ScoredReference } from "../../domain/ScoredReference.ts"
import * as Transformers from "../../embedder/Transformers.ts"
import { EmbeddingRepository } from "../../storage/EmbeddingRepository.ts"
import * as LibsqlClient from "../../libsql/LibsqlClient.ts"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { RelationRepository } from "../../storage/RelationRepository.ts"
import { VectorIndex } from "../../storage/VectorIndex.ts"
import { lazily } from "../Flags.ts"
import { Output } from "../Output.ts"
import { hitJson } from "../Render.ts"
import { oneLine, padEnd, type Safe, safe } from "../../report/Safe.ts"
import { Settings } from "../Settings.ts"

/** From the sources and the bundle alike. */
const example = (name: string) => {
  const source = import.meta.url.endsWith("/commands/demo.ts") ? "../../../examples/" : "../../examples/"
  return fileURLToPath(new URL(source + name, import.meta.url))
}

const Queries = Schema.fromJsonString(
  Schema.Struct({
    queries: Schema.Array(Schema.Struct({ query: Schema.NonEmptyString, expected: Schema.NonEmptyString }))
  })
)

/** A database that goes with the process, and the model of the package whatever is set. */
const store = ({ early }: Settings["Service"]) =>
  Layer.mergeAll(EmbeddingRepository.layer, ReferenceRepository.layer, RelationRepository.layer).pipe(
    Layer.provide(VectorIndex.layerSql),
    Layer.provideMerge(LibsqlClient.layer({ url: ":memory:" })),
    Layer.provideMerge(Transformers.layer({ offline: true, warm: true, early }))
  )

/** How many hits of each kind are shown. */
const shown = 3

interface Answer {
  readonly query: string
  readonly expected: string
  readonly semantic: ReadonlyArray<ScoredReference>
  readonly keyword: ReadonlyArray<ScoredReference>
}

const sideBySide = (output: Output["Service"], { expected, keyword, query, semantic }: Answer): ReadonlyArray<Safe> => {
  const width = Math.max(24, Math.floor((output.width - 9) / 2))
  const cell = (hit: ScoredReference | undefined, padding: number): Safe => {
    const text = hit === undefined ? "" : oneLine(hit.reference.title, width - 2).toString()
    return safe`${hit?.reference.uri === expected ? output.good("●") : " "} ${padEnd(text, padding)}`
  }
  const rows = Math.max(1, Math.min(shown, semantic.length))
  return [
    safe``,
    safe`${output.bold(`“${query}”`)}`,
    ...Array.from({ length: rows }, (_, i) => {
      const right = i === 0 && keyword.length === 0 ? safe`  ${output.dim("nothing")}` : cell(keyword[i], 0)
      return safe`  ${cell(semantic[i], width - 2)}  │  ${right}`
    })
  ]
}

export const demo = Command.make(
  "demo",
  {},
  Effect.fn(function* () {
    const output = yield* Output
    const started = performance.now()
    const { CatalogImport } = yield* lazily(() => import("../../catalog/CatalogImport.ts"))
    const { queries } = yield* Schema.decodeEffect(Queries)(readFileSync(example("queries.json"), "utf8")).pipe(
      Effect.orDie // It is part of the package.
    )

    const answers = yield* Effect.gen(function* () {
      const references = yield* ReferenceRepository
      const embeddings = yield* EmbeddingRepository
      const catalogs = yield* CatalogImport
      for (const file of ["security-requirements.json", "company-requirements.csv"]) {
        const { catalog, created } = yield* catalogs.run(example(file), { embed: false })
        yield* output.note(safe`Imported ${created} requirements of ${catalog} from examples/${file}`)
      }
      const { updated } = yield* embeddings.updateAllEmbeddings({
        onProgress: ({ done, total }) => output.progress("Embedding", done, total)
      })
      yield* output.note(safe`Embedded ${updated} texts with the model of the package, without a network`)
      return yield* Effect.forEach(queries, ({ expected, query }) =>
        Effect.gen(function* () {
          const semantic = yield* embeddings.findSimilarByText(query, { limit: shown })
          const keyword = yield* references.search(query, { limit: shown })
          return { query, expected, semantic, keyword }
        })
      )
    }).pipe(Effect.provide(Layer.provideMerge(CatalogImport.layerNoDeps, store(yield* Settings))))

    const seconds = Number(((performance.now() - started) / 1000).toFixed(1))
    const first = (mode: "semantic" | "keyword") =>
      answers.filter((answer) => answer[mode][0]?.reference.uri === answer.expected).length
    const width = Math.max(24, Math.floor((output.width - 9) / 2))
    yield* output.answer(
      {
        seconds,
        queries: answers.map(({ expected, keyword, query, semantic }) => ({
          query,
          expected,
          semantic: semantic.map(hitJson),
          keyword: keyword.map(hitJson)
        }))
      },
      () => [
        safe``,
        safe`  ${padEnd("  by meaning", width)}  │    by keyword`,
        ...answers.flatMap((answer) => sideBySide(output, answer)),
        safe``,
        safe`${output.good("●")} is the one that was meant. First by meaning: ${first("semantic")} of ${answers.length}; first by keyword: ${first("keyword")} of ${answers.length}. ${seconds} s.`,
        safe`Your own: crosswalk import FILE, then crosswalk search "in your own words"`
      ]
    )
  })
).pipe(Command.withDescription("Search a sample by meaning and by keyword, side by side"))
