"""Is this a paper that we know? Forms of a title, rewritten titles, abstracts, and what must stay two papers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import matching
from digest.matching.titles import near
from digest.model import Known, Paper

HOSTILE = ["", "   ", "???", "\ud800", "x" * 200_000, "a b " * 50_000, "שלום עולם", "🔥🔥", "\\", "$^{", "(((", "++"]
ABSTRACT = (
    "We fold long proteins with a small network that was never shown a structure, and measure on four collections of "
    "crystals how far it falls behind methods that were. Half of the gap closes when the network may look at the water "
    "around a chain, and what remains lies in loops that no crystal shows twice in the same place."
)
FIXED = (-1895601312, -1232985678, 57244955, 654631185, 946536801, 1089320411, 1465317037, 1619559262, 2031864899)
OTHER = (
    "Harbours silt up. We fly cheap cameras over nine of them for a year and learn from the colour of the water alone "
    "where a dredger should go next, which saves the smallest harbour a third of its fuel and the largest one nothing."
)


def known(title: str, abstract: str | None = None, id_: str = "k", **fields: object) -> Known:
    return Known(Paper(title, abstract, id=id_, **fields), titles=(matching.normal_title(title),))  # type: ignore[arg-type]


def matched(paper: Paper, *candidates: Known) -> str | None:
    found = matching.best_match(paper, candidates)
    return found.id if found else None


# ---------------------------------------------------------------- forms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A Short History of Water", "a short history of WATER."),
        ("Multi-Modal Fusion", "Multimodal fusion"),
        (r"$\text{Transformer}^2$: Self-adaptive LLMs", "Transformer-Squared: Self\u2011adaptive LLMs"),
        (r"$\pi_{0.5}$: a Model", "π_0.5: a model"),
        (r"G\"odel {M}achines", "Gödel Machines"),
        ("TÜLU 3", "Tulu 3"),
        (r"Research \& Development", "Research & Development"),
        ("ChartM$^3$", "ChartM^3"),
        (r"6$\times$ Faster", "6× faster"),
        (r"\textbf{Bold} \emph{Claims}", "Bold Claims"),
        ("DeepFold V1. 5", "DeepFold-v1.5"),
    ],
)
def test_form_does_not_tell_titles_apart(one: str, other: str) -> None:
    assert matching.normal_title(one) == matching.normal_title(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("EvTexture: Textures for Video", "EvTexture++: Textures for Video"),
        ("WebSailor", "WebSailor-V2"),
        ("CAT3D", "CAT4D"),
        ("Qwen2.5", "Qwen25"),
        ("C", "C++"),
    ],
)
def test_what_carries_meaning_keeps_titles_apart(one: str, other: str) -> None:
    assert matching.normal_title(one) != matching.normal_title(other)
    assert near(one, other) is None


titles = st.one_of(st.text(max_size=120), st.text("a :-+2({[$\\\\^}])|?.,", max_size=40))


@given(titles, st.one_of(st.none(), st.text(max_size=200)))
def test_no_title_or_abstract_makes_anything_raise(title: str, abstract: str | None) -> None:
    paper = Paper(title, abstract)

    assert set(matching.keys(title, abstract)) <= set(matching.query_keys(title, abstract))
    assert matching.normal_title(matching.normal_title(title)) == matching.normal_title(title)
    matching.arxiv_id(title)
    match = matching.best_match(paper, [known(title, abstract), known("Another Title", abstract, "b")])
    assert match is None or matching.normal_title(title)


@given(st.text(max_size=80), st.text(max_size=80))
def test_near_is_the_same_both_ways(one: str, other: str) -> None:
    assert near(one, other) == near(other, one)


@pytest.mark.parametrize("title", HOSTILE, ids=[title[:8].encode("ascii", "replace").decode() for title in HOSTILE])
def test_a_hostile_title_is_compared_with_others_and_equals_none(title: str) -> None:
    assert matched(Paper(title, title), known("An Ordinary Title of Some Length", ABSTRACT)) is None
    assert matched(Paper("An Ordinary Title of Some Length", ABSTRACT), known(title, title)) is None
    assert len(matching.keys(title, title)) <= len(matching.query_keys(title, title))


def test_fault_12_a_title_of_200_000_characters_is_compared_in_a_moment() -> None:
    long = "deep folding of proteins in water " * 6_000
    started = time.perf_counter()
    matched(Paper(long, long), known(long[:-3] + "x", long + "x"))

    assert time.perf_counter() - started < 1


# ---------------------------------------------------------------- arXiv ids


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2611.00001v2", ("2611.00001", 2)),
        ("arXiv:2310.02970", ("2310.02970", None)),
        ("https://arxiv.org/pdf/2310.02970v3.pdf", ("2310.02970", 3)),
        ("https://huggingface.co/papers/2405.15738", ("2405.15738", None)),
        ("doi.org/10.48550/arXiv.2405.15738", ("2405.15738", None)),
        ("hep-th/9901001v1", ("hep-th/9901001", 1)),
        ("math.GT/0309136", ("math/0309136", None)),
        ("2313.02970", None),
        ("Results of 2310.02970 trials", None),
        ("https://arxiv.org/abs/2310.029701234", None),
        ("", None),
    ],
)
def test_an_arxiv_id_is_read_with_its_version_where_it_is_meant(
    text: str, found: tuple[str, int | None] | None
) -> None:
    assert matching.arxiv_id(text) == found


def test_the_same_arxiv_id_is_the_same_paper_under_any_title() -> None:
    one = known("Old Name of a Thing", ABSTRACT, arxiv_id="2611.00001")

    assert matched(Paper("Quite Another Name", OTHER, arxiv_id="2611.00001"), one) == "k"


def test_different_arxiv_ids_never_merge() -> None:
    one = known("Folding Proteins in Water", ABSTRACT, arxiv_id="2611.00001")

    assert matched(Paper("Folding Proteins in Water", ABSTRACT, arxiv_id="2611.00002"), one) is None


# ---------------------------------------------------------------- rewritten titles


REWRITTEN = """
FoldNet: Folding Long Proteins in Water | Folding Long Proteins in Water
Folding Long Proteins in Water (FoldNet) | Folding Long Proteins in Water
[FoldNet] Folding Long Proteins in Water [Paper] | Folding Long Proteins in Water
FoldNet 2: Folding Long Proteins | FoldNet 2: Folding Long Proteins in Water without Structures
The Water Around a Protein | The Water Around a Protein: How Much Do Crystals Show?
Folding Long Proteins in Shallow Water without Struct | Folding Long Proteins in Shallow Water without Structures
Benchmarking LLMs on Protein Folding via RL | Benchmarking Large Language Models on Protein Folding via RL
FoldNet: Fast Folding of Proteins for VLMs | FoldNet: Folding Proteins for Vision-Language Models
ICLR 2026,FoldNet,Folding Long Proteins in Shallow Water,,,Harbour University | Folding Long Proteins in Shallow Water
Squid-CoT: Long Proteins as New Words for Folders [Paper] | Dolphin: Long Proteins as New Words for Folders
Folding Long Protiens in Shallow Water | Folding Long Proteins in Shallow Water
Dolphin: Long Proteins as a New Modality for Tiny Folders | Squid: Long Proteins as a New Modality for Tiny Folders
Estimating Folding with PMI of Chains | Estimating Folding with Pointwise Mutual Information of Chains
"""


@pytest.mark.parametrize("pair", REWRITTEN.strip().splitlines())
def test_a_title_that_people_rewrote_is_the_same(pair: str) -> None:
    written, title = pair.split(" | ")

    assert matched(Paper(written), known(title)) == "k"


TWO_PAPERS = """
Gemma 3 Technical Report | GR-3 Technical Report
LongCat-Flash Technical Report | LongCat-Omni Technical Report
Qwen Technical Report | Qwen2 Technical Report
MMSU: A Massive Spoken Understanding Benchmark | MMAU: A Massive Audio Understanding Benchmark
Twenty Years of Folding: A Framework: Part 4 | Twenty Years of Folding: A Framework
VideoRAG: Retrieval-Augmented Generation with Long Videos | VideoRAG: Retrieval-Augmented Generation over a Corpus
WorldCache: Caching Worlds for Robots | WorldCache: Content-Aware Video Diffusion
Nemotron Nano: Open Models for Agents That Reason Long | Nemotron Ultra: Open Models for Agents That Reason Long
Nano 3: Cheap Folding of Long Proteins in Shallow Water | Ultra 3: Cheap Folding of Long Proteins in Shallow Water
EvFold: Cheap Folding of Long Proteins in Shallow Water | EvFold++: Cheap Folding of Long Proteins in Shallow Water
Folding Long Proteins in Shallow Water | Folding Long Proteins in Shallow Water, Revisited
Folding Long Proteins in Shallow Water | Folding Long Proteins in Shallow Water, Part 2
Reading the Journey, Part 2: Simple Distillation | Reading the Journey, Part 3: Medical Reasoning
The Climate Index Report 2023 | The Climate Index Report 2026
A Survey on Folding Networks | A Survey on Folding Networks for Short Proteins
Comment on: Folding Long Proteins in Water | Folding Long Proteins in Water
[Re] Folding Long Proteins in Water | Folding Long Proteins in Water
Supervised Folding of Long Proteins | Unsupervised Folding of Long Proteins
Controllable Inversion for Personal Pictures | Directional Inversion for Personal Pictures
Reinforcement Learning | Reinforcement Learning: A Tale of Two Cities
On the Limits of Folding | The Limits of Folding in Humanity's Last Exam
"""


@pytest.mark.parametrize("pair", TWO_PAPERS.strip().splitlines())
def test_a_title_that_may_be_another_papers_stays_apart(pair: str) -> None:
    one, other = pair.split(" | ")

    assert matched(Paper(one), known(other)) is None
    assert matched(Paper(other), known(one)) is None


def test_a_title_cut_so_that_two_papers_begin_with_it_is_neither() -> None:
    one = known("Folding Long Proteins in Shallow Water with Salt", id_="a")
    other = known("Folding Long Proteins in Shallow Water with Sand", id_="b")

    assert matched(Paper("Folding Long Proteins in Shallow Water"), one, other) is None
    assert matched(Paper("Folding Long Proteins in Shallow Water"), one) == "a"


# ---------------------------------------------------------------- abstracts


def test_a_real_rename_is_known_by_its_abstract() -> None:
    assert matched(Paper("OpenHands: A Platform", ABSTRACT), known("OpenDevin: An Engineer", ABSTRACT)) == "k"


def test_a_sequel_that_keeps_the_abstract_is_another_paper() -> None:
    assert matched(Paper("WebSailor-V2: Further Out", ABSTRACT), known("WebSailor: Setting Off", ABSTRACT)) is None


def test_abstracts_that_differ_keep_near_titles_apart() -> None:
    near_titles = "Folding Long Proteins in Water", "Folding Long Protein in Water"

    assert matched(Paper(near_titles[0], ABSTRACT), known(near_titles[1])) == "k"
    assert matched(Paper(near_titles[0], ABSTRACT), known(near_titles[1], OTHER)) is None


def test_one_name_for_two_papers_is_told_apart_by_the_abstracts() -> None:
    assert matched(Paper("WorldCache", ABSTRACT), known("WorldCache", OTHER)) is None
    assert matched(Paper("WorldCache", ABSTRACT), known("WorldCache")) == "k"


def test_a_long_title_is_the_same_under_a_rewritten_abstract() -> None:
    title = "Folding Long Proteins in Shallow Water without Ever Seeing a Structure"

    assert matched(Paper(title, ABSTRACT), known(title, OTHER)) == "k"


def test_an_abstract_cut_after_a_line_confirms_a_kindred_title_and_does_not_replace_one() -> None:
    cut = ABSTRACT[:150] + "…"

    assert matched(Paper("HydroFold without Crystals", cut), known("HydroFold: Water Matters", ABSTRACT)) == "k"
    assert matched(Paper("Weather From Orbit", cut), known("Proteins: The Musical", ABSTRACT)) is None


def test_an_exact_title_without_abstract_does_not_lose_to_a_near_one_that_has_it() -> None:
    exact = known("Folding Long Proteins in Water", id_="exact")
    tempting = known("Folding Long Proteins in Waters: A Story", ABSTRACT, id_="tempting")

    assert matched(Paper("Folding long proteins in water", ABSTRACT), tempting, exact) == "exact"


def test_the_order_of_candidates_does_not_matter() -> None:
    several = [
        known("Folding Long Proteins in Water", OTHER, "a"),
        known("Folding Long Proteins in Water", ABSTRACT, "b"),
        known("Folding Long Protein in Water", ABSTRACT, "c"),
    ]
    paper = Paper("Folding Long Proteins in Water", ABSTRACT)

    assert {matched(paper, *order) for order in (several, several[::-1], several[1:] + several[:1])} == {"b"}


# ---------------------------------------------------------------- keys


def test_keys_are_fixed_for_ever() -> None:
    title = "FoldNet: Folding Long Proteins in Water"
    assert matching.keys(title, ABSTRACT) == FIXED, "stores in the field hold these numbers: migrate, do not edit"


def test_keys_are_few_and_of_32_bits() -> None:
    found = matching.keys("FoldNet: Folding Long Proteins in Shallow Water without Structures", ABSTRACT)

    assert len(found) == 9
    assert all(-(2**31) <= key < 2**31 for key in found)
    assert matching.keys("???", ABSTRACT) == matching.query_keys("") == ()


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Folding Long Proteins in Water", "FoldNet: Folding Long Proteins in Water"),
        ("The Water Around a Protein", "The Water Around a Protein: How Much Do Crystals Show?"),
        ("folding long protein in water", "Folding Long Proteins in Water"),
    ],
)
def test_a_rewritten_title_shares_a_key_with_the_known_one(written: str, title: str) -> None:
    assert set(matching.query_keys(written)) & set(matching.keys(title))


@pytest.mark.parametrize("pair", REWRITTEN.strip().splitlines())
def test_the_first_look_spares_no_comparison_that_would_find_a_match(pair: str) -> None:
    one, other = (Paper(title) for title in pair.split(" | "))

    assert matching.worth_comparing(one, other)
    assert matching.worth_comparing(other, one)


def test_the_first_look_spares_comparing_strangers_and_knows_a_renamed_paper_by_its_abstract() -> None:
    one, other = "OpenHands: A Platform for Agents", "Weather From Orbit with Cheap Cameras"

    assert not matching.worth_comparing(Paper(one), Paper(other))
    assert not matching.worth_comparing(Paper(one, ABSTRACT), Paper(other, OTHER))
    assert matching.worth_comparing(Paper(one, ABSTRACT), Paper(other, ABSTRACT))


def test_a_renamed_paper_shares_the_key_of_its_abstract() -> None:
    assert set(matching.query_keys("OpenHands", ABSTRACT)) & set(matching.keys("OpenDevin", ABSTRACT))


def test_the_index_finds_by_id_by_any_title_and_by_keys() -> None:
    papers = [
        known("Folding Long Proteins in Water", id_="a", arxiv_id="2611.00001"),
        Known(Paper("OpenHands: A Platform", id="b"), titles=("opendevinanengineer",)),
        known("Watching Rain from Orbit with Cheap Cameras", id_="c"),
    ]
    index = matching.Index(papers)

    def ids(title: str, arxiv: str | None = None) -> list[str]:
        return [one.paper.id for one in index.candidates(Paper(title, arxiv_id=arxiv))]

    assert ids("Any Title", "2611.00001") == ["a"]
    assert ids("OpenDevin: An Engineer") == ["b"]
    assert ids("Watching the Rain from Orbit") == ["c"]
    assert ids("Nothing Like It") == []


def test_papers_that_share_a_rare_key_come_before_those_that_share_common_ones() -> None:
    crowd = list(range(200))
    found = matching.choose({1: crowd, 2: crowd, 3: [999, 7], 4: [999]}, [1, 2, 3, 4, 5])

    assert found[:2] == [999, 7]
    assert len(found) == 8
    assert matching.choose({}, [1]) == []


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://doi.org/10.1145/3292500.3330701", "doi:10.1145/3292500.3330701"),
        ("https://dl.acm.org/doi/abs/10.1145/3292500.3330701", "doi:10.1145/3292500.3330701"),
        ("https://doi.org/10.1145%2F3292500.3330701", "doi:10.1145/3292500.3330701"),
        ("https://openreview.net/forum?id=Sy8gdB9xx", "openreview:Sy8gdB9xx"),
        ("https://openreview.net/pdf?noteId=1&id=Sy8gdB9xx#x", "openreview:Sy8gdB9xx"),
    ],
)
def test_a_link_may_hold_a_permanent_name(url: str, name: str) -> None:
    assert matching.other_names(Paper("T", url=url)) == {name}


@pytest.mark.parametrize("url", ["https://doi.org/10.48550/arXiv.2611.00001", "https://doi.org/10.5281/zenodo.7", ""])
def test_the_dois_of_arxiv_and_of_data_sets_name_no_paper(url: str) -> None:
    assert matching.other_names(Paper("T", url=url)) == frozenset()


def test_a_doi_at_the_end_of_an_abstract_is_the_papers_own_and_another_one_is_not() -> None:
    assert matching.other_names(Paper("T", "We fold. doi: 10.1000/XYZ7.")) == {"doi:10.1000/xyz7"}
    assert matching.other_names(Paper("T", "As in https://doi.org/10.1000/xyz7 we fold.")) == frozenset()
