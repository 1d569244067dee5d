import { writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { crosswalk, words } from "../../test/support/command.ts"
import { type Campaign, mayGoOn, type Scope } from "../Campaign.ts"
import * as Rows from "../Rows.ts"
import * as Server from "../Server.ts"
import * as Surface from "../Surface.ts"

/** What no output may have, in every form in which it may come. */
const secret = "pl4nted-S3cret"
const forms = [secret, "pl4nted", "S3cret", Buffer.from(secret).toString("base64").slice(0, -2)]

const shown = (text: string): string | undefined => {
  const form = forms.find((form) => text.includes(form))
  if (form === undefined) return undefined
  const at = text.indexOf(form)
  return `shows ${form}: ${JSON.stringify(text.slice(Math.max(0, at - 200), at + 100))}`
}

/** A server that answers everything with an error that repeats all that it was sent. */
const echo = () => {
  const server = createServer((request, response) => {
    request.resume()
    response.statusCode = 400
    response.end(`bad request ${request.url} ${JSON.stringify(request.headers)}`)
  })
  return new Promise<{ readonly host: string; readonly close: () => void }>((done) => {
    server.listen(0, "127.0.0.1", () =>
      done({
        host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () => {
          server.closeAllConnections()
          server.close()
        }
      })
    )
  })
}

interface Planted {
  readonly what: string
  readonly args: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
}

/** Every place where a secret can be given to a command. */
const places = (host: string): ReadonlyArray<Planted> => [
  { what: "the URL of the database", args: ["--db", `http://user:${secret}@${host}`] },
  { what: "a parameter of the URL", args: ["--db", `libsql://${host}?tls=0&authToken=${secret}`] },
  { what: "CROSSWALK_DB", args: [], env: { CROSSWALK_DB: `http://${secret}@${host}/` } },
  { what: "a token", args: ["--db", `http://${host}`], env: { CROSSWALK_DB_TOKEN: secret } },
  {
    what: "a token with a line break",
    args: ["--db", `http://${host}`],
    env: { CROSSWALK_DB_TOKEN: "pl4nted\nS3cret" }
  },
  {
    what: "the URL of the primary",
    args: ["--db", "replica.db"],
    env: { CROSSWALK_SYNC_URL: `http://user:${secret}@${host}` }
  },
  { what: "an argument", args: [`http://user:${secret}@${host}/a.csv?X-Amz-Signature=${secret}`, "--db", "x.db"] },
  { what: "the name of a model", args: ["--db", "x.db", "--model", `https://user:${secret}@${host}/model`] },
  {
    what: "the tokens of others",
    args: ["--db", "x.db"],
    env: {
      HF_TOKEN: secret,
      CROSSWALK_HTTP_TOKEN: `${secret} ${secret}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:${secret}@${host}`,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${secret}`
    }
  },
  { what: "crosswalk.json", args: [] },
  { what: "a file of tokens", args: ["--db", "x.db", "--token-file", "tokens"] }
]

const outputs = [[], ["--json"], ["--help"], ["--log-level", "trace"]] as const

/** Requests of a server that asks for a token, with another one, and that one in the wrong places. */
const ofServer = async (folder: string) => {
  const wrong: Array<string> = []
  let answers = 0
  writeFileSync(join(folder, "tokens"), `ci write ${secret}-of-the-server\n`)
  const server = await Server.serve(folder, ["--token-file", "tokens"], { CROSSWALK_LOG_LEVEL: "trace" })
  const look = (what: string, text: string) => {
    answers++
    const problem = shown(text)
    if (problem !== undefined) wrong.push(`${what} ${problem}`)
  }
  try {
    const { paths } = JSON.parse(await (await fetch(`${server.url}/openapi.json`)).text()) as { paths: object }
    const right = { authorization: `Bearer ${secret}-of-the-server` }
    for (const path of ["/nowhere", ...Object.keys(paths)]) {
      for (const [what, url, headers] of [
        ["another token", path, { authorization: `Bearer ${secret}` }],
        ["no bearer", path, { authorization: `Basic ${secret}` }],
        ["a token in the URL", `${path}?token=${secret}&access_token=${secret}`, {}],
        ["the right token", path, right],
        ["the right token and another query", `${path}?token=${secret}`, right],
        ["another host", path, { ...right, host: "elsewhere.example" }]
      ] as const) {
        for (const method of ["GET", "POST"]) {
          const answer = await fetch(`${server.url}${url.replaceAll(/\{[^}]+\}/gu, "x")}`, {
            method,
            headers: { "content-type": "application/json", ...headers },
            ...(method === "POST" && { body: "{" })
          })
          const isEndless = answer.headers.get("content-type")?.startsWith("text/event-stream") === true
          if (isEndless) await answer.body?.cancel()
          look(`${method} ${path} with ${what}`, isEndless ? "" : await answer.text())
          look(`headers of ${method} ${path} with ${what}`, JSON.stringify([...answer.headers]))
        }
      }
    }
  } finally {
    await server.end("SIGTERM")
  }
  look("what serve printed", server.printed())
  return { wrong, answers }
}

const run = async (scope: Scope) => {
  const { folder } = scope
  writeFileSync(join(folder, "rows.csv"), Rows.csv(20))
  const ready = await crosswalk(folder, ["import", "rows.csv", "--catalog", "a@1", "--db", "x.db", ...words])
  if (ready.code !== 0) throw new Error(ready.stderr)
  const { close, host } = await echo()
  const wrong: Array<string> = []
  const counts = { runs: 0, answers: 0 }
  try {
    const commands = await Surface.commands(Surface.ofProgram(folder))
    const all = places(host)
    const lines = commands.flatMap(({ path }) =>
      all.flatMap((place) => outputs.map((output) => ({ path, place, output })))
    )
    // Where there are few trials, they are of different commands, places and outputs.
    const chosen = (number: number) => lines[(number * 97) % lines.length]
    for (; mayGoOn(scope, counts.runs, lines.length); counts.runs++) {
      const line = chosen(counts.runs)
      if (line === undefined) break
      const { output, path, place } = line
      const settings = { db: `http://user:${secret}@${host}`, authToken: secret, token: { value: secret } }
      writeFileSync(join(folder, "crosswalk.json"), place.what === "crosswalk.json" ? JSON.stringify(settings) : "{}")
      writeFileSync(join(folder, "tokens"), `ci write\nci ${secret}\n${secret} read ${secret}\n`)
      const isServer = path[0] === "serve"
      const args = [
        ...path,
        ...place.args,
        ...output,
        ...(isServer ? ["--port", "0"] : []),
        ...(place.args.includes("--model") ? [] : words)
      ]
      const ran = await crosswalk(folder, args, {
        env: { CROSSWALK_OFFLINE: "0", HF_ENDPOINT: `http://user:${secret}@${host}`, ...place.env },
        onStart: (child) => {
          if (isServer) child.stdout?.once("data", () => child.kill("SIGTERM"))
        }
      })
      // An answer may repeat the query.
      const isAnswer = place.what === "an argument" && ran.code === 0
      const problem = shown(isAnswer ? ran.stderr : ran.stdout + ran.stderr)
      if (problem !== undefined) wrong.push(`${args.join(" ")}, ${place.what}: ${problem}`)
    }
    writeFileSync(join(folder, "crosswalk.json"), "{}")
    const ofHttp = await ofServer(folder)
    wrong.push(...ofHttp.wrong)
    counts.answers = ofHttp.answers
    return {
      figures: { commands: commands.length, "places of a secret": all.length, ...counts },
      wrong
    }
  } finally {
    close()
  }
}

export const secrets: Campaign = {
  name: "secrets",
  about:
    "plants a secret wherever one can be given, runs every command, and looks for it in all that is printed and answered",
  run
}
