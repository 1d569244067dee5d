import { Schema } from "effect"
import { DoctorReport } from "../../catalog/Doctor.ts"
import { ImportFailure, ImportReport, RelationImportReport } from "../../catalog/ImportReport.ts"
import { CarryReport } from "../../domain/Carry.ts"
import { CatalogChanges } from "../../domain/Change.ts"
import { Suggestions } from "../../domain/Suggestion.ts"
import { MapTotals } from "../../map/ReferenceMap.ts"
import { countFields, upTo } from "../answers/Pages.ts"
import { problems } from "../Problem.ts"

const { references: _references, ...summary } = Suggestions.fields

/** What was suggested, without the suggestions: `/review` has them. */
export const SuggestReport = Schema.Struct({
  ...summary,
  /** How many references were answered. */
  references: Schema.Natural
})
export type SuggestReport = typeof SuggestReport.Type

/** What was embedded, in numbers of references. */
export const EmbedReport = Schema.Struct({
  updated: Schema.Natural,
  /** They had an embedding already. */
  skipped: Schema.Natural,
  /** Their text could not be embedded. */
  failed: Schema.Natural
})

/** So many rows of each list stand in the report of a job. `/jobs/{id}/rows` has all, and `lists` how many there are. */
export const shown = 100

const some = upTo(shown)

const imported = {
  ...ImportReport.fields,
  failed: some(ImportReport.fields.failed),
  unread: some(ImportReport.fields.unread),
  warnings: some(ImportReport.fields.warnings),
  unresolved: some(ImportReport.fields.unresolved)
}

const importedRelations = {
  ...RelationImportReport.fields,
  failed: some(RelationImportReport.fields.failed),
  warnings: some(RelationImportReport.fields.warnings)
}

const changes = { ...CatalogChanges.fields, changes: some(CatalogChanges.fields.changes) }
const carried = { ...CarryReport.fields, relations: some(CarryReport.fields.relations) }

/** What a job gives when it is done, by its kind. Whatever else takes long has its line here. */
export const JobResult = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("import"), report: Schema.Struct(imported), ...countFields }),
  Schema.Struct({ kind: Schema.Literal("relations"), report: Schema.Struct(importedRelations), ...countFields }),
  Schema.Struct({ kind: Schema.Literal("diff"), report: Schema.Struct(changes), ...countFields }),
  Schema.Struct({ kind: Schema.Literal("carry"), report: Schema.Struct(carried), ...countFields }),
  Schema.Struct({ kind: Schema.Literal("suggest"), report: SuggestReport }),
  Schema.Struct({ kind: Schema.Literal("embed"), report: EmbedReport }),
  Schema.Struct({ kind: Schema.Literal("map"), report: MapTotals }),
  Schema.Struct({ kind: Schema.Literal("doctor"), report: DoctorReport })
])
export type JobResult = typeof JobResult.Type

/** What a job does. */
export const JobKind = Schema.Literals(["import", "relations", "diff", "carry", "suggest", "embed", "map", "doctor"])
export type JobKind = typeof JobKind.Type

/** Where a job stands. */
export const JobStatus = Schema.Literals(["waiting", "running", "done", "failed", "cancelled"])
export type JobStatus = typeof JobStatus.Type

/** Its place among the events of its job, from 1; where some are missing, they were progress, or too many are kept no more. */
const id = Schema.Natural

const progress = {
  /** What is done, such as `saving` or `embedding`. */
  stage: Schema.String,
  done: Schema.Natural,
  /** How many there are, where that is known. */
  total: Schema.optionalKey(Schema.Natural)
}

/** Why a job ended before its end: somebody cancelled it, or the server stopped. */
export const JobCancelReason = Schema.Literals(["asked", "shutdown"])
export type JobCancelReason = typeof JobCancelReason.Type

/** The job runs. */
export class JobStarted extends Schema.TaggedClass<JobStarted>()("JobStarted", { id, job: Schema.String }) {}

/** How far it has come. */
export class JobProgress extends Schema.TaggedClass<JobProgress>()("JobProgress", { id, ...progress }) {}

/** Something that it could not do, such as a row that is wrong: where, why, and what can be done. It goes on. */
export class JobProblem extends Schema.TaggedClass<JobProblem>()("JobProblem", { id, ...ImportFailure.fields }) {}

/** It is done. */
export class JobDone extends Schema.TaggedClass<JobDone>()("JobDone", { id, result: JobResult }) {}

/** It failed. */
export class JobFailed extends Schema.TaggedClass<JobFailed>()("JobFailed", { id, problem: Schema.Union(problems) }) {}

/** It was ended. What it had written stays; the same again goes on there. */
export class JobCancelled extends Schema.TaggedClass<JobCancelled>()("JobCancelled", { id, reason: JobCancelReason }) {}

/** What is told of a job. The last is `JobDone`, `JobFailed` or `JobCancelled`. */
export const JobEvent = Schema.Union([JobStarted, JobProgress, JobProblem, JobDone, JobFailed, JobCancelled])
export type JobEvent = typeof JobEvent.Type

/** Work that goes on while nobody waits for it. */
export class Job extends Schema.Class<Job>("crosswalk/http/Job")({
  id: Schema.String,
  kind: JobKind,
  /** What it works on, such as the name of a file. */
  name: Schema.String,
  /** The name of the token that started it, where the server asks for tokens. */
  by: Schema.optionalKey(Schema.String),
  status: JobStatus,
  createdAt: Schema.DateTimeUtcFromString,
  endedAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
  /** How far it has come. */
  progress: Schema.optionalKey(Schema.Struct(progress)),
  /** How many problems it met. */
  problems: Schema.Natural,
  /** Where it is done. */
  result: Schema.optionalKey(JobResult),
  /** Where it failed. */
  problem: Schema.optionalKey(Schema.Union(problems)),
  /** Where it was cancelled. */
  cancelled: Schema.optionalKey(JobCancelReason)
}) {}

const { result: _result, ...withoutResult } = Job.fields

/** A job among others, without what it gave. */
export const JobSummary = Schema.Struct({
  ...withoutResult,
  /** It told what it would do, and wrote nothing. */
  rehearsed: Schema.optionalKey(Schema.Boolean)
}).annotate({ identifier: "JobSummary" })
export type JobSummary = typeof JobSummary.Type

/** The summary of a job. */
export const summaryOf = ({ result, ...job }: Job): JobSummary => ({
  ...job,
  ...(result !== undefined && "rehearsed" in result.report && { rehearsed: result.report.rehearsed })
})
