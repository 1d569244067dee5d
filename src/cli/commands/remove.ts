import { Effect } from "effect"
import { Command } from "effect/cli"
import { ReferenceRepository } from "../../storage/ReferenceRepository.ts"
import { toggle, uri } from "../Flags.ts"
import { Output } from "../Output.ts"
import { safe } from "../../report/Safe.ts"
import * as Session from "../Session.ts"

export const remove = Command.make(
  "remove",
  { uri, force: toggle("force", "Remove it also with relations that a person decided on") },
  Effect.fn(function* ({ uri, force }) {
    const output = yield* Output
    yield* ReferenceRepository.use((references) => references.remove(uri, { force })).pipe(
      Effect.provide(Session.references("existing"))
    )
    yield* output.answer({ uri, removed: true }, () => [safe`Removed ${uri}`])
  })
).pipe(Command.withAlias("rm"), Command.withDescription("Remove a reference with its embedding and relations"))
