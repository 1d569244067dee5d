import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import * as TextDiff from "../../src/crosswalk/TextDiff.ts"
import { CatalogChanges, Change, type ChangeKind, Possibility, Successor } from "../../src/domain/Change.ts"
import { Reference } from "../../src/domain/Reference.ts"
import * as Document from "../../src/report/CatalogDiffDocument.ts"

const reference = (version: number, id: string, description: string, title = "Sessions") =>
  new Reference({
    uri: `std:${version}/${id}`,
    title,
    description,
    entityType: "requirement",
    catalog: `std@${version}`,
    tags: [],
    createdAt: DateTime.makeUnsafe(0),
    updatedAt: DateTime.makeUnsafe(0)
  })

const successor = (before: Reference, after: Reference, more: Partial<Successor> = {}) =>
  new Successor({
    reference: after,
    basis: "text",
    confidence: 1,
    isMain: true,
    title: TextDiff.words(before.title, after.title),
    description: TextDiff.words(before.description ?? "", after.description ?? ""),
    ...more
  })

const changes = (all: ReadonlyArray<Change>) => {
  const totals: Record<ChangeKind, number> = {
    unchanged: 0,
    moved: 0,
    modified: 0,
    split: 0,
    merged: 0,
    deleted: 0,
    new: 0,
    unclear: 0
  }
  for (const { kinds } of all) for (const kind of kinds) totals[kind] += 1
  return new CatalogChanges({ before: "std@1", after: "std@2", changes: all, totals })
}

const change = (
  kinds: Change["kinds"],
  before: Reference | undefined,
  after: ReadonlyArray<Successor>,
  possible: Change["possible"] = []
) => new Change({ kinds, ...(before !== undefined && { before }), after, possible })

const old = (id: string, text: string) => reference(1, id, text)
const young = (id: string, text: string) => reference(2, id, text)

const [a10, a2, a3, a4, a5, a6, a7] = [
  old("A10", "Sessions end after 15 minutes."),
  old("A2", "Cookies are *secure*."),
  old("A3", "Tokens are random."),
  old("A4", "Logs have a time and an origin."),
  old("A5", "Lunch is at noon."),
  old("A6", "Keys are rotated."),
  old("A7", "Same.")
] as const

const document = changes([
  change(["modified"], a10, [successor(a10, young("A10", "Sessions end after ten quiet minutes."))]),
  change(["moved"], a2, [successor(a2, young("B1", "Cookies are *secure*."))]),
  change(["merged"], a3, [
    successor(a3, young("B2", "Tokens are random and long."), { isMain: false, basis: "suggestion", confidence: 0.5 })
  ]),
  change(["moved", "split"], a4, [
    successor(a4, young("B3", "Logs have a time.")),
    successor(a4, young("B4", "Logs have an origin."), { basis: "suggestion", confidence: 0.75 })
  ]),
  change(["deleted"], a5, []),
  change(["unclear"], a6, [], [new Possibility({ reference: young("B5", "Keys change."), confidence: 0.3 })]),
  change(["unchanged"], a7, [successor(a7, young("A7", "Same."))]),
  change(["moved", "modified"], old("A1", "One."), [successor(old("A1", "One."), young("C1", "Two."))]),
  change(["new"], undefined, [successor(young("C10", "Ten | ten."), young("C10", "Ten | ten."))]),
  change(["new"], undefined, [successor(young("C9", "Nine."), young("C9", "Nine."))])
])

describe("a diff as Markdown", () => {
  it("is a changelog by kind, in natural order, with the words that changed", () => {
    assert.strictEqual(
      Document.render(document, "markdown"),
      String.raw`# std@1 → std@2

1 unchanged, 3 moved, 2 modified, 1 split, 1 merged, 1 deleted, 2 new, 1 unclear.

## Added (2)

- **C9** Sessions: Nine.
- **C10** Sessions: Ten \| ten.

## Removed (1)

- **A5** Sessions: Lunch is at noon.

## Reworded (2)

- **A1** → **C1** ~~One~~ **Two**.
- **A10** Sessions end after ~~15~~ **ten quiet** minutes.

## Moved (1)

- **A2** → **B1** Sessions

## Split (1)

- **A4** Sessions: Logs have a time and an origin.
  - → **B3** Logs have a time ~~and an origin~~.
  - → **B4** Logs have ~~a time and~~ an origin. (75 % likely)

## Merged (1)

- **A3** → **B2** Tokens are random **and long**. (50 % likely)

## Unclear (1)

- **A6** Sessions: Keys are rotated.; it may be continued by **B5** (30 % likely)
`
    )
  })

  it("lists what did not change on request, and is told by a file's ending", () => {
    assert.include(
      Document.render(document, "markdown", { unchanged: true }),
      "## Unchanged (1)\n\n- **A7** Sessions\n"
    )
    assert.strictEqual(Document.formatOf("docs/CHANGES.md"), "markdown")
  })

  it("shows no markup of a text", () => {
    const hostile = "<script>alert(1)</script> [x](javascript:y) `z`\n# h"
    const rendered = Document.render(
      changes([change(["new"], undefined, [successor(young("H", hostile), young("H", hostile))])]),
      "markdown"
    )
    assert.notMatch(rendered, /<script|(?<!\\)\[x|(?<!\\)`|\n# h/u)
  })
})
