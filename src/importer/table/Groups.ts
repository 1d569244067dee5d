import { plain } from "../Fields.ts"
import type { Item } from "../Importer.ts"
import { warning, within } from "../Items.ts"
import { lastWord } from "../ReferenceWords.ts"
import type { Row } from "../Rows.ts"
import { isBlank } from "./Cell.ts"

/** The last word of what a column is called that says which group a row belongs to. */
const groups: ReadonlySet<string> = new Set(
  [
    "chapter section subsection group subgroup family category subcategory domain subdomain area theme topic pillar function",
    "kapitel abschnitt gruppe kategorie bereich themenbereich thema baustein chapitre rubrique domaine groupe catégorie",
    "capítulo sección grupo categoría dominio capitolo sezione gruppo categoria seção hoofdstuk paragraaf groep domein",
    "rozdział sekcja grupa kategoria obszar 章 章节 类别 分类 領域 领域 分類 カテゴリ カテゴリー"
  ].flatMap((names) => names.split(" ").map(plain))
)

const textOf = (value: unknown): string => String(value).trim()

/** Whether each name of a column stands in the first row of its group only: where it is said again, a blank cell is blank. */
const isSparse = (column: string, sample: ReadonlyArray<Row>): boolean => {
  const values = sample.map(({ values }) => values.get(column))
  const said = values.filter((value) => !isBlank(value)).map(textOf)
  const isOnce = said.every((value, index) => index === 0 || value !== said[index - 1])
  return !isBlank(values[0]) && said.length < values.length && isOnce
}

/** The columns of groups, outermost first, whose cells look as if they were merged before the table was exported. */
export const columnsOf = (
  columns: ReadonlyArray<string>,
  used: ReadonlySet<string>,
  sample: ReadonlyArray<Row>
): ReadonlyArray<string> =>
  columns.filter((column) => !used.has(column) && groups.has(lastWord(column)) && isSparse(column, sample))

/** What the rows above said. */
export interface Above {
  /** The groups that rows below belong to. */
  readonly groups: ReadonlyMap<string, unknown>
  /** The columns of which it was told that they are filled. */
  readonly told: ReadonlySet<string>
}

export const start: Above = { groups: new Map(), told: new Set() }

/**
 * A row with the groups of the rows above where its own cells are blank, and a warning for the first such cell of a column.
 * Where a group ends, those inside it end too.
 */
export const fill = (
  columns: ReadonlyArray<string>,
  above: Above,
  row: Row
): { readonly above: Above; readonly row: Row; readonly told: ReadonlyArray<Item> } => {
  const open = new Map(above.groups)
  const filled = new Map<string, unknown>()
  for (const [index, column] of columns.entries()) {
    const value = row.values.get(column)
    if (isBlank(value)) {
      if (open.has(column)) filled.set(column, open.get(column))
      continue
    }
    if (textOf(open.get(column)) !== textOf(value)) for (const inner of columns.slice(index + 1)) open.delete(inner)
    open.set(column, value)
  }
  const news = [...filled.keys()].filter((column) => !above.told.has(column))
  return {
    above: { groups: open, told: news.length === 0 ? above.told : new Set([...above.told, ...news]) },
    row: filled.size === 0 ? row : { ...row, values: new Map([...row.values, ...filled]) },
    told: news.map((column) =>
      warning(
        within(row.at, column),
        "is blank and read as the cell above, because it looks like a part of a merged one; so are those below it"
      )
    )
  }
}
