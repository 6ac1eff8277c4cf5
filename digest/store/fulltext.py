"""The index of the words of all papers, as each database keeps one; triggers follow every change of a text.

SQLite: FTS5 without content of its own, so that no text stands twice. PostgreSQL: a tsvector for each paper, its
title weighted A, its abstract B, its authors C. A migration that makes the table `papers` anew must make the
triggers anew.
"""

from __future__ import annotations

from sqlalchemy import Connection

_OLD = (
    "INSERT INTO paper_words (paper_words, rowid, title, abstract, authors) VALUES ('delete', old.no, old.title,"
    " old.abstract, (SELECT group_concat(value, '; ') FROM json_each(old.authors)));"
)
_NEW = (
    "INSERT INTO paper_words (rowid, title, abstract, authors) VALUES (new.no, new.title,"
    " new.abstract, (SELECT group_concat(value, '; ') FROM json_each(new.authors)));"
)
_CHANGED = "old.title IS NOT new.title OR old.abstract IS NOT new.abstract OR old.authors IS NOT new.authors"

SQLITE = (
    "CREATE VIRTUAL TABLE paper_words USING fts5 (title, abstract, authors, content='',"
    " tokenize='unicode61 remove_diacritics 2')",
    f"CREATE TRIGGER papers_words_new AFTER INSERT ON papers BEGIN {_NEW} END",
    f"CREATE TRIGGER papers_words_gone AFTER DELETE ON papers BEGIN {_OLD} END",
    "CREATE TRIGGER papers_words_changed AFTER UPDATE OF title, abstract, authors ON papers"
    f" WHEN {_CHANGED} BEGIN {_OLD} {_NEW} END",
)

POSTGRESQL = (
    "CREATE TABLE paper_words (paper integer PRIMARY KEY REFERENCES papers (no) ON DELETE CASCADE,"
    " words tsvector NOT NULL)",
    "CREATE INDEX paper_words_words ON paper_words USING gin (words)",
    # What `searching` does to a word that is looked for: no accents, no signs, lower case.
    'CREATE FUNCTION plain_words(said text, weight "char") RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$'
    " SELECT setweight(to_tsvector('simple', regexp_replace(lower(regexp_replace(normalize("
    "left(coalesce(said, ''), 100000), NFKD), U&'[\\0300-\\036F]', '', 'g')), '[^[:alnum:]]+', ' ', 'g')), weight) $$",
    # JSON writes letters as \\uXXXX; jsonb undoes that, but refuses what PostgreSQL cannot hold.
    "CREATE FUNCTION plain_authors(said json) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN"
    " RETURN CAST(CAST(said AS jsonb) AS text); EXCEPTION WHEN OTHERS THEN RETURN CAST(said AS text); END $$",
    "CREATE FUNCTION index_paper_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " INSERT INTO paper_words (paper, words) VALUES (new.no, plain_words(new.title, 'A')"
    " || plain_words(new.abstract, 'B') || plain_words(plain_authors(new.authors), 'C'))"
    " ON CONFLICT (paper) DO UPDATE SET words = excluded.words; RETURN NULL; END $$",
    "CREATE TRIGGER papers_words_new AFTER INSERT ON papers FOR EACH ROW EXECUTE FUNCTION index_paper_words()",
    "CREATE TRIGGER papers_words_changed AFTER UPDATE OF title, abstract, authors ON papers FOR EACH ROW"
    " WHEN (old.title IS DISTINCT FROM new.title OR old.abstract IS DISTINCT FROM new.abstract"
    " OR CAST(old.authors AS text) IS DISTINCT FROM CAST(new.authors AS text))"
    " EXECUTE FUNCTION index_paper_words()",
)


def create(connection: Connection) -> None:
    """Make the index beside the tables that were just made."""
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
