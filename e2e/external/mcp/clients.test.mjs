/** The installed command, asked by the client of the SDK over both transports. Needs CROSSWALK_BIN, _DB, _URL and _TOKEN. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"

const { CROSSWALK_BIN: bin, CROSSWALK_DB: db, CROSSWALK_TOKEN: token, CROSSWALK_URL: url } = process.env
const stdio = (...args) =>
  new StdioClientTransport({
    command: process.execPath,
    args: [bin, "--embedder", "deterministic", "--db", db, "mcp", ...args],
    stderr: "inherit"
  })
const http = () =>
  new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } }
  })

const connected = async (transport) => {
  const client = new Client({ name: "test", version: "1" })
  await client.connect(transport)
  return client
}

for (const [name, transport] of [
  ["stdio", stdio],
  ["HTTP", http]
]) {
  test(`over ${name} the client of the SDK finds, reads and is told what is wrong`, async () => {
    const client = await connected(transport())
    assert.match(client.getInstructions() ?? "", /requirements@1 \(61\)/)
    const { tools } = await client.listTools()
    assert.ok(tools.length >= 8)
    // The client checks every answer against the output schema.
    const found = await client.callTool({ name: "search", arguments: { query: "protected cookies" } })
    assert.equal(found.structuredContent.results.length, 10)
    assert.deepEqual(JSON.parse(found.content[0].text), found.structuredContent)
    const [{ id }] = found.structuredContent.results
    const read = await client.callTool({ name: "fetch", arguments: { id } })
    assert.equal(read.structuredContent.id, id)
    const wrong = await client.callTool({ name: "fetch", arguments: { id: "nothing", more: 1 } })
    assert.equal(wrong.isError, true)
    assert.equal(wrong.structuredContent.error.field, "more")

    const { resources } = await client.listResources()
    assert.deepEqual(resources.map(({ uri }) => uri)[0], "crosswalk://catalogs")
    const { contents } = await client.readResource({ uri: read.structuredContent.url })
    assert.equal(JSON.parse(contents[0].text).id, id)
    const { prompts } = await client.listPrompts()
    assert.equal(prompts.length, 2)
    const ref = { type: "ref/prompt", name: "map_my_requirements" }
    const { completion } = await client.complete({ ref, argument: { name: "from", value: "com" } })
    assert.deepEqual(completion.values, ["company@1"])
    await client.close()
  })
}

test("progress is told, and what is cancelled ends", async () => {
  const client = await connected(stdio("--allow-writes"))
  const rows = Array.from({ length: 5000 }, (_, i) => `R-${i},Requirement ${i}`)
  const args = { content: `id,title\n${rows.join("\n")}\n`, name: "x.csv", catalog: "x@1" }
  let told = 0
  const options = { onprogress: () => (told += 1) }
  const dry = await client.callTool({ name: "import", arguments: args }, undefined, options)
  assert.equal(dry.structuredContent.created, 5000)
  assert.ok(told > 0)

  const controller = new AbortController()
  const stopped = client.callTool({ name: "import", arguments: { ...args, dryRun: false } }, undefined, {
    signal: controller.signal,
    onprogress: () => controller.abort("enough")
  })
  await assert.rejects(stopped)
  const { structuredContent } = await client.callTool({ name: "list_catalogs", arguments: {} })
  const many = structuredContent.catalogs.find(({ id }) => id === "x@1")
  assert.ok(many === undefined || many.references < 5000)
  await client.close()
})
