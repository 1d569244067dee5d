/** Writes `docs/openapi.json`, the document of the HTTP API; with `--check`, says whether it is what the API is. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { OpenApi } from "effect/http-api"
import { Api } from "../src/http/api/Api.ts"
import { root } from "./run.ts"

const file = join(root, "docs", "openapi.json")
const text = `${JSON.stringify(OpenApi.fromApi(Api), null, 2)}\n`

if (!process.argv.includes("--check")) {
  writeFileSync(file, text)
} else if (readFileSync(file, "utf8") !== text) {
  process.stderr.write("docs/openapi.json is not what the API is: run 'npm run openapi'\n")
  process.exitCode = 1
}
