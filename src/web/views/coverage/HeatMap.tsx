import { createMemo, For, Show } from "solid-js"
import { count } from "../../Numbers.ts"
import { named, type Opened, type Report } from "./Report.ts"

type Group = Report["cells"][number]

/** The colour of a share, as the end of a class: 0 for nothing up to 4 for all. */
const heatOf = ({ percent }: Group): number => (percent >= 100 ? 4 : percent <= 0 ? 0 : 1 + Math.floor(percent / 34))

const shareOf = ({ percent }: Group): string => `${Math.floor(percent)}%`

/** How far each chapter is covered at each level. A cell opens its requirements, and closes them again. */
export const HeatMap = (props: {
  readonly report: Report
  readonly opened: Opened
  readonly onOpen: (chapter: string | undefined, level: string | undefined) => void
}) => {
  const cells = createMemo(
    () => new Map(props.report.cells.map((cell) => [JSON.stringify([cell.chapter, cell.level]), cell]))
  )
  const levels = () => (props.report.levels.length > 1 ? props.report.levels : [])

  const levelName = (level: string) =>
    `${props.report.cumulative && level !== "" ? "Up to level" : "Level"} ${named(level)}`
  const nameOf = ({ chapter, level }: { readonly chapter?: string; readonly level?: string }) =>
    [named(chapter ?? ""), ...(level === undefined ? [] : [levelName(level).toLowerCase()])].join(", ")

  const Cell = (cell: { readonly group: Group | undefined; readonly chapter?: string; readonly level?: string }) => {
    const isOpen = () => props.opened.chapter === cell.chapter && props.opened.level === cell.level
    return (
      <td class="heat-cell">
        <Show when={cell.group}>
          {(group) => (
            <button
              type="button"
              class={`heat heat-${heatOf(group())}`}
              aria-pressed={isOpen()}
              aria-label={`${nameOf(cell)}: ${shareOf(group())} of ${count(group().total)}`}
              onClick={() => (isOpen() ? props.onOpen(undefined, undefined) : props.onOpen(cell.chapter, cell.level))}
            >
              <span class="numbers">{shareOf(group())}</span>
              <span class="heat-of numbers">of {count(group().total)}</span>
            </button>
          )}
        </Show>
      </td>
    )
  }

  return (
    <div class="panel scroll-x" tabindex="0" role="region" aria-label="Coverage by chapter and level">
      <table class="table heat-map">
        <thead>
          <tr>
            <th scope="col">Chapter</th>
            <For each={levels()}>{({ level }) => <th scope="col">{levelName(level)}</th>}</For>
            <th scope="col">All</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.report.chapters}>
            {(chapter) => (
              <tr>
                <th scope="row">{named(chapter.chapter)}</th>
                <For each={levels()}>
                  {({ level }) => (
                    <Cell
                      group={cells().get(JSON.stringify([chapter.chapter, level]))}
                      chapter={chapter.chapter}
                      level={level}
                    />
                  )}
                </For>
                <Cell group={chapter} chapter={chapter.chapter} />
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  )
}
