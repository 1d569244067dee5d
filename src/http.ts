/**
 * `crosswalk/http`: the HTTP API of a store, as an `HttpApi` of Effect, the routes that answer it, and what protects them. A
 * program brings the store's services and an HTTP server.
 *
 * @module
 */
export { Api } from "./http/api/Api.ts"
export * as Connections from "./http/access/Connections.ts"
export { Caller } from "./http/access/Authorization.ts"
export {
  Job,
  JobCancelled,
  JobDone,
  JobEvent,
  JobFailed,
  JobProblem,
  JobProgress,
  JobResult,
  JobStarted
} from "./http/jobs/Job.ts"
export { Jobs, type JobLimits, type JobNews, type JobWork } from "./http/jobs/Jobs.ts"
export * as Problem from "./http/Problem.ts"
export { PolicyOptions } from "./http/access/Policy.ts"
export * as Routes from "./http/Routes.ts"
export { type Holder, type Token, TokenScope, Tokens } from "./http/access/Tokens.ts"
export * as TokenList from "./http/access/TokenList.ts"
