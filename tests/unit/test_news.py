"""What a dump changes: joining sightings in any order, and telling each cause once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import news
from digest.model import Capture, Dump, Known, Paper, ShownDate, Sighting

FIRST, SECOND = date(2026, 11, 19), date(2026, 11, 20)
EVERYTHING = frozenset({"title", "abstract", "code_url", "upvotes", "num_comments", "published"})


def a_dump(name: str = "a", day: date | None = FIRST, shows: frozenset[str] = EVERYTHING, by: str = "header") -> Dump:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return Dump(name, "seeds", f"{name}.txt", "card", day, by if day else "none", at, shows=shows)  # type: ignore[arg-type]


def a_sighting(title: str = "Folding Proteins", position: int = 0, **fields: object) -> Sighting:
    shown = fields.pop("shown", None)
    return Sighting(Paper(title, **fields), position, shown)  # type: ignore[arg-type]


def joined(*sightings: tuple[Sighting, Dump], known: Known | None = None) -> Known:
    for sighting, dump in sightings:
        known = news.merge(known, sighting, dump)
    assert known is not None
    return known


def a_capture(*papers: Paper, dump: Dump | None = None) -> Capture:
    return Capture(dump or a_dump(), tuple(Sighting(paper, i) for i, paper in enumerate(papers)))


# ---------------------------------------------------------------- merge

texts = st.one_of(st.none(), st.text("ab", max_size=3))
counts = st.one_of(st.none(), st.integers(0, 3))
days = st.one_of(st.none(), st.sampled_from([FIRST, SECOND]))


@st.composite
def scenes(draw: st.DrawFn) -> list[tuple[Sighting, Dump]]:
    """One paper as several dumps show it."""
    scene = []
    for name in draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5, unique=True)):
        shown = draw(st.one_of(st.none(), st.just(ShownDate(11, 18)), st.just(ShownDate(11, 18, 2025))))
        day = draw(days)
        published = date(shown.year or day.year, 11, 18) if shown and (shown.year or day) else None  # type: ignore[union-attr]
        sighting = a_sighting(
            draw(st.text("xy", min_size=1, max_size=3)),
            shown=shown,
            published=published,
            abstract=draw(texts),
            authors=draw(st.one_of(st.none(), st.tuples(st.sampled_from("pq")))),
            num_authors=draw(counts),
            code_url=draw(texts),
            upvotes=draw(counts),
            num_comments=draw(counts),
            version=draw(st.sampled_from([None, 1, 2])),
            id="the-paper",
        )
        by = draw(st.sampled_from(["given", "guess", "header"]))
        scene.append((sighting, a_dump(name, day, draw(st.sampled_from([EVERYTHING, frozenset({"title"})])), by)))
    return scene


@given(scenes(), st.randoms(use_true_random=False))
def test_sightings_join_to_the_same_in_any_order_and_any_repetition(
    scene: list[tuple[Sighting, Dump]], rng: object
) -> None:
    repeated = scene + scene[: len(scene) // 2]
    rng.shuffle(repeated)  # type: ignore[attr-defined]

    assert joined(*repeated) == joined(*scene)


def test_the_count_of_the_newer_dump_wins_whichever_comes_first() -> None:
    old = (a_sighting(upvotes=90), a_dump("b", FIRST))
    new = (a_sighting(upvotes=7), a_dump("a", SECOND))
    undated = (a_sighting(upvotes=50), a_dump("z", None))

    assert joined(old, undated, new).paper.upvotes == 7
    assert joined(new, undated, old).paper.upvotes == 7


def test_no_count_is_not_a_count_of_zero() -> None:
    counted = (a_sighting(upvotes=3), a_dump("a", FIRST))
    uncounted = (a_sighting(), a_dump("b", SECOND))
    zero = (a_sighting(upvotes=0), a_dump("b", SECOND))

    assert joined(counted, uncounted).paper.upvotes == 3
    assert joined(counted, zero).paper.upvotes == 0


def test_the_longer_text_wins_but_the_later_version_wins_over_both() -> None:
    short = (a_sighting(abstract="We fold."), a_dump("a"))
    long = (a_sighting(abstract="We fold proteins."), a_dump("b"))
    revised = (a_sighting(abstract="Folded.", version=2), a_dump("c"))

    assert joined(long, short).paper.abstract == "We fold proteins."
    assert joined(long, revised, short).paper.abstract == "Folded."
    assert joined(revised, long).texts_from["abstract"] == "c"


def test_a_date_that_shows_its_year_wins_over_one_that_took_the_dumps() -> None:
    guessed = (a_sighting(shown=ShownDate(10, 15), published=date(2026, 10, 15)), a_dump("a", SECOND, by="guess"))
    stated = (a_sighting(shown=ShownDate(10, 15, 2025), published=date(2025, 10, 15)), a_dump("b", FIRST))

    assert joined(stated, guessed).paper.published == date(2025, 10, 15)


def test_every_title_that_a_paper_was_seen_under_is_kept() -> None:
    known = joined((a_sighting("OpenDevin: An Agent"), a_dump("a")), (a_sighting("OpenHands: An Agent"), a_dump("b")))

    assert known.titles == ("opendevinanagent", "openhandsanagent")


def test_an_id_is_the_same_whenever_the_dump_is_read_and_differs_by_place() -> None:
    assert news.new_id("d1", 3) == news.new_id("d1", 3)
    assert len({news.new_id(dump, at) for dump in ("d1", "d2") for at in range(50)}) == 100
    assert joined((a_sighting(), a_dump("a"))).paper.id == news.new_id("a", 0)


def test_a_corrected_day_moves_the_date_and_lets_its_count_win() -> None:
    guessed = a_dump("a", date(2026, 3, 12), by="guess")
    sighting = a_sighting(shown=ShownDate(3, 10), published=date(2026, 3, 10), upvotes=5)
    known = joined((sighting, guessed), (a_sighting(upvotes=9), a_dump("b", date(2025, 6, 1))))
    assert known.paper.upvotes == 5

    known = news.redate(known, replace(guessed, captured_on=date(2025, 3, 12), dated_by="corrected"))

    assert known.paper.published == date(2025, 3, 10)
    assert known.paper.upvotes == 9
    assert known.seen[0].dated_by == "corrected"


# ---------------------------------------------------------------- changes


def told(*steps: tuple[Sighting, Dump]) -> list[list[tuple[str, str, tuple[str, ...]]]]:
    known: Known | None = None
    found = []
    for sighting, dump in steps:
        known, changes = news.take(known, sighting, dump)
        found.append([(change.kind, change.cause, change.fields) for change in changes])
    return found


def test_a_paper_is_new_once_and_a_count_that_moved_is_no_news() -> None:
    steps = (a_sighting(upvotes=1), a_dump("a")), (a_sighting(upvotes=8, num_comments=4), a_dump("b", SECOND))

    assert told(*steps) == [[("new", "new", ())], []]


def test_a_code_link_is_news_only_where_the_earlier_dump_could_have_shown_it() -> None:
    linked = (a_sighting(code_url="https://github.com/x/y"), a_dump("b", SECOND))

    assert told((a_sighting(), a_dump("a")), linked)[1] == [("updated", "code", ("code_url",))]
    assert told((a_sighting(), a_dump("a", shows=frozenset({"title"}))), linked)[1] == []


def test_a_code_link_in_an_older_dump_is_no_news() -> None:
    linked = (a_sighting(code_url="https://github.com/x/y"), a_dump("b", FIRST))

    assert told((a_sighting(), a_dump("a", SECOND)), linked)[1] == []


def test_an_abstract_that_was_missing_or_cut_and_is_now_whole_is_no_news() -> None:
    whole = "We fold proteins. It works."
    titled = (a_sighting(), a_dump("a", shows=frozenset({"title"})))
    cut = (a_sighting(abstract="We fold pro…"), a_dump("c"))

    assert told(titled, (a_sighting(abstract=whole), a_dump("b")))[1] == []
    assert told(cut, (a_sighting(abstract=whole, version=2), a_dump("b")))[1] == []


def test_fault_6_a_second_version_is_the_same_paper_and_news_of_its_text_once() -> None:
    first = (a_sighting(abstract="We fold proteins.", arxiv_id="2611.00001", version=1), a_dump("a"))
    second = (a_sighting(abstract="We unfold them.", arxiv_id="2611.00001", version=2), a_dump("b", SECOND))
    third = (a_sighting(abstract="We do both.", arxiv_id="2611.00001", version=3), a_dump("c", SECOND))

    assert told(first, second, third, second) == [
        [("new", "new", ())],
        [("updated", "text", ("abstract",))],
        [],
        [],
    ]


def test_a_reworded_abstract_without_a_later_version_is_no_news() -> None:
    steps = (a_sighting(abstract="We fold."), a_dump("a")), (a_sighting(abstract="We fold it all."), a_dump("b"))

    assert told(*steps)[1] == []


@pytest.mark.parametrize(
    ("before", "after", "surges"),
    [(10, 60, True), (10, 49, False), (30, 80, False), (None, 90, False), (60, 60, False)],
)
def test_a_paper_takes_off_when_it_is_high_and_has_thrice_its_first_count(
    before: int | None, after: int, surges: bool
) -> None:
    steps = (a_sighting(upvotes=before), a_dump("a")), (a_sighting(upvotes=after), a_dump("b", SECOND))

    assert told(*steps)[1] == ([("updated", "surge", ("upvotes",))] if surges else [])


def test_a_paper_takes_off_once_and_by_its_first_count_not_its_last() -> None:
    days = [date(2026, 11, day) for day in (1, 2, 3, 4)]
    steps = [
        (a_sighting(upvotes=n), a_dump(name, day))
        for n, name, day in zip((20, 40, 130, 300), "abcd", days, strict=True)
    ]

    assert [len(found) for found in told(*steps)] == [1, 0, 1, 0]


def test_votes_that_every_paper_of_that_age_gets_are_no_surge_and_the_same_votes_later_are() -> None:
    def surges(first: int, later: int, day: int) -> bool:
        found = told(
            (a_sighting(upvotes=first), a_dump("a", date(2026, 11, 1))),
            (a_sighting(upvotes=later), a_dump("b", date(2026, 11, day))),
        )
        return bool(found[1])

    assert not surges(20, 55, 10), "most of it is the ordinary growth of a paper met on its first day"
    assert surges(20, 130, 10)
    assert surges(3, 47, 2), "high for its second day"
    assert not surges(3, 47, 10), "many finished papers have so many"
    assert not surges(0, 12, 2)


def test_a_paper_that_is_talked_about_takes_off() -> None:
    steps = [(a_sighting(num_comments=n), a_dump(name, day)) for n, name, day in ((1, "a", FIRST), (14, "b", SECOND))]

    assert told(*steps)[1] == [("updated", "surge", ("num_comments",))]


def test_an_old_high_count_that_arrives_late_is_no_news() -> None:
    steps = (a_sighting(upvotes=10), a_dump("a", SECOND)), (a_sighting(upvotes=90), a_dump("b", FIRST))

    assert told(*steps)[1] == []


def test_a_count_that_stands_still_is_no_surge_though_an_older_low_one_arrived() -> None:
    days = {"a": date(2026, 11, 2), "b": date(2026, 11, 1), "c": date(2026, 11, 3), "d": date(2026, 11, 4)}
    counts = {"a": 70, "b": 10, "c": 70, "d": 71}
    steps = [(a_sighting(upvotes=counts[name]), a_dump(name, day)) for name, day in days.items()]

    assert [len(found) for found in told(*steps)] == [1, 0, 0, 1]


# ---------------------------------------------------------------- assign and diff


def known_as(*papers: Paper) -> Sequence[Known]:
    return [news.merge(None, Sighting(paper, i), a_dump("old")) for i, paper in enumerate(papers)]


def test_two_rows_of_a_page_are_two_papers_and_the_surer_claim_has_the_known_one() -> None:
    [known] = known_as(Paper("Evolving Texture Fields for Rendering"))
    page = a_capture(
        Paper("FieldTex: Evolving Texture Fields for Rendering"), Paper("Evolving Texture Fields for Rendering")
    )

    assert news.assign(page, [[known], [known]]) == (None, known)


def test_a_diff_names_what_is_new_gone_and_changed_and_counts_the_rest() -> None:
    kept, gone = Paper("Folding Proteins", "We fold proteins."), Paper("Weather From Space", "We watch rain.")
    changed = Paper("Graph Walks at Dawn", "We walk graphs.")
    fresh = Paper("Quiet Markets", "We listen.")
    again = replace(changed, abstract="We run on graphs.", code_url="https://github.com/x/y")

    found = news.diff(a_capture(kept, gone, changed), a_capture(fresh, kept, again, dump=a_dump("b")))

    assert found == news.Diff((fresh,), ((again, ("abstract", "code_url")),), (gone,), 1)


def test_a_paper_whose_counts_moved_or_whose_fields_were_filled_is_the_same() -> None:
    bare = a_dump("a", shows=frozenset({"title"}))
    before = a_capture(Paper("Folding Proteins"), Paper("Quiet Markets", "We lis…", upvotes=1), dump=bare)
    after = a_capture(
        Paper("Folding proteins", "We fold.", authors=("A B",), upvotes=3, code_url="https://github.com/x/y"),
        Paper("Quiet Markets", "We listen.", upvotes=2),
        dump=a_dump("b"),
    )

    assert news.diff(before, after) == news.Diff((), (), (), 2)


def test_a_dump_against_itself_changes_nothing() -> None:
    page = a_capture(Paper("Folding Proteins", "We fold."), Paper("", None), Paper("???"))

    assert news.diff(a_capture(page.papers[0]), a_capture(page.papers[0])).same == 1
    assert news.diff(page, page).updated == ()
