"""Papers taken for one are remembered with the reason, and can be taken apart and stay apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from digest.model import Capture, Change, Dump, Paper, Sighting
from digest.pipeline import identity
from digest.pipeline.ingest import record
from digest.store import Joined, Store, Wanted
from tests.builders import NOW
from tests.stores import a_dump, an_edition

LATER = NOW + timedelta(days=1)
ABSTRACT = (
    "Proteins fold in water and we ask how long chains find their shape. Our network reads the chain twice, guesses"
    " contacts, and corrects them with a physical prior that was learned from slow simulations of small molecules."
)
OLD = Paper("OpenDevin: An Open Platform for Generalist Agents", ABSTRACT, upvotes=10)
NEW = Paper("OpenHands: An Open Platform for Generalist Agents", ABSTRACT + " It is open.", upvotes=30)


def day(number: int) -> Dump:
    return a_dump(f"d{number}", captured_on=date(2026, 11, number), shows=frozenset({"title", "abstract", "upvotes"}))


def take(store: Store, number: int, *papers: Paper) -> tuple[Change, ...]:
    """Take in a dump of that day of November."""
    capture = Capture(day(number), tuple(Sighting(paper, place) for place, paper in enumerate(papers)))
    with store.writing() as writer:
        return record(writer, capture, "", NOW)


def ids(store: Store) -> dict[str, str]:
    return {paper.title: paper.id for paper in store.newest_papers(99)}


def only(store: Store, paper_id: str) -> Joined:
    (joined,) = store.joins(paper_id)
    return joined


def test_a_merge_under_another_title_is_remembered_with_reason_and_time(store: Store):
    take(store, 1, OLD)
    assert [change.kind for change in take(store, 2, NEW)] == []
    (paper,) = store.newest_papers(9)

    joined = only(store, paper.id)

    assert (joined.join.found.paper.title, joined.join.before.paper.title) == (NEW.title, OLD.title)
    assert joined.join.reason in {"abstract", "near title"}
    assert (joined.at, joined.where, joined.split_at) == (NOW, "d2.txt", None)


def test_what_is_seen_again_in_other_letters_is_no_merge_to_be_remembered(store: Store):
    take(store, 1, OLD)
    take(store, 2, replace(OLD, title=OLD.title.upper(), upvotes=20))
    assert store.joins(store.newest_papers(1)[0].id) == ()


def test_a_split_gives_each_paper_its_own_texts_counts_and_sightings(store: Store):
    take(store, 1, OLD)
    take(store, 2, NEW)
    take(store, 3, replace(NEW, upvotes=50))
    (merged,) = store.newest_papers(9)
    assert (merged.upvotes, merged.abstract) == (50, NEW.abstract)

    change = identity.split_paper(store, only(store, merged.id), LATER)

    assert change is not None
    one, other = store.known(merged.id), store.known(change.paper.id)
    assert one is not None
    assert other is not None
    assert (one.paper.title, one.paper.abstract, one.paper.upvotes) == (OLD.title, OLD.abstract, 10)
    assert (other.paper.title, other.paper.abstract, other.paper.upvotes) == (NEW.title, NEW.abstract, 50)
    assert [[seen.dump_id for seen in known.seen] for known in (one, other)] == [["d1"], ["d2", "d3"]]
    assert not set(one.titles) & set(other.titles)


def test_a_split_off_paper_is_new_to_every_reader(store: Store):
    take(store, 1, OLD)
    take(store, 2, NEW)
    cursor = store.last_change()

    change = identity.split_paper(store, only(store, store.newest_papers(1)[0].id), LATER)

    assert store.changes_after(cursor) == (change,)
    assert change is not None
    assert (change.kind, change.paper.title) == ("new", NEW.title)


def test_what_was_split_is_never_merged_again_by_itself(store: Store):
    take(store, 1, OLD)
    take(store, 2, NEW)
    identity.split_paper(store, only(store, store.newest_papers(1)[0].id), LATER)
    apart = ids(store)

    for number, papers in enumerate([(NEW,), (OLD,), (NEW, OLD), (replace(NEW, abstract=None), OLD)], 3):
        assert take(store, number, *papers) == ()

    assert ids(store) == apart
    assert set(apart) == {OLD.title, NEW.title}


def test_a_split_may_be_repeated_and_changes_nothing_more(store: Store):
    take(store, 1, OLD)
    take(store, 2, NEW)
    joined = only(store, store.newest_papers(1)[0].id)
    identity.split_paper(store, joined, LATER)
    cursor, papers = store.last_change(), ids(store)

    assert identity.split_paper(store, joined, LATER) is None
    assert (store.last_change(), ids(store)) == (cursor, papers)
    again = only(store, papers[OLD.title])
    assert (again.split_at, again.part) == (LATER, papers[NEW.title])


COOKING, GAS = Paper("Cooking with Gas", upvotes=4), Paper("A Stove Has Two Flames", ABSTRACT, upvotes=9)


def merged_by_hand(store: Store) -> tuple[Paper, Paper]:
    take(store, 1, COOKING)
    take(store, 2, GAS)
    keep, gone = (store.find_papers([paper.title])[paper.title] for paper in (COOKING, GAS))
    assert identity.merge_papers(store, keep, gone, NOW)
    return keep, gone


def test_papers_merged_by_hand_are_one_and_found_by_every_name(store: Store):
    keep, gone = merged_by_hand(store)

    (one,) = store.newest_papers(9)
    assert (one.id, one.abstract, one.upvotes) == (keep.id, ABSTRACT, 9)
    refs = [keep.id, gone.id, COOKING.title, GAS.title]
    assert {paper.id for paper in store.find_papers(refs).values()} == {keep.id}
    assert len(store.find_papers(refs)) == 4
    assert take(store, 3, GAS) == take(store, 4, COOKING) == ()
    assert only(store, keep.id).join.reason == "by hand"


def test_merging_again_changes_nothing(store: Store):
    keep, gone = merged_by_hand(store)
    before = store.known(keep.id)

    assert not identity.merge_papers(store, keep, gone, LATER)
    assert not identity.merge_papers(store, gone, keep, LATER)
    assert store.known(keep.id) == before


def test_papers_merged_by_hand_are_new_once_and_keep_the_offers_of_both(store: Store):
    take(store, 1, COOKING)
    take(store, 2, GAS)
    papers = ids(store)
    edition = an_edition()
    store.queue([_showing(edition, store, GAS.title)], NOW)
    keep, gone = store.papers(papers.values()).values()
    if keep.title != COOKING.title:
        keep, gone = gone, keep

    identity.merge_papers(store, keep, gone, NOW)

    assert store.offered("ada", [keep.id]) == {keep.id: frozenset({"new"})}
    assert [(change.kind, change.paper.id) for change in store.changes_after(0)] == [("new", keep.id)]


def _showing(edition, store: Store, title: str):  # type: ignore[no-untyped-def]
    paper = store.find_papers([title])[title]
    (section,) = edition.digest.sections
    picks = tuple(replace(pick, change=Change(paper, "new")) for pick in section.picks)
    return replace(edition, digest=replace(edition.digest, sections=(replace(section, picks=picks),)))


def test_papers_merged_by_hand_come_apart_as_they_were(store: Store):
    take(store, 1, COOKING)
    take(store, 2, GAS)
    before = {title: store.known(id_) for title, id_ in ids(store).items()}
    keep, gone = (store.find_papers([paper.title])[paper.title] for paper in (COOKING, GAS))
    identity.merge_papers(store, keep, gone, NOW)

    change = identity.split_paper(store, only(store, keep.id), LATER)

    assert {title: store.known(id_) for title, id_ in ids(store).items()} == before
    assert change is not None
    assert change.paper.id == gone.id
    assert take(store, 3, COOKING, GAS) == ()
    assert ids(store) == {COOKING.title: keep.id, GAS.title: gone.id}


def test_what_was_split_may_be_merged_by_hand_and_split_again(store: Store):
    keep, gone = merged_by_hand(store)
    for _ in range(2):
        open_ = [one for one in store.joins(keep.id) if not one.split_at]
        assert identity.split_paper(store, open_[0], LATER) is not None
        assert set(ids(store)) == {COOKING.title, GAS.title}
        assert identity.merge_papers(store, keep, gone, LATER)
        assert len(ids(store)) == 1


def test_a_doi_or_a_forum_on_openreview_names_a_paper_whatever_its_title(store: Store):
    take(store, 1, Paper("One Name", url="https://doi.org/10.1145/1234.5678", upvotes=1))
    take(store, 2, Paper("A Forum", url="https://openreview.net/forum?id=AbCdEf123", upvotes=1))

    assert take(store, 3, Paper("Another Name Altogether", url="https://dl.acm.org/doi/10.1145/1234.5678")) == ()
    assert take(store, 4, Paper("Seen by Reviewers", url="https://openreview.net/pdf?id=AbCdEf123")) == ()
    assert len(take(store, 5, Paper("Yet Another", url="https://doi.org/10.1145/9999.1"))) == 1


def test_papers_are_listed_by_day_and_source(store: Store):
    take(store, 1, COOKING)
    take(store, 2, GAS)
    second = Wanted(first=date(2026, 11, 2), last=date(2026, 11, 2))
    assert [paper.title for paper in store.find(second).papers] == [GAS.title]
    early = Wanted(source="seeds", last=date(2026, 11, 1))
    assert [paper.title for paper in store.find(early).papers] == [COOKING.title]
    assert store.find(Wanted(source="nowhere")).papers == ()
