// What one would put there instead: node:http before Orama, in memory, with its own hybrid search.
import { createServer } from "node:http"
import { DatabaseSync } from "node:sqlite"
import { env, pipeline } from "@huggingface/transformers"
import { create, insertMultiple, search } from "@orama/orama"

const [database, models] = process.argv.slice(2)
env.localModelPath = models
env.allowRemoteModels = false
const embed = await pipeline("feature-extraction", "Xenova/all-MiniLM-L6-v2", { dtype: "q8" })
const db = new DatabaseSync(database, { readOnly: true })
const own = create({ schema: { uri: "string", title: "string", description: "string", embedding: "vector[384]" } })
const rows = db
  .prepare(
    "SELECT uri, title, description, vector FROM crosswalk_reference r JOIN crosswalk_embedding e ON e.reference_id = r.id"
  )
  .all()
await insertMultiple(
  own,
  rows.map(({ vector, ...row }) => ({ ...row, embedding: [...new Float32Array(vector.slice().buffer)] })),
  1000
)

const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url, "http://localhost")
  const query = {
    term: searchParams.get("q"),
    properties: ["title", "description"],
    limit: Number(searchParams.get("limit"))
  }
  const hybrid = async () => {
    const { data } = await embed(query.term, { pooling: "mean", normalize: true })
    return { ...query, mode: "hybrid", similarity: 0, vector: { value: [...data], property: "embedding" } }
  }
  const { hits } = await search(own, searchParams.get("mode") === "hybrid" ? await hybrid() : query)
  response.setHeader("content-type", "application/json")
  response.end(
    JSON.stringify({
      hits: hits.map(({ score, document: { uri, title, description } }) => ({ uri, title, description, score }))
    })
  )
})
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })))
