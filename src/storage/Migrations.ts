import { Effect, Layer, Schema } from "effect"
import { Migrator, SqlClient, type SqlError } from "effect/sql"
import { DatabaseError } from "../domain/DatabaseError.ts"
import type { Remedy } from "../domain/Remedy.ts"
import { CreateTables, type Inventory, inventory, isInTheWay } from "../libsql/CreateTables.ts"
import { fromCause, toDatabaseError } from "../libsql/DatabaseErrors.ts"
import { detailOf, faultOf } from "../libsql/LibsqlError.ts"
import * as ServerWrites from "../libsql/ServerWrites.ts"
import * as Abbreviations from "./Abbreviations.ts"
import * as Columns from "./Columns.ts"
import * as MetadataIndex from "./MetadataIndex.ts"
import * as ShortWords from "./legs/ShortWords.ts"
import * as TextChanges from "./legs/TextChanges.ts"
import * as NamesOfUris from "./NamesOfUris.ts"
import * as NewTables from "./NewTables.ts"
import { tablesGone } from "./TablesGone.ts"

const ledger = "crosswalk_migration"

/** Runs statements in their order; a statement holds no parameters. */
const statements = (...texts: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    for (const text of texts) yield* sql.unsafe(text)
  })

/** Keeps an external-content FTS5 table equal to `crosswalk_reference`, whatever statement changes it. */
const keywordTriggers = (table: string): ReadonlyArray<string> => {
  const remove = `INSERT INTO ${table} (${table}, rowid, title, description)
      VALUES ('delete', old.id, old.title, old.description);`
  const add = `INSERT INTO ${table} (rowid, title, description) VALUES (new.id, new.title, new.description);`
  return [
    `CREATE TRIGGER ${table}_insert AFTER INSERT ON crosswalk_reference BEGIN ${add} END`,
    `CREATE TRIGGER ${table}_delete AFTER DELETE ON crosswalk_reference BEGIN ${remove} END`,
    `CREATE TRIGGER ${table}_update AFTER UPDATE OF title, description ON crosswalk_reference
      WHEN old.title IS NOT new.title OR old.description IS NOT new.description BEGIN ${remove} ${add} END`
  ]
}

/** What the metadata of a reference say that machines know it by. */
const uuidOf = (metadata: string): string =>
  `CASE WHEN json_valid(${metadata}) THEN coalesce(${["uuid", "guid", "reqif", "stix", "mid", 'props."alt-identifier"']
    .map((key) => `${metadata} ->> '$.${key}'`)
    .join(", ")}) END`

/** The references that the pins of an orphan `o` name at one side, as a relation's key has them. */
const idsAt = (side: "source" | "target"): string =>
  `(SELECT group_concat(id) FROM (SELECT r.id FROM crosswalk_pin AS p JOIN crosswalk_reading AS d ON d.id = p.reading_id
    JOIN crosswalk_reference AS r ON r.uri = d.uri WHERE p.relation_id = o.id AND p.side = '${side}' ORDER BY r.id))`

/** Says of every reading of a reference whether it is what is stored now. */
const compared = `UPDATE crosswalk_reading
        SET is_current = text_hash IS NULL AND title IS new.title AND description IS new.description
        WHERE uri = new.uri`

/** Whether the last end that an orphan `o` lacked is the new reference. */
const returned = `o.id IN (SELECT p.relation_id FROM crosswalk_reading AS d JOIN crosswalk_pin AS p ON p.reading_id = d.id
    WHERE d.uri = new.uri)
  AND NOT EXISTS (SELECT 1 FROM crosswalk_pin AS p JOIN crosswalk_reading AS d ON d.id = p.reading_id
    WHERE p.relation_id = o.id AND NOT EXISTS (SELECT 1 FROM crosswalk_reference AS r WHERE r.uri = d.uri))`

