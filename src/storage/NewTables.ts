/**
 * What the migrations make of an empty database, in the order in which it is made: a new database needs no history.
 *
 * Written by `UPDATE_FIXTURES=1 vitest run test/storage/NewTables.test.ts`, which otherwise compares it with the migrations.
 */
export const statements: ReadonlyArray<string> = [
  `CREATE TABLE crosswalk_catalog (
      id TEXT PRIMARY KEY NOT NULL,
      created_at INTEGER NOT NULL
    , boilerplate TEXT)`,
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
    , identifier TEXT, label TEXT, role TEXT NOT NULL DEFAULT 'requirement', identifier_normal TEXT, label_normal TEXT, natural TEXT NOT NULL DEFAULT '')`,
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
    , tokens INTEGER)`,
  `CREATE INDEX crosswalk_embedding_of_model ON crosswalk_embedding (model_id)`,
  `CREATE VIRTUAL TABLE crosswalk_keyword USING fts5(
      title, description, content='crosswalk_reference', content_rowid='id',
      tokenize='porter unicode61 remove_diacritics 2'
    )`,
  `CREATE TRIGGER crosswalk_keyword_insert AFTER INSERT ON crosswalk_reference BEGIN INSERT INTO crosswalk_keyword (rowid, title, description) VALUES (new.id, new.title, new.description); END`,
  `CREATE TRIGGER crosswalk_keyword_delete AFTER DELETE ON crosswalk_reference BEGIN INSERT INTO crosswalk_keyword (crosswalk_keyword, rowid, title, description)
      VALUES ('delete', old.id, old.title, old.description); END`,
  `CREATE TRIGGER crosswalk_keyword_update AFTER UPDATE OF title, description ON crosswalk_reference
      WHEN old.title IS NOT new.title OR old.description IS NOT new.description BEGIN INSERT INTO crosswalk_keyword (crosswalk_keyword, rowid, title, description)
      VALUES ('delete', old.id, old.title, old.description); INSERT INTO crosswalk_keyword (rowid, title, description) VALUES (new.id, new.title, new.description); END`,
  `CREATE VIRTUAL TABLE crosswalk_trigram USING fts5(
      title, description, content='crosswalk_reference', content_rowid='id', tokenize='trigram'
    )`,
  `CREATE TRIGGER crosswalk_trigram_insert AFTER INSERT ON crosswalk_reference BEGIN INSERT INTO crosswalk_trigram (rowid, title, description) VALUES (new.id, new.title, new.description); END`,
  `CREATE TRIGGER crosswalk_trigram_delete AFTER DELETE ON crosswalk_reference BEGIN INSERT INTO crosswalk_trigram (crosswalk_trigram, rowid, title, description)
      VALUES ('delete', old.id, old.title, old.description); END`,
  `CREATE TRIGGER crosswalk_trigram_update AFTER UPDATE OF title, description ON crosswalk_reference
      WHEN old.title IS NOT new.title OR old.description IS NOT new.description BEGIN INSERT INTO crosswalk_trigram (crosswalk_trigram, rowid, title, description)
      VALUES ('delete', old.id, old.title, old.description); INSERT INTO crosswalk_trigram (rowid, title, description) VALUES (new.id, new.title, new.description); END`,
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
  `CREATE TABLE crosswalk_change (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      reference_id INTEGER NOT NULL,
      nonce INTEGER NOT NULL DEFAULT (random() & 2147483647)
    )`,
  `CREATE TRIGGER crosswalk_change_insert AFTER INSERT ON crosswalk_embedding BEGIN
        INSERT INTO crosswalk_change (reference_id) VALUES (new.reference_id);
      END`,
  `CREATE TRIGGER crosswalk_change_update AFTER UPDATE ON crosswalk_embedding BEGIN
        INSERT INTO crosswalk_change (reference_id) VALUES (new.reference_id);
      END`,
  `CREATE TRIGGER crosswalk_change_delete AFTER DELETE ON crosswalk_embedding BEGIN
        INSERT INTO crosswalk_change (reference_id) VALUES (old.reference_id);
      END`,
  `CREATE TABLE crosswalk_decision (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      step INTEGER NOT NULL,
      undoes INTEGER,
      sources TEXT NOT NULL,
      targets TEXT NOT NULL,
      before TEXT,
      after TEXT,
      reviewer TEXT,
      note TEXT,
      at INTEGER NOT NULL
    , catalog TEXT, chosen TEXT, from_catalog TEXT, to_catalog TEXT)`,
  `CREATE INDEX crosswalk_decision_step ON crosswalk_decision (step)`,
  `CREATE INDEX crosswalk_decision_undoes ON crosswalk_decision (undoes) WHERE undoes IS NOT NULL`,
  `CREATE INDEX crosswalk_reference_identifier ON crosswalk_reference (identifier_normal)
        WHERE identifier_normal IS NOT NULL`,
  `CREATE INDEX crosswalk_reference_label ON crosswalk_reference (label_normal) WHERE label_normal IS NOT NULL`,
  `CREATE TABLE crosswalk_relation (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      key TEXT NOT NULL,
      catalog TEXT,
      type TEXT NOT NULL,
      confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
      status TEXT NOT NULL,
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
  `CREATE INDEX crosswalk_relation_status ON crosswalk_relation (status)`,
  `CREATE INDEX crosswalk_relation_end_reference ON crosswalk_relation_end (reference_id)`,
  `CREATE TRIGGER crosswalk_change_prune AFTER INSERT ON crosswalk_change WHEN new.seq % 1024 = 0 BEGIN
      DELETE FROM crosswalk_change
      WHERE seq <= new.seq - max(131072, coalesce((SELECT max(reference_id) FROM crosswalk_embedding) / 5, 0));
    END`,
  `CREATE INDEX crosswalk_embedding_tokens ON crosswalk_embedding (model_id, tokens)`,
  `CREATE INDEX crosswalk_reference_natural ON crosswalk_reference (natural)`,
  `CREATE INDEX crosswalk_reference_catalog ON crosswalk_reference (catalog, natural)`,
  `CREATE INDEX crosswalk_decision_sample ON crosswalk_decision (from_catalog, to_catalog) WHERE chosen = 'sample'`,
  `CREATE TABLE crosswalk_commit (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      mark TEXT NOT NULL UNIQUE,
      at INTEGER NOT NULL DEFAULT (unixepoch())
    )`,
  `CREATE INDEX crosswalk_commit_at ON crosswalk_commit (at)`,
  `CREATE TRIGGER crosswalk_commit_prune AFTER INSERT ON crosswalk_commit BEGIN
      DELETE FROM crosswalk_commit WHERE at < unixepoch() - 3600;
    END`,
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
      END`,
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
      UPDATE crosswalk_reading
        SET is_current = text_hash IS NULL AND title IS new.title AND description IS new.description
        WHERE uri = new.uri;
    END`,
  `CREATE TRIGGER crosswalk_reference_return AFTER INSERT ON crosswalk_reference
      WHEN EXISTS (SELECT 1 FROM crosswalk_reading WHERE uri = new.uri) BEGIN
      UPDATE crosswalk_reading
        SET is_current = text_hash IS NULL AND title IS new.title AND description IS new.description
        WHERE uri = new.uri;
      INSERT INTO crosswalk_relation (id, key, catalog, type, confidence, status, provenance, created_at, updated_at)
        SELECT * FROM (
          SELECT o.id, (SELECT group_concat(id) FROM (SELECT r.id FROM crosswalk_pin AS p JOIN crosswalk_reading AS d ON d.id = p.reading_id
    JOIN crosswalk_reference AS r ON r.uri = d.uri WHERE p.relation_id = o.id AND p.side = 'source' ORDER BY r.id)) || '>' || coalesce('@' || o.catalog, (SELECT group_concat(id) FROM (SELECT r.id FROM crosswalk_pin AS p JOIN crosswalk_reading AS d ON d.id = p.reading_id
    JOIN crosswalk_reference AS r ON r.uri = d.uri WHERE p.relation_id = o.id AND p.side = 'target' ORDER BY r.id))) AS key, o.catalog, o.type,
            o.confidence, o.status, o.provenance, o.created_at, o.updated_at
          FROM crosswalk_orphan AS o WHERE o.id IN (SELECT p.relation_id FROM crosswalk_reading AS d JOIN crosswalk_pin AS p ON p.reading_id = d.id
    WHERE d.uri = new.uri)
  AND NOT EXISTS (SELECT 1 FROM crosswalk_pin AS p JOIN crosswalk_reading AS d ON d.id = p.reading_id
    WHERE p.relation_id = o.id AND NOT EXISTS (SELECT 1 FROM crosswalk_reference AS r WHERE r.uri = d.uri))
        ) AS o WHERE NOT EXISTS (SELECT 1 FROM crosswalk_relation AS x WHERE x.key = o.key AND x.type = o.type);
      INSERT INTO crosswalk_relation_end (relation_id, side, reference_id)
        SELECT p.relation_id, p.side, r.id FROM crosswalk_orphan AS o
          JOIN crosswalk_relation AS x ON x.id = o.id
          JOIN crosswalk_pin AS p ON p.relation_id = o.id
          JOIN crosswalk_reading AS d ON d.id = p.reading_id
          JOIN crosswalk_reference AS r ON r.uri = d.uri
        WHERE o.id IN (SELECT p.relation_id FROM crosswalk_reading AS d JOIN crosswalk_pin AS p ON p.reading_id = d.id
    WHERE d.uri = new.uri)
  AND NOT EXISTS (SELECT 1 FROM crosswalk_pin AS p JOIN crosswalk_reading AS d ON d.id = p.reading_id
    WHERE p.relation_id = o.id AND NOT EXISTS (SELECT 1 FROM crosswalk_reference AS r WHERE r.uri = d.uri));
      DELETE FROM crosswalk_orphan WHERE id IN (SELECT o.id FROM crosswalk_orphan AS o WHERE o.id IN (SELECT p.relation_id FROM crosswalk_reading AS d JOIN crosswalk_pin AS p ON p.reading_id = d.id
    WHERE d.uri = new.uri)
  AND NOT EXISTS (SELECT 1 FROM crosswalk_pin AS p JOIN crosswalk_reading AS d ON d.id = p.reading_id
    WHERE p.relation_id = o.id AND NOT EXISTS (SELECT 1 FROM crosswalk_reference AS r WHERE r.uri = d.uri)));
    END`,
  `CREATE TRIGGER crosswalk_orphan_delete AFTER DELETE ON crosswalk_orphan
      WHEN NOT EXISTS (SELECT 1 FROM crosswalk_relation WHERE id = old.id) BEGIN
      DELETE FROM crosswalk_pin WHERE relation_id = old.id;
    END`,
  `CREATE TABLE crosswalk_passage (
      key INTEGER PRIMARY KEY,
      reference_id INTEGER NOT NULL REFERENCES crosswalk_reference (id),
      model_id INTEGER NOT NULL REFERENCES crosswalk_embedding_model (id),
      vector BLOB NOT NULL
    )`,
  `CREATE INDEX crosswalk_passage_reference ON crosswalk_passage (reference_id)`,
  `CREATE INDEX crosswalk_passage_of_model ON crosswalk_passage (model_id)`,
  `CREATE TRIGGER crosswalk_passage_update AFTER UPDATE ON crosswalk_embedding BEGIN
        DELETE FROM crosswalk_passage WHERE reference_id = old.reference_id;
      END`,
  `CREATE TRIGGER crosswalk_passage_delete AFTER DELETE ON crosswalk_embedding BEGIN
        DELETE FROM crosswalk_passage WHERE reference_id = old.reference_id;
      END`,
  `CREATE TRIGGER crosswalk_change_passage_insert AFTER INSERT ON crosswalk_passage BEGIN
        INSERT INTO crosswalk_change (reference_id) VALUES (new.key);
      END`,
  `CREATE TRIGGER crosswalk_change_passage_update AFTER UPDATE ON crosswalk_passage BEGIN
        INSERT INTO crosswalk_change (reference_id) VALUES (new.key);
      END`,
  `CREATE TRIGGER crosswalk_change_passage_delete AFTER DELETE ON crosswalk_passage BEGIN
        INSERT INTO crosswalk_change (reference_id) VALUES (old.key);
      END`,
  `CREATE VIRTUAL TABLE crosswalk_metadata USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii')`,
  `CREATE VIRTUAL TABLE crosswalk_metadata_term USING fts5vocab(crosswalk_metadata, instance)`,
  `CREATE TRIGGER crosswalk_metadata_insert AFTER INSERT ON crosswalk_reference WHEN new.metadata IS NOT NULL BEGIN INSERT INTO crosswalk_metadata (rowid, terms) SELECT id, group_concat(terms, ' ') FROM (
  SELECT id, hex(key) || CASE type
      WHEN 'text' THEN 't' || hex(substr(value, 1, 32))
        || CASE WHEN value GLOB '*[0-9]*' AND value NOT GLOB '*[^0-9.eE+-]*' AND value NOT GLOB '[eE.+]*' THEN '","' || hex(key) || 'n' || printf('%016lld', CAST((min(max(CAST(value AS REAL), -100000000000.0), 100000000000.0) + 100000000000.0) * 10000.0 AS INTEGER)) ELSE '' END
      WHEN 'integer' THEN 'n' || printf('%016lld', CAST((min(max(value, -100000000000.0), 100000000000.0) + 100000000000.0) * 10000.0 AS INTEGER))
      WHEN 'real' THEN 'n' || printf('%016lld', CAST((min(max(value, -100000000000.0), 100000000000.0) + 100000000000.0) * 10000.0 AS INTEGER))
      ELSE 'b' || type END AS terms
  FROM (SELECT r.id, m.key, iif(m.type = 'array', e.type, m.type) AS type, iif(m.type = 'array', e.atom, m.atom) AS value
    FROM (SELECT new.id AS id, new.metadata AS metadata) AS r JOIN json_each(iif(json_valid(r.metadata), r.metadata, '{}')) AS m
      JOIN json_each(iif(m.type = 'array', m.value, '[0]')) AS e)
  WHERE type NOT IN ('array', 'object')) GROUP BY id; END`,
  `CREATE TRIGGER crosswalk_metadata_delete AFTER DELETE ON crosswalk_reference WHEN old.metadata IS NOT NULL BEGIN DELETE FROM crosswalk_metadata WHERE rowid = old.id; END`,
  `CREATE TRIGGER crosswalk_metadata_update AFTER UPDATE OF metadata ON crosswalk_reference
    WHEN old.metadata IS NOT new.metadata BEGIN DELETE FROM crosswalk_metadata WHERE rowid = old.id; INSERT INTO crosswalk_metadata (rowid, terms) SELECT id, group_concat(terms, ' ') FROM (
  SELECT id, hex(key) || CASE type
      WHEN 'text' THEN 't' || hex(substr(value, 1, 32))
        || CASE WHEN value GLOB '*[0-9]*' AND value NOT GLOB '*[^0-9.eE+-]*' AND value NOT GLOB '[eE.+]*' THEN '","' || hex(key) || 'n' || printf('%016lld', CAST((min(max(CAST(value AS REAL), -100000000000.0), 100000000000.0) + 100000000000.0) * 10000.0 AS INTEGER)) ELSE '' END
      WHEN 'integer' THEN 'n' || printf('%016lld', CAST((min(max(value, -100000000000.0), 100000000000.0) + 100000000000.0) * 10000.0 AS INTEGER))
      WHEN 'real' THEN 'n' || printf('%016lld', CAST((min(max(value, -100000000000.0), 100000000000.0) + 100000000000.0) * 10000.0 AS INTEGER))
      ELSE 'b' || type END AS terms
  FROM (SELECT r.id, m.key, iif(m.type = 'array', e.type, m.type) AS type, iif(m.type = 'array', e.atom, m.atom) AS value
    FROM (SELECT new.id AS id, new.metadata AS metadata) AS r JOIN json_each(iif(json_valid(r.metadata), r.metadata, '{}')) AS m
      JOIN json_each(iif(m.type = 'array', m.value, '[0]')) AS e)
  WHERE type NOT IN ('array', 'object')) GROUP BY id; END`,
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
    END`,
  `CREATE VIRTUAL TABLE crosswalk_trigram_term USING fts5vocab(crosswalk_trigram, instance)`,
  `CREATE INDEX crosswalk_reference_title_end ON crosswalk_reference (substr(title, -2)) WHERE substr(title, -2) >= char(3584)`,
  `CREATE INDEX crosswalk_reference_title_last ON crosswalk_reference (substr(title, -1)) WHERE substr(title, -1) >= char(3584)`,
  `CREATE INDEX crosswalk_reference_description_end ON crosswalk_reference (substr(description, -2)) WHERE substr(description, -2) >= char(3584)`,
  `CREATE INDEX crosswalk_reference_description_last ON crosswalk_reference (substr(description, -1)) WHERE substr(description, -1) >= char(3584)`,
  `CREATE TABLE crosswalk_text_change (
      seq INTEGER PRIMARY KEY,
      reference_id INTEGER NOT NULL,
      nonce INTEGER NOT NULL DEFAULT (random() & 2147483647)
    )`,
  `CREATE TRIGGER crosswalk_text_change_insert AFTER INSERT ON crosswalk_reference BEGIN
      INSERT INTO crosswalk_text_change (reference_id) VALUES (new.id);
    END`,
  `CREATE TRIGGER crosswalk_text_change_update AFTER UPDATE OF uri, title, description ON crosswalk_reference WHEN old.uri IS NOT new.uri OR old.title IS NOT new.title OR old.description IS NOT new.description BEGIN
      INSERT INTO crosswalk_text_change (reference_id) VALUES (new.id);
    END`,
  `CREATE TRIGGER crosswalk_text_change_delete AFTER DELETE ON crosswalk_reference BEGIN
      INSERT INTO crosswalk_text_change (reference_id) VALUES (old.id);
    END`,
  `CREATE TRIGGER crosswalk_text_change_prune AFTER INSERT ON crosswalk_text_change WHEN new.seq % 1024 = 0 BEGIN
      DELETE FROM crosswalk_text_change
      WHERE seq <= new.seq - max(131072, coalesce((SELECT max(id) FROM crosswalk_reference) / 5, 0));
    END`,
  // The state before the first change has a nonce too.
  `INSERT INTO crosswalk_change (reference_id) VALUES (0)`,
  `INSERT INTO crosswalk_text_change (reference_id) VALUES (0)`
]
