/** Clustered vectors, as those of texts on some subjects are, and databases filled with them. The same in every run. */
import { rmSync } from "node:fs"
import { type Client, createClient } from "@libsql/client"
import { Effect } from "effect"
import { LibsqlClient } from "../../src/libsql.ts"
import * as Migrations from "../../src/storage/Migrations.ts"

export const dimensions = 384
export const fingerprint = "bench"

/** xorshift: fast, and the same everywhere. */
export const random = (seed: number) => {
  let state = seed | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state / 2 ** 31
  }
}

/** Nearly normal. */
const normal = (next: () => number) => next() + next() + next()

/**
 * Vectors of √n clusters of √n each: a centre in any direction, and around it noise of about its own length, so that two of
 * a cluster have a cosine of about .6. Queries are drawn in the same way and are none of the vectors.
 */
export const clustered = (count: number) => {
  const clusters = Math.max(4, Math.round(Math.sqrt(count)))
  const centres = new Float32Array(clusters * dimensions)
  const forCentres = random(42)
  for (let i = 0; i < centres.length; i++) centres[i] = normal(forCentres)
  const write = (next: () => number, into: Float32Array, offset: number) => {
    const centre = Math.min(clusters - 1, Math.floor(((next() + 1) / 2) * clusters)) * dimensions
    let squares = 0
    for (let i = 0; i < dimensions; i++) {
      const value = centres[centre + i]! + 0.8 * normal(next)
      into[offset + i] = value
      squares += value * value
    }
    const scale = 1 / Math.sqrt(squares)
    for (let i = 0; i < dimensions; i++) into[offset + i]! *= scale
  }
  return {
    /** Blocks of up to 1000 vectors, one after the other. */
    *blocks(): Iterable<Block> {
      const next = random(7)
      for (let from = 0; from < count; from += 1000) {
        const size = Math.min(1000, count - from)
        const vectors = new Float32Array(size * dimensions)
        for (let i = 0; i < size; i++) write(next, vectors, i * dimensions)
        yield { from, size, vectors }
      }
    },
    queries: (wanted: number): ReadonlyArray<Float32Array<ArrayBuffer>> => {
      const next = random(1234567)
      return Array.from({ length: wanted }, () => {
        const query = new Float32Array(dimensions)
        write(next, query, 0)
        return query
      })
    }
  }
}

const syllables =
  "ac an au ba ce cha co cre de di en er fi fo ga gra ha id im in ka key la lo ma me mo na net no or pa per po pro " +
  "que ra re ri ro sa se sig so sta ta te ti to tra tu un up va ve vi wa"

/** Ten thousand made-up words. */
const vocabulary = (): ReadonlyArray<string> => {
  const parts = syllables.split(" ")
  const next = random(3)
  const part = () => parts[Math.floor(((next() + 1) / 2) * parts.length)] ?? ""
  const words = new Set<string>()
  while (words.size < 10_000) words.add(part() + part() + part())
  return [...words]
}

/** Gives texts of so many words, as frequent as words of a language are: the n-th about 1/n as often as the first. */
export const texter = (seed: number) => {
  const words = vocabulary()
  const next = random(seed)
  return (length: number) =>
    Array.from({ length }, () => words[Math.floor(words.length ** ((next() + 1) / 2)) - 1] ?? "").join(" ")
}

/** Vectors one after the other, those of the references from `from` on. */
export interface Block {
  readonly from: number
  readonly size: number
  readonly vectors: Float32Array<ArrayBuffer>
}

/** What a database is filled with. */
export interface Filling {
  /** Whether keyword search finds something: a description of some 15 made-up words, or what the function makes. */
  readonly texts: boolean | (() => string)
  /** The fingerprint of the model whose vectors they are. */
  readonly model?: string
  /** Default: clustered. */
  readonly blocks?: Iterable<Block>
}

/** Fills a database with references and their embeddings. Without `texts`, each has a short title only. */
export const fill = async (
  path: string,
  count: number,
  { blocks = clustered(count).blocks(), model = fingerprint, texts }: Filling,
  onBlock: (from: number, vectors: Float32Array) => void = () => {}
): Promise<void> => {
  for (const end of ["", "-wal", "-shm", ".vectors"]) rmSync(path + end, { force: true })
  await Effect.runPromise(Effect.provide(Migrations.run, LibsqlClient.layer({ url: path })))
  const client: Client = createClient({ url: `file:${path}`, concurrency: 1 })
  await client.execute("PRAGMA synchronous = OFF")
  if (texts === false) {
    for (const table of ["keyword", "trigram"]) await client.execute(`DROP TRIGGER crosswalk_${table}_insert`)
  }
  await client.execute({
    sql: "INSERT INTO crosswalk_embedding_model (id, fingerprint, name, dimensions, max_length) VALUES (1, ?, 'bench', ?, 256)",
    args: [model, dimensions]
  })
  const made = texter(99)
  const text = typeof texts === "function" ? texts : () => made(15)
  for (const { from, size, vectors } of blocks) {
    const rows = Array.from({ length: size }, (_, i) => ({
      id: from + i + 1,
      uri: `r:${from + i + 1}`,
      title: `Reference ${from + i + 1}`,
      description: texts === false ? null : text()
    }))
    const bytes = new Uint8Array(vectors.buffer)
    await client.batch(
      [
        {
          sql: `INSERT INTO crosswalk_reference
          (id, uri, title, entity_type, description, tags, content_hash, text_hash, created_at, updated_at)
          SELECT value ->> 'id', value ->> 'uri', value ->> 'title', 't', value ->> 'description', '[]', '', 'x', 0, 0
          FROM json_each(?)`,
          args: [JSON.stringify(rows)]
        },
        ...Array.from({ length: Math.ceil(size / 250) }, (_, k) => {
          const part = rows.slice(k * 250, (k + 1) * 250)
          return {
            sql: `INSERT INTO crosswalk_embedding (reference_id, model_id, text_hash, vector, created_at)
            VALUES ${part.map(() => "(?, 1, 'x', ?, 0)").join(", ")}`,
            args: part.flatMap(({ id }) => {
              const at = (id - 1 - from) * dimensions * 4
              return [BigInt(id), bytes.slice(at, at + dimensions * 4)]
            })
          }
        })
      ],
      "write"
    )
    onBlock(from, vectors)
  }
  client.close()
}
