import { DropdownMenu } from "@kobalte/core/dropdown-menu"
import { For } from "solid-js"
import { type Type, types } from "./Types.ts"

/** Accepts a relation as another type, each with what it says. */
export const TypeMenu = (props: {
  readonly open: boolean
  readonly onOpen: (isOpen: boolean) => void
  readonly current: Type
  readonly onChoose: (type: Type) => void
}) => (
  <DropdownMenu open={props.open} onOpenChange={props.onOpen} placement="top-start" gutter={6} modal={false}>
    <DropdownMenu.Trigger class="button">
      Accept as… <kbd>t</kbd>
    </DropdownMenu.Trigger>
    <DropdownMenu.Portal>
      <DropdownMenu.Content class="menu panel">
        <For each={types}>
          {([type, says]) => (
            <DropdownMenu.Item class="menu-item" onSelect={() => props.onChoose(type)}>
              <span class="mono">{type}</span>
              <span class="faint small">{says}</span>
            </DropdownMenu.Item>
          )}
        </For>
      </DropdownMenu.Content>
    </DropdownMenu.Portal>
  </DropdownMenu>
)
