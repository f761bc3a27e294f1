-- The tables of a store. A node is a thread, release or repository as GitHub answered: its payload is null where it is
-- gone, its updated_at is empty where a part of it is missing, and since is empty now.
CREATE TABLE IF NOT EXISTS nodes (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, updated_at TEXT NOT NULL, since TEXT NOT NULL, payload TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS repositories (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, configured TEXT, private INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS searches (load TEXT, search TEXT, covered TEXT, PRIMARY KEY (load, search)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS remarks (load TEXT, said TEXT, is_wrong INTEGER, PRIMARY KEY (load, said)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sizes (kind TEXT PRIMARY KEY, size REAL NOT NULL, page INTEGER NOT NULL) WITHOUT ROWID;
-- From version 1
-- It knew a queue. Threads stay to be read, and are asked for anew since less was asked then.
DROP TABLE asks;
DELETE FROM searches;
ALTER TABLE searches DROP COLUMN begun;
INSERT INTO nodes SELECT CASE WHEN kind LIKE 'own_%' THEN 'own ' ELSE '' END || id, kind, '', since, payload
    FROM things WHERE kind != 'remark' AND payload IS NOT NULL;
DROP TABLE things;
