import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { bodyProblems } from "../Problem.ts"

/** A copy of the whole database. */
export class BackupApi extends HttpApiGroup.make("backup")
  .add(
    HttpApiEndpoint.post("make", "/backup", {
      success: HttpApiSchema.StreamUint8Array({ contentType: "application/vnd.sqlite3" }),
      error: bodyProblems
    }).annotateMerge(
      OpenApi.annotations({
        summary: "The database as it is at one moment, as a file",
        description:
          "For who may write: it has what no other answer has, such as the texts of references that are gone. A database " +
          "that lies on a server is refused (409)."
      })
    )
  )
  .annotateMerge(OpenApi.annotations({ title: "Backup" })) {}
