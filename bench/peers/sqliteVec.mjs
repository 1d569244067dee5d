// What one would put there instead: node:http before SQLite with FTS5 and sqlite-vec, the ranks joined by hand.
import { createServer } from "node:http"
import { DatabaseSync } from "node:sqlite"
import { env, pipeline } from "@huggingface/transformers"
import { getLoadablePath } from "sqlite-vec"

const [database, models] = process.argv.slice(2)
env.localModelPath = models
env.allowRemoteModels = false
const embed = await pipeline("feature-extraction", "Xenova/all-MiniLM-L6-v2", { dtype: "q8" })
const db = new DatabaseSync(database, { allowExtension: true, readOnly: true })
const own = new DatabaseSync(":memory:", { allowExtension: true })
own.loadExtension(getLoadablePath())
own.exec("CREATE VIRTUAL TABLE words USING fts5(title, description, tokenize = 'porter unicode61')")
own.exec("CREATE VIRTUAL TABLE vectors USING vec0(embedding float[384] distance_metric=cosine)")
own.exec("CREATE TABLE reference (id INTEGER PRIMARY KEY, uri TEXT, title TEXT, description TEXT)")
own.exec("BEGIN")
const insert = [
  "reference VALUES (?, ?, ?, ?)",
  "words (rowid, title, description) VALUES (?, ?, ?)",
  "vectors (rowid, embedding) VALUES (?, ?)"
].map((into) => own.prepare(`INSERT INTO ${into}`))
for (const { id, uri, title, description, vector } of db
  .prepare(
    "SELECT r.id, uri, title, description, vector FROM crosswalk_reference r JOIN crosswalk_embedding e ON e.reference_id = r.id"
  )
  .iterate()) {
  insert[0].run(id, uri, title, description)
  insert[1].run(id, title, description)
  insert[2].run(BigInt(id), vector)
}
own.exec("COMMIT")
const byWords = own.prepare("SELECT rowid AS id FROM words WHERE words MATCH ? ORDER BY rank LIMIT 100")
const byMeaning = own.prepare("SELECT rowid AS id FROM vectors WHERE embedding MATCH ? AND k = 100")
const read = own.prepare("SELECT uri, title, description FROM reference WHERE id = ?")

const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url, "http://localhost")
  const query = searchParams.get("q")
  const scores = new Map()
  const add = (rows) => rows.forEach(({ id }, rank) => scores.set(id, (scores.get(id) ?? 0) + 1 / (61 + rank)))
  if (searchParams.get("mode") === "hybrid") {
    const { data } = await embed(query, { pooling: "mean", normalize: true })
    add(byMeaning.all(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)))
  }
  add(
    byWords.all(
      query
        .split(/\W+/u)
        .filter(Boolean)
        .map((word) => `"${word}"`)
        .join(" OR ")
    )
  )
  const best = [...scores].sort((a, b) => b[1] - a[1]).slice(0, Number(searchParams.get("limit")))
  response.setHeader("content-type", "application/json")
  response.end(JSON.stringify({ hits: best.map(([id, score]) => ({ ...read.get(id), score })) }))
})
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })))
