import { Effect, Stream } from "effect"
import { Flag } from "effect/cli"
import { ValidationError } from "../domain/ValidationError.ts"
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

/** Writes a report into each of the files. */
export const write = <Format>(documents: ReadonlyArray<Document<Format>>, render: (format: Format) => string) =>
  Effect.forEach(documents, ({ format, path }) => Files.write(path, Stream.make(render(format))), { discard: true })
