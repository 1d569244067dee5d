/** Texts and queries that words in memory are compared with the tables by. */
import { Effect } from "effect"
import type * as KeywordLeg from "../../../src/storage/legs/KeywordLeg.ts"
import type * as WordMemory from "../../../src/storage/legs/WordMemory.ts"
import { randomOf } from "../../../src/domain/Random.ts"

const words = [
  ..."session sessions timeout password passwords passphrase hash hashed hashing log logs logging café CAFE naïve".split(
    " "
  ),
  ..."non-repudiation two-factor re-authentication multi factor TLS1.3 x509 the of and a is Größe größe Ελλάδα данные".split(
    " "
  )
]

export const textsOf = (seed: number, count: number) => {
  const random = randomOf(seed)
  const some = (most: number) =>
    Array.from({ length: Math.ceil(random() * most) }, () => words[Math.floor(random() ** 2 * words.length)]).join(" ")
  return Array.from({ length: count }, (_, i) => ({
    uri: `r:${i}`,
    title: some(4),
    entityType: "requirement",
    catalog: i % 10 === 0 ? "small@1" : "big@1",
    tags: i % 2 === 0 ? ["even"] : [],
    ...(random() < 0.8 && { description: some(40) })
  }))
}

export const queries = [
  "session timeout",
  "the password is hashed",
  "pass* log*",
  "non-repudiation of logs",
  "two-factor re-auth*",
  "cafe naive größe",
  "Ελλάδα данные",
  "x509 tls1.3",
  "nothing of this",
  "unheard",
  "the the the of and a is"
]

export const filters = [undefined, { catalog: "small@1" }, { tags: ["even"] }, { catalog: "big@1", tags: ["even"] }]

/** The small catalog is searched as if it were alone, and nothing else is. */
const compared = 40
export const everything = { entries: 1_000_000, single: 1_000_000, paired: 1_000_000, compared }
/** Limits with which the tables alone find other things. */
export const low = { entries: 0, single: 1, paired: 1, compared }
export const always = { after: 0, bytes: 1_000_000, share: 1, onLoop: 1_000 }
export const never = { ...always, bytes: 0 }
/** All texts are read once; what comes then is followed. */
export const once = { ...always, share: 1e-9 }

export const found = ({ ideal, matches }: KeywordLeg.KeywordRanking) => ({
  ideal: ideal.toPrecision(12),
  matches: matches.map(({ score, uri }) => `${uri} ${score.toPrecision(12)}`)
})

/** The words in memory as of now. */
export const upToDate = (memory: Effect.Success<ReturnType<typeof WordMemory.make>>) =>
  Effect.gen(function* () {
    for (;;) {
      const index = yield* memory.current
      if (index !== undefined) return index
      yield* Effect.sleep("5 millis")
    }
  })
