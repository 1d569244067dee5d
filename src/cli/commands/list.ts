import { Effect, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { filter, optional } from "../Flags.ts"
import { Output } from "../Output.ts"
import { referenceJson } from "../Render.ts"
import { joinLines, oneLine, Safe, safe, toJson } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

export const list = Command.make(
  "list",
  {
    limit: Flag.Int("limit").pipe(
      Flag.withAlias("n"),
      Flag.filter(
        (limit) => limit >= 0,
        (limit) => `Expected a whole number from 0 up, got ${limit}`
      ),
      Flag.withDescription("At most this many (default: all)"),
      optional
    ),
    filter
  },
  Effect.fn(function* ({ limit, filter }) {
    const output = yield* Output
    const all = Stream.unwrap(Effect.map(ReferenceRepository, (references) => references.findAll(filter)))
    const some = (limit === undefined ? all : Stream.take(all, limit)).pipe(Stream.grouped(500))
    if (!output.json) {
      yield* Stream.runForEach(some, (page) =>
        output.line(joinLines(page.map(({ title, uri }) => safe`${output.bold(uri)}  ${oneLine(title, output.width)}`)))
      ).pipe(Effect.provide(Session.references("readonly")))
      return
    }
    let isFirst = true
    yield* Stream.runForEach(some, (page) => {
      const text = page.map((reference) => toJson(referenceJson(reference))).join(",\n")
      const start = isFirst ? '{"references":[\n' : ","
      isFirst = false
      return output.line(Safe.of(start + text))
    }).pipe(Effect.provide(Session.references("readonly")))
    yield* output.line(Safe.of(isFirst ? '{"references":[]}' : "]}"))
  })
).pipe(
  Command.withAlias("ls"),
  Command.withDescription("List references in the natural order of their URIs"),
  Command.withExamples([
    { command: "crosswalk list --catalog asvs@5.0.0 --tag level-1", description: "Part of a catalogue" }
  ])
)
