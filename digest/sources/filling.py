"""Records of an unknown layout are filled: each fact goes to the paper that it stands with."""

from __future__ import annotations

import re
from itertools import zip_longest

from digest.sources.closing import settle, undecorate
from digest.sources.facts import Facts, facts_of, link_kind, linked_id
from digest.sources.marks import Mark, names_of
from digest.sources.rows import Draft, Row
from digest.sources.segments import Titles

_TAILS = (re.compile(r"\s*[\[(]([^()\[\]]{1,60})[\])]$"), re.compile(r"\s+[-–—|·]\s+([^|·–—]{1,60})$"))
_HEAD = re.compile(r"(?:▲|△|⬆|👍|❤|🔥|\+)\ufe0f?\s*(\d{1,6})\s+|\[(\d{1,5})\]\s+")
_VERSION = re.compile(r"\d{4}\.\d{4,5}v(\d{1,2})")
_SUMMARIES = frozenset({"summary", "ai summary", "ai-summary", "tl;dr", "tldr", "description"})


def fill(marks: list[Mark], titles: Titles, votes: dict[str, int], comments: dict[str, int], draft: Draft) -> None:
    """Turn the stretch from each title to the next into a row of *draft*, or into a reject."""
    rows: list[tuple[Row, bool]] = []
    first = titles.places[0] if titles.places else len(marks)
    _forget_ordinals(marks, titles)
    before = any(
        mark.facts.votes is not None or mark.facts.number is not None for mark in marks[max(0, first - 4) : first]
    )
    draft.header = next((mark.facts.shown for mark in marks[:first] if mark.facts.shown is not None), None)
    abstracts = any(mark.kind == "label" and mark.block.label == "abstract" for mark in marks)
    for place, after in zip_longest(titles.places, titles.places[1:], fillvalue=len(marks)):
        row = _opened(marks[place], titles)
        if before:
            _votes_before(marks, place, row)
        end = _end(marks, after) if before and after < len(marks) else after
        filler = _Filler(row, abstracts, before)
        filler.take(marks[place], marks[place + 1 : end])
        _by_id(row, votes, comments)
        rows.append((row, filler.footed))
    undecorate([row for row, _ in rows])
    settle(rows, draft)
    for place in titles.doubtful:
        draft.reject(marks[place].block.line, "a paragraph without a certain title")


def _forget_ordinals(marks: list[Mark], titles: Titles) -> None:
    """Numbers before the titles that count them (1, 2, 3 …), or that stand beside named votes, are no votes."""
    counts = [_lone_number(marks, place) for place in titles.places]
    named = any(mark.facts.votes is not None for mark in marks)
    if not named and counts != list(range(1, len(counts) + 1)):
        return
    for place in titles.places:
        if _lone_number(marks, place) is not None:
            marks[place - 1].facts.number = None


def _lone_number(marks: list[Mark], place: int) -> int | None:
    """The bare number directly before the title at *place*."""
    return marks[place - 1].facts.number if place and marks[place - 1].kind == "fact" else None


def _opened(mark: Mark, titles: Titles) -> Row:
    """The row of a title: its words, the link that they are, and what stands behind them in the same line."""
    block = mark.block
    words = (mark.titles_paper if titles.sign == "link" else None) or block.text
    row = Row(words, block.line)
    if words != block.text and words in block.text:
        rest = facts_of(block.text.replace(words, " ", 1))
        if rest is not None:
            _note(row, rest)
    if (head := _HEAD.match(row.title)) is not None and head[1]:
        row.upvotes, row.title = int(head[1]), row.title[head.end() :]
    for shape in _TAILS:
        tail = shape.search(row.title)
        facts = facts_of(tail[1]) if tail is not None else None
        if tail is not None and facts is not None and facts not in (Facts(), Facts(number=facts.number)):
            _note(row, facts)
            row.title = row.title[: tail.start()]
    return row


def _note(row: Row, facts: Facts) -> None:
    """Add to *row* what *facts* say and it does not know yet."""
    row.upvotes = facts.votes if row.upvotes is None else row.upvotes
    row.num_comments = facts.comments if row.num_comments is None else row.num_comments
    row.num_authors = facts.authors if row.num_authors is None else row.num_authors
    row.shown = row.shown or facts.shown
    if row.arxiv_id is None:
        row.arxiv_id, row.version = facts.arxiv_id, facts.version


def _end(marks: list[Mark], after: int) -> int:
    """Where a record ends when the votes of the next one stand before its title."""
    place = after - 1
    while place >= 0 and marks[place].kind in {"fact", "skip"}:
        if marks[place].facts.votes is not None or marks[place].facts.number is not None:
            return place
        if marks[place].facts != Facts():
            break
        place -= 1
    return after


def _votes_before(marks: list[Mark], place: int, row: Row) -> None:
    start = _end(marks, place)
    if start < place:
        facts = marks[start].facts
        row.upvotes = facts.votes if facts.votes is not None else facts.number


