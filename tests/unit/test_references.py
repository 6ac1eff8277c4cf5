"""Likes out of files of references, as Zotero and people write them."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from digest import config
from digest.errors import ConfigError
from digest.model import Paper
from digest.pipeline.candidates import liked_papers

MAIN = '[[sources]]\nkind = "folder"\npath = "../seeds"\n'

BIB = r"""
% exported by hand
@string{jmlr = "J. Machine " # "Learning"}
@comment{nothing here}

@article{frost2024,
  title = {{Steerable} {Filters} for Sea Ice, $n$ at a Time},
  author = {Frost, Ada and Bo Lind and {\"O}zg{\"u}r, Cem},
  abstract = "We braid {curly} and words.",
  journal = jmlr,
  year = 2024,
  eprint = {2401.01234v2},
  archivePrefix = "arXiv",
}

@misc{lind, TITLE="{\'E}tudes of Glaciers", doi={10.48550/arXiv.2310.02970}, month = feb}
@inproceedings(wu, title = {Round brackets}, note = {a , b} # { c})
@book{nothing, author = {Nobody}}
@article{broken, title = {Never closed
@article{after, title = {After the broken one}}
"""

RIS = """\
TY  - JOUR
AU  - Frost, Ada
AU  - Lind, Bo
TI  - Steerable Filters for Sea Ice
AB  - We braid words
over two lines.
UR  - https://arxiv.org/abs/2401.01234
ER  - \n
TY  - CONF
T1  - Etudes of Glaciers
ER  -
TY  - JOUR
AU  - Nobody
ER  -
"""

CSL = [
    {
        "title": "Steerable <i>Filters</i>",
        "author": [{"family": "Frost", "given": "Ada"}, {"literal": "The Ice Group"}],
        "abstract": "We braid words.",
        "URL": "http://arxiv.org/abs/2401.01234",
    },
    {"DOI": "10.1000/1"},
    "what",
]


@pytest.fixture
def load(tmp_path):
    """Write a profile that likes *like* and a file beside it, and load the config."""

    def loaded(like: str, text: str | bytes = "", file: str = ""):
        profiles = tmp_path / "config" / "profiles"
        profiles.mkdir(parents=True)
        (tmp_path / "config" / "digest.toml").write_text(MAIN)
        (profiles / "ada.toml").write_text(
            f'deliver = ["folder:ada"]\n[[interests]]\nname = "Ice"\nlike = ["A title", "{like}"]\n'
        )
        (profiles / (file or like)).write_bytes(text.encode() if isinstance(text, str) else text)
        return config.load(None, {}, cwd=tmp_path, data_dir=tmp_path / "data")

    return loaded


def test_a_bibtex_file_becomes_likes_with_their_abstracts_and_arxiv_ids(load):
    settings = load("zotero.bib", BIB)
    assert settings.profiles[0].interests[0].like == (
        "A title", "Steerable Filters for Sea Ice, n at a Time", "Études of Glaciers", "Round brackets",
        "After the broken one",
    )  # fmt: skip
    first = settings.references["Steerable Filters for Sea Ice, n at a Time"]
    assert first.arxiv_id == "2401.01234"
    assert first.authors == ("Ada Frost", "Bo Lind", "Cem Özgür")
    assert settings.references["Études of Glaciers"].arxiv_id == "2310.02970"


def test_what_a_file_of_references_holds_that_is_no_paper_is_a_warning_with_its_line(load):
    (warning,) = load("zotero.bib", BIB).warnings
    assert "line 18 has no title; line 19 is not closed: not used" in warning.why


def test_a_ris_file_becomes_likes(load):
    settings = load("refs.ris", RIS.replace("\n", "\r\n"))
    assert settings.references == {
        "Steerable Filters for Sea Ice": Paper(
            "Steerable Filters for Sea Ice",
            "We braid words over two lines.",
            ("Ada Frost", "Bo Lind"),
            arxiv_id="2401.01234",
        ),
        "Etudes of Glaciers": Paper("Etudes of Glaciers"),
    }
    assert "line 13 has no title" in settings.warnings[0].why


@pytest.mark.parametrize("wrap", [lambda items: items, lambda items: {"items": items}])
def test_a_csl_file_becomes_likes(load, wrap):
    settings = load("refs.json", json.dumps(wrap(CSL)))
    paper = Paper("Steerable Filters", "We braid words.", ("Ada Frost", "The Ice Group"), arxiv_id="2401.01234")
    assert settings.references == {"Steerable Filters": paper}
    assert "item 2 has no title; item 3 is not a reference" in settings.warnings[0].why


@pytest.mark.parametrize(
    ("like", "file", "text", "said"),
    [
        ("gone.bib", "other.bib", "", "cannot read"),
        ("empty.bib", "", "", "names no paper"),
        ("poor.bib", "", "@book{x, author = {Nobody}}", "names no paper: line 1 has no title"),
        ("odd.json", "", "{", "is not JSON"),
        ("deep.json", "", "[" * 100_000, "is not JSON"),
        ("latin.bib", "", "@book{x, title = {Caf\xe9}}".encode("latin-1"), "is not text in UTF-8"),
    ],
)
def test_a_file_of_references_that_cannot_be_used_is_a_fault_with_file_and_line(load, like, file, text, said):
    with pytest.raises(ConfigError) as caught:
        load(like, text, file)
    assert said in str(caught.value)
    assert "ada.toml:4: interests[0].like" in str(caught.value)


def test_a_library_of_five_thousand_papers_is_read_whole(load):
    entry = "@article{k%d,\n title = {On Subject %d},\n author = {Frost, Ada and Lind, Bo},\n abstract = {%s}\n}\n"
    text = "".join(entry % (n, n, "many {plain} words " * 60) for n in range(5_000))
    assert len(load("large.bib", text).references) == 5_000


class Shelf:
    """A store that knows papers by what people write."""

    def __init__(self, **papers: Paper) -> None:
        self.papers = {name.replace("_", ":").replace("x", "."): paper for name, paper in papers.items()}

    def find_papers(self, refs):
        return {ref: self.papers[ref] for ref in refs if ref in self.papers}


def test_a_listed_paper_is_the_known_one_of_its_arxiv_id_else_the_one_of_the_file(load):
    settings = load("zotero.bib", BIB)
    known = Paper("Studies of Glaciers, Revised", id="p1")
    bot = SimpleNamespace(settings=settings, store=Shelf(arXiv_2310x02970=known))
    liked = liked_papers(bot, settings.profiles)  # type: ignore[arg-type]
    assert liked["Études of Glaciers"] == known
    assert liked["Steerable Filters for Sea Ice, n at a Time"].abstract == "We braid curly and words."
    assert "A title" not in liked


def test_a_listed_paper_with_a_doi_is_the_known_one_of_that_doi(load):
    entry = "@article{k, title = {Glaciers in Spring}, doi = {10.1145/1234567}, author = {Frost, Ada}}"
    settings = load("dois.bib", entry)
    known = Paper("Glaciers in Spring, as Printed", id="p2")
    shelf = Shelf()
    shelf.papers["https://doi.org/10.1145/1234567"] = known
    bot = SimpleNamespace(settings=settings, store=shelf)
    assert liked_papers(bot, settings.profiles)["Glaciers in Spring"] == known  # type: ignore[arg-type]
