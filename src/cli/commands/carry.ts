import { Effect, Layer } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { Carried, CarriedRelation, CarryReport } from "../../domain/Carry.ts"
import { CarryThrough } from "../../domain/CarryOptions.ts"
import { setText, targetsText } from "../../domain/RelationEnds.ts"
import { SuggestMethod } from "../../domain/SuggestOptions.ts"
import { type Safe, safe } from "../../report/Safe.ts"
import { lazily, optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import { count } from "../Render.ts"
import * as Reviewer from "../Reviewer.ts"
import * as Session from "../Session.ts"

const relationText = ({ sources, targets, to, type }: Carried | CarriedRelation): string =>
  `${setText(sources)} ${type} ${targetsText({ targets, to })}`

const lines = (output: Output["Service"], relation: Carried): ReadonlyArray<Safe> => {
  const { missing, reused, successors, unclear } = relation
  return [
    safe`${output.bold(relationText(relation))}`,
    ...successors.map(
      (one) => safe`  ${one.confidence.toFixed(2)}  ${one.outcome}: ${relationText(one)} (${one.reasons.join(", ")})`
    ),
    ...missing.map((uri) => safe`  nothing continues ${uri}`),
    ...unclear.map(
      ({ possible, uri }) =>
        safe`  unclear what continues ${uri}: ${possible
          .map(({ confidence, reference }) => `${reference.uri} (${confidence.toFixed(2)})`)
          .join(", ")}`
    ),
    ...reused.map((uri) => safe`  the identifier of ${uri} names another reference now`)
  ]
}

const summary = ({ totals }: CarryReport, isDry: boolean): string => {
  const { accepted, decided, suggested, unchanged } = totals.successors
  return [
    `${count(totals.relations, "accepted relation")}: ${accepted} ${isDry ? "to be carried as accepted" : "carried as accepted"}`,
    `${suggested} to review`,
    `${unchanged} there already`,
    `${decided} decided before`,
    `${totals.withoutSuccessor} without a successor`
  ].join(", ")
}

/** What was carried as `--json` prints it; what may continue a reference stands there by its URI. */
const reportJson = (report: CarryReport) => ({
  ...report,
  step: report.step ?? null,
  relations: report.relations.map((relation) => ({
    ...relation,
    successors: relation.successors.map((one) => ({ ...one })),
    unclear: relation.unclear.map(({ possible, uri }) => ({
      uri,
      possible: possible.map(({ confidence, reference }) => ({ uri: reference.uri, confidence }))
    }))
  }))
})

export const carry = Command.make(
  "carry",
  {
    catalog: Argument.String("catalog").pipe(
      Argument.withDescription("The catalog at the other end of the relations, name@version")
    ),
    from: Flag.String("from").pipe(Flag.withDescription("The edition that the accepted relations are with")),
    to: Flag.String("to").pipe(Flag.withDescription("The edition to carry them to")),
    through: Flag.Literals("through", CarryThrough.literals).pipe(
      Flag.withDescription(
        "What leads from one edition to the next: accepted relations between them, or their comparison (default: the first, and the second for what has none)"
      ),
      optional
    ),
    method: Flag.Literals("method", SuggestMethod.literals).pipe(
      Flag.withDescription("How the comparison finds likeness; keyword needs no model (default hybrid)"),
      optional
    ),
    acceptUnchanged: toggle("accept-unchanged", "Accept what says the same of the same texts"),
    by: Reviewer.reviewer,
    dryRun: toggle("dry-run", "Print what would be carried without storing it")
  },
  Effect.fn(function* ({ by, dryRun, ...options }) {
    const output = yield* Output
    const { Carry } = yield* lazily(() => import("../../crosswalk/Carry.ts"))
    const warm = options.through !== "map" && options.method !== "keyword"
    const who = yield* Reviewer.nameOf(by)
    const report = yield* Carry.use(({ carry }) => carry({ ...options, by: who, store: !dryRun })).pipe(
      Effect.provide(Layer.provide(Carry.layer, Session.embeddings("existing", { warm })))
    )
    yield* output.progressDone
    yield* output.answer(reportJson(report), () => [
      ...report.relations.flatMap((relation) => lines(output, relation)),
      safe`${summary(report, dryRun)}`
    ])
    if (report.step === undefined || output.json) return
    yield* output.note(
      safe`Step ${report.step}; 'crosswalk review --undo' takes it back. Next: crosswalk review ${report.catalog} ${report.to}`
    )
  })
).pipe(
  Command.withDescription("Carry accepted relations over to another edition of a catalogue"),
  Command.withExamples([
    {
      command: "crosswalk carry company@2026 --from asvs@4.0.3 --to asvs@5.0.0 --dry-run",
      description: "What would follow from each accepted relation"
    },
    {
      command: "crosswalk carry company@2026 --from asvs@4.0.3 --to asvs@5.0.0 --accept-unchanged",
      description: "Accept where the texts are the same, review the rest"
    },
    {
      command: "crosswalk carry asvs@5.0.0 --from company@2026 --to company@2027 --through diff",
      description: "A new edition of your own rules"
    },
    {
      command: "crosswalk carry company@2026 --from grundschutz@rolling --to grundschutz@rolling",
      description: "A catalogue was imported again: carry what lost an end to where that went"
    }
  ])
)
