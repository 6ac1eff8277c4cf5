"""Papers in the formats of reference managers."""

from __future__ import annotations

import json
import re
from datetime import date

import bibtexparser
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.export import bibtex, csl, ris
from digest.model import Paper
from tests.builders import a_paper

FROST = a_paper(
    "Counting {Ice} Floes & 50% of $10^{3}$ Kites",
    abstract="We count.\nTwice.",
    authors=("Ada Frost", "Lind, Bo", "Institute of Ice and Snow", "Plato"),
    published=date(2026, 1, 5),
    url="https://arxiv.org/abs/2601.00001",
    keywords=("ice", "kites"),
    id="p1",
)
BARE = Paper(title="")

texts = st.text(max_size=40)
papers = st.builds(
    Paper,
    title=texts,
    abstract=st.none() | texts,
    authors=st.none() | st.lists(texts, max_size=3).map(tuple),
    published=st.none() | st.dates(),
    url=st.none() | texts,
    keywords=st.none() | st.lists(texts, max_size=2).map(tuple),
)


def test_bibtex_holds_what_is_known():
    assert bibtex([FROST]) == (
        "@misc{frost2026counting,\n"
        "  title = {{Counting \\textbraceleft{}Ice\\textbraceright{} Floes \\& 50\\% of 10³ Kites}},\n"
        "  author = {Ada Frost and {Lind, Bo} and {Institute of Ice and Snow} and Plato},\n"
        "  year = {2026},\n"
        "  month = {1},\n"
        "  eprint = {2601.00001},\n"
        "  archiveprefix = {arXiv},\n"
        "  url = {https://arxiv.org/abs/2601.00001},\n"
        "  abstract = {We count. Twice.},\n"
        "}\n"
    )


def test_keys_are_unique_and_plain():
    twins = [a_paper("Über die Größe", authors=("Émile Zölá",)) for _ in range(3)]
    assert re.findall(r"@misc\{([^,]+),", bibtex([*twins, BARE])) == [
        "zolauber",
        "zolauber-2",
        "zolauber-3",
        "anonymouspaper",
    ]


def test_ris_holds_what_is_known_and_ends_each_record():
    lines = ris([FROST, BARE]).split("\r\n")
    assert lines[:4] == [
        "TY  - UNPB",
        "TI  - Counting {Ice} Floes & 50% of 10³ Kites",
        "AU  - Frost, Ada",
        "AU  - Lind, Bo",
    ]
    assert "DA  - 2026/01/05" in lines
    assert "UR  - https://arxiv.org/abs/2601.00001" in lines
    assert lines.count("ER  - ") == 2


def test_csl_holds_what_is_known():
    (item,) = json.loads(csl([FROST]))
    assert item["author"][:2] == [{"family": "Frost", "given": "Ada"}, {"family": "Lind", "given": "Bo"}]
    assert item["author"][3] == {"literal": "Plato"}
    assert item["issued"] == {"date-parts": [[2026, 1, 5]]}
    assert item["number"] == "arXiv:2601.00001"
    assert json.loads(csl([BARE])) == [{"id": "paper-1", "type": "article"}]


def test_a_paper_without_a_link_gets_none_not_a_search():
    assert "search" not in bibtex([a_paper()]) + ris([a_paper()]) + csl([a_paper()])


def test_nothing_gives_an_empty_file():
    assert (bibtex([]), ris([]), json.loads(csl([]))) == ("", "", [])


def test_another_program_reads_the_bibtex():
    twin = a_paper("Counting Kites", authors=("Ada Frost",), published=date(2026, 1, 5), abstract="50% & {more}")
    one, other = bibtexparser.loads(bibtex([FROST, twin])).entries
    assert (one["ID"], other["ID"]) == ("frost2026counting", "frost2026counting-2")
    assert (one["ENTRYTYPE"], one["year"], one["eprint"]) == ("misc", "2026", "2601.00001")
    assert one["author"].split(" and ")[:2] == ["Ada Frost", "{Lind, Bo}"]
    assert other["title"] == "{Counting Kites}"
    assert other["abstract"] == "50\\% \\& \\textbraceleft{}more\\textbraceright{}"


def test_another_program_reads_the_ris():
    one, other = rispy.loads(ris([FROST, a_paper("Kites")]))
    assert one["title"] == "Counting {Ice} Floes & 50% of 10³ Kites"
    assert one["authors"][:2] == ["Frost, Ada", "Lind, Bo"]
    assert (one["year"], one["abstract"], one["keywords"]) == ("2026", "We count. Twice.", ["ice", "kites"])
    assert one["urls"] == ["https://arxiv.org/abs/2601.00001"]
    assert (other["title"], "authors" in other) == ("Kites", False)


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(papers, min_size=1, max_size=3))
def test_other_programs_read_whatever_there_is(some):
    assert len(bibtexparser.loads(bibtex(some)).entries) == len(some)
    assert len(rispy.loads(ris(some))) == len(some)


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(papers, max_size=3))
def test_no_paper_breaks_a_file(some):
    made = bibtex(some)
    assert made.count("@misc{") >= len(some)
    unescaped = re.sub(r"\\.", "", made)
    assert unescaped.count("{") == unescaped.count("}")
    assert len(re.findall(r"(?m)^\}$", made)) == len(some)
    record = ris(some)
    assert record.count("ER  - \r\n") == len(some)
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in record.split("\r\n") if line)
    assert len(json.loads(csl(some))) == len(some)
