import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpServer, type HttpServerError } from "effect/http"
import manifest from "../../../package.json" with { type: "json" }
import { ValidationError } from "../../domain/ValidationError.ts"
import { Backup } from "../../catalog/Backup.ts"
import * as Connections from "../../http/access/Connections.ts"
import * as Policy from "../../http/access/Policy.ts"
import * as Routes from "../../http/Routes.ts"
import * as TokenList from "../../http/access/TokenList.ts"
import { Tokens } from "../../http/access/Tokens.ts"
import * as Web from "../../http/Web.ts"
import * as NamedPipe from "../../importer/source/NamedPipe.ts"
import * as McpServer from "../../mcp/Server.ts"
import { safe } from "../../report/Safe.ts"
import * as Store from "../../Store.ts"
import { KeywordMemory } from "../../storage/legs/KeywordMemory.ts"
import * as Usearch from "../../vectors/Usearch.ts"
import { optional, toggle } from "../Flags.ts"
import { Output } from "../Output.ts"
import * as Session from "../Session.ts"
import { variable } from "../Settings.ts"

/** The tokens that are asked for: those of a file, else the one in the environment, else none. */
const tokensOf = Effect.fnUntraced(function* (file: string | undefined) {
  if (file === undefined) {
    const token = yield* variable("CROSSWALK_HTTP_TOKEN")
    if (token === undefined) return []
    return yield* TokenList.parse(`environment write ${token}`, "CROSSWALK_HTTP_TOKEN")
  }
  const text = yield* NamedPipe.readText(file).pipe(
    Effect.mapError(
      ({ reason }) =>
        new ValidationError({
          field: "--token-file",
          value: file,
          constraint: `cannot be read (${reason._tag})`,
          expected: "a file with a line for each token, such as 'ci read 9f86d081884c7d65'"
        })
    )
  )
  return yield* TokenList.parse(text, file)
})

/** Why the address cannot be listened on. */
const notListening =
  (host: string, port: number) =>
  ({ cause }: HttpServerError.ServeError) => {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined
    switch (code) {
      case "EADDRINUSE":
        return new ValidationError({
          field: "--port",
          value: port,
          constraint: "is taken by another process",
          expected: "a free port; 0 takes one"
        })
      case "EACCES":
        return new ValidationError({
          field: "--port",
          value: port,
          constraint: "is kept for the system",
          expected: "a port from 1024 up"
        })
      default:
        return new ValidationError({
          field: "--host",
          value: host,
          constraint: `cannot be listened on (${String(code ?? cause)})`,
          expected: "an address of this machine, such as 127.0.0.1"
        })
    }
  }

export const serve = Command.make(
  "serve",
  {
    host: Flag.String("host").pipe(
      Flag.withDescription("The address to listen on; any but this machine's own needs a token"),
      Flag.withDefault("127.0.0.1")
    ),
    port: Flag.Int("port").pipe(
      Flag.withDescription("The port to listen on; 0 takes a free one"),
      Flag.filter(
        (port) => port >= 0 && port <= 65_535,
        (port) => `Expected a port from 0 to 65535, got ${port}`
      ),
      Flag.withDefault(7430)
    ),
    tokenFile: Flag.String("token-file").pipe(
      Flag.withDescription("Ask for one of the tokens in this file: a line for each, NAME, read or write, TOKEN"),
      optional
    ),
    create: toggle("create", "Make the database where there is none, to begin with an import over HTTP or in the page"),
    insecure: toggle("insecure", "Listen on other addresses without a token"),
    allowedHosts: Flag.String("allowed-host").pipe(
      Flag.withDescription("A name under which the server is asked, such as crosswalk.example.org; may be repeated"),
      Flag.atLeast(0)
    )
  },
  Effect.fn(function* ({ allowedHosts, create, host, insecure, port, tokenFile }) {
    const output = yield* Output
    const tokens = yield* tokensOf(tokenFile)
    if (!Policy.isLoopback(host) && tokens.length === 0 && !insecure) {
      return yield* new ValidationError({
        field: "--host",
        value: host,
        constraint: "can be reached from other machines, and no token is asked for",
        expected: "--token-file, or CROSSWALK_HTTP_TOKEN in the environment; --insecure serves everybody"
      })
    }
    const store = Layer.merge(Store.layer, Backup.layerLibsql).pipe(
      Layer.provide(KeywordMemory.layer),
      Layer.provideMerge(Usearch.layerLibsql()),
      Layer.provideMerge(
        Layer.merge(
          Session.database(create ? "create" : "existing", { create, longReads: "thread" }),
          Session.embedder(true)
        )
      )
    )
    const announce = Effect.flatMap(HttpServer.HttpServer, ({ address }) =>
      output.answer({ url: HttpServer.formatAddress(address) }, () => [
        safe`Listening on ${HttpServer.formatAddress(address)}; Ctrl-C ends it.`
      ])
    ).pipe(Effect.andThen(Web.isBuilt() ? Effect.void : output.note(safe`${Web.notBuilt}`)))
    const server = Routes.serveWith(McpServer.layerHttp({ version: manifest.version }), { hosts: allowedHosts }).pipe(
      Layer.tap(() => announce),
      Layer.provide(Tokens.layer(tokens)),
      Layer.provide(store),
      Layer.provide(
        NodeHttpServer.layer(() => Connections.server(), { host, port, gracefulShutdownTimeout: "10 seconds" })
      )
    )
    return yield* Layer.launch(server).pipe(
      Effect.catchTag("ServeError", (error) => Effect.fail(notListening(host, port)(error)))
    )
  })
).pipe(
  Command.withDescription("Answer over HTTP: a page to search, read and review with, and the same services as an API"),
  Command.withExamples([
    { command: "crosswalk serve", description: "For this machine only, on http://127.0.0.1:7430" },
    {
      command: "crosswalk serve --host 0.0.0.0 --token-file tokens --allowed-host crosswalk.example.org",
      description: "For others, who need a token"
    }
  ])
)
