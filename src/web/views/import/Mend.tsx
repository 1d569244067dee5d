import { createSignal, Show } from "solid-js"
import { type Remedy, remedyOf } from "../../Remedies.ts"
import type { Uploads } from "./Uploads.ts"

/** What can be done about a file that was not read: a sentence, and a way to do it where there is one. */
export const Mend = (props: { readonly id: string; readonly remedy: Remedy; readonly uploads: Uploads }) => {
  const [text, setText] = createSignal(props.remedy.action === "setOption" ? (props.remedy.example ?? "") : "")
  const option = () => (props.remedy.action === "setOption" ? props.remedy.option : undefined)
  const asRelations = () =>
    props.remedy.action === "importRelations" ? props.uploads.again(props.id, { kind: "relations" }) : undefined
  const withOption = () => {
    const name = option()
    return name === undefined || ["columns", "resources", "allowOutside"].includes(name)
      ? undefined
      : props.uploads.again(props.id, { options: { [name]: text() } })
  }
  return (
    <>
      <p>{remedyOf(props.remedy)}</p>
      <Show when={asRelations()}>
        {(again) => (
          <div class="row">
            <button class="button" type="button" onClick={() => again()()}>
              Import it as relations
            </button>
          </div>
        )}
      </Show>
      <Show when={withOption()}>
        {(again) => (
          <form
            class="row"
            onSubmit={(event) => {
              event.preventDefault()
              again()()
            }}
          >
            <label class="row">
              <span>{option()}</span>
              <input class="input" value={text()} required onInput={(event) => setText(event.currentTarget.value)} />
            </label>
            <button class="button" type="submit">
              Try again
            </button>
          </form>
        )}
      </Show>
    </>
  )
}
