/**
 * `crosswalk/http`: the HTTP API of a store, as an `HttpApi` of Effect, the routes that answer it, and what protects them. A
 * program brings the store's services and an HTTP server.
 *
 * @module
 */
export { Api } from "./http/Api.ts"
export { Caller } from "./http/Authorization.ts"
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
} from "./http/Job.ts"
export { Jobs, type JobLimits, type JobNews, type JobWork } from "./http/Jobs.ts"
export * as Problem from "./http/Problem.ts"
export { PolicyOptions } from "./http/Policy.ts"
export * as Routes from "./http/Routes.ts"
export { type Holder, type Token, TokenScope, Tokens } from "./http/Tokens.ts"
export * as TokenList from "./http/TokenList.ts"
