"""What readers asked for and said: kept, taken back, and honoured where deliveries are claimed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from digest.model import Paper
from digest.store import Store, Wanted, searching, terms
from tests.builders import NOW, a_paper
from tests.stores import a_dump, a_known, an_edition, claim, ingest

LATER = NOW + timedelta(hours=1)


def keys(store: Store) -> list[str]:
    return [delivery.key for delivery in claim(store)]


# ---------------------------------------------------------------- leaving


def test_an_unsubscription_counts_once_and_can_be_taken_back(store: Store):
    assert store.unsubscribe("ada", "email:ada@example.org", NOW)
    assert not store.unsubscribe("ada", "email:ada@example.org", LATER)
    assert store.unsubscribed() == {"ada": {"email:ada@example.org"}}
    assert store.resubscribe("ada", "email:other@example.org") == 0
    assert store.resubscribe("ada", "email:ada@example.org") == 1
    assert store.unsubscribed() == {}


def test_fault_48_who_unsubscribes_while_messages_wait_is_not_sent_them(store: Store):
    store.queue([an_edition(targets=["email:ada@example.org", "email:bob@example.org"])], NOW)
    store.queue([an_edition(profile="eve", targets=["email:ada@example.org"])], NOW)
    store.unsubscribe("ada", "email:ada@example.org", NOW)
    assert keys(store) == ["ada/2026-11-21/email:bob@example.org", "eve/2026-11-21/email:ada@example.org"]
    (gone,) = store.deliveries("dead")
    assert gone.key == "ada/2026-11-21/email:ada@example.org"
    assert "unsubscribed" in gone.error
    assert store.lost(NOW - timedelta(days=1)) == [], "nobody has to look at it"


def test_fault_48_a_whole_batch_of_leavers_does_not_hide_those_behind_it(store: Store):
    store.queue([an_edition(targets=[f"email:a{n}@example.org" for n in range(9)])], NOW)
    for n in range(8):
        store.unsubscribe("ada", f"email:a{n}@example.org", NOW)
    assert [one.target.address for one in claim(store, limit=4)] == ["a8@example.org"]


def test_fault_48_what_is_queued_again_after_the_reader_left_is_not_sent(store: Store):
    store.queue([an_edition(targets=["email:ada@example.org"])], NOW)
    (delivery,) = claim(store)
    store.unsubscribe("ada", "email:ada@example.org", NOW)
    store.retry(delivery.key, NOW) or store.expire(NOW, orphans=True)
    assert keys(store) == []


def test_a_rest_is_replaced_by_a_later_one_and_ended(store: Store):
    store.rest_until("ada", date(2026, 12, 1), NOW)
    store.rest_until("ada", date(2026, 12, 24), LATER)
    (rest,) = store.rests().values()
    assert (rest.until, rest.since) == (date(2026, 12, 24), LATER)
    assert store.status(NOW).rests == {"ada": rest}
    assert store.wake("ada")
    assert not store.wake("ada")
    assert store.rests() == {}


# ---------------------------------------------------------------- muting


def test_what_is_muted_holds_until_it_is_over_or_taken_back(store: Store):
    month = NOW + timedelta(days=30)
    assert store.mute("ada", "author", " Ada\tFrost ", month, NOW)
    assert store.mute("ada", "topic", "protein", LATER, NOW)
    assert store.mute("eve", "topic", "x" * 500, month, NOW), "too long is cut, not refused"
    assert not store.mute("ada", "topic", " ", month, NOW)
    assert [(one.kind, one.what) for one in store.mutes(None, NOW)["ada"]] == [
        ("author", "Ada Frost"), ("topic", "protein"),
    ]  # fmt: skip
    assert [one.what for one in store.mutes(["ada", "bob"], LATER)["ada"]] == ["Ada Frost"]
    assert store.mute("ada", "author", "Ada Frost", LATER, NOW), "the last word counts"
    assert store.mutes(["ada"], LATER) == {}
    assert store.unmute("ada", "author", "Ada Frost")
    assert not store.unmute("ada", "author", "Ada Frost")


# ---------------------------------------------------------------- votes


@pytest.fixture
def voted(store: Store) -> Store:
    ingest(store, [a_paper("One", id="p1"), a_paper("Two", id="p2")])
    store.queue([an_edition("One", "Two")], NOW)
    return store


def said(store: Store) -> list[tuple[str, str, str]]:
    return [(vote.person, vote.paper, vote.opinion) for vote in store.votes(["ada"]).get("ada", ())]


def test_fault_58_a_vote_that_comes_three_times_is_one_vote(voted: Store):
    for minutes in range(3):
        assert voted.vote("ada", "p1", "more", NOW + timedelta(minutes=minutes))
    assert said(voted) == [("", "p1", "more")]
    assert voted.votes(["ada"])["ada"][0].at == NOW, "a repeat changes nothing"


def test_another_vote_replaces_the_first_and_can_be_undone(voted: Store):
    voted.vote("ada", "p1", "more", NOW)
    voted.vote("ada", "p1", "less", LATER)
    assert said(voted) == [("", "p1", "less")]
    assert voted.unvote("ada", "p1")
    assert not voted.unvote("ada", "p1")
    assert said(voted) == []


def test_each_person_of_a_profile_has_a_vote(voted: Store):
    voted.vote("ada", "p1", "more", NOW, person="U1")
    voted.vote("ada", "p1", "less", LATER, person="U2")
    assert said(voted) == [("U1", "p1", "more"), ("U2", "p1", "less")]
    assert voted.votes_by_day(NOW - timedelta(days=1)) == {NOW.date(): 2}


def test_opinions_are_told_by_paper_and_person(voted: Store):
    voted.vote("ada", "p1", "more", NOW, person="slack:U1")
    voted.vote("ada", "p1", "save", NOW, person="slack:U2")
    voted.vote("ada", "p1", "less", LATER, person="slack:U1")
    assert voted.opinions("ada", ["p1", "none"]) == {"p1": {"slack:U1": "less", "slack:U2": "save"}}
    assert voted.opinions("ada", []) == voted.opinions("eve", ["p1"]) == {}


@pytest.mark.parametrize(("profile", "paper"), [("nobody", "p1"), ("ada", "no such paper")])
def test_nobody_votes_for_what_is_not_there(voted: Store, profile: str, paper: str):
    assert not voted.vote(profile, paper, "more", NOW)
    assert voted.votes([profile]) == {}
    assert voted.cursors(["nobody"]) == {}, "a vote makes no profile: it would be offered the whole archive"


# ---------------------------------------------------------------- searching


@pytest.fixture
def library(store: Store) -> Store:
    texts = [
        Paper("Steerable networks", "For molecules, crystals.", ("Emmy Noether",), id="p1", published=date(2026, 1, 5)),
        Paper("More of it", "Steerable as well; graph neural.", ("José Mañana",), id="p2", published=date(2026, 2, 5)),
        Paper("Größe", "In 100% of cases a_b. Neural graph.", id="p3", published=date(2026, 3, 5)),
    ]  # fmt: skip
    ingest(store, texts)
    return store


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("steerable", ["p2", "p1"]),
        ("STEER", ["p2", "p1"]),
        ("steerable molecules", ["p1"]),
        ('"graph neural"', ["p2"]),
        ('"neural graph', ["p3"]),
        ("graph -steerable", ["p3"]),
        ('graph -"graph neural"', ["p3"]),
        ("author:noether", ["p1"]),
        ('author:"Emmy Noether"', ["p1"]),
        ("author:manana", ["p2"]),
        ("author:steerable", []),
        ("grosse", []),
        ("größe", ["p3"]),
        ("GROSSE OR", []),
        ("100%", ["p3"]),
        ("zebra", []),
        ('") OR title:x NEAR(', []),
        ("%", ["p3", "p2", "p1"]),
        ("", ["p3", "p2", "p1"]),
    ],
)
def test_find_wants_every_term(library: Store, text: str, ids: list[str]):
    assert [paper.id for paper in library.find(Wanted(terms(text))).papers] == ids


def test_find_wants_one_of_several_and_keeps_to_days_and_sources(library: Store):
    either = Wanted(one_of=terms('molecules "neural graph"'))
    assert [paper.id for paper in library.find(either).papers] == ["p3", "p1"]
    since = Wanted(terms("graph"), since=date(2026, 3, 1))
    assert [paper.id for paper in library.find(since).papers] == ["p3"]
    until = Wanted(until=date(2026, 2, 5), since=date(2026, 2, 1))
    assert [paper.id for paper in library.find(until).papers] == ["p2"]
    ingest(library, [a_paper("Steerable too", id="p4")], a_dump("d2", captured_on=date(2026, 11, 22), source="other"))
    assert [
        p.id for p in library.find(Wanted(terms("steerable"), first=date(2026, 11, 22), last=date(2026, 11, 22))).papers
    ] == ["p4"]
    assert [p.id for p in library.find(Wanted(source="other")).papers] == ["p4"]
    assert library.source_names() == ("other", "seeds")


def test_find_keeps_to_what_a_profile_was_offered(library: Store):
    ingest(library, [a_paper("Offered Steerable", id="id-offered steerable")], a_dump("d3"))
    library.queue([an_edition("Offered Steerable")], NOW)
    assert [p.title for p in library.find(Wanted(terms("steerable"), offered_to="ada")).papers] == ["Offered Steerable"]
    assert library.find(Wanted(offered_to="nobody")).papers == ()


def test_find_goes_on_where_it_stopped(store: Store):
    ingest(store, [a_paper(f"Same {n}", id=f"p{n}") for n in range(5)])
    first = store.find(Wanted(terms("same")), 2)
    second = store.find(Wanted(terms("same")), 2, after=first.next)
    third = store.find(Wanted(terms("same")), 2, after=second.next)
    assert [[p.id for p in page.papers] for page in (first, second, third)] == [["p4", "p3"], ["p2", "p1"], ["p0"]]
    assert third.next is None


def test_the_best_match_has_the_word_in_its_title(store: Store):
    ingest(store, [Paper("On crystals", "All about crystals.", id="a"), Paper("Else", "Crystals too.", id="b")])
    assert [paper.id for paper in store.best(Wanted(terms("crystals")))] == ["a", "b"]
    assert store.best(Wanted()) == ()


def test_the_best_match_is_sought_among_the_newest_where_too_many_match(store: Store, monkeypatch: pytest.MonkeyPatch):
    # ten thousand papers would take a test too long
    monkeypatch.setattr(searching, "MOST_SCORED", 2)
    ingest(store, [Paper("Crystals", id="old"), a_paper("On crystals", id="b"), a_paper("Of crystals", id="c")])
    assert {paper.id for paper in store.best(Wanted(terms("crystals")))} == {"b", "c"}


def test_a_changed_text_is_found_by_its_new_words_alone(library: Store):
    with library.writing() as writer:
        writer.save([a_known(Paper("Rigid networks", "For stones.", ("Ada Frost",), id="p1"))], LATER)
    assert [paper.id for paper in library.find(Wanted(terms("steerable"))).papers] == ["p2"]
    assert [paper.id for paper in library.find(Wanted(terms("stones author:frost"))).papers] == ["p1"]


# ---------------------------------------------------------------- what is learned of


def test_passed_over_is_what_was_shown_on_the_day_of_a_vote_and_not_voted_on(store: Store):
    papers = [a_paper(f"Paper {n}") for n in range(6)]
    ingest(store, papers)
    for day, numbers in ((20, (0, 1, 2)), (21, (3, 4))):
        store.queue([an_edition(*[papers[n].title for n in numbers], day=date(2026, 11, day))], NOW)
    store.queue([an_edition("Paper 5", profile="eve")], NOW)
    store.vote("ada", papers[1].id, "more", NOW)
    store.vote("ada", papers[0].id, "less", NOW)

    year = date(2026, 1, 1)
    assert store.passed_over(["ada", "eve"], year) == {"ada": {papers[2].id: date(2026, 11, 20)}}
    assert store.passed_over(["ada"], date(2026, 11, 21)) == {}, "too long ago"
    store.vote("ada", papers[3].id, "save", NOW)
    assert set(store.passed_over(["ada"], year)["ada"]) == {papers[2].id, papers[4].id}


def test_a_term_is_struck_out_once_and_can_be_learned_from_again(store: Store):
    assert store.strike_term("ada", " graph\tnetworks ", NOW)
    assert not store.strike_term("ada", "graph networks", LATER)
    assert not store.strike_term("ada", " ", NOW)
    assert store.strike_term("eve", "x" * 500, NOW), "too long is cut, not refused"
    assert store.struck_terms(["ada", "bob"]) == {"ada": {"graph networks"}}
    assert store.restore_term("ada", "graph networks")
    assert not store.restore_term("ada", "graph networks")
    assert store.struck_terms(["ada"]) == {}
