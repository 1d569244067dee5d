import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { UpdateOptions } from "../../storage/UpdateOptions.ts"
import * as JobAnswer from "../jobs/JobAnswer.ts"
import { alsoLines } from "../jobs/JobStream.ts"
import { bodyProblems } from "../Problem.ts"

const { filter, force } = UpdateOptions.fields

/** The vectors that references are found with by meaning. */
export class EmbeddingsApi extends HttpApiGroup.make("embeddings")
  .add(
    HttpApiEndpoint.post("begin", "/embeddings", {
      payload: Schema.Struct({ force, filter }),
      success: JobAnswer.success,
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "Embeds, as a job, every reference that has no embedding of its text by the model in use",
        transform: alsoLines
      })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Embeddings" })) {}
