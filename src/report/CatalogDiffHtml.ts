import type { CatalogChanges, Change, Possibility, Successor, TextChange } from "../domain/Change.ts"
import { ChangeKind } from "../domain/Change.ts"
import { likelihood, likelihoodNote } from "./Likelihood.ts"

const replacements: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

/** Text that HTML shows as it is, between tags and in quoted attributes. */
export const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/gu, (character) => replacements[character] ?? "")

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
article { border-top: 1px solid #8884; padding: .75rem 0 }
h2 { font-size: 1rem; margin: 0 } h2 span, .totals span { font-size: .8rem; padding: .1rem .5rem; border-radius: 1rem; background: #8883 }
.deleted { background: #d335 !important } .new { background: #3a35 !important } .modified { background: #c905 !important }
ins { background: #3a33; text-decoration: underline } del { background: #d333; text-decoration: line-through }
p { margin: .25rem 0; overflow-wrap: anywhere } small { opacity: .75 }
label { margin-right: 1rem }
${ChangeKind.literals.map((kind) => `body:has(#show-${kind}:not(:checked)) article[data-first=${kind}] { display: none }`).join("\n")}
`

const words = (parts: ReadonlyArray<TextChange>): string =>
  parts
    .map(({ operation, text }) => {
      const safe = escape(text)
      return operation === "equal" ? safe : operation === "insert" ? `<ins>${safe}</ins>` : `<del>${safe}</del>`
    })
    .join("")

const successor = ({ basis, confidence, description, isMain, reference, title }: Successor): string => {
  const remarks = [
    ...(isMain ? [] : ["continues another one"]),
    ...(basis === "suggestion" ? [likelihood(confidence)] : [])
  ]
  return `<p>→ <b>${escape(reference.uri)}</b> ${words(title)} <small>${remarks.join(", ")}</small></p>
<p>${words(description)}</p>`
}

const possibility = ({ confidence, reference }: Possibility): string =>
  `<p>? <b>${escape(reference.uri)}</b> ${escape(reference.title)} <small>${likelihood(confidence)}</small></p>`

const badges = (kinds: ReadonlyArray<ChangeKind>): string =>
  kinds.map((kind) => `<span class="${kind}">${kind}</span>`).join(" ")

const article = ({ after, before, kinds, possible }: Change): string => {
  const first = before ?? after[0]?.reference
  if (first === undefined) return ""
  const body =
    before === undefined || after.length === 0
      ? `<p>${escape(first.description ?? "")}</p>`
      : after.map(successor).join("\n")
  const maybe = possible.map(possibility).join("\n")
  return `<article data-first="${kinds[0]}">
<h2>${badges(kinds)} ${escape(first.uri)} ${escape(first.title)}</h2>
${body}${maybe === "" ? "" : `\n${maybe}`}
</article>`
}

/** A catalog's changes as one HTML page that needs nothing else: no script, no font, no image. */
export const render = (changes: CatalogChanges): string => {
  const title = `${escape(changes.before)} → ${escape(changes.after)}`
  const boxes = ChangeKind.literals.map(
    (kind) =>
      `<label><input type="checkbox" id="show-${kind}"${kind === "unchanged" ? "" : " checked"}> ` +
      `${kind} (${changes.totals[kind]})</label>`
  )
  const note = likelihoodNote(changes)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>${note === undefined ? "" : `\n<p>${note}</p>`}
<fieldset><legend>Show</legend>${boxes.join("\n")}</fieldset>
${changes.changes.map(article).join("\n")}
</body>
</html>
`
}