/** Every change of the tables, oldest first. Never change one that was released and never insert an older number. */
const migrations = {
  "0001_references": statements(
    `CREATE TABLE crosswalk_catalog (
      id TEXT PRIMARY KEY NOT NULL,
      created_at INTEGER NOT NULL
    )`,
    `CREATE TABLE crosswalk_reference (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      uri TEXT NOT NULL UNIQUE,
      title TEXT NOT NULL,
      entity_type TEXT NOT NULL,
      description TEXT,
      tags TEXT NOT NULL,
      metadata TEXT,
      catalog TEXT REFERENCES crosswalk_catalog (id),
      content_hash TEXT NOT NULL,
      text_hash TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    )`,
    `CREATE INDEX crosswalk_reference_catalog ON crosswalk_reference (catalog)`,
    `CREATE INDEX crosswalk_reference_entity_type ON crosswalk_reference (entity_type)`,
    `CREATE TABLE crosswalk_tag (
      tag TEXT NOT NULL,
      reference_id INTEGER NOT NULL REFERENCES crosswalk_reference (id),
      PRIMARY KEY (tag, reference_id)
    ) WITHOUT ROWID`,
    `CREATE INDEX crosswalk_tag_reference ON crosswalk_tag (reference_id)`,
    `CREATE TABLE crosswalk_embedding_model (
      id INTEGER PRIMARY KEY,
      fingerprint TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      dimensions INTEGER NOT NULL,
      max_length INTEGER NOT NULL
    )`,
    `CREATE TABLE crosswalk_embedding (
      reference_id INTEGER PRIMARY KEY REFERENCES crosswalk_reference (id),
      model_id INTEGER NOT NULL REFERENCES crosswalk_embedding_model (id),
      text_hash TEXT NOT NULL,
      vector BLOB NOT NULL,
      created_at INTEGER NOT NULL
    )`,
    `CREATE INDEX crosswalk_embedding_of_model ON crosswalk_embedding (model_id)`,
    `CREATE TABLE crosswalk_relation (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      source_id INTEGER NOT NULL REFERENCES crosswalk_reference (id),
      target_id INTEGER NOT NULL REFERENCES crosswalk_reference (id),
      type TEXT NOT NULL,
      confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
      status TEXT NOT NULL,
      needs_review INTEGER NOT NULL DEFAULT 0,
      provenance TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      UNIQUE (source_id, target_id, type)
    )`,
    `CREATE INDEX crosswalk_relation_target ON crosswalk_relation (target_id)`,
    `CREATE VIRTUAL TABLE crosswalk_keyword USING fts5(
      title, description, content='crosswalk_reference', content_rowid='id',
      tokenize='porter unicode61 remove_diacritics 2'
    )`,
    ...keywordTriggers("crosswalk_keyword"),
    `CREATE VIRTUAL TABLE crosswalk_trigram USING fts5(
      title, description, content='crosswalk_reference', content_rowid='id', tokenize='trigram'
    )`,
    ...keywordTriggers("crosswalk_trigram"),
    `CREATE TRIGGER crosswalk_tag_insert AFTER INSERT ON crosswalk_reference BEGIN
      INSERT INTO crosswalk_tag (tag, reference_id) SELECT value, new.id FROM json_each(new.tags);
    END`,
    `CREATE TRIGGER crosswalk_tag_update AFTER UPDATE OF tags ON crosswalk_reference
      WHEN old.tags <> new.tags BEGIN
      DELETE FROM crosswalk_tag WHERE reference_id = new.id;
      INSERT INTO crosswalk_tag (tag, reference_id) SELECT value, new.id FROM json_each(new.tags);
    END`,
    `CREATE TRIGGER crosswalk_embedding_stale AFTER UPDATE OF text_hash ON crosswalk_reference
      WHEN old.text_hash <> new.text_hash BEGIN
      DELETE FROM crosswalk_embedding WHERE reference_id = new.id;
    END`,
    `CREATE TRIGGER crosswalk_reference_delete BEFORE DELETE ON crosswalk_reference BEGIN
      DELETE FROM crosswalk_embedding WHERE reference_id = old.id;
      DELETE FROM crosswalk_tag WHERE reference_id = old.id;
      DELETE FROM crosswalk_relation WHERE source_id = old.id OR target_id = old.id;
    END`
  ),
  // What indexes outside of the database follow. The nonce tells histories apart: of two databases, and of one before and
  // after a backup was put back. A full table is pruned in steps; who is behind that reads everything again.
  "0002_changes": statements(
    `CREATE TABLE crosswalk_change (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      reference_id INTEGER NOT NULL,
      nonce INTEGER NOT NULL DEFAULT (random() & 2147483647)
    )`,
    // The state before the first change has a nonce too.
    `INSERT INTO crosswalk_change (reference_id) VALUES (0)`,
    ...(["insert", "update", "delete"] as const).map(
      (event) =>
        `CREATE TRIGGER crosswalk_change_${event} AFTER ${event.toUpperCase()} ON crosswalk_embedding BEGIN
        INSERT INTO crosswalk_change (reference_id) VALUES (${event === "delete" ? "old" : "new"}.reference_id);
      END`
    ),
    `CREATE TRIGGER crosswalk_change_prune AFTER INSERT ON crosswalk_change WHEN new.seq % 1024 = 0 BEGIN
      DELETE FROM crosswalk_change WHERE seq <= new.seq - 131072;
    END`
  ),
  // What a catalog's texts repeat (JSON of Boilerplate); NULL until it was learnt.
  "0003_boilerplate": statements(`ALTER TABLE crosswalk_catalog ADD COLUMN boilerplate TEXT`),
  // The log of decisions names references by URI, so that it outlives them.
  "0004_decisions": statements(
    `CREATE TABLE crosswalk_decision (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      step INTEGER NOT NULL,
      undoes INTEGER,
      source TEXT NOT NULL,
      target TEXT NOT NULL,
      before TEXT,
      after TEXT,
      reviewer TEXT,
      note TEXT,
      at INTEGER NOT NULL
    )`,
    `CREATE INDEX crosswalk_decision_step ON crosswalk_decision (step)`,
    `CREATE INDEX crosswalk_decision_undoes ON crosswalk_decision (undoes) WHERE undoes IS NOT NULL`,
    `CREATE INDEX crosswalk_decision_pair ON crosswalk_decision (source, target)`,
    `CREATE INDEX crosswalk_relation_status ON crosswalk_relation (status)`,
    // What was decided on a text that has changed since is kept, and to be looked at again.
    `CREATE TRIGGER crosswalk_relation_review AFTER UPDATE OF title, description ON crosswalk_reference
      WHEN old.title IS NOT new.title OR old.description IS NOT new.description BEGIN
      UPDATE crosswalk_relation SET needs_review = 1
      WHERE (source_id = new.id OR target_id = new.id) AND status <> 'suggested' AND needs_review = 0;
    END`
  ),
  // What a reference is called and for. The normal forms are what identifiers are found by, `natural` is what references
  // are listed by.
  "0005_names": Effect.andThen(
    Effect.andThen(
      statements(
        `ALTER TABLE crosswalk_reference ADD COLUMN identifier TEXT`,
        `ALTER TABLE crosswalk_reference ADD COLUMN label TEXT`,
        `ALTER TABLE crosswalk_reference ADD COLUMN role TEXT NOT NULL DEFAULT 'requirement'`,
        `ALTER TABLE crosswalk_reference ADD COLUMN identifier_normal TEXT`,
        `ALTER TABLE crosswalk_reference ADD COLUMN label_normal TEXT`,
        `ALTER TABLE crosswalk_reference ADD COLUMN natural TEXT NOT NULL DEFAULT ''`
      ),
      NamesOfUris.fill
    ),
    statements(
      `CREATE INDEX crosswalk_reference_identifier ON crosswalk_reference (identifier_normal)
        WHERE identifier_normal IS NOT NULL`,
      `CREATE INDEX crosswalk_reference_label ON crosswalk_reference (label_normal) WHERE label_normal IS NOT NULL`,
      `CREATE INDEX crosswalk_reference_natural ON crosswalk_reference (natural, uri)`,
      `DROP INDEX crosswalk_reference_catalog`,
      `CREATE INDEX crosswalk_reference_catalog ON crosswalk_reference (catalog, natural, uri)`
    )
  ),
  // Relations are of sets. `key` tells the ends of one from those of another: the ids of both sides in ascending order, or
  // those of the sources and the catalog that has no counterpart.
  "0006_sets": statements(
    `DROP TRIGGER crosswalk_reference_delete`,
    `DROP TRIGGER crosswalk_relation_review`,
    `ALTER TABLE crosswalk_relation RENAME TO crosswalk_relation_pair`,
    `CREATE TABLE crosswalk_relation (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      key TEXT NOT NULL,
      catalog TEXT,
      type TEXT NOT NULL,
      confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
      status TEXT NOT NULL,
      needs_review INTEGER NOT NULL DEFAULT 0,
      provenance TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      UNIQUE (key, type)
    )`,
    `CREATE TABLE crosswalk_relation_end (
      relation_id INTEGER NOT NULL REFERENCES crosswalk_relation (id),
      side TEXT NOT NULL CHECK (side IN ('source', 'target')),
      reference_id INTEGER NOT NULL REFERENCES crosswalk_reference (id),
      PRIMARY KEY (relation_id, side, reference_id)
    ) WITHOUT ROWID`,
    `INSERT INTO crosswalk_relation
      SELECT id, source_id || '>' || target_id, NULL, type, confidence, status, needs_review, provenance, created_at,
        updated_at
      FROM crosswalk_relation_pair`,
    `INSERT INTO crosswalk_relation_end SELECT id, 'source', source_id FROM crosswalk_relation_pair`,
    `INSERT INTO crosswalk_relation_end SELECT id, 'target', target_id FROM crosswalk_relation_pair`,
    `DROP TABLE crosswalk_relation_pair`,
    `CREATE INDEX crosswalk_relation_status ON crosswalk_relation (status)`,
    `CREATE INDEX crosswalk_relation_end_reference ON crosswalk_relation_end (reference_id)`,
    `CREATE TRIGGER crosswalk_relation_delete BEFORE DELETE ON crosswalk_relation BEGIN
      DELETE FROM crosswalk_relation_end WHERE relation_id = old.id;
    END`,
    `CREATE TRIGGER crosswalk_reference_delete BEFORE DELETE ON crosswalk_reference BEGIN
      DELETE FROM crosswalk_embedding WHERE reference_id = old.id;
      DELETE FROM crosswalk_tag WHERE reference_id = old.id;
      DELETE FROM crosswalk_relation
        WHERE id IN (SELECT relation_id FROM crosswalk_relation_end WHERE reference_id = old.id);
    END`,
    `CREATE TRIGGER crosswalk_relation_review AFTER UPDATE OF title, description ON crosswalk_reference
      WHEN old.title IS NOT new.title OR old.description IS NOT new.description BEGIN
      UPDATE crosswalk_relation SET needs_review = 1 WHERE status <> 'suggested' AND needs_review = 0
        AND id IN (SELECT relation_id FROM crosswalk_relation_end WHERE reference_id = new.id);
    END`,
    `DROP INDEX crosswalk_decision_pair`,
    `ALTER TABLE crosswalk_decision RENAME COLUMN source TO sources`,
    `ALTER TABLE crosswalk_decision RENAME COLUMN target TO targets`,
    `ALTER TABLE crosswalk_decision ADD COLUMN catalog TEXT`,
    `UPDATE crosswalk_decision SET sources = json_array(sources), targets = json_array(targets)`
  ),
  // What follows the changes of a large store may be a fifth of it behind before it has to read all again.
  "0007_changes_kept": statements(
    `DROP TRIGGER crosswalk_change_prune`,
    `CREATE TRIGGER crosswalk_change_prune AFTER INSERT ON crosswalk_change WHEN new.seq % 1024 = 0 BEGIN
      DELETE FROM crosswalk_change
      WHERE seq <= new.seq - max(131072, coalesce((SELECT max(reference_id) FROM crosswalk_embedding) / 5, 0));
    END`
  ),
  // How long the texts of vectors are; NULL where that is not known.
  "0008_tokens": statements(
    `ALTER TABLE crosswalk_embedding ADD COLUMN tokens INTEGER`,
    `CREATE INDEX crosswalk_embedding_tokens ON crosswalk_embedding (model_id, tokens)`
  ),
  // Few uris are ordered alike, so that what orders those need not be in the indexes.
  "0009_natural": statements(
    `DROP INDEX crosswalk_reference_natural`,
    `DROP INDEX crosswalk_reference_catalog`,
    `CREATE INDEX crosswalk_reference_natural ON crosswalk_reference (natural)`,
    `CREATE INDEX crosswalk_reference_catalog ON crosswalk_reference (catalog, natural)`
  ),
  // How each relation was chosen to be decided on, and of a sample which catalogs it was drawn from.
  "0010_chosen": statements(
    `ALTER TABLE crosswalk_decision ADD COLUMN chosen TEXT`,
    `ALTER TABLE crosswalk_decision ADD COLUMN from_catalog TEXT`,
    `ALTER TABLE crosswalk_decision ADD COLUMN to_catalog TEXT`,
    `CREATE INDEX crosswalk_decision_sample ON crosswalk_decision (from_catalog, to_catalog) WHERE chosen = 'sample'`
  ),
  // Marks of changes that were committed to a server, for as long as one may be made again whose answer was lost.
  "0011_commits": statements(
    `CREATE TABLE crosswalk_commit (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      mark TEXT NOT NULL UNIQUE,
      at INTEGER NOT NULL DEFAULT (unixepoch())
    )`,
    `CREATE INDEX crosswalk_commit_at ON crosswalk_commit (at)`,
    `CREATE TRIGGER crosswalk_commit_prune AFTER INSERT ON crosswalk_commit BEGIN
      DELETE FROM crosswalk_commit WHERE at < unixepoch() - 3600;
    END`
  ),
  // What texts explain of their abbreviations: a row a reference and explanation, which goes with the text. The keys are what
  // forms are compared by.
  "0012_abbreviations": Effect.andThen(
    statements(
      `CREATE TABLE crosswalk_abbreviation (
        id INTEGER PRIMARY KEY,
        reference_id INTEGER NOT NULL REFERENCES crosswalk_reference (id),
        short TEXT NOT NULL,
        short_key TEXT NOT NULL,
        long TEXT NOT NULL,
        long_key TEXT NOT NULL,
        UNIQUE (reference_id, short_key, long_key)
      )`,
      `CREATE INDEX crosswalk_abbreviation_short ON crosswalk_abbreviation (short_key)`,
      `CREATE INDEX crosswalk_abbreviation_long ON crosswalk_abbreviation (long_key)`,
      `CREATE TRIGGER crosswalk_abbreviation_delete BEFORE DELETE ON crosswalk_reference BEGIN
        DELETE FROM crosswalk_abbreviation WHERE reference_id = old.id;
      END`,
      `CREATE TRIGGER crosswalk_abbreviation_update AFTER UPDATE OF title, description ON crosswalk_reference
        WHEN old.title IS NOT new.title OR old.description IS NOT new.description BEGIN
        DELETE FROM crosswalk_abbreviation WHERE reference_id = new.id;
      END`
    ),
    Abbreviations.fill
  ),
  // Decisions are pinned to what was read: a reading is a reference as it was then, by URI, so that it outlives it. What
  // was decided before is pinned to what is stored; where a text had changed since, what was read is not known (no title).
  // Whether a reading is what is stored now is kept beside it, as lists of relations ask for it.
  "0013_pins": statements(
    `CREATE TABLE crosswalk_reading (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      is_current INTEGER NOT NULL,
      uri TEXT NOT NULL,
      catalog TEXT,
      title TEXT,
      description TEXT,
      content_hash TEXT NOT NULL,
      text_hash TEXT,
      uuid TEXT
    )`,
    `CREATE INDEX crosswalk_reading_uri ON crosswalk_reading (uri)`,
    `CREATE INDEX crosswalk_reading_past ON crosswalk_reading (id) WHERE is_current = 0`,
    `CREATE TABLE crosswalk_pin (
      relation_id INTEGER NOT NULL,
      side TEXT NOT NULL CHECK (side IN ('source', 'target')),
      reading_id INTEGER NOT NULL REFERENCES crosswalk_reading (id),
      PRIMARY KEY (relation_id, side, reading_id)
    ) WITHOUT ROWID`,
    `CREATE INDEX crosswalk_pin_reading ON crosswalk_pin (reading_id)`,
    // What was decided of references that are gone: a relation without its ends, which its pins name.
    `CREATE TABLE crosswalk_orphan (
      id INTEGER PRIMARY KEY NOT NULL,
      catalog TEXT,
      type TEXT NOT NULL,
      confidence REAL NOT NULL,
      status TEXT NOT NULL,
      provenance TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    )`,
    `INSERT INTO crosswalk_reading (is_current, uri, catalog, title, description, content_hash, uuid)
      SELECT 1, r.uri, r.catalog, r.title, r.description, r.content_hash, ${uuidOf("r.metadata")} FROM crosswalk_reference AS r
      WHERE r.id IN (SELECT e.reference_id FROM crosswalk_relation_end AS e
        JOIN crosswalk_relation AS x ON x.id = e.relation_id WHERE x.status <> 'suggested' AND x.needs_review = 0)`,
    `INSERT INTO crosswalk_reading (is_current, uri, catalog, content_hash)
      SELECT 0, r.uri, r.catalog, '' FROM crosswalk_reference AS r
      WHERE r.id IN (SELECT e.reference_id FROM crosswalk_relation_end AS e
        JOIN crosswalk_relation AS x ON x.id = e.relation_id WHERE x.status <> 'suggested' AND x.needs_review <> 0)`,
    `INSERT INTO crosswalk_pin (relation_id, side, reading_id)
      SELECT x.id, e.side, d.id FROM crosswalk_relation AS x
        JOIN crosswalk_relation_end AS e ON e.relation_id = x.id
        JOIN crosswalk_reference AS r ON r.id = e.reference_id
        JOIN crosswalk_reading AS d ON d.uri = r.uri AND d.is_current = (x.needs_review = 0)
      WHERE x.status <> 'suggested'`,
    `DROP TRIGGER crosswalk_relation_review`,
    `DROP TRIGGER crosswalk_relation_delete`,
    `DROP TRIGGER crosswalk_reference_delete`,
    `ALTER TABLE crosswalk_relation DROP COLUMN needs_review`,
    `CREATE TRIGGER crosswalk_relation_delete BEFORE DELETE ON crosswalk_relation BEGIN
      DELETE FROM crosswalk_relation_end WHERE relation_id = old.id;
      DELETE FROM crosswalk_pin
        WHERE relation_id = old.id AND NOT EXISTS (SELECT 1 FROM crosswalk_orphan WHERE id = old.id);
    END`,
    `CREATE TRIGGER crosswalk_reference_delete BEFORE DELETE ON crosswalk_reference BEGIN
      DELETE FROM crosswalk_embedding WHERE reference_id = old.id;
      DELETE FROM crosswalk_tag WHERE reference_id = old.id;
      INSERT INTO crosswalk_orphan
        SELECT id, catalog, type, confidence, status, provenance, created_at, updated_at FROM crosswalk_relation
        WHERE status <> 'suggested'
          AND id IN (SELECT relation_id FROM crosswalk_relation_end WHERE reference_id = old.id);
      DELETE FROM crosswalk_relation
        WHERE id IN (SELECT relation_id FROM crosswalk_relation_end WHERE reference_id = old.id);
    END`,
    `CREATE TRIGGER crosswalk_reference_read AFTER UPDATE OF title, description ON crosswalk_reference
      WHEN old.title IS NOT new.title OR old.description IS NOT new.description BEGIN
      ${compared};
    END`,
    // A relation whose ends are all there again is one again, unless another one took its place.
    `CREATE TRIGGER crosswalk_reference_return AFTER INSERT ON crosswalk_reference
      WHEN EXISTS (SELECT 1 FROM crosswalk_reading WHERE uri = new.uri) BEGIN
      ${compared};
      INSERT INTO crosswalk_relation (id, key, catalog, type, confidence, status, provenance, created_at, updated_at)
        SELECT * FROM (
          SELECT o.id, ${idsAt("source")} || '>' || coalesce('@' || o.catalog, ${idsAt("target")}) AS key, o.catalog, o.type,
            o.confidence, o.status, o.provenance, o.created_at, o.updated_at
          FROM crosswalk_orphan AS o WHERE ${returned}
        ) AS o WHERE NOT EXISTS (SELECT 1 FROM crosswalk_relation AS x WHERE x.key = o.key AND x.type = o.type);
      INSERT INTO crosswalk_relation_end (relation_id, side, reference_id)
        SELECT p.relation_id, p.side, r.id FROM crosswalk_orphan AS o
          JOIN crosswalk_relation AS x ON x.id = o.id
          JOIN crosswalk_pin AS p ON p.relation_id = o.id
          JOIN crosswalk_reading AS d ON d.id = p.reading_id
          JOIN crosswalk_reference AS r ON r.uri = d.uri
        WHERE ${returned};
      DELETE FROM crosswalk_orphan WHERE id IN (SELECT o.id FROM crosswalk_orphan AS o WHERE ${returned});
    END`,
    `CREATE TRIGGER crosswalk_orphan_delete AFTER DELETE ON crosswalk_orphan
      WHEN NOT EXISTS (SELECT 1 FROM crosswalk_relation WHERE id = old.id) BEGIN
      DELETE FROM crosswalk_pin WHERE relation_id = old.id;
    END`
  ),
  // A text that is longer than its model reads has a vector for each of its passages too; they come and go with its own. The key
  // is a passage's place in the text, from 1, above the 40 bits of its reference's id.
  "0014_passages": statements(
    `CREATE TABLE crosswalk_passage (
      key INTEGER PRIMARY KEY,
      reference_id INTEGER NOT NULL REFERENCES crosswalk_reference (id),
      model_id INTEGER NOT NULL REFERENCES crosswalk_embedding_model (id),
      vector BLOB NOT NULL
    )`,
    `CREATE INDEX crosswalk_passage_reference ON crosswalk_passage (reference_id)`,
    `CREATE INDEX crosswalk_passage_of_model ON crosswalk_passage (model_id)`,
    ...(["update", "delete"] as const).map(
      (event) =>
        `CREATE TRIGGER crosswalk_passage_${event} AFTER ${event.toUpperCase()} ON crosswalk_embedding BEGIN
        DELETE FROM crosswalk_passage WHERE reference_id = old.reference_id;
      END`
    ),
    ...(["insert", "update", "delete"] as const).map(
      (event) =>
        `CREATE TRIGGER crosswalk_change_passage_${event} AFTER ${event.toUpperCase()} ON crosswalk_passage BEGIN
        INSERT INTO crosswalk_change (reference_id) VALUES (${event === "delete" ? "old" : "new"}.key);
      END`
    )
  ),
  // An index of what metadata say.
  "0015_metadata": statements(...MetadataIndex.statements),
  // Where a reference is on the map of all, which its vector was compared for: it goes with the vector.
  "0016_map": statements(
    `CREATE TABLE crosswalk_map (
      reference_id INTEGER PRIMARY KEY REFERENCES crosswalk_reference (id),
      x REAL NOT NULL,
      y REAL NOT NULL
    )`,
    `CREATE TRIGGER crosswalk_map_update AFTER UPDATE ON crosswalk_embedding
      WHEN old.vector IS NOT new.vector OR old.model_id IS NOT new.model_id BEGIN
      DELETE FROM crosswalk_map WHERE reference_id = old.reference_id;
    END`,
    `CREATE TRIGGER crosswalk_map_delete AFTER DELETE ON crosswalk_embedding BEGIN
      DELETE FROM crosswalk_map WHERE reference_id = old.reference_id;
    END`
  ),
  // How texts end, and the terms of trigrams, to find words of two letters.
  "0017_short_words": statements(...ShortWords.statements),
  // What an index of words outside of the database follows.
  "0018_text_changes": statements(...TextChanges.statements)
}

