import { Effect, Layer } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { RelationStatus } from "../../domain/Relation.ts"
import * as Failures from "../Failures.ts"
import { lazily, optional, toggle } from "../Flags.ts"
import { mapping } from "../MappingFlags.ts"
import { Output } from "../Output.ts"
import { count } from "../Render.ts"
import { safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"
import { Settings } from "../Settings.ts"

export const map = Command.make(
  "map",
  {
    source: Argument.String("file").pipe(
      Argument.withDescription("The mapping to read: a file, an http(s) URL, or - for standard input")
    ),
    ...mapping,
    status: Flag.Literals("status", RelationStatus.literals).pipe(
      Flag.withDescription("Their status, where the mapping says none (default accepted)"),
      optional
    ),
    by: Flag.String("by").pipe(Flag.withDescription("Who answers for them"), optional),
    strict: toggle("strict", "Write nothing unless every row is good"),
    force: toggle("force", "Replace what a person decided here before"),
    dryRun: toggle("dry-run", "Print what would be added and changed, and write nothing")
  },
  Effect.fn(function* ({ dryRun, source, ...flags }) {
    const output = yield* Output
    const options = { ...flags, store: !dryRun, offline: (yield* Settings).offline || undefined }
    const { RelationImport } = yield* lazily(() => import("../../catalog/RelationImport.ts"))
    const report = yield* RelationImport.use((relations) => relations.run(source, options)).pipe(
      Effect.provide(Layer.provide(RelationImport.layer, Session.database("existing")))
    )
    const { refused, ...answer } = report
    const { created, failed, kept, rehearsed, unchanged, unmapped, updated, warnings } = answer
    yield* Failures.tell({ name: source, isSeveral: false }, failed, "problems")
    yield* Failures.tell({ name: source, isSeveral: false }, warnings, "remarks")
    yield* output.answer({ ...answer, failed: Failures.json(failed), warnings: Failures.json(warnings) }, () =>
      refused
        ? []
        : [
            safe`${[
              `${count(created, "relation")} created`,
              `${updated} updated`,
              `${unchanged} unchanged`,
              ...(kept > 0 ? [`${kept} kept as they were decided (--force replaces them)`] : []),
              ...(unmapped > 0 ? [`${count(unmapped, "reference")} without a counterpart`] : []),
              ...(failed.length > 0 ? [`${failed.length} failed`] : [])
            ].join(", ")}`,
            ...(rehearsed ? [safe`Nothing was written: this is what an import would do (--dry-run)`] : [])
          ]
    )
    yield* Failures.ended(source, failed, [], { refused, rehearsed, taken: created + updated + unchanged + kept })
  })
).pipe(
  Command.withDescription(
    "Import relations: a mapping as OSCAL, trestle, SSSOM, NIST and SCF (STRM), Gemara, OWASP (ASVS), CTID (ATT&CK), CISO Assistant, OpenCRE, CSV or XLSX has it, or what export wrote"
  ),
  Command.withExamples([
    { command: "crosswalk map relations.ndjson", description: "Decisions that 'crosswalk export --relations' wrote" },
    {
      command: "crosswalk map pairs.csv --from company@2026.1 --to asvs@5.0.0 --type implements",
      description: "Pairs of identifiers"
    }
  ])
)
