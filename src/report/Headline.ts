/** What tells a requirement from others of its title: title and text, or the text alone where that begins with the title. */
export const headlineOf = ({
  text = "",
  title
}: {
  readonly title: string
  readonly text?: string | undefined
}): string => {
  const rest = text.trim()
  if (rest === "" || rest === title) return title
  return rest.startsWith(title.replace(/…$/u, "").trimEnd()) ? rest : `${title}: ${rest}`
}

/** The same of a stored reference. */
export const headlineOfReference = ({
  description,
  title
}: {
  readonly title: string
  readonly description?: string | undefined
}): string => headlineOf({ title, text: description })