/** Of how many bytes a letter is: whoever made the database may have asked for UTF-16. */
const width = "length(CAST('a' AS BLOB)) AS width"

const unsupported = (problem: string, more: { readonly remedy?: Remedy; readonly cause?: unknown } = {}) =>
  new DatabaseError({ operation: "Migrations.run", reason: "unsupported", isRetryable: false, problem, ...more })

/** Texts are read as bytes, and are UTF-8. */
const requireUtf8 = ([row]: ReadonlyArray<{ readonly width: number }>) =>
  row?.width === 1
    ? Effect.void
    : unsupported("the database keeps its texts in UTF-16, and Crosswalk's are in UTF-8. Use another database", {
        remedy: { action: "chooseDatabase" }
      })

/**
 * Fails where the database is none of libSQL: what is missing would show at the first search only. FTS5 keeps the keyword
 * indexes, `vector_distance_cos` compares embeddings, JSON carries rows.
 */
const requireLibsql = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const rows = yield* sql<{ readonly width: number }>`SELECT fts5_source_id(),
    vector_distance_cos(vector32('[1]'), vector32('[1]')), json('[]'), ${sql.literal(width)}`
  yield* requireUtf8(rows)
}).pipe(
  Effect.mapError((error) => {
    if (error._tag === "DatabaseError") return error
    const known = toDatabaseError("Migrations.run")(error)
    return known.reason === "unknown"
      ? unsupported(
          "the database is not libSQL, or one without what is needed: full-text search (FTS5), vectors " +
            "(vector_distance_cos) and JSON. Use LibsqlClient, or another SqlClient over libSQL",
          { cause: error }
        )
      : known
  })
)

