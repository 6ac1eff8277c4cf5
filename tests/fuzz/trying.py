"""One case: every path that bytes of others take, and what must hold of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from digest import sources
from digest.errors import DumpRefused, SourceFailed
from digest.model import Capture, Failure, RawDump
from digest.pipeline.ingest import ingest
from digest.sources import arxiv, feedtext, huggingface, stamps, unpacking, url
from digest.sources.rows import MAX_ABSTRACT, MAX_TITLE
from digest.sources.web import waiting
from tests.livebot import LiveBot

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
PER_MEGABYTE, AT_LEAST = 1.0, 0.25
"""Processor seconds that a megabyte may take, and that the smallest dump may."""


class Broken(AssertionError):
    """Something that must hold did not."""


@dataclass(slots=True)
class Case:
    """What became of one case: papers read, seconds of the processor by path."""

    papers: int
    seconds: dict[str, float]

    def slow(self, size: int) -> dict[str, float]:
        """The paths that took longer than *size* bytes may take."""
        allowed = max(AT_LEAST, PER_MEGABYTE * size / 2**20)
        return {path: spent for path, spent in self.seconds.items() if spent > allowed}


def tried(content: bytes, *, stored: bool = False) -> Case:
    """Read *content* as a dump, as a fetched list, feed and slice, as an archive, as rules and headers.

    With *stored* what was read is taken into a store as well. Raises whatever no path may raise.
    """
    case = Case(0, {})
    text = content[:20_000].decode("latin-1")
    paths = {
        "list": lambda: huggingface.checked_rows(content, "x"),
        "feed": lambda: feedtext.checked_rows(content, "x"),
        "slice": lambda: arxiv.checked_slice(content, "x", 0),
        "archive": lambda: list(unpacking.unpacked("x", content, 4 << 20)),
        "rules": lambda: url.allowed(text, "https://example.org/papers"),
        "headers": lambda: waiting.asked_for({"retry-after": text[:99], "date": text[99:200], "ratelimit": text[:500]}),
        "stamp": lambda: stamps.stamp_of(text[:1000]),
    }  # fmt: skip
    for name, path in paths.items():
        began = time.process_time()
        try:
            path()
        except (DumpRefused, SourceFailed) as refused:
            _one_line(str(refused))
        case.seconds[name] = time.process_time() - began
    for name in ("2024-06-18.txt", "https://example.org/x"):
        began = time.process_time()
        case.papers += _read(RawDump("fuzz", name, content, NOW, fetched_live=name.startswith("http")))
        case.seconds[f"read {name[:5]}"] = time.process_time() - began
    if stored and case.papers:
        _store(content)
    return case


def _read(raw: RawDump) -> int:
    try:
        capture = sources.read(raw, NOW)
    except DumpRefused as refused:
        _one_line(str(refused))
        return 0
    _sound(capture)
    return len(capture.papers)


def _one_line(text: str) -> None:
    if "\n" in text or len(text) > 1000:
        raise Broken(f"not one line for a person: {text[:200]!r}")


def _sound(capture: Capture) -> None:
    """What holds of every capture, whatever it was read from."""
    for paper in capture.papers:
        texts = (paper.title, paper.abstract, paper.url, paper.code_url, paper.summary, paper.organisation)
        words = [*(text for text in texts if text is not None), *(paper.authors or ()), *(paper.keywords or ())]
        if not paper.title or len(paper.title) > MAX_TITLE or len(paper.abstract or "") > MAX_ABSTRACT:
            raise Broken(f"a title or abstract of no title's or abstract's length: {paper.title[:80]!r}")
        for word in words:
            word.encode("utf-8")
            if any(char < " " or char in "\x7f\u2028\u2029\u202e" for char in word):
                raise Broken(f"a control character came through: {word[:200]!r}")
        for address in (paper.url, paper.code_url):
            if address is not None and not address.startswith(("http://", "https://")):
                raise Broken(f"not an address of the web: {address[:200]!r}")
        counts = (paper.upvotes, paper.num_comments, paper.num_authors)
        if any(count is not None and not 0 <= count < 10**9 for count in counts):
            raise Broken(f"no count: {counts}")
    for reject in capture.rejects:
        _one_line(f"{reject.where}: {reject.why}")


def _store(content: bytes) -> None:
    """Take it in twice: nothing fails, and the second time changes nothing."""
    bot = LiveBot(now=NOW)
    raw = RawDump("fuzz", "2024-06-18.txt", content, NOW)
    for _ in range(2):
        _, failures, _ = ingest(bot.bot, [raw], NOW)
        _no(failures)
    if len(bot.store.changes_after(0)) > len(bot.papers()):
        raise Broken("more news than papers")
    bot.store.close()


def _no(failures: list[Failure]) -> None:
    if failures:
        raise Broken(f"what was read was refused afterwards: {failures[0]}")
