/**
 * A process that does the same again and again: `node --expose-gc repeating.ts FOLDER WHAT TIMES`, where WHAT is `search` or
 * `import`. Prints what it holds after each twentieth, in bytes, as one JSON array.
 */
import { join } from "node:path"
import { Effect } from "effect"
import { CatalogImport } from "../../src/catalog/CatalogImport.ts"
import { Search } from "../../src/search/Search.ts"
import * as Store from "../../src/Store.ts"

const [folder = "", what = "", times = "20"] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const { search } = yield* Search
  const imports = yield* CatalogImport
  const once = (i: number) =>
    what === "search"
      ? Effect.asVoid(search(`password ${i % 500} renewed`, { mode: i % 2 === 0 ? "hybrid" : "keyword", limit: 10 }))
      : Effect.asVoid(imports.run(join(folder, i % 2 === 0 ? "rows.csv" : "changed.csv"), { catalog: "a@1" }))
  const seen: Array<{ readonly heap: number; readonly resident: number }> = []
  const every = Math.max(1, Math.floor(Number(times) / 20))
  for (let i = 1; i <= Number(times); i++) {
    yield* once(i)
    if (i % every !== 0) continue
    yield* Effect.sleep(20)
    for (let collected = 0; collected < 2; collected++) globalThis.gc?.()
    const { arrayBuffers, external, heapUsed, rss } = process.memoryUsage()
    seen.push({ heap: heapUsed + external + arrayBuffers, resident: rss })
  }
  process.stdout.write(`${JSON.stringify(seen)}\n`)
})

await Effect.runPromise(
  Effect.provide(
    program,
    Store.layerLibsql({ url: join(folder, "x.db"), embedder: { type: "deterministic" }, vectors: "memory" })
  )
)