const numberOf = (name: string): number => Number.parseInt(name, 10)

const upTo = (last: number) => Object.fromEntries(Object.entries(migrations).filter(([name]) => numberOf(name) <= last))

/** The number of the newest migration. */
export const newest = Math.max(...Object.keys(migrations).map(numberOf))

/** The number of the newest migration applied; 0 in a database without our tables. */
export const applied = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const tables = yield* sql`SELECT 1 FROM sqlite_master
    WHERE type = 'table' AND name = ${ledger} AND instr(sql, 'migration_id') > 0`
  if (tables.length === 0) return 0
  const rows = yield* sql<{ readonly id: number | null }>`SELECT max(migration_id) AS id FROM crosswalk_migration`
  return rows[0]?.id ?? 0
})

/** The migrations up to one. An empty database has nothing to move: the newest makes at once what all of them would. */
const loader = (last: number): Migrator.Loader<SqlClient.SqlClient> =>
  applied.pipe(
    Effect.mapError((cause) => new Migrator.MigrationError({ cause, kind: "Failed", message: cause.message })),
    Effect.flatMap((found) => {
      const made = (name: string) => (numberOf(name) < newest ? Effect.void : statements(...NewTables.statements))
      const wanted = upTo(last)
      return Migrator.fromRecord(
        found > 0 || last < newest ? wanted : Object.fromEntries(Object.keys(wanted).map((name) => [name, made(name)]))
      )
    })
  )

