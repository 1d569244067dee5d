import { resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { locate } from "../../src/libsql/LibsqlConfig.ts"
import { hasMany, isRead } from "../../src/libsql/LibsqlValues.ts"

describe("isRead", () => {
  it("is true for what only reads", () => {
    for (const sql of [
      "SELECT 1",
      "  -- a comment\n select * from t where a = 'delete from t'",
      "/* insert */ WITH a AS (SELECT 1) SELECT * FROM a",
      "VALUES (1)",
      'SELECT "update" FROM t',
      "EXPLAIN QUERY PLAN SELECT 1"
    ])
      assert.isTrue(isRead(sql), sql)
  })

  it("is false for what writes, and in doubt", () => {
    for (const sql of [
      "INSERT INTO t VALUES (1)",
      "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a",
      "PRAGMA foreign_keys",
      "SELECT changes()",
      "SELECT last_insert_rowid()",
      "BEGIN",
      "SAVEPOINT a",
      "CREATE TABLE t AS SELECT 1",
      "EXPLAIN DELETE FROM t",
      ""
    ])
      assert.isFalse(isRead(sql), sql)
  })
})

describe("hasMany", () => {
  it("finds a second statement, not a semicolon in a text or a trigger", () => {
    for (const sql of ["SELECT 1; SELECT 2", "SELECT 1;\n-- x\nDELETE FROM t;"]) assert.isTrue(hasMany(sql), sql)
    for (const sql of [
      "SELECT 1;",
      "SELECT ';x'",
      "SELECT 1; -- and no more",
      "CREATE TRIGGER a AFTER INSERT ON t BEGIN DELETE FROM u; DELETE FROM v; END",
      "CREATE TRIGGER IF NOT EXISTS a AFTER INSERT ON t BEGIN DELETE FROM u; END;"
    ])
      assert.isFalse(hasMany(sql), sql)
  })
})

describe("locate", () => {
  for (const url of [
    ":memory:?x",
    ":memory:?cache=shared",
    "file::memory:?cache=shared",
    "file::memory:#x",
    " :memory:",
    ":memory: ",
    ":MEMORY:",
    ":Memory:",
    "FILE::memory:",
    "file: :memory:",
    ":memory",
    "::memory::",
    ":memory:x.db"
  ]) {
    it(`refuses ${JSON.stringify(url)}, which would be a file where memory was meant`, () => {
      assert.throws(() => locate({ url }), /a database in memory is ":memory:"/u)
    })
  }

  it("takes a file for what it is, also where it is called as memory is", () => {
    assert.strictEqual(locate({ url: "file::memory:" }).kind, "memory")
    for (const url of ["./:memory:", "file:%3Amemory%3A", "data/:memory:", "memory.db", ":memories.db"]) {
      assert.strictEqual(locate({ url }, "/x").kind, "file", url)
    }
  })

  it("tells memory, files, replicas and servers apart", () => {
    const path = resolve("data/x.db")
    assert.strictEqual(locate({ url: ":memory:" }).kind, "memory")
    assert.deepEqual(locate({ url: "data/x.db" }), {
      kind: "file",
      url: `file:${encodeURIComponent(path)}`,
      label: path,
      path
    })
    assert.deepEqual(locate({ url: "file:data/x.db" }), locate({ url: "data/x.db" }))
    assert.strictEqual(locate({ url: "x.db", syncUrl: "http://127.0.0.1:8080" }).kind, "replica")
    assert.strictEqual(locate({ url: "libsql://db.example" }).kind, "remote")
  })

  it("shows no secret of a URL", () => {
    const location = locate({ url: "https://db.example/path/?authToken=secret" })
    assert.strictEqual(location.label, "https://db.example/path")
    assert.notInclude(JSON.stringify(location), "secret")
    assert.throws(
      () => locate({ url: "https://user:password@db.example/path" }),
      /^url has a user name or password in it/u
    )
  })
})
