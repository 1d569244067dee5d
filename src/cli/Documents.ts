import { Effect, Stream } from "effect"
import { Flag } from "effect/cli"
import { ValidationError } from "../domain/ValidationError.ts"
import { endingOf } from "../report/Ending.ts"
import * as Files from "./Files.ts"

/** A file to write, and the format that its ending tells. */
export interface Document<Format> {
  readonly path: string
  readonly format: Format
}

/** The files to write beside what is printed. */
export const outputs = (description: string) =>
  Flag.String("output").pipe(
    Flag.withAlias("o"),
    Flag.withDescription(description),
    Flag.withMetavar("file"),
    Flag.atLeast(0)
  )

/** The files with the formats that their endings tell, each of `endings`. */
export const named = <Format>(
  paths: ReadonlyArray<string>,
  formatOf: (path: string) => Format | undefined,
  endings: Readonly<Record<string, Format>>
): Effect.Effect<ReadonlyArray<Document<Format>>, ValidationError> =>
  Effect.forEach(paths, (path) => {
    const format = formatOf(path)
    return format === undefined
      ? Effect.fail(
          new ValidationError({
            field: "--output",
            value: path,
            constraint: "does not tell the format",
            expected: `a name that ends in ${Object.keys(endings)
              .map((ending) => `.${ending}`)
              .join(", ")}`
          })
        )
      : Effect.succeed({ path, format })
  })

/** Endings that leave open what a file holds. */
const open: ReadonlySet<string> = new Set(["", "txt", "text"])

/**
 * Fails where the ending of a file says that it holds something else than what is written into it. What ends in `.txt`, or
 * has no ending, may hold anything.
 */
export const requireEnding = (
  flag: string,
  path: string | undefined,
  format: string,
  endings: ReadonlyArray<string>
): Effect.Effect<void, ValidationError> => {
  const ending = endingOf(path ?? "")
  return open.has(ending) || endings.includes(ending)
    ? Effect.void
    : Effect.fail(
        new ValidationError({
          field: flag,
          value: path,
          constraint: `ends in .${ending}, and ${format} is written`,
          expected: `a name that ends in ${endings.map((one) => `.${one}`).join(" or ")}, in .txt or in nothing`
        })
      )
}

/** Writes a report into each of the files. */
export const write = <Format>(documents: ReadonlyArray<Document<Format>>, render: (format: Format) => string) =>
  Effect.forEach(documents, ({ format, path }) => Files.write(path, Stream.make(render(format))), { discard: true })
