import { DateTime, Effect } from "effect"
import { Reference } from "../../src/domain/Reference.ts"

const cyclic: Record<string, unknown> = {}
cyclic["self"] = cyclic

const throwing = {
  get uri(): string {
    throw new Error("a getter that throws")
  },
  get length(): number {
    throw new Error("a getter that throws")
  }
}

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const deep = () => {
  let value: unknown = "bottom"
  for (let i = 0; i < 500; i++) value = [value]
  return value
}

const stored = new Reference({
  uri: "a",
  title: "One",
  entityType: "requirement",
  tags: [],
  createdAt: DateTime.makeUnsafe(0),
  updatedAt: DateTime.makeUnsafe(0)
})

/** Values of every kind that JavaScript has, none of them made for any function. */
const anything: ReadonlyArray<unknown> = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.5,
  2 ** 53,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  0n,
  2n ** 70n,
  "",
  " ",
  "a",
  "a@1",
  "outgoing",
  "implements",
  "accepted",
  "a\0b",
  "\ud800",
  "'; DROP TABLE crosswalk_reference; --",
  "IS NOT NULL OR 1=1 OR 1 =",
  "__proto__",
  "x".repeat(100_000),
  "🙂 管理",
  Symbol("symbol"),
  Symbol.iterator,
  () => undefined,
  () => Effect.void,
  Reference,
  [],
  [undefined],
  [null, "a"],
  ["a", "b", "\0"],
  // oxlint-disable-next-line no-sparse-arrays
  [1, , 3],
  new Array(1000),
  {},
  Object.create(null),
  Object.freeze({ a: 1 }),
  JSON.parse('{ "__proto__": { "catalog": "a@1" } }'),
  { length: 1e9 },
  { length: -1, 0: 1 },
  new Map([["catalog", "a@1"]]),
  new Set(["a"]),
  new Date(Number.NaN),
  new Date(0),
  /a/u,
  new Error("an error"),
  Promise.resolve("a"),
  new Float32Array(384),
  new Float32Array([1]),
  new Uint8Array([1, 2, 3]),
  new ArrayBuffer(8),
  Object("boxed"),
  Effect.void,
  stored,
  cyclic,
  throwing,
  revoked(),
  deep()
]

/** What functions of a store take, so that what is near it can be made. */
const fitting: ReadonlyArray<unknown> = [
  "a",
  "b",
  "a@1",
  "passwords",
  "outgoing",
  "incoming",
  "implements",
  stored,
  { uri: "c", title: "Three", entityType: "requirement" },
  {
    uri: "d",
    title: "Four",
    entityType: "requirement",
    description: "Passwords are hashed",
    tags: ["x"],
    metadata: { level: 1 },
    catalog: "a@1"
  },
  { sources: ["a"], targets: ["b"] },
  {
    sources: ["a"],
    targets: ["b"],
    type: "equal",
    confidence: 0.5,
    status: "suggested",
    provenance: { method: "suggest:x", by: "Ann", note: "Yes", scores: { cosine: 0.5 } }
  },
  [{ sources: ["a"], targets: ["b"], status: "suggested", provenance: { method: "suggest:x" } }],
  { sources: ["a"], targets: ["b"], status: "accepted", note: "Yes" },
  [{ sources: ["a"], targets: ["b"], status: "accepted", type: "implements", as: "equal", seen: "v1" }],
  { catalog: "a@1", entityType: "requirement", tags: ["x"], anyTags: ["x", "y"] },
  { metadata: [{ path: "level", operator: ">=", value: 1 }] },
  { limit: 3, filter: { catalog: "a@1", metadata: [{ path: "level", operator: "=", value: 1 }] } },
  {
    mode: "keyword",
    limit: 3,
    fusion: "rrf",
    semanticWeight: 0.5,
    minRelevance: 0.1,
    onlyRelevant: true,
    facets: true
  },
  { mode: "hybrid", filter: { tags: ["x"] } },
  { from: "a@1", to: "b@1" },
  { from: "a@1", to: "b@1", method: "keyword", limit: 2, minConfidence: 0.1, store: false, type: "equal" },
  { source: "a", to: "b@1" },
  {
    from: "a@1",
    to: "b@1",
    status: ["suggested"],
    type: ["equal"],
    minConfidence: 0.1,
    needsReview: false,
    method: "s"
  },
  { to: "a@1", by: "b@1" },
  { force: true },
  { refresh: true },
  { keepDecided: true },
  { force: true, filter: { catalog: "a@1" }, onProgress: () => Effect.void, onFailure: () => Effect.void },
  { by: "Ann" },
  { status: "accepted", as: "equal", note: "Yes", by: "Ann" },
  { steps: 1, by: "Ann" },
  { step: 1 },
  { limit: 5, uri: "a" },
  { fingerprint: "deterministic", limit: 3 },
  Float32Array.from({ length: 384 }, (_, i) => (i === 0 ? 1 : 0)),
  Array.from({ length: 384 }, () => 0.1),
  ["a", "b"],
  [{ uri: "e", title: "Five", entityType: "requirement" }]
]

/** Makes arguments for a function whose parameters are not known: of any kind, fitting, or fitting but for one place. */
export const argumentsOf = (random: () => number) => {
  const pick = <A>(all: ReadonlyArray<A>): A => all[Math.floor(random() * all.length)] as A

  /** A copy in which one place, however deep, is another value, is gone, or is one too many. */
  const mutate = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || random() < 0.25) return pick(anything)
    if (Array.isArray(value)) {
      const i = Math.floor(random() * (value.length + 1))
      return [...value.slice(0, i), mutate(value[i]), ...value.slice(i + 1)]
    }
    if (Object.getPrototypeOf(value) !== Object.prototype) return pick(anything)
    const entries = Object.entries(value)
    const i = Math.floor(random() * (entries.length + 1))
    const [key, inner] = entries[i] ?? [pick(["limt", "catalogue", "__proto__", "constructor", "toString", "a b"]), 1]
    const others = entries.filter(([other]) => other !== key)
    return random() < 0.1 ? Object.fromEntries(others) : Object.fromEntries([...others, [key, mutate(inner)]])
  }

  const one = () => {
    const kind = random()
    return kind < 0.3 ? pick(anything) : kind < 0.6 ? pick(fitting) : mutate(pick(fitting))
  }
  return (): ReadonlyArray<unknown> => Array.from({ length: Math.floor(random() * 4) }, one)
}
