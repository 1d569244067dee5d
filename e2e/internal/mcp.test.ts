/** `crosswalk mcp` as a host runs it: the built command and its pipes. */
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { cp, open, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { bin, words } from "../../test/support/command.ts"
import { example, filled as fill, modelFolder, test } from "./support/crosswalk.ts"

// A test names what it expects of a message.
// oxlint-disable-next-line typescript/no-explicit-any
type Message = any

/** Starts the server as a host does: what it says is kept, each message by its id. */
const host = (folder: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(process.execPath, [bin, "--db", join(folder, "x.db"), ...args], {
    cwd: folder,
    env: { ...process.env, CROSSWALK_OFFLINE: "1", ...env }
  })
  const messages: Array<Message> = []
  const waiting = new Set<() => void>()
  let stdout = ""
  let stderr = ""
  let rest = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
    const lines = (rest + text).split("\n")
    rest = lines.pop() ?? ""
    // Whatever is no message fails the test that reads it.
    messages.push(...lines.map((line) => JSON.parse(line)))
    for (const look of waiting) look()
  })
  child.stdin.on("error", () => {})
  const ended = once(child, "close").then(([code]) => {
    for (const look of waiting) look()
    return code as number | null
  })

  /** The first message that is so. */
  const found = (is: (message: Message) => boolean) =>
    new Promise<Message>((resolve, reject) => {
      const look = () => {
        const message = messages.find(is)
        if (message === undefined && child.exitCode === null && child.signalCode === null) return
        waiting.delete(look)
        if (message === undefined) reject(new Error(`it ended first: ${stderr}`))
        else resolve(message)
      }
      waiting.add(look)
      look()
    })

  const send = (message: unknown) =>
    child.stdin.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`)
  let last = 0
  const ask = (method: string, params?: unknown) => {
    last += 1
    const id = last
    send({ jsonrpc: "2.0", id, method, params })
    return found((message) => message.id === id)
  }
  const begin = async () => {
    const clientInfo = { name: "host", version: "1" }
    const begun = await ask("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo })
    send({ jsonrpc: "2.0", method: "notifications/initialized" })
    return begun
  }
  const call = async (name: string, args: unknown = {}) => (await ask("tools/call", { name, arguments: args })).result
  return {
    child,
    messages,
    begin,
    send,
    ask,
    call,
    found,
    /** Ends the input; gives the exit code. */
    end: () => {
      child.stdin.end()
      return ended
    },
    ended,
    out: () => ({ stdout, stderr, rest })
  }
}

const filled = test.extend<{ db: string }>({
  db: async ({ folder }, use) => {
    const file = join(folder, "x.db")
    await fill(
      file,
      [example("security-requirements.json"), "--catalog", "requirements@1"],
      [example("company-requirements.csv"), "--catalog", "company@1"]
    )
    await use(file)
  }
})

const nonsense: ReadonlyArray<string> = [
  "not json",
  "{",
  "[]",
  "[1,2]",
  "null",
  "42",
  '"text"',
  "{}",
  '{"jsonrpc":"2.0"}',
  '{"jsonrpc":"1.0","id":1,"method":"ping"}',
  '{"jsonrpc":"2.0","id":{},"method":"ping"}',
  '{"jsonrpc":"2.0","id":null,"method":"ping"}',
  '{"jsonrpc":"2.0","id":7,"method":5}',
  '{"jsonrpc":"2.0","id":"p","method":"ping","params":[1]}',
  '{"jsonrpc":"2.0","id":"h","method":"tools/list","headers":5,"spanId":{}}',
  '{"jsonrpc":"2.0","id":"q","method":"tools/call","params":{"name":5}}',
  '{"jsonrpc":"2.0","id":"r","method":"tools/call","params":{"name":"search","arguments":[]}}',
  '{"jsonrpc":"2.0","id":"s","method":"__proto__"}',
  '{"jsonrpc":"2.0","id":9,"result":{}}',
  '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"nothing"}}',
  `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`,
  `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"${"x".repeat(17 * 1024 * 1024)}"}}`,
  "\u0000\u0001",
  "\ufeff{}"
]

describe("crosswalk mcp", () => {
  filled(
    "says the protocol on stdout and nothing else, and ends with 0 when its input has ended",
    async ({ db, folder }) => {
      expect(db).toContain(folder)
      const { ask, begin, call, end, out } = host(folder, [...words, "mcp"])
      const begun = await begin()
      expect(begun.result.instructions).toContain("company@1 (41), requirements@1 (61)")
      expect(begun.result.capabilities).toMatchObject({ tools: {}, resources: {}, prompts: {}, completions: {} })
      expect((await call("search", { query: "hashed passwords" })).structuredContent.results).toHaveLength(10)
      expect((await call("search", {})).isError).toBe(true)
      expect((await ask("no/such/method")).error.code).toBe(-32601)
      // What is asked just before the end is answered still.
      const last = call("list_catalogs")
      expect(await end()).toBe(0)
      expect((await last).structuredContent.catalogs).toHaveLength(2)
      for (const line of out().stdout.trimEnd().split("\n")) expect(JSON.parse(line).jsonrpc).toBe("2.0")
      expect(out().rest).toBe("")
      expect(out().stdout).not.toContain("\u001b")
    }
  )

  filled("answers on after whatever is no message", async ({ db, folder }) => {
    expect(db).toContain(folder)
    const { begin, call, end, messages, out, send } = host(folder, [...words, "mcp"])
    await begin()
    for (const line of nonsense) send(line)
    expect((await call("list_catalogs")).structuredContent.catalogs).toHaveLength(2)
    expect(await end()).toBe(0)
    const refused = messages.filter(({ error, id }) => id === null && error !== undefined)
    expect(refused.length).toBeGreaterThanOrEqual(12)
    expect(refused.map(({ error }) => error.message).join("\n")).toContain("at most 16777216 bytes")
    expect(JSON.stringify(messages)).not.toMatch(/at file:|node_modules|\.ts:/u)
    expect(out().stdout).not.toContain("xxxxxxxx")
  })

  filled("changes nothing unless it may, whatever is called", async ({ crosswalk, db, folder }) => {
    await crosswalk([
      ...words,
      "--db",
      db,
      "import",
      example("company-requirements.csv"),
      "--catalog",
      "bare@1",
      "--no-embed"
    ])
    const hash = () => createHash("sha256").update(readFileSync(db)).digest("hex")
    const before = hash()
    const { ask, begin, call, end } = host(folder, [...words, "mcp"])
    await begin()
    const { tools } = (await ask("tools/list")).result
    expect(tools.map(({ name }: Message) => name)).not.toContain("import")
    expect((await ask("tools/call", { name: "import", arguments: {} })).error.message).toContain("not found")
    expect((await call("suggest", { from: "company@1", to: "requirements@1" })).isError).toBeFalsy()
    // What has no embedding gets none, and the answer says what to do.
    const { error } = (await call("suggest", { from: "bare@1", to: "requirements@1" })).structuredContent
    expect(error.hint).toContain("keyword")
    expect((await call("suggest", { from: "bare@1", to: "requirements@1", method: "keyword" })).isError).toBeFalsy()
    expect(await end()).toBe(0)
    expect(hash()).toBe(before)
  })

  filled("loads no model before one is needed", async ({ db, folder }) => {
    expect(db).toContain(folder)
    // Its weights are damaged, which is found when they are loaded.
    const model = join(folder, "model")
    await cp(modelFolder, model, { recursive: true })
    const weights = await open(join(model, "onnx", "model_quantized.onnx"), "r+")
    await weights.write(Buffer.alloc(64, 1), 0, 64, 1_000_000)
    await weights.close()
    const { begin, call, end } = host(folder, ["--model", "./model", "mcp"])
    await begin()
    const [first] = (await call("search", { query: "SESS-5", mode: "keyword" })).structuredContent.results
    expect(first.identifier).toBe("SESS-5")
    const { error } = (await call("search", { query: "cookies", mode: "semantic" })).structuredContent
    expect(error.type).toBe("ModelLoadError")
    expect(await end()).toBe(0)
  })

  filled("stops what is cancelled, and keeps what was done of it", async ({ db, folder }) => {
    expect(db).toContain(folder)
    const rows = 30_000
    const file = join(folder, "many.csv")
    await writeFile(file, `id,title\n${Array.from({ length: rows }, (_, i) => `R-${i},Requirement ${i}`).join("\n")}\n`)
    const { ask, begin, call, end, found, messages, send } = host(folder, [
      ...words,
      "mcp",
      "--allow-writes",
      "--by",
      "Ann"
    ])
    await begin()
    const params = {
      name: "import",
      arguments: { path: file, catalog: "many@1", dryRun: false },
      _meta: { progressToken: "p" }
    }
    send({ jsonrpc: "2.0", id: "long", method: "tools/call", params })
    const { progress } = (await found(({ method }) => method === "notifications/progress")).params
    expect(progress).toBeGreaterThan(0)
    send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: "long" } })
    expect((await ask("ping")).result).toEqual({})
    const many = async () =>
      (await call("list_catalogs")).structuredContent.catalogs.find(({ id }: Message) => id === "many@1")
    const stopped = await many()
    expect(stopped.references).toBeLessThan(rows)
    expect(await many()).toEqual(stopped)
    expect(await end()).toBe(0)
    expect(messages.some(({ id }) => id === "long")).toBe(false)
  })

  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const) {
    filled.skipIf(process.platform === "win32")(`ends with ${code} at ${signal}`, async ({ db, folder }) => {
      expect(db).toContain(folder)
      const { begin, child, ended } = host(folder, [...words, "mcp"])
      await begin()
      child.kill(signal)
      expect(await ended).toBe(code)
    })
  }

  filled("ends when nobody reads what it says, and when somebody only listens", async ({ db, folder }) => {
    expect(db).toContain(folder)
    const unread = host(folder, [...words, "mcp"])
    await unread.begin()
    unread.child.stdout.destroy()
    for (let id = 0; id < 5; id++) unread.send({ jsonrpc: "2.0", id: `x${id}`, method: "ping" })
    expect(await unread.ended).toBe(0)

    const listening = host(folder, [...words, "mcp"])
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {}
    }
    const discovered = await listening.ask("server/discover", { _meta })
    expect(discovered.result.supportedVersions).toContain("2026-07-28")
    listening.send({
      jsonrpc: "2.0",
      id: "s",
      method: "subscriptions/listen",
      params: { notifications: { toolsListChanged: true }, _meta }
    })
    await listening.found(({ method }) => method === "notifications/subscriptions/acknowledged")
    expect(await listening.end()).toBe(0)
  })

  test("says on stderr why it cannot begin", async ({ crosswalk, folder }) => {
    const ran = await crosswalk([...words, "--db", join(folder, "none.db"), "mcp"])
    expect(ran.code).toBe(3)
    expect(ran.stdout).toBe("")
    expect(ran.stderr).toContain("none.db")
  })
})
