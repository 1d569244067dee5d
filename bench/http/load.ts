/**
 * Asks a server as several clients at once do, each on a connection of its own, one query after the other:
 * `node load.ts URL KIND CLIENTS SECONDS` prints what was measured as JSON. A process of its own, so that asking takes nothing
 * from the server's.
 */
import { Agent, get } from "node:http"
import { texter } from "../vectors/data.ts"

const [url = "", kind = "hybrid", clients = "16", seconds = "10"] = process.argv.slice(2)
const text = texter(5)
const times: Array<number> = []
const failures = new Map<number, number>()
let running = true

const ask = (agent: Agent, q: string) =>
  new Promise<number>((resolve) => {
    get(`${url}?q=${encodeURIComponent(q)}&mode=${kind}&limit=10`, { agent }, (response) => {
      response.resume()
      response.on("end", () => resolve(response.statusCode ?? 0))
    }).on("error", () => resolve(0)) // a connection that the server ended
  })

const client = async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  while (running) {
    const started = performance.now()
    const status = await ask(agent, `how is ${text(6)}`)
    if (status === 200) times.push(performance.now() - started)
    else failures.set(status, (failures.get(status) ?? 0) + 1)
  }
  agent.destroy()
}

const started = performance.now()
setTimeout(() => {
  running = false
}, Number(seconds) * 1000)
await Promise.all(Array.from({ length: Number(clients) }, client))
const took = (performance.now() - started) / 1000
const sorted = times.toSorted((a, b) => a - b)
const percentile = (p: number) => sorted[Math.floor((sorted.length - 1) * p)] ?? 0
process.stdout.write(
  JSON.stringify({
    answered: times.length,
    perSecond: times.length / took,
    p50: percentile(0.5),
    p99: percentile(0.99),
    failures: Object.fromEntries(failures)
  })
)
