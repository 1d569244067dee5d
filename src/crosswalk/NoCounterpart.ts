import { Effect, Stream } from "effect"
import { RelationRepository } from "../storage/RelationRepository.ts"

/**
 * What people accepted as unrelated: that a reference has no counterpart in a catalog, whichever of the two it is of, and
 * that two references have nothing to do with each other.
 */
export const read = Effect.fn("NoCounterpart.read")(function* (from: string | undefined, to: string) {
  const relations = yield* RelationRepository
  const alone = new Set<string>()
  const apart = new Set<string>()
  const accepted = relations.findAll({ status: ["accepted"], type: ["no-relationship"] })
  yield* Stream.runForEach(accepted, ({ sources, targets, to: without }) =>
    Effect.sync(() => {
      if (without !== undefined && (without === to || without === from)) for (const uri of sources) alone.add(uri)
      if (sources.length === 1 && targets.length === 1) {
        apart.add(JSON.stringify([sources[0], targets[0]]))
        apart.add(JSON.stringify([targets[0], sources[0]]))
      }
    })
  )
  return {
    hasNone: (uri: string) => alone.has(uri),
    isAllowed: (source: string, target: string) =>
      !alone.has(source) && !alone.has(target) && !apart.has(JSON.stringify([source, target]))
  }
})