const partColumns = Columns.make("part", { name: "name", type: "type" })
const decodePart = Columns.decoder(
  partColumns,
  Schema.Struct({ name: Schema.String, type: Schema.String }),
  "Migrations.run"
)

/** Fails where tables cannot be made: in another program's database, or where they are there without a list of migrations. */
const requirePlace = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const [found] = yield* sql.unsafe<Inventory>(inventory)
  if (found !== undefined && found.own > 0) {
    return yield* refused("the database has tables of Crosswalk, but not the list of their migrations", {
      action: "repairDatabase"
    })
  }
  const things = yield* sql`SELECT ${sql.literal(partColumns.sql)} FROM sqlite_master
    WHERE ${sql.literal(isInTheWay)} ORDER BY rowid LIMIT 3`
  const names = (yield* Effect.forEach(things, decodePart)).map(({ name, type }) => `the ${type} ${name}`)
  if (names.length > 0) {
    return yield* refused(
      `the database has no tables of Crosswalk, but ${names.join(", ")}, called as theirs are: what is left of them, or of ` +
        "another program. Nothing was written; restore a backup, rename what is in the way, or use another database",
      { action: "chooseDatabase" }
    )
  }
  if (found === undefined || found.others === 0 || (yield* CreateTables)) return
  return yield* refused(
    "the database has tables of another program, and none of Crosswalk. Nothing was written; say that they may share it, " +
      "or use another database",
    { action: "createTables" }
  )
})

