"""What a reader is shown of the picks of a day."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.compose import MAX_ALSO, MAX_UPDATES, TOO_ALIKE, compose, title_overlap
from digest.model import Change, Digest, Interest, Paper, Part, Pick, Reason
from digest.store.packing import packed, unpacked
from tests.builders import a_paper, a_profile

DAY = date(2026, 11, 21)


def pick(title: str, score: float, interest: str = "", *, updated: bool = False) -> Pick:
    change = Change(a_paper(title, id=title), "updated", "code") if updated else Change(a_paper(title, id=title), "new")
    return Pick(change, score, interest)


def picks(interest: str, count: int, best: float = 0.99) -> list[Pick]:
    return [pick(f"{interest}{n} q{n}{interest}", best - n / 1000, interest) for n in range(count)]


def titles(digest: Digest) -> list[str]:
    return [p.change.paper.title for p in digest.picks]


def interests(**weights: float) -> tuple[Interest, ...]:
    return tuple(Interest(name, weight=weight) for name, weight in weights.items())


def test_the_limit_is_kept_and_the_best_are_shown():
    digest = compose(a_profile(limit=3), DAY, picks("", 8), 8)
    assert titles(digest) == [p.change.paper.title for p in picks("", 3)]


def test_nothing_below_the_floor_is_named_anywhere():
    given_picks = [pick("Good", 0.7), pick("At the floor", 0.5), pick("Poor", 0.499), pick("Broken", math.nan)]
    digest = compose(a_profile(floor=0.5), DAY, given_picks, 4)
    assert titles(digest) == ["Good", "At the floor"]
    assert digest.also == ()
    assert digest.left_out == 2


def test_a_quiet_day_gives_an_empty_digest_that_says_how_many_were_considered():
    digest = compose(a_profile(), DAY, [pick("Poor", 0.1)], 12)
    assert (digest.sections, digest.also, digest.considered, digest.left_out) == ((), (), 12, 12)


def shares(digest: Digest) -> dict[str, int]:
    return {section.name: len(section.picks) for section in digest.sections}


def test_interests_share_the_room_by_weight_where_their_days_are_as_good():
    profile = a_profile(limit=8, interests=interests(Heavy=3.0, Light=1.0))
    assert shares(compose(profile, DAY, picks("Heavy", 20) + picks("Light", 20), 40)) == {"Heavy": 6, "Light": 2}


def test_interests_whose_days_are_nearly_as_good_share_alike():
    profile = a_profile(limit=6, interests=interests(Loud=1.0, Soft=1.0))
    assert shares(compose(profile, DAY, picks("Loud", 20) + picks("Soft", 20, best=0.9), 40)) == {"Loud": 3, "Soft": 3}


def test_a_weak_day_of_one_interest_yields_its_seats_to_a_strong_one_of_another():
    profile = a_profile(limit=8, interests=interests(Strong=1.0, Weak=1.0))
    digest = compose(profile, DAY, picks("Strong", 12, best=0.98) + picks("Weak", 3, best=0.56), 15)
    assert shares(digest) == {"Strong": 7, "Weak": 1}


def test_an_interest_with_something_clearly_above_the_floor_keeps_a_seat_beside_any_flood():
    profile = a_profile(limit=5, interests=interests(Flood=10.0, Drop=0.1))
    digest = compose(profile, DAY, picks("Flood", 60) + picks("Drop", 1, best=0.65), 61)
    assert shares(digest) == {"Flood": 4, "Drop": 1}


def test_what_repeats_a_paper_shown_already_waits_behind_what_is_nearly_as_good():
    flood = [pick(f"Steerable filters everywhere {n}th", 0.9 - n / 1000) for n in range(5)]
    digest = compose(a_profile(limit=3), DAY, [*flood, pick("Sea ice", 0.8), pick("Birdsong", 0.79)], 7)
    assert titles(digest) == ["Steerable filters everywhere 0th", "Sea ice", "Birdsong"]


def test_a_line_of_its_own_carries_no_more_than_it_shows():
    long = pick("Second", 0.8)
    digest = compose(a_profile(limit=1), DAY, [pick("First", 0.9), replace(long, parts=(Part("words", 0.8),))], 2)
    (line,) = digest.also
    assert line.change.paper == replace(long.change.paper, abstract=None)
    assert (line.score, line.reasons, line.parts) == (0.8, (), ())


def test_a_stored_edition_takes_a_kilobyte_beside_its_papers_which_stand_once_for_all():
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnoprstuvw", k=rng.randint(2, 9))) for _ in range(1500)]

    def a_long_one(n: int) -> Pick:
        said = [" ".join(words[min(int(rng.paretovariate(0.6)), 1499)] for _ in range(many)) for many in (9, 160)]
        paper = a_paper(said[0], abstract=said[1], id=f"{n:020x}", authors=("Ada Frost", "Bo Lind"))
        return Pick(Change(paper, "new", id=n), 0.9, "A", (Reason("words", ("one", "two")),), (Part("x", 0.1),) * 6)

    digest = compose(a_profile(limit=8), DAY, [a_long_one(n) for n in range(60)], 60)
    assert len(digest.also) == MAX_ALSO
    data, papers = packed(digest)
    assert len(data) + 8 * len(papers) < 1_200
    assert sum(len(content) for _, content in papers) < 9_000
    assert packed(replace(digest, profile="bob"))[1] == papers, "the same for everybody"
    shown = [pick.change.paper for pick in (*digest.picks, *digest.also)]
    numbers = [number for number, _ in papers]
    assert unpacked(data, numbers, dict(zip(numbers, shown, strict=True))) == digest


def a_surprise(title: str, score: float) -> Pick:
    return replace(pick(title, score), reasons=(Reason("surprise"),))


def test_surprises_stand_at_the_end_within_the_limit_and_below_the_floor():
    digest = compose(a_profile(limit=3), DAY, [*picks("", 5), a_surprise("Sea ice", 0.02)], 9)
    assert titles(digest) == [*(p.change.paper.title for p in picks("", 2)), "Sea ice"]


def test_a_surprise_alone_makes_no_digest():
    assert not compose(a_profile(limit=3), DAY, [a_surprise("Sea ice", 0.02)], 9).picks


def test_room_that_an_interest_cannot_fill_goes_to_the_others():
    profile = a_profile(limit=6, interests=interests(Rare=1.0, Often=1.0))
    digest = compose(profile, DAY, picks("Rare", 1) + picks("Often", 20), 21)
    assert {s.name: len(s.picks) for s in digest.sections} == {"Rare": 1, "Often": 5}


def test_sections_stand_in_the_order_of_their_best_pick():
    profile = a_profile(interests=interests(A=1.0, B=1.0))
    digest = compose(profile, DAY, [pick("a one", 0.6, "A"), pick("b one", 0.9, "B"), pick("b two", 0.55, "B")], 3)
    assert [s.name for s in digest.sections] == ["B", "A"]
    assert titles(digest) == ["b one", "b two", "a one"]


def test_near_duplicates_do_not_stand_side_by_side():
    alike = [pick("Steerable filters everywhere", 0.9), pick("Steerable filters everywhere again", 0.89)]
    digest = compose(a_profile(), DAY, [*alike, pick("Sea ice", 0.8), pick("Birdsong", 0.7)], 4)
    assert titles(digest) == [
        "Steerable filters everywhere",
        "Sea ice",
        "Steerable filters everywhere again",
        "Birdsong",
    ]


def test_near_duplicates_are_both_shown_when_nothing_else_is_there():
    digest = compose(a_profile(), DAY, [pick("Same old words", 0.9), pick("Same old words too", 0.8)], 2)
    assert titles(digest) == ["Same old words", "Same old words too"]


def test_another_measure_of_likeness_can_be_given():
    def all_alike_but_birds(one: Paper, other: Paper) -> float:
        return 0.0 if "Bird" in one.title + other.title else 1.0

    given_picks = [pick("One", 0.9), pick("Two", 0.8), pick("Bird", 0.7)]
    digest = compose(a_profile(), DAY, given_picks, 3, similarity=all_alike_but_birds)
    assert titles(digest) == ["One", "Bird", "Two"]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Scaling Laws for Sea Ice", "Scaling laws of sea-ice", True),
        ("Scaling Laws for Sea Ice", "Melting Laws for Glaciers", False),
        ("A New Approach", "The New Model", False),
        ("", "", False),
    ],
)
def test_likeness_of_titles_counts_content_words_only(one, other, alike):
    assert (title_overlap(a_paper(one), a_paper(other)) >= TOO_ALIKE) is alike


def test_at_most_two_updates_are_named_wherever_they_stand():
    updates = [pick(f"old{n}", 0.99 - n / 100, updated=True) for n in range(6)]
    digest = compose(a_profile(limit=1), DAY, [*updates, pick("fresh", 0.6)], 7)
    shown = [p.change.kind for p in (*digest.picks, *digest.also)]
    assert shown.count("updated") == MAX_UPDATES
    assert "new" in shown
    assert digest.left_out == 4


def test_what_did_not_fit_is_named_best_first_up_to_fifteen():
    digest = compose(a_profile(limit=2), DAY, picks("", 40), 40)
    assert [p.change.paper.title for p in digest.also] == [
        p.change.paper.title for p in picks("", 40)[2 : 2 + MAX_ALSO]
    ]
    assert digest.left_out == 40 - 2 - MAX_ALSO


def test_a_paper_offered_twice_is_shown_once_with_its_better_score():
    digest = compose(a_profile(), DAY, [pick("Twin", 0.6, "B"), pick("Twin", 0.9, "A")], 1)
    assert [(p.score, p.interest) for p in digest.picks] == [(0.9, "A")]
    assert digest.left_out == 0


def test_notes_are_kept():
    assert compose(a_profile(), DAY, [], 0, notes=("Late.",)).notes == ("Late.",)


def test_fault_5_a_backfill_gives_no_larger_digest():
    digest = compose(a_profile(limit=10), DAY, picks("", 2_000, best=5.0), 20_000)
    assert (len(digest.picks), len(digest.also), digest.left_out) == (10, 15, 20_000 - 25)


some_picks = st.lists(
    st.builds(
        lambda number, score, interest, updated: pick(f"t{number} w{number % 7}", score, interest, updated=updated),
        st.integers(0, 60),
        st.floats(0, 1),
        st.sampled_from(["", "A", "B", "Unknown"]),
        st.booleans(),
    ),
    max_size=60,
    unique_by=(lambda p: p.change.paper.id, lambda p: p.score),
)


@settings(deadline=None)  # a busy machine is no fault
@given(some_picks, st.integers(1, 20), st.floats(0, 1), st.integers(0, 10_000))
def test_every_digest_keeps_its_promises(given_picks, limit, floor, seed):
    profile = a_profile(limit=limit, floor=floor, interests=interests(A=2.0, B=0.0))
    digest = compose(profile, DAY, given_picks, len(given_picks))
    named = (*digest.picks, *digest.also)

    assert len(digest.picks) <= limit
    assert len(digest.also) <= MAX_ALSO
    assert len(digest.picks) + len(digest.also) + digest.left_out == digest.considered
    assert all(p.score >= floor for p in named)
    assert len({p.change.paper.id for p in named}) == len(named)
    assert sum(p.change.kind == "updated" for p in named) <= MAX_UPDATES
    assert all(section.picks for section in digest.sections)
    assert len({section.name for section in digest.sections}) == len(digest.sections)
    assert not digest.also or len(digest.picks) == limit, "there was room left"

    mixed = list(given_picks)
    random.Random(seed).shuffle(mixed)
    assert compose(profile, DAY, mixed, len(given_picks)) == digest, "the order of the input does not matter"
