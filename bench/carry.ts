/**
 * What becomes of accepted relations when ASVS 4.0.3 becomes 5.0.0: an invented company has one rule for each requirement,
 * and each implements it. They are carried by comparing the editions, and by OWASP's own mapping, which is the truth.
 *
 *     node bench/carry.ts [--json]
 *
 * Needs ../shared/asvs. It exits with 1 where something that is accepted without review is not what OWASP says.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { RelationImport } from "../src/catalog/RelationImport.ts"
import { Carry } from "../src/crosswalk/Carry.ts"
import type { CarryReport } from "../src/domain/Carry.ts"
import { ReferenceRepository } from "../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../src/storage/RelationRepository.ts"
import * as Store from "../src/Store.ts"
import * as Asvs from "./crosswalk/asvs.ts"

const { values } = parseArgs({ options: { json: { type: "boolean" }, full: { type: "boolean" } } })
const folder = join(import.meta.dirname, "..", "..", "shared", "asvs")

const catalog = "company@2026"
const classes = ["moved", "reworded", "split", "merged", "deleted"] as const
type Class = (typeof classes)[number]

/** What OWASP's words say became of a requirement. */
const classOf = (label: string, successors: number): Class => {
  if (successors === 0) return "deleted"
  if (label.includes("SPLIT TO")) return "split"
  if (/MERGED TO|COVERED BY/u.test(label)) return "merged"
  return /MODIFIED|GRAMMAR/u.test(label) ? "reworded" : "moved"
}

const invent = Effect.fn(function* (answers: Asvs.Answers) {
  const references = yield* ReferenceRepository
  const relations = yield* RelationRepository
  const known = yield* references.findMany([...answers.keys()])
  yield* references.saveMany(
    [...known.keys()].map((uri) => ({
      uri: `company:2026/${uri}`,
      title: `The rule for ${uri}`,
      entityType: "rule",
      catalog
    }))
  )
  yield* relations.saveMany(
    [...known.keys()].map((uri) => ({ sources: [`company:2026/${uri}`], targets: [uri], type: "implements" }))
  )
  return new Set(known.keys())
})

/** How many successors are said for each class, how many of these are right, and how many there are. */
const measure = ({ relations }: CarryReport, answers: Asvs.Answers) => {
  const counts = classes.map((name) => ({ name, relations: 0, said: 0, right: 0, there: 0, none: 0, unclear: 0 }))
  const accepted = { said: 0, right: 0 }
  for (const { successors, targets, unclear } of relations) {
    const { label, successors: right } = answers.get(targets[0] ?? "") ?? { label: "", successors: new Set<string>() }
    const count = counts.find(({ name }) => name === classOf(label, right.size))
    if (count === undefined) continue
    const isRight = (one: { readonly targets: ReadonlyArray<string> }) => one.targets.every((uri) => right.has(uri))
    const taken = successors.filter(({ outcome }) => outcome === "accepted")
    accepted.said += taken.length
    accepted.right += taken.filter(isRight).length
    count.relations += 1
    count.said += successors.length
    count.right += successors.filter(isRight).length
    count.there += right.size
    count.none += successors.length + unclear.length === 0 ? 1 : 0
    count.unclear += unclear.length
  }
  return { counts, accepted }
}
type Measured = ReturnType<typeof measure>

const share = (part: number, whole: number) => (whole === 0 ? "–" : (part / whole).toFixed(3).replace(/^0/u, ""))

const render = (name: string, { accepted, counts }: Measured): string => {
  const total = { name: "all", relations: 0, said: 0, right: 0, there: 0, none: 0, unclear: 0 }
  for (const one of counts) {
    for (const key of ["relations", "said", "right", "there", "none", "unclear"] as const) total[key] += one[key]
  }
  return [
    `${name}: ${accepted.right} of ${accepted.said} that are accepted without review are right`,
    "",
    "| OWASP says | relations | proposed | precision | recall | nothing continues it | unclear |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...[...counts, total].map(
      ({ name, none, relations, right, said, there, unclear }) =>
        `| ${name} | ${relations} | ${said} | ${share(right, said)} | ${share(right, there)} | ${none} | ${unclear} |`
    ),
    ""
  ].join("\n")
}

const program = Effect.gen(function* () {
  if (!existsSync(folder)) return yield* Console.log(`${folder} is not there, so nothing is measured.`)
  const { from, to } = yield* Asvs.read(folder)
  const mapping = join(folder, "mapping_v4.0.3_to_v5.0.0.yml")
  const all = Asvs.readAnswers(folder)
  const known = yield* invent(all)
  const answers = new Map([...all].filter(([uri]) => known.has(uri)))
  const carry = (through: "map" | "diff") =>
    Effect.map(
      Carry.use((service) => service.carry({ catalog, from, to, through, acceptUnchanged: true, store: false })),
      (report) => measure(report, answers)
    )
  const diff = yield* carry("diff")
  yield* RelationImport.use((relations) => relations.run(mapping, { from, to }))
  const measured = { diff, map: yield* carry("map") }
  if (Object.values(measured).some(({ accepted }) => accepted.right < accepted.said)) process.exitCode = 1
  if (values.json === true) return yield* Console.log(JSON.stringify(measured, null, 2))
  for (const [name, one] of Object.entries(measured)) yield* Console.log(render(name, one))
}).pipe(Effect.provide(Layer.merge(Store.layerLibsql(), NodeServices.layer)))

NodeRuntime.runMain(program)
