import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Carry } from "../../src/crosswalk/Carry.ts"
import { ReferenceRepository } from "../../src/storage/ReferenceRepository.ts"
import { RelationRepository } from "../../src/storage/RelationRepository.ts"
import * as Store from "../../src/Store.ts"

/** Each requirement of an invented catalogue: its identifier and text in the first edition, and in the second. */
type Row = readonly [
  kind: string,
  before: string,
  beforeText: string,
  ...after: ReadonlyArray<readonly [string, string]>
]

const rows: ReadonlyArray<Row> = [
  [
    "same",
    "1.1",
    "Passwords are stored as a slow, salted hash.",
    ["1.1", "Passwords are stored as a slow, salted hash."]
  ],
  [
    "same",
    "1.2",
    "Sessions end after fifteen minutes without activity.",
    ["1.2", "Sessions end after fifteen minutes without activity."]
  ],
  // Everything below 2 moved down by one, because 2.1 is new: each identifier names another requirement now.
  [
    "renumbered",
    "2.1",
    "Administrative actions are written to an audit log.",
    ["2.2", "Administrative actions are written to an audit log."]
  ],
  [
    "renumbered",
    "2.2",
    "Logs cannot be changed by those whose actions they record.",
    ["2.3", "Logs cannot be changed by those whose actions they record."]
  ],
  [
    "renumbered",
    "2.3",
    "Clocks of all servers are synchronised with a trusted source.",
    ["2.4", "Clocks of all servers are synchronised with a trusted source."]
  ],
  [
    "reworded",
    "3.1",
    "Uploaded files are scanned for malware before anybody can download them.",
    ["3.1", "Files that users upload are checked for malicious software before they can be downloaded."]
  ],
  [
    "reworded",
    "3.2",
    "Traffic between services is encrypted with TLS 1.2 or later.",
    ["3.2", "All traffic between services is encrypted in transit with TLS 1.3."]
  ],
  [
    "split",
    "4.1",
    "Backups are encrypted with a key of their own, and a restore is rehearsed every quarter.",
    ["4.1", "Backups are encrypted with a key of their own."],
    ["4.3", "A restore of the backups is rehearsed every quarter."]
  ],
  [
    "merged",
    "5.1",
    "Error messages do not show stack traces.",
    ["5.1", "Error messages show neither stack traces nor internal host names."]
  ],
  [
    "merged",
    "5.2",
    "Error messages do not show internal host names.",
    ["5.1", "Error messages show neither stack traces nor internal host names."]
  ],
  ["reused", "6.1", "Visitors of the data centre are accompanied at all times."],
  ["deleted", "6.2", "Fax machines stand in a locked room."]
]

const fresh = [
  ["2.1", "A person is named who is responsible for monitoring."],
  ["6.1", "Third-party libraries are checked for known vulnerabilities at every build."]
] as const

const unique = <A>(all: ReadonlyArray<readonly [string, A]>) => [...new Map(all)]

describe("an invented catalogue with renumbered, reused, split and merged identifiers", () => {
  it.live(
    "is carried to its next edition: what is accepted unseen is right, and no reused identifier is followed",
    () =>
      Effect.gen(function* () {
        const references = yield* ReferenceRepository
        const relations = yield* RelationRepository
        const edition = (catalog: string, texts: ReadonlyArray<readonly [string, string]>) =>
          references.saveMany(
            unique(texts).map(([id, description]) => ({
              uri: `${catalog}/${id}`,
              title: "Requirements",
              entityType: "requirement",
              catalog,
              identifier: id,
              description
            }))
          )
        yield* edition(
          "std@1",
          rows.map(([, id, text]) => [id, text] as const)
        )
        yield* edition("std@2", [...rows.flatMap(([, , , ...after]) => after), ...fresh])
        yield* edition(
          "co@1",
          rows.map(([kind, id]) => [id, `Our rule ${id}, ${kind}.`] as const)
        )
        yield* relations.saveMany(
          rows.map(([, id]) => ({ sources: [`co@1/${id}`], targets: [`std@1/${id}`], type: "implements" }))
        )
        const carry = yield* Carry
        const report = yield* carry.carry({
          catalog: "co@1",
          from: "std@1",
          to: "std@2",
          acceptUnchanged: true,
          by: "Ann"
        })

        const found = rows.map(([kind, id, , ...after]) => {
          const one = report.relations.find(({ sources: [source] }) => source === `co@1/${id}`)
          const right = new Set(after.map(([id]) => `std@2/${id}`))
          return {
            kind,
            id,
            one,
            right,
            said: (one?.successors ?? []).map((said) => ({ ...said, uri: String(said.targets[0]) }))
          }
        })
        const told = (kind: string) => found.filter((one) => one.kind === kind)
        const accepted = found.flatMap(({ id, right, said }) =>
          said.flatMap(({ outcome, uri }) => (outcome === "accepted" ? [{ id, isRight: right.has(uri) }] : []))
        )
        assert.deepStrictEqual(
          accepted.map(({ id }) => id),
          ["1.1", "1.2", "2.1", "2.2", "2.3"]
        )
        assert.isTrue(accepted.every(({ isRight }) => isRight))
        for (const { one } of [...told("renumbered"), ...told("reused")]) assert.lengthOf(one?.reused ?? [], 1)
        for (const { said } of told("reused")) assert.isTrue(said.every(({ outcome }) => outcome === "suggested"))
        for (const { right, said } of told("reworded")) {
          assert.deepStrictEqual(
            said.map(({ outcome, uri }) => [outcome, right.has(uri)]),
            [["suggested", true]]
          )
        }
        for (const { right, said } of [...told("split"), ...told("merged")]) {
          assert.deepStrictEqual(new Set(said.map(({ uri }) => uri)), right)
          assert.isTrue(said.every(({ outcome }) => outcome === "suggested"))
        }
        for (const { one } of [...told("reused"), ...told("deleted")]) assert.lengthOf(one?.missing ?? [], 1)
      }).pipe(Effect.provide([Store.layerLibsql(), NodeServices.layer]))
  )
})
