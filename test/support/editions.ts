import { Effect, Layer } from "effect"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"

const texts = {
  1: ["Passwords", "Passwords are stored as salted hashes"],
  2: ["Sessions", "Sessions end after ten minutes without activity"],
  3: ["Logs", "Security events are written to a central log"],
  4: ["Backups", "Backups are encrypted and restored once a year"]
} as const

const changed = { ...texts, 2: ["Sessions", "Sessions end after five minutes without activity"] } as const

const catalogOf = (name: string, version: number, own: Readonly<Record<number, readonly [string, string]>>) =>
  Object.entries(own).map(([identifier, [title, description]]) => ({
    uri: `${name}:${version}/${identifier}`,
    catalog: `${name}@${version}`,
    identifier,
    title,
    description,
    entityType: "requirement",
    tags: [title.toLowerCase()],
    metadata: { level: Number(identifier) < 3 ? 1 : 2, chapter: "General" }
  }))

/**
 * The catalogs `norm@1`, its next edition `norm@2` with another text of its second requirement, and `ours@1` with the texts of
 * the first three; `ours:1/1` implements `norm:1/1`.
 */
export const editions = Layer.effectDiscard(
  Effect.gen(function* () {
    const references = yield* ReferenceRepository
    const { 4: _backups, ...ours } = texts
    yield* references.saveMany([
      ...catalogOf("norm", 1, texts),
      ...catalogOf("norm", 2, changed),
      ...catalogOf("ours", 1, ours)
    ])
    yield* (yield* RelationRepository).save({ sources: ["ours:1/1"], targets: ["norm:1/1"], confidence: 0.9 })
  })
)
