import { Effect, Option } from "effect"
import { Argument, CliError, Command, Flag } from "effect/cli"
import { ValidationError } from "../domain/ValidationError.ts"
import { Role } from "../domain/Role.ts"
import { parse } from "../domain/MetadataCondition.ts"

/** A flag that may be left out, as `undefined`. */
export const optional = <A>(flag: Flag.Flag<A>): Flag.Flag<A | undefined> =>
  flag.pipe(Flag.optional, Flag.map(Option.getOrUndefined))

/** A flag that is off unless given. */
export const toggle = (name: string, description: string): Flag.Flag<boolean> =>
  Flag.Boolean(name).pipe(Flag.withoutNegation, Flag.withDescription(description), Flag.withDefault(false))

export const limit = Flag.Int("limit").pipe(
  Flag.withAlias("n"),
  Flag.withDescription("At most this many hits, 0 or more (default 10)"),
  Flag.withDefault(10)
)

/** `level>=2`: a condition on the metadata. */
const condition = (text: string) => {
  const parsed = parse(text)
  return parsed instanceof ValidationError
    ? Effect.fail(new CliError.InvalidValue({ option: "where", value: text, expected: parsed.expected, kind: "flag" }))
    : Effect.succeed(parsed)
}

/** The flags of a `Filter`, which applies before the best are chosen. */
export const filter = {
  catalog: Flag.String("catalog").pipe(Flag.withDescription("Only references of this catalog, name@version"), optional),
  entityType: Flag.String("type").pipe(Flag.withDescription("Only references of this type"), optional),
  role: Flag.Literals("role", Role.literals).pipe(Flag.withDescription("Only references of this role"), optional),
  tags: Flag.String("tag").pipe(
    Flag.withDescription("Only references with this tag; repeat it for several, which all must be there"),
    Flag.atLeast(0)
  ),
  anyTags: Flag.String("any-tag").pipe(
    Flag.withDescription("Only references with this tag; repeat it for several, of which one is enough"),
    Flag.atLeast(0)
  ),
  metadata: Flag.String("where").pipe(
    Flag.withDescription(
      "Only references whose metadata says so, such as level>=2 or owner.team=platform; may be repeated"
    ),
    Flag.withMetavar("condition"),
    Flag.atLeast(0),
    Flag.mapEffect((texts) => Effect.forEach(texts, condition))
  )
}

export const level = Flag.String("level").pipe(
  Flag.withDescription(
    "Only what a level asks for: 2 means levels 1 and 2; or a group that references list, such as IG1"
  ),
  optional
)

/** The sheet of a workbook: a number from 1 is its place, anything else its name. */
export const sheet = Flag.String("sheet").pipe(
  Flag.withDescription("The sheet of a workbook, by name or number (default: the first that holds what is wanted)"),
  optional,
  Flag.map((sheet) => (sheet !== undefined && /^[1-9]\d{0,3}$/u.test(sheet) ? Number(sheet) : sheet))
)

export const encoding = Flag.String("encoding").pipe(
  Flag.withDescription("The encoding of a text, such as windows-1252 or macintosh (default: UTF-8 or UTF-16)"),
  optional
)

export const allowPrivate = toggle(
  "allow-private",
  "Download also from addresses that are not public, such as 127.0.0.1"
)

export const uri = Argument.String("uri").pipe(Argument.withDescription("The URI of a reference"))

/** What one reference is named by. */
export const name = Argument.String("reference").pipe(
  Argument.withDescription("The URI, identifier or label of a reference")
)

/** The command itself, with the flags that every other has. */
export const root = Command.make("crosswalk").pipe(
  Command.withSharedFlags({
    db: Flag.String("db").pipe(
      Flag.withDescription(
        "The database: a path, :memory:, http(s):// or libsql:// (default: CROSSWALK_DB, crosswalk.json, then the user's data folder)"
      ),
      Flag.optional
    ),
    json: toggle("json", "Print JSON, errors too"),
    quiet: toggle("quiet", "Print nothing on stderr but errors").pipe(Flag.withAlias("q")),
    offline: toggle("offline", "Never use the network (also CROSSWALK_OFFLINE=1)"),
    model: Flag.String("model").pipe(
      Flag.withDescription("The embedding model: its name on the hub, or its folder (default: the one in the package)"),
      Flag.optional
    ),
    embedder: Flag.String("embedder").pipe(
      Flag.withDescription("transformers or deterministic"),
      Flag.withHidden,
      Flag.optional
    )
  })
)

/** Loads what a command needs when it runs, so that the others start without it. */
export const lazily = <A>(load: () => Promise<A>): Effect.Effect<A> => Effect.promise(load)
