/** The commands that embed something, and the words with which they do not, or not with the model of the package. */
const commands: ReadonlySet<string> = new Set(["search", "import", "embed", "demo", "suggest", "diff"])
const otherwise =
  /^(?:keyword|-h|--(?:mode|m)=keyword|-m=keyword|--(?:help|version|wizard|completions|no-embed|embedder|model)(?:=.*)?)$/u

/**
 * Whether a command line is likely to need the model of the package, told without parsing it. A wrong guess costs time and
 * changes nothing.
 */
export const wantsModel = (args: ReadonlyArray<string>): boolean =>
  args.some((arg) => commands.has(arg)) && !args.some((arg) => otherwise.test(arg))
