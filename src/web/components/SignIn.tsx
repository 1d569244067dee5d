import { createSignal, onMount, Show } from "solid-js"
import * as Token from "../api/Token.ts"
import { Title } from "./Title.tsx"
import "./SignIn.css"

/** Asks for a token where the server does; it stays in this tab. */
export const SignIn = () => {
  const [text, setText] = createSignal("")
  let box: HTMLInputElement | undefined
  onMount(() => box?.focus())
  const enter = (event: SubmitEvent) => {
    event.preventDefault()
    if (text().trim() !== "") Token.enter(text().trim())
  }
  return (
    <form class="sign-in stack" onSubmit={enter}>
      <Title text="Sign in" />
      <div>
        <h1>Sign in</h1>
        <p class="lead">This server asks for a token. Whoever runs it gives you one.</p>
      </div>
      <Show when={Token.current() !== undefined}>
        <p class="note bad" role="alert">
          The server does not know the token that was entered. Enter another.
        </p>
      </Show>
      <label class="stack tight">
        <span class="small soft">Token</span>
        <input
          ref={(element) => (box = element)}
          class="input"
          type="password"
          autocomplete="off"
          required
          value={text()}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <p class="faint small">It stays in this tab until you close it, and is sent to this server only.</p>
      <div>
        <button class="button primary" type="submit">
          Sign in
        </button>
      </div>
    </form>
  )
}
