import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import * as JobAnswer from "../jobs/JobAnswer.ts"
import { alsoLines } from "../jobs/JobStream.ts"
import { problems } from "../Problem.ts"

/** Whether the database is sound. */
export class DoctorApi extends HttpApiGroup.make("doctor")
  .add(
    HttpApiEndpoint.post("begin", "/doctor", { success: JobAnswer.success, error: problems }).annotateMerge(
      OpenApi.annotations({
        summary: "Checks, as a job, that the database is sound; changes nothing",
        description: "For who may write, as what it found may name files of the server.",
        transform: alsoLines
      })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Doctor" })) {}
