/** A button that asks for a file; it is read here, and `onText` gets its name and text. */
export const FileButton = (props: {
  readonly label: string
  readonly accept: string
  readonly onText: (name: string, text: string) => void
}) => {
  let input: HTMLInputElement | undefined
  const read = async () => {
    const file = input?.files?.[0]
    if (file !== undefined) props.onText(file.name, await file.text())
    if (input !== undefined) input.value = ""
  }
  return (
    <>
      <button class="button" type="button" onClick={() => input?.click()}>
        {props.label}
      </button>
      <input
        ref={(element) => (input = element)}
        type="file"
        hidden
        aria-label={props.label}
        accept={props.accept}
        onChange={() => void read()}
      />
    </>
  )
}
