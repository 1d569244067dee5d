import { randomOf } from "../domain/Random.ts"

/** The steps of the golden ratio leave gaps of at most three sizes, however many there are (the three-gap theorem). */
const golden = (Math.sqrt(5) - 1) / 2

/**
 * All places 0 … size − 1 in an order of which every beginning is spread evenly, the same for the same seed: a sample that
 * grows keeps what it had.
 */
export function* spread(size: number, seed: number): Generator<number> {
  const start = randomOf(seed)()
  const taken = new Set<number>()
  for (let i = 0; taken.size < size && i < size * 8; i++) {
    const place = Math.floor(((start + i * golden) % 1) * size)
    if (taken.has(place)) continue
    taken.add(place)
    yield place
  }
  for (let place = 0; place < size; place++) if (!taken.has(place)) yield place
}
