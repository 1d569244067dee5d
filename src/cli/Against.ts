import { Effect, Schema } from "effect"
import { CliError, Flag } from "effect/cli"
import { SearchFusion, SearchMode, SearchOptions } from "../search/SearchOptions.ts"
import { optional } from "./Flags.ts"
import { embedderOf, Settings } from "./Settings.ts"

const Share = Schema.FiniteFromString.pipe(Schema.decodeTo(SearchOptions.fields.semanticWeight))

/** What differs in the run that another is compared with; the names are those of the flags. */
const Against = Schema.Struct({
  model: Schema.optionalKey(Schema.NonEmptyString),
  embedder: Schema.optionalKey(Schema.NonEmptyString),
  mode: Schema.optionalKey(SearchMode),
  "semantic-weight": Schema.optionalKey(Share),
  fusion: Schema.optionalKey(SearchFusion)
})
export type Against = typeof Against.Type

const decode = Schema.decodeUnknownEffect(Against, { onExcessProperty: "error" })

/** `--against mode=semantic`. */
export const against = Flag.KeyValuePair("against").pipe(
  Flag.withDescription(
    "Compare with the same search but for this: model=, embedder=, mode=, semantic-weight= or fusion=; may be repeated"
  ),
  Flag.withMetavar("setting=value"),
  Flag.mapEffect((given) =>
    Effect.mapError(
      decode(given),
      () =>
        new CliError.InvalidValue({
          option: "against",
          value: Object.entries(given)
            .map((pair) => pair.join("="))
            .join(" "),
          expected:
            `model=NAME, embedder=KIND, mode=${SearchMode.literals.join("|")}, semantic-weight=0 to 1 ` +
            `or fusion=${SearchFusion.literals.join("|")}`,
          kind: "flag"
        })
    )
  ),
  optional
)

/** The settings with the embedder that it names, where it names one. */
export const settingsOf = ({ embedder, model }: Against) =>
  Effect.map(Settings, (settings) =>
    model === undefined && embedder === undefined
      ? settings
      : Settings.of({ ...settings, early: undefined, embedder: Effect.succeed(embedderOf(model, embedder)) })
  )
