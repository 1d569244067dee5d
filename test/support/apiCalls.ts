import { Effect, Stream } from "effect"
import type { HttpApiClient } from "effect/http-api"
import type { SuggestMethod } from "../../src/domain/SuggestOptions.ts"
import type { Api } from "../../src/http.ts"

type Client = HttpApiClient.ForApi<typeof Api>

const covered = { to: "norm@1", by: "ours@1" } as const
const all = { filter: { from: "ours@1", to: "norm@1" }, verdict: { status: "accepted", force: true } } as const
const verdict = { sources: ["ours:1/3"], targets: ["norm:1/3"], status: "accepted" } as const
const reference = { title: "A note", entityType: "note" }

const bytes = (text: string) => Stream.encodeText(Stream.make(text))
const pairs = "source,target\n1,1\n"
const mapping = { name: "pairs.csv", from: "ours@1", to: "norm@1" }
const anyJob = (api: Client) => Effect.map(api.jobs.list({ query: {} }), ({ jobs }) => jobs[0]?.id ?? "none")

const text = (bytes: Stream.Stream<Uint8Array, unknown>) => Stream.mkString(Stream.decodeText(bytes))

/** A call of each endpoint of a server of `editions`, in an order in which each has what it needs. */
export const apiCalls = (
  method: SuggestMethod
): Readonly<Record<string, (api: Client) => Effect.Effect<unknown, unknown>>> => {
  const between = { from: "ours@1", to: "norm@1", method } as const
  const compared = { before: "norm@1", after: "norm@2", method } as const
  const carried = { catalog: "ours@1", from: "norm@1", to: "norm@2", method } as const
  return {
    "system.health": (api) => api.health(),
    "system.ready": (api) => api.ready(),
    "system.status": (api) => api.status(),
    "references.catalogs": (api) => api.references.catalogs({ query: {} }),
    "references.list": (api) => api.references.list({ query: {} }),
    "references.put": (api) => api.references.put({ params: { uri: "n:1" }, headers: {}, payload: reference }),
    "references.saveMany": (api) => api.references.saveMany({ payload: [{ uri: "n:2", ...reference }] }),
    "references.get": (api) => api.references.get({ params: { uri: "n:1" }, headers: {} }),
    "references.similar": (api) => api.references.similar({ params: { uri: "ours:1/1" }, query: {} }),
    "references.relations": (api) => api.references.relations({ params: { uri: "ours:1/1" }, query: {} }),
    "references.remove": (api) => api.references.remove({ params: { uri: "n:1" }, query: {}, headers: {} }),
    "search.search": (api) =>
      api.search.search({ query: { q: "hashes", level: "1", fusion: "rrf", semanticWeight: 0.5, limit: 1 } }),
    "suggestions.preview": (api) => api.suggestions.preview({ query: between }),
    "suggestions.suggest": (api) => api.suggestions.suggest({ payload: between }),
    "suggestions.begin": (api) => api.suggestions.begin({ payload: between }),
    "review.list": (api) => api.review.list({ query: { from: "ours@1" } }),
    "review.csv": (api) => Effect.flatMap(api.review.csv({ query: { from: "ours@1" } }), text),
    "review.carryOut": (api) => api.review.carryOut({ query: {}, payload: bytes("decision,sources,targets\n") }),
    "review.sample": (api) => api.review.sample({ query: { from: "ours@1", to: "norm@1" } }),
    "review.sampleCsv": (api) =>
      Effect.flatMap(api.review.sampleCsv({ query: { from: "ours@1", to: "norm@1" } }), text),
    "review.calibrations": (api) => api.review.calibrations({ query: {} }),
    "decisions.preview": (api) => api.decisions.preview({ payload: all }),
    "decisions.decideAll": (api) => api.decisions.decideAll({ payload: all }),
    "decisions.undo": (api) => api.decisions.undo({ payload: {} }),
    "decisions.decide": (api) => api.decisions.decide({ payload: { verdicts: [verdict] } }),
    "decisions.log": (api) => api.decisions.log({ query: {} }),
    "relations.save": (api) => api.relations.save({ payload: { sources: ["ours:1/2"], targets: ["norm:1/2"] } }),
    "relations.list": (api) => api.relations.list({ query: {} }),
    "relations.remove": (api) =>
      api.relations.remove({ query: { source: ["ours:1/2"], target: ["norm:1/2"], type: "implements" } }),
    "coverage.report": (api) => api.coverage.report({ query: covered }),
    "coverage.reportWith": (api) => api.coverage.reportWith({ query: {}, payload: covered }),
    "coverage.document": (api) => api.coverage.document({ query: { ...covered, format: "html" } }),
    "coverage.documentWith": (api) => api.coverage.documentWith({ query: { format: "csv" }, payload: covered }),
    "coverage.compare": (api) =>
      Effect.flatMap(api.coverage.report({ query: covered }), (baseline) =>
        api.coverage.compare({ payload: { options: covered, baseline } })
      ),
    "editions.diff": (api) => api.editions.diff({ query: compared }),
    "editions.document": (api) => api.editions.document({ query: { ...compared, format: "markdown" } }),
    "editions.planCarry": (api) => api.editions.planCarry({ query: carried }),
    "editions.carry": (api) => api.editions.carry({ payload: carried }),
    "editions.moved": (api) => api.editions.moved({ query: {} }),
    "editions.beginDiff": (api) => api.editions.beginDiff({ payload: compared }),
    "editions.beginCarry": (api) => api.editions.beginCarry({ payload: carried }),
    "editions.movedCounts": (api) => api.editions.movedCounts(),
    "graph.read": (api) => api.graph.read({ query: { from: "ours@1" } }),
    "graph.document": (api) => api.graph.document({ query: { from: "ours@1", to: "norm@1", format: "svg" } }),
    "backup.make": (api) => Effect.flatMap(api.backup.make(), Stream.runDrain),
    "doctor.begin": (api) => api.doctor.begin(),
    "lint.relations": (api) => api.lint.relations({ query: {} }),
    "lint.document": (api) => api.lint.document({ query: { print: "sarif" } }),
    "lint.file": (api) => api.lint.file({ query: mapping, payload: bytes(pairs) }),
    "lint.fileDocument": (api) =>
      api.lint.fileDocument({ query: { ...mapping, print: "table" }, payload: bytes(pairs) }),
    "imports.references": (api) =>
      api.imports.references({ query: { name: "a.csv", catalog: "a@1" }, payload: bytes("id,title\n1,One\n") }),
    "imports.relations": (api) => api.imports.relations({ query: mapping, payload: bytes(pairs) }),
    "export.references": (api) =>
      Effect.flatMap(api.export.references({ query: { format: "csv", catalog: "ours@1" } }), text),
    "export.relations": (api) => Effect.flatMap(api.export.relations({ query: { format: "csv" } }), text),
    "export.workbook": (api) =>
      Effect.flatMap(api.export.workbook({ query: { from: "ours@1", to: "norm@1" } }), Stream.runDrain),
    "jobs.list": (api) => api.jobs.list({ query: {} }),
    "jobs.find": (api) => Effect.flatMap(anyJob(api), (id) => api.jobs.find({ params: { id } })),
    "jobs.events": (api) =>
      Effect.flatMap(anyJob(api), (id) =>
        Effect.flatMap(api.jobs.events({ params: { id }, headers: {} }), (events) => Stream.runCollect(events))
      ),
    "jobs.rows": (api) => Effect.flatMap(anyJob(api), (id) => Effect.flatMap(api.jobs.rows({ params: { id } }), text)),
    "jobs.cancel": (api) => Effect.flatMap(anyJob(api), (id) => api.jobs.cancel({ params: { id } }))
  }
}
