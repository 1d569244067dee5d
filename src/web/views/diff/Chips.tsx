import { For } from "solid-js"
import { count } from "../../Numbers.ts"

/** Something that one can choose to see, and how many there are of it. */
export interface Chip {
  readonly value: string
  readonly name: string
  readonly count: number
}

/** Chooses of which kinds something is shown; with none chosen it is what `all` says. Kinds of which there is none are left out. */
export const Chips = (props: {
  readonly label: string
  readonly all: Omit<Chip, "value">
  readonly chips: ReadonlyArray<Chip>
  readonly chosen: ReadonlyArray<string>
  readonly onChoose: (chosen: ReadonlyArray<string>) => void
}) => {
  const toggle = (value: string) =>
    props.onChoose(
      props.chosen.includes(value) ? props.chosen.filter((one) => one !== value) : [...props.chosen, value]
    )
  return (
    <div class="chips" role="group" aria-label={props.label}>
      <button class="chip" type="button" aria-pressed={props.chosen.length === 0} onClick={() => props.onChoose([])}>
        {props.all.name} <span class="numbers">{count(props.all.count)}</span>
      </button>
      <For each={props.chips.filter((chip) => chip.count > 0 || props.chosen.includes(chip.value))}>
        {(chip) => (
          <button
            class="chip"
            type="button"
            aria-pressed={props.chosen.includes(chip.value)}
            onClick={() => toggle(chip.value)}
          >
            {chip.name} <span class="numbers">{count(chip.count)}</span>
          </button>
        )}
      </For>
    </div>
  )
}
