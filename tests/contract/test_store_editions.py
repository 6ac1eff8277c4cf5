"""What every store remembers of news and editions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.model import Change, Digest, Part, Pick, Reason, Section, Target
from digest.store import QueuedEdition, Store
from tests.builders import NOW, a_digest, a_paper, a_pick
from tests.stores import DAY, TODAY, a_dump, an_edition, an_empty_edition, claim, ingest

TOMORROW = date(2026, 11, 22)


def update(store: Store, paper_id: str, cause: str = "code", *, days: int = 0) -> Change:
    with store.writing() as writer:
        known = writer.known([paper_id])[paper_id]
        change = Change(known.paper, "updated", cause, ("code_url",))  # type: ignore[arg-type]
        return writer.add_changes([change], NOW + timedelta(days=days))[0]


def news(store: Store, cursor: int = 0, **wanted: object) -> list[tuple[str, str, str]]:
    return [(c.paper.id, c.kind, c.cause) for c in store.changes_after(cursor, **wanted)]  # type: ignore[arg-type]


def test_changes_get_growing_numbers_in_the_order_given(store: Store):
    first = ingest(store, [a_paper("One"), a_paper("Two")])
    second = ingest(store, [a_paper("Three")], a_dump("d2"))
    numbers = [change.id for change in (*first, *second)]
    assert numbers == sorted(set(numbers))
    assert store.last_change() == numbers[-1]
    assert [change.paper.title for change in store.changes_after(first[0].id)] == ["Two", "Three"]


def test_an_empty_store_has_no_news(store: Store):
    assert (store.last_change(), store.cursor_at(NOW), store.changes_after(0)) == (0, 0, ())


def test_news_shows_the_paper_as_it_is_today(store: Store):
    ingest(store, [a_paper(id="p")])
    with store.writing() as writer:
        known = writer.known(["p"])["p"]
        writer.save([replace(known, paper=replace(known.paper, upvotes=99))], NOW)
    assert store.changes_after(0)[0].paper.upvotes == 99


def test_a_new_paper_swallows_its_updates_and_keeps_its_place(store: Store):
    ingest(store, [a_paper("One", id="p1"), a_paper("Two", id="p2")])
    update(store, "p1")
    assert news(store) == [("p1", "new", "new"), ("p2", "new", "new")]


def test_an_update_counts_where_the_paper_was_known_before_the_window(store: Store):
    ingest(store, [a_paper("One", id="p1")])
    update(store, "p1", "code")
    update(store, "p1", "surge")
    assert news(store, 1) == [("p1", "updated", "surge")]
    assert news(store, 1, causes=("code",)) == [("p1", "updated", "code")]
    assert news(store, 1, causes=()) == []


def test_news_ends_where_asked(store: Store):
    ingest(store, [a_paper("One", id="p1"), a_paper("Two", id="p2")])
    assert news(store, 0, upto=1) == [("p1", "new", "new")]


def test_a_cursor_for_an_instant_lies_before_what_came_at_it_and_later(store: Store):
    ingest(store, [a_paper("One", id="p1")])
    update(store, "p1", days=2)
    assert [store.cursor_at(NOW + timedelta(days=d)) for d in (0, 1, 2, 3)] == [0, 1, 1, 2]


def test_an_edition_comes_back_as_it_was_composed(store: Store):
    digest = Digest(
        "ada",
        TODAY,
        (
            Section(
                "Größe",
                (
                    replace(
                        a_pick("One"),
                        parts=(Part("words", 0.5, "α"), Part("popular", -0.125)),
                    ),
                ),
            ),
            Section("", (Pick(Change(a_paper("Two", published=DAY), "updated", "surge", ("upvotes",), 7), 0.1),)),
        ),
        also=(replace(a_pick("Three"), reasons=(Reason("like", ("A title",)),)),),
        considered=12,
        left_out=9,
        notes=("Late.",),
    )
    assert store.queue([QueuedEdition(digest, (Target("folder", "ada"),), 3)], NOW) == ("queued",)
    assert store.digest("ada", TODAY) == digest
    assert store.digest("ada", TOMORROW) is None
    assert store.digest("bob", TODAY) is None


def test_queueing_writes_deliveries_cursor_and_day_together(store: Store):
    targets = ("email:ada@example.org", "slack:C1", "folder:ada")
    assert store.queue([an_edition(targets=targets, cursor=42)], NOW) == ("queued",)
    assert store.edition_states({"ada": TODAY}) == {"ada": "queued"}
    assert store.cursors(["ada", "bob"]) == {"ada": 42}
    assert store.last_edition_day(["ada", "bob"]) == {"ada": TODAY}
    waiting = store.deliveries("queued")
    assert {d.key for d in waiting} == {f"ada/2026-11-21/{target}" for target in targets}
    assert {(d.profile, d.date, d.due_at, d.queued_at, d.attempts) for d in waiting} == {("ada", TODAY, NOW, NOW, 0)}


def test_an_edition_exists_once_per_profile_and_date(store: Store):
    assert store.queue([an_edition("One")], NOW) == ("queued",)
    assert store.queue([an_edition("Two", targets=("email:x@example.org",), cursor=9)], NOW) == ("exists",)
    assert store.digest("ada", TODAY) == a_digest("One")
    assert [d.key for d in store.deliveries()] == ["ada/2026-11-21/folder:ada"]
    assert store.cursors(["ada"]) == {"ada": 1}, "what was not shown stays to be considered"


def test_an_edition_given_twice_at_once_is_taken_once(store: Store):
    assert store.queue([an_edition("One"), an_edition("Two")], NOW) == ("queued", "exists")


def test_another_date_and_another_profile_are_other_editions(store: Store):
    both = [
        an_edition("One"),
        an_edition("Two", day=TOMORROW),
        an_edition("One", profile="bob", targets=("folder:bob",)),
    ]
    assert store.queue(both, NOW) == ("queued", "queued", "queued")
    assert store.last_edition_day(["ada", "bob"]) == {"ada": TOMORROW, "bob": TODAY}
    assert store.edition_states({"ada": TOMORROW, "bob": TOMORROW}) == {"ada": "queued"}


def test_an_empty_edition_has_no_deliveries_and_still_moves_the_cursor(store: Store):
    assert store.queue([an_empty_edition(cursor=5)], NOW) == ("empty",)
    assert store.edition_states({"ada": TODAY}) == {"ada": "empty"}
    assert (store.deliveries(), store.cursors(["ada"])) == ([], {"ada": 5})


def test_an_empty_edition_is_replaced_and_a_queued_one_never(store: Store):
    store.queue([an_empty_edition()], NOW)
    assert store.queue([an_edition("Late", cursor=8)], NOW) == ("queued",)
    assert store.queue([an_empty_edition(cursor=9)], NOW) == ("exists",)
    assert store.digest("ada", TODAY) == a_digest("Late")
    assert store.cursors(["ada"]) == {"ada": 8}


def test_an_edition_composed_from_a_cursor_that_has_moved_is_not_taken(store: Store):
    composed_together = [replace(an_edition("One", day=day), since=0) for day in (TODAY, TOMORROW)]
    assert store.queue(composed_together[:1], NOW) == ("queued",)
    assert store.queue(composed_together[1:], NOW) == ("exists",), "another pass has offered the same papers"
    assert store.digest("ada", TOMORROW) is None


def test_a_cursor_never_goes_back(store: Store):
    store.queue([an_edition(cursor=9)], NOW)
    store.queue([an_edition(cursor=4, day=date(2026, 11, 1))], NOW)
    assert (store.cursors(["ada"]), store.last_edition_day(["ada"])) == ({"ada": 9}, {"ada": TODAY})


def test_what_was_shown_in_full_or_in_a_line_counts_as_offered(store: Store):
    papers = [a_paper(f"Paper {n}", id=f"p{n}") for n in range(4)]
    ingest(store, papers)
    full, line, surge = (Pick(Change(papers[n], "new"), 0.9) for n in range(3))
    surge = replace(surge, change=Change(papers[2], "updated", "surge"))
    digest = Digest("ada", TODAY, (Section("", (full, surge)),), also=(line,))
    store.queue([QueuedEdition(digest, (), 4)], NOW)

    assert store.offered("ada", ["p0", "p1", "p2", "p3"]) == {
        "p0": frozenset({"new"}),
        "p1": frozenset({"new"}),
        "p2": frozenset({"surge"}),
    }
    assert store.offered("bob", ["p0"]) == {}
    assert [(o.profile, o.day, o.cause) for o in store.paper_history("p2")[2]] == [("ada", TODAY, "surge")]


def test_a_paper_may_be_shown_twice_for_one_cause(store: Store):
    ingest(store, papers := [a_paper("Again", id="p"), a_paper("Beside it", id="q")])
    for day, shown in ((TODAY, papers[:1]), (TOMORROW, papers)):
        picks = tuple(Pick(Change(paper, "updated", "surge"), 0.5) for paper in shown)
        store.queue([QueuedEdition(Digest("ada", day, (Section("", picks),)), (), 1)], NOW)
    assert store.offered("ada", ["p", "q"]) == dict.fromkeys(("p", "q"), frozenset({"surge"}))
    assert store.digest("ada", TOMORROW).picks[1].change.paper == papers[1]


def test_a_target_named_twice_gets_one_message(store: Store):
    store.queue([an_edition(targets=("folder:ada", "folder:ada"))], NOW)
    assert len(claim(store)) == 1


def test_ten_thousand_profiles_are_asked_for_at_once(store: Store):
    names = [f"reader{n}" for n in range(10_000)]
    store.queue([an_empty_edition(name, cursor=n) for n, name in enumerate(names)], NOW)
    assert store.cursors(names)["reader9999"] == 9999
    assert len(store.edition_states(dict.fromkeys(names, TODAY))) == 10_000


def test_nothing_stays_of_editions_that_fail_together(store: Store):
    broken = an_edition("Two", profile="bob")
    broken = replace(broken, cursor=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        store.queue([an_edition("One"), broken], NOW)
    assert store.edition_states({"ada": TODAY, "bob": TODAY}) == {}
    assert store.deliveries() == []


def test_an_archive_is_listed_without_reading_what_it_holds(store: Store):
    titles = ('"title":"Not this one"', "Second \\ of ünïcode")
    for day, title in zip((DAY, TODAY), titles, strict=True):
        store.queue([QueuedEdition(a_digest(title, "Other", day=day), (), 1)], NOW)
    store.queue([QueuedEdition(Digest("bob", DAY), (), 1)], NOW)
    assert store.listed("ada", [DAY, TODAY]) == [(TODAY, 2, titles[1]), (DAY, 2, titles[0])]
    assert store.listed("bob", [DAY]) == []
    assert store.listed("ada", []) == []


def test_since_when_a_profile_is_shown_papers_is_kept(store: Store):
    ingest(store, [a_paper("One")])
    store.queue([QueuedEdition(Digest("ada", DAY), (), 1)], NOW)
    assert store.shown_since(["ada", "bob"]) == {}
    store.queue([QueuedEdition(a_digest("One", day=TODAY), (), 1)], NOW)
    store.queue([QueuedEdition(a_digest("Two", day=TOMORROW), (), 1)], NOW)
    assert store.shown_since(["ada", "bob"]) == {"ada": TODAY}


def test_the_last_vote_of_a_profile_is_anybodys(store: Store):
    ingest(store, [a_paper("One", id="p1"), a_paper("Two", id="p2")])
    store.queue([QueuedEdition(Digest("ada", DAY), (), 1)], NOW)
    assert store.last_votes(["ada"]) == {}
    store.vote("ada", "p1", "save", NOW + timedelta(days=1), person="slack:U1")
    store.vote("ada", "p2", "less", NOW)
    assert store.last_votes(["ada", "bob"]) == {"ada": NOW + timedelta(days=1)}
