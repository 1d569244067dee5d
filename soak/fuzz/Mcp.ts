import { createInterface } from "node:readline"
import type { Random } from "../Random.ts"
import { start } from "../Server.ts"
import type { Target } from "./Target.ts"
import { junk, type Shape, valueOf } from "./Values.ts"

/** How long an answer may take, in milliseconds. */
const patience = 60_000

type Input = Shape & { readonly $defs?: Readonly<Record<string, Shape>> }

const resolve = (schema: Input | undefined) => (ref: string) => schema?.$defs?.[ref.split("/").at(-1) ?? ""]

interface Answer {
  readonly id?: unknown
  readonly result?: {
    readonly isError?: boolean
    readonly tools?: ReadonlyArray<{ readonly name: string; readonly inputSchema: Input }>
  }
  readonly error?: unknown
}

/** Lines that are no message, each of which has to be answered, or ignored, without an end. */
const garbage = [
  "{",
  "[]",
  "null",
  "[1]",
  '{"jsonrpc":"1.0","id":1,"method":"x"}',
  '{"jsonrpc":"2.0","method":"tools/call"}',
  '{"id":{}}',
  "\u0000",
  "x".repeat(100_000)
]

/** Calls of every tool of `crosswalk mcp`, nearly as its schema says, other methods, and lines that are no message. */
export const mcp = async (folder: string): Promise<Target> => {
  const server = start(folder, ["mcp", "--allow-writes", "--by", "Ann"])
  const waiting = new Map<unknown, (answer: Answer) => void>()
  const wrong: Array<string> = []
  if (server.child.stdout !== null) {
    createInterface({ input: server.child.stdout }).on("line", (line) => {
      try {
        const answers: unknown = JSON.parse(line)
        for (const answer of Array.isArray(answers) ? answers : [answers]) {
          const { id } = answer as Answer
          waiting.get(id)?.(answer as Answer)
          waiting.delete(id)
        }
      } catch {
        wrong.push(`a line is no JSON: ${line.slice(0, 200)}`)
      }
    })
  }
  const counts = { tools: 0, done: 0, refused: 0 }
  let last = 0
  const send = (text: string) => void server.child.stdin?.write(`${text}\n`)
  const ask = (method: string, params: unknown): Promise<Answer | undefined> => {
    const id = `ask-${++last}`
    return new Promise((done) => {
      const timer = setTimeout(() => done(undefined), patience)
      waiting.set(id, (answer) => {
        clearTimeout(timer)
        done(answer)
      })
      send(JSON.stringify({ jsonrpc: "2.0", id, method, params }))
    })
  }
  await ask("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "soak", version: "1" }
  })
  send(JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }))
  const tools = (await ask("tools/list", {}))?.result?.tools ?? []
  counts.tools = tools.length
  if (tools.length === 0) throw new Error(`mcp offers no tool: ${server.printed().slice(0, 400)}`)

  const callOf = (random: Random, number: number): readonly [method: string, params: unknown] => {
    if (random.below(12) === 0) return [random.pick(["tools/call", "ping", "resources/read", "x"]), junk(random)]
    const tool = tools[number % tools.length]
    return [
      "tools/call",
      { name: tool?.name, arguments: valueOf(tool?.inputSchema, random, resolve(tool?.inputSchema)) }
    ]
  }
  return {
    name: "calls of agents",
    trials: tools.length * 60,
    trial: async (random, number) => {
      if (random.below(20) === 0) send(random.pick(garbage))
      const [method, params] = callOf(random, number)
      const text = JSON.stringify(params)
      const answer = await ask(method, params)
      const told = `${method} ${text.slice(0, 800)}`
      if (answer === undefined) return `${told}: no answer; ${server.printed().slice(-200)}`
      counts[answer.error === undefined && answer.result?.isError !== true ? "done" : "refused"]++
      const shown = JSON.stringify(answer)
      return /\bat .*\.(js|ts):\d+:\d+|should not happen|panicked/u.test(shown)
        ? `${told}: ${shown.slice(0, 600)}`
        : undefined
    },
    counts: () => counts,
    end: async () => {
      const code = await server.end()
      return [...wrong, ...(code === 0 ? [] : [`mcp ended with ${code}: ${server.printed().slice(-400)}`])]
    }
  }
}
