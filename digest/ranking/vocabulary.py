"""Keywords that no known paper has, and what their author may have meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import fuzz, process

from digest.model import Paper
from digest.ranking.background import Background
from digest.ranking.folding import folded, texts
from digest.ranking.terms import phrases, terms_of

_NEAR = 75  # of 100: a letter or two, or a word's other form
_NAMED = 3
_FEW = 300  # papers that say nothing yet about which phrases occur
_STEM = 7  # letters that the background keeps of a word
_MOST = 60_000  # forms that are compared with; the most frequent


def unknown(keywords: Iterable[str], papers: Sequence[Paper], background: Background) -> Mapping[str, tuple[str, ...]]:
    """Return each of *keywords* that neither *papers* nor the background has, with up to three near words or phrases.

    A phrase is known where a paper has it, or the background its pairs of neighbours; with few papers its words will
    do. A word is known where either has it in any form. Near ones are shown as the papers write them, else as the
    beginning that the background keeps ("diffusi…").
    """
    few = len(papers) < _FEW
    wanted = [word for word in dict.fromkeys(keywords) if not _in_background(word, background, words_do=few)]
    if not wanted:
        return {}
    known = "|".join(map(texts, papers))
    missing = [word for word in wanted if folded(word).strip() and folded(word) not in known]
    shown = _shown(papers, background) if missing else {}
    return {word: _near(word, shown) for word in missing}


def _in_background(keyword: str, background: Background, *, words_do: bool) -> bool:
    terms = terms_of(keyword)
    pairs = [term for term in terms if " " in term]
    needed = pairs if pairs and not words_do else [term for term in terms if " " not in term]
    return bool(needed) and all(term in background.terms for term in needed)


def _shown(papers: Sequence[Paper], background: Background) -> dict[str, str]:
    """What a keyword may be compared with, by how it is shown: the commonest forms of papers, then the background's."""
    seen: Counter[str] = Counter()
    stems: set[str] = set()
    for paper in papers:
        for stem, form in phrases(paper.title) + phrases(paper.abstract or ""):
            seen[form] += 1
            stems.add(stem)
    found = {form: form.casefold() for form, _ in seen.most_common(_MOST)}
    for stem in list(background.terms)[: _MOST - len(found)]:
        if stem not in stems and " " not in stem and stem.isalpha():
            found[f"{stem}…" if len(stem) >= _STEM else stem] = stem
    return found


def _near(keyword: str, shown: Mapping[str, str]) -> tuple[str, ...]:
    """The nearest first; a beginning is compared with as much of the keyword as it has letters."""
    wanted = keyword.casefold()
    scores = {name: score for _, score, name in process.extract(wanted, shown, scorer=fuzz.ratio, score_cutoff=_NEAR)}
    begun = {name: text for name, text in shown.items() if name.endswith("…")}
    for _, score, name in process.extract(wanted[:_STEM], begun, scorer=fuzz.ratio, score_cutoff=_NEAR):
        scores[name] = max(score - 1, scores.get(name, 0.0))  # of equals, the whole word first
    names = {name.casefold(): name for name in sorted(scores, key=lambda name: (scores[name], name))}
    return tuple(reversed(list(names.values())[-_NAMED:]))
