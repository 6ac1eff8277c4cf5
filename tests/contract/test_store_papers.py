"""What every store remembers of papers and dumps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from digest.model import Known, Paper, Reject, Seen, ShownDate, Sighting
from digest.store import QueuedEdition, Store, Wanted, by_author, terms
from tests.builders import NOW, a_digest, a_paper
from tests.stores import DAY, a_dump, a_known, ingest, seen_in

FULL = Paper(
    title="Größe ∞: a “full” paper",
    abstract="Every field is set — 100 % of them.",
    authors=("Zoë Ünal", "李雷"),
    num_authors=2,
    published=date(2026, 11, 18),
    url="https://example.org/papers/7",
    arxiv_id="2611.00007",
    code_url="https://example.org/code",
    upvotes=0,
    num_comments=12,
    keywords=("size", "infinity"),
    summary="Short.",
    organisation="Example Lab",
    id="p-full",
    version=2,
)


def lookup(store: Store, *papers: Paper) -> list[list[str]]:
    with store.writing() as writer:
        return [[known.paper.id for known in found] for found in writer.lookup(papers)]


def test_everything_of_a_paper_comes_back_as_it_went_in(store: Store):
    dump = a_dump()
    sighting = Sighting(FULL, 4, ShownDate(11, 18))
    known = Known(
        FULL,
        (replace(seen_in(dump, sighting), version=2),),
        {"title": "d1", "abstract": "d0"},
        frozenset({"title", "abstract"}),
        ("größe ∞ a full paper", "an older title"),
        frozenset({"new", "code"}),
    )
    with store.writing() as writer:
        writer.save([known], NOW)
        writer.add_dump(dump, [("p-full", sighting)], now=NOW)

    assert store.known("p-full") == known
    assert store.papers(["p-full", "nobody"]) == {"p-full": FULL}


def test_what_is_not_shown_stays_unknown_and_a_count_of_zero_stays_zero(store: Store):
    bare = Paper("Bare", id="p-bare", upvotes=0)
    ingest(store, [bare])
    found = store.papers(["p-bare"])["p-bare"]
    assert found == bare
    assert (found.upvotes, found.num_comments, found.abstract, found.authors) == (0, None, None, None)


def test_a_dump_comes_back_with_its_day_and_what_it_can_show(store: Store):
    dump = a_dump(shows=frozenset({"title", "code_url"}), captured_on=None, dated_by="none", header=None)
    ingest(store, [a_paper()], dump)
    with store.writing() as writer:
        assert writer.dump("d1") == dump
        assert writer.dump("d2") is None


def test_the_instant_when_a_dump_was_first_seen_is_kept(store: Store):
    assert store.first_seen("d1") is None
    ingest(store, [a_paper()])
    assert store.first_seen("d1") == NOW


def test_a_paper_is_found_by_its_arxiv_id_whatever_its_title(store: Store):
    ingest(store, [FULL])
    assert lookup(store, Paper("Quite another title", arxiv_id="2611.00007")) == [["p-full"]]
    assert lookup(store, Paper("Quite another title", arxiv_id="2611.00008")) == [[]]


def test_a_paper_is_found_by_its_title_in_other_letters(store: Store):
    ingest(store, [a_paper("Steerable Networks for Molecules")])
    assert lookup(store, Paper("STEERABLE networks, for  molecules")) == [["id-steerable networks for molecules"]]


def test_a_near_title_is_among_the_candidates(store: Store):
    ingest(store, [a_paper("Steerable Equivariant Networks for Molecules"), a_paper("Cooking with Gas")])
    assert lookup(store, Paper("Steerable Equivariant Networks for Small Molecules")) == [
        ["id-steerable equivariant networks for molec"[:40]]
    ]


def test_the_exact_title_comes_before_near_ones(store: Store):
    near = [a_paper(f"Steerable Equivariant Networks Part {n}", id=f"near-{n}") for n in range(3)]
    ingest(store, [*near, a_paper("Steerable Equivariant Networks", id="exact")])
    ((first, *others),) = lookup(store, Paper("Steerable Equivariant Networks"))
    assert first == "exact"
    assert sorted(others) == ["near-0", "near-1", "near-2"]


def test_no_more_than_eight_candidates_come_by_keys(store: Store):
    ingest(store, [a_paper(f"Steerable Equivariant Networks {n}", id=f"p{n:03}") for n in range(130)])
    ((*found,),) = lookup(store, Paper("Steerable Equivariant Networks everywhere"))
    assert len(found) == 8


def test_each_paper_of_a_dump_gets_its_own_candidates(store: Store):
    ingest(store, [a_paper("Cooking with Gas", id="gas"), a_paper("Sailing by Stars", id="stars")])
    assert lookup(store, Paper("Sailing by stars"), Paper("Nothing like it"), Paper("Cooking with gas")) == [
        ["stars"], [], ["gas"],
    ]  # fmt: skip


def test_a_paper_whose_texts_changed_is_found_by_old_and_new_title_and_by_its_new_words(store: Store):
    ingest(store, [a_paper("OpenDevin Platform for Generalist Agents", id="p")])
    with store.writing() as writer:
        renamed = Paper("OpenHands Sandbox of Composable Workers", "Something else.", id="p")
        writer.save([a_known(renamed, titles=("opendevin platform for generalist agents",))], NOW)

    assert lookup(store, Paper("OpenDevin platform for generalist agents")) == [["p"]]
    assert lookup(store, Paper("OpenHands sandbox of composable workers")) == [["p"]]
    assert lookup(store, Paper("OpenHands sandbox, many composable workers")) == [["p"]]
    assert lookup(store, Paper("OpenDevin platform for nobody")) == [[]], "as if it had always had its texts of today"


def test_saving_again_changes_the_paper_and_not_when_it_was_first_seen(store: Store):
    ingest(store, [a_paper("First", id="p1"), a_paper("Second", id="p2")])
    with store.writing() as writer:
        writer.save([a_known(a_paper("First", id="p1", upvotes=9))], NOW + timedelta(days=1))
    assert store.papers(["p1"])["p1"].upvotes == 9
    assert [paper.id for paper in store.newest_papers(5)] == ["p2", "p1"]


def test_one_paper_given_twice_is_saved_once_as_given_last(store: Store):
    with store.writing() as writer:
        writer.save([a_known(a_paper(id="p", upvotes=1)), a_known(a_paper(id="p", upvotes=2))], NOW)
    assert store.papers(["p"])["p"].upvotes == 2
    assert store.counts()["papers"] == 1


def test_the_sightings_of_a_paper_are_listed_oldest_first_and_undated_ones_first_of_all(store: Store):
    for name, day in (("d3", date(2026, 11, 3)), ("d1", date(2026, 11, 1)), ("dx", None)):
        with store.writing() as writer:
            writer.save([a_known(a_paper(id="p"))], NOW)
            shown = Sighting(a_paper(id="p", upvotes=len(name)), 0)
            writer.add_dump(a_dump(name, captured_on=day), [("p", shown)], now=NOW)
    seen, events, offers = store.paper_history("p")
    assert [each.dump_id for each in seen] == ["dx", "d1", "d3"]
    assert (events, offers) == ((), ())


def test_correcting_the_day_of_a_dump_shows_in_every_sighting_of_it(store: Store):
    ingest(store, [a_paper("One", id="p1"), a_paper("Two", id="p2")], a_dump(dated_by="guess"))
    with store.writing() as writer:
        assert [dump.id for dump in writer.guessed_dumps_of(["p2"])] == ["d1"]
        writer.set_day("d1", date(2025, 11, 20), "corrected")
        known = writer.known_of_dump("d1")
        assert [each.paper.id for each in known] == ["p1", "p2"]
        assert {seen.captured_on for each in known for seen in each.seen} == {date(2025, 11, 20)}
        assert writer.guessed_dumps_of(["p2"]) == []
        redated = [replace(each, seen=(replace(each.seen[0], published=date(2025, 1, 2)),)) for each in known]
        writer.save(redated, NOW)

    assert [each.published for each in store.paper_history("p1")[0]] == [date(2025, 1, 2)]
    assert store.known("p2") == redated[1]


def test_a_dump_whose_day_is_certain_is_not_among_the_guessed_ones(store: Store):
    ingest(store, [a_paper(id="p")], a_dump(dated_by="header"))
    with store.writing() as writer:
        assert writer.guessed_dumps_of(["p", "nobody"]) == []


def test_stamps_are_kept_per_source_for_files_taken_and_refused(store: Store):
    ingest(store, [a_paper()])
    with store.writing() as writer:
        writer.remember_refusal("seeds", "bad.txt", "s1", "bad.txt: not understood", NOW)
        writer.remember_refusal("seeds", "mended.txt", "s1", "mended.txt: cut off", NOW)
        writer.remember_stamp("seeds", "mended.txt", "s2", "d9", NOW)
        writer.remember_stamp("other", "a.txt", "x", "d9", NOW)

    assert store.stamps("seeds") == {"d1.txt": "d1-stamp", "bad.txt": "s1", "mended.txt": "s2"}
    assert store.refusals("seeds") == {"bad.txt": "bad.txt: not understood"}
    assert store.stamps("none") == {}


def test_rejects_are_kept_with_their_dump(store: Store):
    ingest(store, [a_paper()], rejects=[Reject("d1.txt:7", "no title"), Reject("d1.txt:7", "no title")])
    assert store.counts()["dumps"] == 1


@pytest.mark.parametrize(
    "ref",
    ["p-full", "2611.00007", "arXiv:2611.00007v3", "https://arxiv.org/abs/2611.00007", "https://example.org/papers/7",
     "größe ∞: A “FULL” paper"],
)  # fmt: skip
def test_a_paper_is_found_by_whatever_people_call_it(store: Store, ref: str):
    ingest(store, [a_paper(), FULL])
    assert store.find_papers([ref, "unheard of", "https://example.org/none"]) == {ref: FULL}


@pytest.mark.parametrize(
    "ref", ["10.1145/1234567", "doi:10.1145/1234567", "doi.org/10.1145/1234567", "DOI: 10.1145/1234567"]
)
def test_a_paper_is_found_by_its_doi(store: Store, ref: str):
    paper = a_paper("Printed elsewhere", id="p-doi", arxiv_id=None, url="https://dl.acm.org/doi/10.1145/1234567")
    ingest(store, [a_paper(), paper])
    assert [found.id for found in store.find_papers([ref, "10.1145/7654321"]).values()] == ["p-doi"]


def test_many_references_are_found_at_once(store: Store):
    papers = [a_paper(f"Paper number {n} about subject {n * n}", id=f"p{n:04}") for n in range(1200)]
    ingest(store, papers)
    found = store.find_papers([paper.title for paper in papers])
    assert [paper.id for paper in found.values()] == [paper.id for paper in papers]


def test_of_two_papers_with_one_title_the_same_is_found_each_time(store: Store):
    ingest(store, [a_paper("SAGE", id="b", arxiv_id="2611.00002"), a_paper("SAGE", id="a", arxiv_id="2611.00001")])
    assert store.find_papers(["sage"])["sage"].id == "a"


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("STEERABLE", ["p2", "p1"]),
        ("steerable molecules", ["p1"]),
        ("noether steerable", ["p1"]),
        ("100%", ["p3"]),
        ("100% a_b", ["p3"]),
        ("1%0", []),
        ("a_c", []),
        ("GRÖSSE", []),
        ("größe", ["p3"]),
        ("GRÖßE", ["p3"]),
        ("", ["p3", "p2", "p1"]),
    ],
)
def test_search_wants_every_word_in_title_abstract_or_authors(store: Store, words: str, ids: list[str]):
    ingest(
        store,
        [
            Paper("Steerable networks", "For molecules.", ("Emmy Noether",), id="p1"),
            Paper("More", "Steerable as well.", id="p2"),
            Paper("Größe", "In 100% of cases a_b, never abc.", id="p3"),
        ],
    )
    assert [paper.id for paper in store.find(Wanted(terms(words))).papers] == ids


def test_search_gives_no_more_than_asked_for(store: Store):
    ingest(store, [a_paper(f"Same {n}", id=f"p{n}") for n in range(9)])
    assert [paper.id for paper in store.find(Wanted(terms("same")), 2).papers] == ["p8", "p7"]


def test_nothing_of_a_failed_transaction_stays(store: Store):
    def fail() -> None:
        with store.writing() as writer:
            writer.save([a_known()], NOW)
            writer.add_dump(a_dump(), [(a_paper().id, Sighting(a_paper(), 0))], now=NOW)
            raise RuntimeError("the reader broke")

    with pytest.raises(RuntimeError, match="the reader broke"):
        fail()
    assert set(store.counts().values()) == {0}
    assert store.stamps("seeds") == {}


def test_the_order_of_dumps_does_not_change_what_is_found(store: Store, tmp_path):
    def fill(target: Store, order: list[int]) -> list[object]:
        for n in order:
            ingest(target, [a_paper(f"Steerable part {n}", id=f"p{n}")], a_dump(f"d{n}"))
        with target.writing() as writer:
            (found,) = writer.lookup([Paper("Steerable part 9")])
        return sorted((known.paper.id, known.seen, known.titles) for known in found)

    with Store.open(f"sqlite:///{tmp_path}/other.db", now=NOW) as other:
        assert fill(store, [1, 2, 3]) == fill(other, [3, 1, 2])


def test_seen_days_are_the_dumps_own(store: Store):
    ingest(store, [a_paper(id="p", upvotes=3)])
    assert store.paper_history("p")[0] == (Seen("d1", DAY, "filename", ShownDate(1, 2), None, 3, None),)


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({}, {"a", "b"}),
        ({"author": "zölá"}, {"b"}),
        ({"author": "FROST"}, {"a"}),
        ({"author": "frost zölá"}, set()),
        ({"first": date(2026, 11, 20)}, {"b"}),
        ({"last": date(2026, 11, 19)}, {"a"}),
        ({"first": date(2026, 11, 19), "last": date(2026, 11, 20)}, {"a", "b"}),
        ({"source": "seeds"}, {"a", "b"}),
        ({"source": "elsewhere"}, set()),
        ({"offered_to": "ada"}, {"b"}),
        ({"offered_to": "ada", "last": date(2026, 11, 20)}, set()),
        ({"offered_to": "eve"}, set()),
    ],
)
def test_papers_are_found_by_author_day_source_and_who_was_offered_them(store: Store, asked, ids) -> None:
    asked = dict(asked)
    frost, zola = a_paper("Alpha", id="a", authors=("Ada Frost",)), a_paper("Beta", id="b", authors=("Émile Zölá",))
    ingest(store, [frost], dump=a_dump("d1", captured_on=date(2026, 11, 19)))
    ingest(store, [zola], dump=a_dump("d2", captured_on=date(2026, 11, 20)))
    digest = a_digest("Beta")
    pick = replace(digest.picks[0], change=replace(digest.picks[0].change, paper=zola))
    digest = replace(digest, sections=(replace(digest.sections[0], picks=(pick,)),))
    store.queue([QueuedEdition(digest, (), store.last_change())], NOW)

    author = by_author(asked.pop("author", ""))
    assert {paper.id for paper in store.find(Wanted(author, **asked)).papers} == ids


def test_a_paper_may_take_up_an_address_again_that_it_had_before(store: Store) -> None:
    first, other = "https://example.org/1", "https://example.org/2"
    ingest(store, [a_paper("Alpha", id="a", url=first)])
    for url in (other, first, other):
        with store.writing() as writer:
            known = writer.known(["a"])["a"]
            writer.save([replace(known, paper=replace(known.paper, url=url))], NOW)
    assert {paper.id for paper in store.find_papers([first, other]).values()} == {"a"}
