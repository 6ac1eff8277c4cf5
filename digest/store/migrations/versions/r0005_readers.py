"""What readers say: who wants no more, who rests, votes; and an index of the words of all papers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# As digest.store.fulltext had it then: a migration does not change with the code.
_OLD = (
    "INSERT INTO paper_words (paper_words, rowid, title, abstract, authors) VALUES ('delete', old.no, old.title,"
    " old.abstract, (SELECT group_concat(value, '; ') FROM json_each(old.authors)));"
)
_NEW = (
    "INSERT INTO paper_words (rowid, title, abstract, authors) VALUES (new.no, new.title,"
    " new.abstract, (SELECT group_concat(value, '; ') FROM json_each(new.authors)));"
)
_CHANGED = "old.title IS NOT new.title OR old.abstract IS NOT new.abstract OR old.authors IS NOT new.authors"

_SQLITE = (
    "CREATE VIRTUAL TABLE paper_words USING fts5 (title, abstract, authors, content='',"
    " tokenize='unicode61 remove_diacritics 2')",
    f"CREATE TRIGGER papers_words_new AFTER INSERT ON papers BEGIN {_NEW} END",
    f"CREATE TRIGGER papers_words_gone AFTER DELETE ON papers BEGIN {_OLD} END",
    "CREATE TRIGGER papers_words_changed AFTER UPDATE OF title, abstract, authors ON papers"
    f" WHEN {_CHANGED} BEGIN {_OLD} {_NEW} END",
)

_POSTGRESQL = (
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
_FILL = {
    "sqlite": "INSERT INTO paper_words (rowid, title, abstract, authors) SELECT no, title, abstract,"
    " (SELECT group_concat(value, '; ') FROM json_each(papers.authors)) FROM papers",
    "postgresql": "INSERT INTO paper_words (paper, words) SELECT no, plain_words(title, 'A')"
    " || plain_words(abstract, 'B') || plain_words(plain_authors(authors), 'C') FROM papers",
}


def upgrade() -> None:
    op.create_table(
        "leavers",
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("profile", "target"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rests",
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("profile"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "votes",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("paper", sa.Integer(), nullable=False),
        sa.Column("vote", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["paper"], ["papers.no"]),
        sa.ForeignKeyConstraint(["profile"], ["profiles.no"]),
        sa.PrimaryKeyConstraint("profile", "person", "paper"),
        sqlite_with_rowid=False,
    )
    op.create_index("votes_at", "votes", ["at"])
    bind = op.get_bind()
    for statement in _SQLITE if bind.dialect.name == "sqlite" else _POSTGRESQL:
        bind.exec_driver_sql(statement)
    bind.exec_driver_sql(_FILL[bind.dialect.name])
