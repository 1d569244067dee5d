import { Show } from "solid-js"
import { webAddress } from "../Links.ts"

/** A text, as a link where it is an address of the web. What else it may be, such as a script, stays text. */
export const WebLink = (props: { readonly text: string }) => (
  <Show when={webAddress(props.text)} fallback={props.text}>
    {(address) => (
      <a href={address()} rel="external noopener noreferrer" target="_blank">
        {props.text}
        <span class="unseen"> (another site)</span>
      </a>
    )}
  </Show>
)
