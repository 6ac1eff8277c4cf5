"""Marks -> records: which lines of an unknown layout are titles, and what belongs to each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from statistics import fmean

from digest.sources.facts import link_kind
from digest.sources.marks import Mark, is_name

_MOST_CANDIDATES = 8
_SIGNS = ("label", "link", "address", *(f"level {level}" for level in (3, 2, 4, 5, 1, 6, 7)), "number")


@dataclass(frozen=True, slots=True)
class Titles:
    """Where the titles stand and by what sign they were told; *strong* signs are more than mere shape."""

    sign: str
    places: list[int]
    doubtful: list[int]


def find_titles(marks: list[Mark]) -> Titles:
    """Tell the titles by the sign that pairs most of them with a paragraph of their own; the surest first."""
    groups = _prose_groups(marks)
    best = Titles("none", [], [])
    best_score = 0
    for sign, places in _signed(marks).items():
        if len({marks[place].block.text for place in places}) * 10 < len(places) * 8:
            continue
        score = _paired(places, groups)
        cut = bool(groups and places) and places[-1] > groups[-1][0]
        if score * 10 >= 7 * max(len(places) - cut, 1) and score * 10 >= 7 * len(groups) and score > best_score:
            best, best_score = Titles(sign, places, []), score
    shaped = _by_shape(marks, groups)
    score = _paired(shaped.places, groups)
    if score * 20 > best_score * 21:
        best = shaped
    if not best.places and not groups:
        return Titles("link", _signed(marks)["link"], [])
    return best


def _signed(marks: list[Mark]) -> dict[str, list[int]]:
    """Where each sign of a title stands that does not depend on its neighbours' shapes, the surest first."""
    signed: dict[str, list[int]] = {sign: [] for sign in _SIGNS}
    for place, mark in enumerate(marks):
        block = mark.block
        if mark.kind == "label" and mark.is_title_label and block.text:
            signed["label"].append(place)
        if mark.kind not in {"words", "names"}:
            continue
        if block.links and mark.titles_paper is not None:
            signed["link"].append(place)
        if place + 1 < len(marks) and not marks[place + 1].block.text and _is_address(marks[place + 1]):
            signed["address"].append(place)
        if block.level:
            signed[f"level {block.level}"].append(place)
        if block.number is not None:
            signed["number"].append(place)
    return signed


def _is_address(mark: Mark) -> bool:
    """Whether *mark* is nothing but the address of a paper."""
    return any("://" in words and link_kind(url) == "paper" for words, url in mark.block.links)


def _prose_groups(marks: list[Mark]) -> list[tuple[int, int]]:
    """Runs of paragraphs with nothing between them, as (first, last) places."""
    groups: list[tuple[int, int]] = []
    for place, mark in enumerate(marks):
        if not is_abstract(mark):
            continue
        if groups and groups[-1][1] == place - 1 and mark.kind != "label":
            groups[-1] = (groups[-1][0], place)
        else:
            groups.append((place, place))
    return groups


def is_abstract(mark: Mark) -> bool:
    """Whether *mark* is a paragraph, or a line that calls itself an abstract."""
    if mark.kind == "prose":
        return True
    return mark.kind == "label" and mark.block.label == "abstract" and bool(mark.block.text)


def _paired(places: list[int], groups: list[tuple[int, int]]) -> int:
    """How many of *places* have a paragraph before the next of them."""
    count = index = 0
    for place, after in zip_longest(places, places[1:]):
        while index < len(groups) and groups[index][0] <= place:
            index += 1
        if index < len(groups) and (after is None or groups[index][0] < after):
            count += 1
    return count


def _by_shape(marks: list[Mark], groups: list[tuple[int, int]]) -> Titles:
    """The short line before each paragraph; where several stand there, the one in the place that titles take."""
    runs: list[list[int]] = []
    named = sum(mark.kind == "names" for mark in marks) * 2 >= len(groups)
    start = 0
    for first, last in groups:
        run = [place for place in range(max(start, first - 40), first) if marks[place].kind == "words"]
        runs.append(_without_a_name(marks, run[-_MOST_CANDIDATES:]) if named else run[-_MOST_CANDIDATES:])
        start = last + 1
    first_run = runs[0] if runs else []
    pick = _place_of_titles(marks, runs[1:] or runs)
    places: list[int] = []
    doubtful: list[int] = []
    for run, (first, _) in zip(runs, groups, strict=True):
        if run is first_run and len(run) > 1 and len(runs) > 1:
            run = _like_the_others(run, runs[1:])
        if len(run) == 1:
            places.append(run[0])
        elif pick is not None and len(run) == pick[1]:
            places.append(run[pick[0]])
        else:
            doubtful.append(first)
    return Titles("shape", places, doubtful)


def _without_a_name(marks: list[Mark], run: list[int]) -> list[int]:
    """A run without its last line, where that is a single author below a title."""
    return run[:-1] if len(run) > 1 and is_name(marks[run[-1]].block.text) else run


def _like_the_others(run: list[int], others: list[list[int]]) -> list[int]:
    """The end of the first run, which the page's furniture made longer, of the length that the others have."""
    usual = sorted(len(one) for one in others)[len(others) // 2]
    return run[-usual:] if usual else run[-1:]


def _place_of_titles(marks: list[Mark], runs: list[list[int]]) -> tuple[int, int] | None:
    """Which line of a run of which length is the title; None where the runs do not agree on it."""
    several = [run for run in runs if len(run) > 1]
    if not several:
        return None
    usual = max({len(run) for run in several}, key=lambda size: sum(len(run) == size for run in several))
    if sum(len(run) == usual for run in runs) * 10 < len(runs) * 8:
        return None
    means = [fmean(len(marks[run[index]].block.text) for run in runs if len(run) == usual) for index in range(usual)]
    longest = max(range(usual), key=lambda index: means[index])
    if means[longest] < 30 or sorted(means)[-2] * 1.6 > means[longest]:
        return None
    return longest, usual