const ledgerColumns = Columns.make("migration", { id: "migration_id", name: "name", created_at: "created_at" })
const decodeLedger = Columns.decoder(ledgerColumns, Schema.Struct({ id: Schema.Int }), "Migrations.run")

/** What migrates reads the list's texts by themselves, and one that is not UTF-8 would end the process. */
const requireReadable = Effect.gen(function* () {
  const sql = (yield* SqlClient.SqlClient).withoutTransforms()
  const rows = yield* sql`SELECT ${sql.literal(ledgerColumns.sql)} FROM crosswalk_migration`
  yield* Effect.forEach(rows, decodeLedger)
})

const refused = (problem: string, remedy: Remedy, cause?: unknown) =>
  new DatabaseError({ operation: "Migrations.run", reason: "migration", isRetryable: false, problem, remedy, cause })

/** What the tables of Crosswalk are: not there, of an earlier version, of this one, or of a later one. */
export const state: Effect.Effect<"none" | "older" | "current" | "newer", DatabaseError, SqlClient.SqlClient> =
  Effect.gen(function* () {
    const sql = (yield* SqlClient.SqlClient).withoutTransforms()
    yield* requireUtf8(yield* sql<{ readonly width: number }>`SELECT ${sql.literal(width)}`)
    const found = yield* applied
    return found === 0 ? "none" : found < newest ? "older" : found === newest ? "current" : "newer"
  }).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(toDatabaseError("Migrations.state")(error))))

