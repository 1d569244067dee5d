import { Dialog as Headless } from "@kobalte/core/dialog"
import { createRenderEffect, type JSX, onCleanup } from "solid-js"
import "./Dialog.css"

/** Something over the view, which goes with Escape and gives the focus back. */
export const Dialog = (props: {
  readonly title: string
  readonly open: boolean
  readonly onClose: () => void
  readonly children: JSX.Element
}) => {
  // What is behind it is hidden from readers of the screen; nothing in there may have the focus either.
  createRenderEffect(() => {
    const page = document.querySelector<HTMLElement>("#app")
    if (!props.open || page === null) return
    page.inert = true
    onCleanup(() => {
      page.inert = false
    })
  })
  return (
    <Headless open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Headless.Portal>
        <Headless.Overlay class="dialog-shade" />
        <div class="dialog-place">
          <Headless.Content class="dialog panel">
            <div class="panel-head">
              <Headless.Title class="dialog-title">{props.title}</Headless.Title>
              <Headless.CloseButton class="button quiet" aria-label="Close">
                Close
              </Headless.CloseButton>
            </div>
            <div class="panel-body stack">{props.children}</div>
          </Headless.Content>
        </div>
      </Headless.Portal>
    </Headless>
  )
}
