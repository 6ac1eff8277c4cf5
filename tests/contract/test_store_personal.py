"""What is kept of a profile is handed out and forgotten as a whole, on every store."""

from __future__ import annotations

from datetime import timedelta

from digest.model import EditionReport, Failure, RunReport
from digest.store import Store, personal, schema
from tests.builders import NOW, a_paper
from tests.stores import TODAY, an_edition, ingest

MAIL = "email:ada@example.org"
KNOWN_OTHERWISE = {"deliveries", "profile_texts", "suppressed_targets"}
"""By the editions of the profile, by the name in one case, by its targets."""


def test_every_table_that_names_a_profile_or_a_person_is_handed_out_and_forgotten():
    names = {
        table.name
        for table in schema.metadata.tables.values()
        if {"profile", "person", "target", "address"} & set(table.columns.keys())
    }
    assert names - KNOWN_OTHERWISE == {table.name for table in (*personal.BY_NAME, *personal.BY_NUMBER)}


def test_a_forgotten_profile_leaves_nothing_and_another_one_everything(store: Store):
    ingest(store, [a_paper("One"), a_paper("Two")])
    for name in ("ada", "eve"):
        store.queue([an_edition("One", "Two", profile=name, targets=[f"email:{name}@example.org"])], NOW)
        store.vote(name, a_paper("One").id, "more", NOW)
        store.rest_until(name, TODAY, NOW)
        store.mute(name, "topic", "gas", NOW + timedelta(days=9), NOW)
        store.strike_term(name, "gas", NOW)
        store.unsubscribe(name, f"email:{name}@example.org", NOW)
        store.suppress(f"email:{name}@example.org", "gone", NOW)
    failed = [Failure(f"{name}/2026-11-21/email:{name}@example.org", "refused") for name in ("ada", "eve")]
    editions = tuple(EditionReport(name, TODAY, 2, 2, "queued") for name in ("ada", "eve"))
    store.save_report(RunReport(NOW, NOW, editions=editions, failures=tuple(failed)))
    before = store.held("eve")

    gone = store.forget("ada", [MAIL], NOW)
    assert {"votes": 1, "editions": 1, "deliveries": 1, "profiles": 1, "runs": 1}.items() <= gone.items()
    assert store.held("ada", [MAIL]) == {}
    assert store.forget("ada", [MAIL], NOW) == {}
    assert store.held("eve") == before
    (report,) = store.reports()
    assert [one.profile for one in report.editions] == ["eve"]
    assert report.failures == (failed[1],)
    assert store.suppressed().keys() == {"email:eve@example.org"}


def test_what_a_person_said_is_forgotten_in_every_profile(store: Store):
    ingest(store, [a_paper("One")])
    store.queue([an_edition("One", profile="ada"), an_edition("One", profile="eve")], NOW)
    for name in ("ada", "eve"):
        store.vote(name, a_paper("One").id, "more", NOW, person="slack:U1")
    store.vote("ada", a_paper("One").id, "save", NOW, person="slack:U2")
    assert [vote["profile"] for vote in store.said_by("slack:U1")] == ["ada", "eve"]
    assert store.forget_person("slack:U1") == 2
    assert [vote.person for vote in store.votes(["ada", "eve"])["ada"]] == ["slack:U2"]
