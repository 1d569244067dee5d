import { Effect, Layer, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { SuggestMethod } from "../../domain/SuggestOptions.ts"
import * as Documents from "../Documents.ts"
import * as Files from "../Files.ts"
import { lazily, optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { Safe, safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

export const diff = Command.make(
  "diff",
  {
    before: Argument.String("before").pipe(Argument.withDescription("The earlier version of a catalog, name@version")),
    after: Argument.String("after").pipe(Argument.withDescription("The later version")),
    method: Flag.Literals("method", SuggestMethod.literals).pipe(
      Flag.withDescription("How likeness is found; keyword needs no model (default hybrid)"),
      optional
    ),
    relations: Flag.Literals("relations", ["first", "only", "ignore"]).pipe(
      Flag.withDescription(
        "How accepted and rejected relations count: before likeness, instead of it, or not (default first)"
      ),
      optional
    ),
    unchanged: toggle("unchanged", "List what did not change too"),
    format: Flag.Literals("format", ["text", "json", "html", "markdown"]).pipe(
      Flag.withDescription("What to print; markdown is a changelog (default text)"),
      optional
    ),
    outputs: Documents.outputs("Write a file instead of printing; .html, .json, .md or .txt; may be repeated")
  },
  Effect.fn(function* ({ format, outputs, unchanged, ...options }) {
    const output = yield* Output
    const { CatalogDiff } = yield* lazily(() => import("../../crosswalk/CatalogDiff.ts"))
    const { endings, formatOf, render } = yield* lazily(() => import("../../report/CatalogDiffDocument.ts"))
    const written = yield* Documents.named(outputs, formatOf, endings)
    const changes = yield* CatalogDiff.use((diff) => diff.diff(options)).pipe(
      Effect.provide(
        Layer.provide(CatalogDiff.layer, Session.embeddings("existing", { warm: options.method !== "keyword" }))
      )
    )
    yield* output.progressDone
    yield* Documents.write(written, (format) => render(changes, format, { unchanged }))
    if (outputs.length > 0) return yield* output.note(safe`Wrote ${outputs.join(", ")}`)
    const printed = output.json ? "json" : (format ?? "text")
    if (printed === "html" || printed === "markdown") {
      return yield* Files.write("-", Stream.make(render(changes, printed, { unchanged })))
    }
    // JSON.stringify leaves control characters of C1 and marks of direction as they are.
    if (printed === "json") return yield* output.line(safe`${render(changes, printed)}`)
    const mark = (words: string, operation: "insert" | "delete") =>
      operation === "insert" ? output.good(words).toString() : output.bad(words).toString()
    const isColoured = output.good("x").toString() !== "x"
    yield* output.line(Safe.of(render(changes, printed, { unchanged, ...(isColoured ? { mark } : {}) }).trimEnd()))
  })
).pipe(
  Command.withDescription("Compare two versions of a catalogue: moved, modified, split, merged, deleted, new"),
  Command.withExamples([
    { command: "crosswalk diff asvs@4.0.3 asvs@5.0.0", description: "With the words that changed" },
    { command: "crosswalk diff asvs@4.0.3 asvs@5.0.0 -o changes.html", description: "As a page" },
    { command: "crosswalk diff asvs@4.0.3 asvs@5.0.0 --format markdown", description: "As a changelog" }
  ])
)