/**
 * Fails where a table of an earlier version is gone: what comes after would not miss it, or would break off. Until somebody knows, what it
 * held may still be in a backup.
 */
const requireWhole = (found: number): Effect.Effect<void, DatabaseError | SqlError.SqlError, SqlClient.SqlClient> =>
  Effect.flatMap(tablesGone(runTo(found)), (gone) =>
    gone.length === 0
      ? Effect.void
      : refused(
          `the database is of an earlier version of Crosswalk (its tables are at ${found}), and not whole: ` +
            `${gone.slice(0, 3).join(", ")} ${gone.length === 1 ? "is" : "are"} not there. Nothing was brought up to date`,
          { action: "checkDatabase" }
        )
  )

/** Brings the tables to the state of a migration, by its number. */
export const runTo = Effect.fn("Migrations.run")(
  function* (last: number) {
    yield* requireLibsql
    const found = yield* applied
    if (found > newest) {
      return yield* refused(
        `the database was made by a newer version of Crosswalk (its tables are at ${found}, this version knows ` +
          `${newest}). Update Crosswalk, or use another database`,
        { action: "update" }
      )
    }
    if (found === 0) yield* requirePlace
    if (found > 0 && found < last) {
      yield* requireReadable
      yield* requireWhole(found)
    }
    if (found < last)
      yield* ServerWrites.persistent(yield* SqlClient.SqlClient)(
        Migrator.make({})({ loader: loader(last), table: ledger })
      ).pipe(
        Effect.catchIf(
          (error) => faultOf(error.cause) === "readonly",
          (cause) =>
            Effect.fail(
              found === 0
                ? refused("the database has no tables of Crosswalk", { action: "import" }, cause)
                : refused(
                    `the database is of an earlier version of Crosswalk (its tables are at ${found}, this version's at ` +
                      `${newest}), and may only be read. Open it for writing once`,
                    { action: "migrateDatabase" },
                    cause
                  )
            )
        )
      )
  },
  Effect.catchTags({
    SqlError: (error) => Effect.fail(toDatabaseError("Migrations.run")(error)),
    MigrationError: (error) => {
      // A server that went away, a full disk or a lock says more than that the migration did not end.
      const known = fromCause("Migrations.run")(error.cause)
      return Effect.fail(
        known.reason === "unknown" || known.reason === "constraint"
          ? refused(
              `${error.message} (${detailOf(error.cause ?? error)}). Nothing of it was kept: the tables are not as earlier ` +
                "versions made them. See what is wrong with them; if nothing is, report it",
              { action: "checkDatabase" },
              error.cause ?? error
            )
          : known
      )
    }
  })
)

/**
 * Brings the tables of Crosswalk, all prefixed `crosswalk_`, up to date in one transaction. A database that is up to
 * date is only read, so opening one takes no lock; one that a newer version made is refused with a DatabaseError.
 */
export const run: Effect.Effect<void, DatabaseError, SqlClient.SqlClient> = Effect.suspend(() => runTo(newest))

/** {@link run} once when the layer is built. */
export const layer: Layer.Layer<never, DatabaseError, SqlClient.SqlClient> = Layer.effectDiscard(run)
