/**
 * A process that writes until its stdin closes, or for five minutes: `node movingWriter.ts URL PAUSE`, with a pause in
 * milliseconds between two writes. Each transaction moves a part of the number in the metadata of one reference to another one,
 * and the verdict on one relation to another, so that the sum of the numbers and the count of accepted relations stay.
 */
import { createClient } from "@libsql/client"

const [url = "", pause = "2"] = process.argv.slice(2)
const client = createClient({ url, timeout: 5000 })

const end = () => process.exit()
process.stdin.on("end", end).resume()
setTimeout(end, 300_000).unref()

const { rows } = await client.execute(
  "SELECT (SELECT max(id) FROM crosswalk_reference), count(*) FROM crosswalk_relation"
)
const [references, relations] = [Number(rows[0]?.[0]), Number(rows[0]?.[1])]
const one = (count: number) => 1 + Math.floor(Math.random() * count)
const add = "UPDATE crosswalk_reference SET metadata = json_object('n', (metadata ->> '$.n') + ?) WHERE id = ?"
const accepted = "SELECT id FROM crosswalk_relation WHERE status = 'accepted' ORDER BY abs(id - ?) LIMIT 1"
const open = "SELECT id FROM crosswalk_relation WHERE status = 'suggested' ORDER BY abs(id - ?) LIMIT 1"

process.stdout.write("ready\n")
for (;;) {
  const amount = one(9)
  await client
    .batch(
      [
        { sql: add, args: [-amount, one(references)] },
        { sql: add, args: [amount, one(references)] }
      ],
      "write"
    )
    .catch(() => undefined)
  await client
    .batch(
      [
        {
          sql: `UPDATE crosswalk_relation SET status = CASE status WHEN 'accepted' THEN 'suggested' ELSE 'accepted' END
            WHERE id IN ((${accepted}), (${open}))`,
          args: [one(relations), one(relations)]
        }
      ],
      "write"
    )
    .catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, Number(pause)))
}
