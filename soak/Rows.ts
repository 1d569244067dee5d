/** Rows of sources, which depend on their number alone. */

const subjects = ["password", "session", "key", "log", "backup", "token", "role", "network", "certificate", "input"]
const verbs = ["is checked", "is renewed", "is encrypted", "is removed", "is kept apart", "is limited"]

const of = (i: number, word: string) => ({
  id: `R-${i}`,
  title: `The ${subjects[i % 10]} ${verbs[i % 6]} ${i}`,
  description: `Each ${subjects[(i * 7) % 10]} ${verbs[(i * 5) % 6]} before ${word} ${i}. `.repeat(3),
  tags: [`t${i % 5}`, subjects[i % 10]]
})

const rows = (count: number, from: number, word: string) =>
  Array.from({ length: count }, (_, i) => of(from + i, from + i < from + count / 2 ? "use" : word))

export const ndjson = (count: number, from = 0, word = "use"): string =>
  rows(count, from, word)
    .map((row) => JSON.stringify(row))
    .join("\n")

export const csv = (count: number, from = 0, word = "use"): string =>
  `id,title,description,tags\n${rows(count, from, word)
    .map(({ description, id, tags, title }) => `${id},${title},"${description}",${tags.join(";")}`)
    .join("\n")}\n`

/** Pairs of identifiers, for `map`. */
export const pairs = (count: number): string =>
  `source,target,type\n${Array.from({ length: count }, (_, i) => `R-${i},R-${(i * 13) % 150},subset`).join("\n")}\n`
