/** How many letters must change to make one word of another. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const kept = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(kept, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** Longer than any word that is typed by mistake; beyond it the distance would only cost time. */
const longest = 64

/** The word most like the one that was typed, where any is near enough to be meant. */
export const nearest = (typed: string, words: ReadonlyArray<string>): string | undefined => {
  if (typed.length > longest) return undefined
  const allowed = Math.max(2, Math.floor(typed.length / 2))
  return words
    .map((word) => ({ word, cost: word.startsWith(typed) && typed.length > 1 ? 0.5 : distance(typed, word) }))
    .filter(({ cost }) => cost <= allowed)
    .sort((a, b) => a.cost - b.cost)[0]?.word
}