def _by_id(row: Row, votes: dict[str, int], comments: dict[str, int]) -> None:
    """What stands in links that name the paper is surer than what stands near."""
    if row.arxiv_id is not None:
        row.upvotes = votes.get(row.arxiv_id, row.upvotes)
        row.num_comments = comments.get(row.arxiv_id, row.num_comments)


class _Filler:
    """Reads the marks of one record in order."""

    def __init__(self, row: Row, abstracts: bool, before: bool) -> None:
        self.row = row
        self.abstracts = abstracts
        self.before = before
        self.open = False
        self.waiting = ""
        self.footed = False
        """Whether a day or a number of authors stands below the abstract."""

    def take(self, title: Mark, marks: list[Mark]) -> None:
        self._links(title)
        previous = title
        for mark in marks:
            if mark.kind == "label":
                self._label(mark)
            elif mark.kind == "prose":
                self._prose(mark)
            elif mark.kind == "fact":
                self._fact(mark, previous)
            elif mark.kind == "names" and self.row.authors is None and not self.row.abstract:
                self.row.authors = mark.names
            elif mark.kind == "words" and mark.block.text.lower() in {"abstract", "abstract:"}:
                self.waiting = "abstract"
            elif mark.kind == "words" and not self.row.abstract and self.waiting == "abstract":
                self.row.abstract.append(mark.block.text)
            self.open = self.open and mark.kind == "prose"
            self._links(mark)
            previous = mark

    def _prose(self, mark: Mark) -> None:
        if not self.row.abstract or self.open:
            self.row.abstract.append(mark.block.text)
            self.open = True

    def _fact(self, mark: Mark, previous: Mark) -> None:
        facts = mark.facts
        counted = facts.number
        known = (self.row.shown, self.row.num_authors)
        self.footed = self.footed or (
            bool(self.row.abstract) and (facts.shown is not None or facts.authors is not None)
        )
        if not (self.before and facts.votes is not None):
            _note(self.row, facts)
        if mark.block.text.lower().rstrip(":") in {"upvote", "upvotes", "votes", "comments", "comment"}:
            self.waiting = mark.block.text.lower()[:4]
            return
        if counted is not None:
            after_day = (
                facts.shown is not None or previous.facts.shown is not None or previous.facts.authors is not None
            )
            if self.waiting in {"upvo", "vote"} and self.row.upvotes is None:
                self.row.upvotes = counted
            elif self.waiting == "comm" or (after_day and known != (None, None)) or facts.shown is not None:
                self.row.num_comments = counted if self.row.num_comments is None else self.row.num_comments
        self.waiting = ""

    def _links(self, mark: Mark) -> None:
        if mark.kind == "prose" and len(mark.block.links) != 1:
            return
        for _, url in mark.block.links:
            kind = link_kind(url)
            if kind in {"paper", "vote", "community"}:
                found = linked_id(url)
                if found is not None and self.row.arxiv_id is None and (kind == "paper" or not self.before):
                    self.row.arxiv_id = found
                    version = _VERSION.search(url)
                    self.row.version = int(version[1]) if version else None
                if kind == "paper" and found == self.row.arxiv_id and self.row.url is None and "://" in url:
                    self.row.url = url
            elif kind == "code" and self.row.code_url is None and mark.kind != "prose":
                self.row.code_url = url.rstrip(".,;")

    def _label(self, mark: Mark) -> None:
        label, text = mark.block.label.replace("_", " "), mark.block.text
        if label == "abstract" or (label in _SUMMARIES and not self.abstracts and not self.row.abstract):
            if text:
                self.row.abstract = [text]
                self.open = True
            else:
                self.waiting = "abstract"
        elif label in _SUMMARIES:
            self.row.summary = text or None
        elif label in {"keywords", "ai keywords", "tags"}:
            self.row.keywords = tuple(word for part in re.split(r"[,;]", text) if (word := part.strip())) or None
        elif label.startswith("organi"):
            self.row.organisation = text or None
        else:
            self._valued(label, text)

    def _valued(self, label: str, text: str) -> None:
        """Labels whose value must be of a kind: a count, a day, an id, names."""
        facts = facts_of(text) or Facts()
        if "|" in text or "·" in text:
            _note(self.row, facts_of(f"{label}: {text}".replace("*", "")) or Facts())
            return
        if "author" in label:
            if facts.number is not None or facts.authors is not None:
                self.row.num_authors = facts.number if facts.authors is None else facts.authors
            elif text:
                self.row.authors = names_of(text) or ((text,) if len(text) < 45 and "," not in text else None)
        elif label.replace("-", "") in {"upvotes", "upvote", "votes", "vote", "likes"}:
            self.row.upvotes = facts.number if facts.votes is None else facts.votes
        elif "comment" in label:
            self.row.num_comments = facts.number if facts.comments is None else facts.comments
        elif facts.shown is not None and self.row.shown is None:
            self.row.shown = facts.shown
        if self.row.arxiv_id is None and facts.arxiv_id is not None:
            self.row.arxiv_id, self.row.version = facts.arxiv_id, facts.version
