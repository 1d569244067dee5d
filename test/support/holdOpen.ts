/** Opens a database and does nothing with it until stdin closes, or for five minutes: `node holdOpen.ts PATH`. */
import { createClient } from "@libsql/client"

const client = createClient({ url: `file:${process.argv[2]}` })
await client.execute("SELECT count(*) FROM crosswalk_reference")
process.stdin.on("end", () => process.exit()).resume()
setTimeout(() => process.exit(), 300_000).unref()
process.stdout.write("open\n")
