"""A store that remembers much stays quick."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from digest.store import Store
from digest.store.sqlite import driver
from tests.builders import NOW, a_paper
from tests.stores import an_edition, claim, ingest, url

KEY = "ada/2026-11-21/folder:ada"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(url(tmp_path), now=NOW, busy_seconds=0.2) as opened:
        yield opened


def plan(store: Store, call: Callable[[], object]) -> list[str]:
    """How SQLite finds the rows of the queries that *call* makes of deliveries."""
    asked: list[tuple[str, object]] = []
    engine = store._database.engine  # type: ignore[union-attr]

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT") and "deliveries" in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    call()
    event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        execute = driver(connection).execute
        return [row[3] for sql, values in asked for row in execute("EXPLAIN QUERY PLAN " + sql, values)]


def test_claiming_reads_only_what_waits_however_much_was_settled(store: Store):
    store.queue([an_edition()], NOW)
    steps = plan(store, lambda: claim(store, skip=["slack"]))
    assert any("deliveries USING INDEX deliveries_due (due_at<?)" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step for step in steps), "no sorting"


def test_status_looks_for_what_is_stuck_in_small_indexes(store: Store):
    steps = " ".join(plan(store, lambda: (store.next_due(), store.expire(NOW), store.deliveries("dead"))))
    for index in ("deliveries_due", "deliveries_leased", "deliveries_dead"):
        assert index in steps


def test_a_hundred_new_papers_among_many_meet_a_handful_of_candidates_each(store: Store):
    words = ["steerable", "sparse", "causal", "graph", "neural", "speech", "video"]
    words += ["agent", "prompt", "latent", "robust", "token", "merging", "flow"]
    titles = [f"{words[n % 14]} {words[n // 14 % 14]} {words[n // 196 % 14]} study {n}" for n in range(3000)]
    known = [a_paper(title, id=f"p{n:05}") for n, title in enumerate(titles)]
    ingest(store, known)
    new = [a_paper(f"{words[n % 14]} {words[n // 7]} {words[(n * 5) % 14]} report", id="") for n in range(98)]
    with store.writing() as writer:
        found = writer.lookup(new)
    assert max(len(each) for each in found) <= 17
