// What one would write without Crosswalk: import a catalogue with the plain pipeline and @libsql/client.
import { readFileSync } from "node:fs"
import { createClient } from "@libsql/client"
import { env, pipeline } from "@huggingface/transformers"

const [file, database, models] = process.argv.slice(2)
env.localModelPath = models
env.allowRemoteModels = false
const embed = await pipeline("feature-extraction", "Xenova/all-MiniLM-L6-v2", { dtype: "q8" })
const client = createClient({ url: `file:${database}` })
await client.execute(
  "CREATE TABLE reference (uri TEXT PRIMARY KEY, title TEXT, description TEXT, vector F32_BLOB(384))"
)
const rows = JSON.parse(readFileSync(file, "utf8")).requirements
for (let start = 0; start < rows.length; start += 32) {
  const batch = rows.slice(start, start + 32)
  const texts = batch.map((row) => `${row.section_name}\n\n${row.req_description}`)
  const vectors = (await embed(texts, { pooling: "mean", normalize: true })).tolist()
  const sql = "INSERT INTO reference VALUES (?, ?, ?, vector(?))"
  const args = (row, i) => [row.req_id, row.section_name, row.req_description, JSON.stringify(vectors[i])]
  await client.batch(
    batch.map((row, i) => ({ sql, args: args(row, i) })),
    "write"
  )
}
client.close()
