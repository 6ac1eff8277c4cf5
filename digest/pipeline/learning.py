"""What is ordinary, learned from the bot's own papers: kept in one file, renewed when enough is new.

The file's name holds the version of its form and how many papers were known, so a file of another version is never
read, and one look into the folder says whether it is time to learn again; one without content says that the shipped
background serves these papers better. It is written whole under another name and then moved into its place; what was
learned before is dropped, never mixed in.
"""

from __future__ import annotations

import os
import re
import sys
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digest.model import Failure, Paper, Settings
from digest.pipeline.bot import Bot
from digest.ranking import Background
from digest.ranking.background import VERSION

if TYPE_CHECKING:
    from digest.ranking.ranker import Ranker

FEWEST = 300
"""Fewer papers are not worth a background of their own."""

ENOUGH_NEW = 2_000
"""So many new papers, or twice as many as at the last time, make the bot learn again by itself."""

NEWEST = 6_000
"""The bot learns from its newest papers, at most so many: a pass that loads what they teach keeps within 300 MB."""

MOST_WORDS = 150_000
"""Texts with more different words than this are no language, or all of them: what they teach would only fill memory."""

_NAME = re.compile(rf"v{VERSION}-(\d+)\.npz")


def background(settings: Settings) -> Background:
    """Return what was learned last, whole; without that, the background that is shipped."""
    for path in sorted(_files(settings), key=_when, reverse=True):
        found = Background(path)
        try:
            if zipfile.is_zipfile(path) and found.papers:  # reads the file: from here on nothing of it can be missing
                return found
        except (OSError, ValueError, KeyError, EOFError, zlib.error, zipfile.BadZipFile):
            continue
    return Background.default()


def ranker(bot: Bot) -> Ranker:
    """Return the ranker by what was learned last: the same, with all that it has read, until there is something new."""
    from digest.ranking.ranker import Ranker

    learned = tuple(sorted((path.name, _when(path)) for path in _files(bot.settings)))
    if bot.kept.ranker is None or learned != bot.kept.learned:
        bot.kept.ranker, bot.kept.learned = Ranker(background(bot.settings)), learned
    return bot.kept.ranker


def learn(bot: Bot) -> tuple[int, Path | None]:
    """Learn from the bot's papers now; return how many are known, and the file: None where the shipped one is better.

    Raises OSError when the file cannot be written; then the last one stands.
    """
    from digest.ranking.learning import learn as learned_from

    known = bot.store.counts()["papers"]
    papers = bot.store.newest_papers(NEWEST)[::-1] if known >= FEWEST else []
    base = Background.default()
    found = learned_from(papers, base) if papers and _words(papers) <= MOST_WORDS else base
    path = _keep(None if found is base else found, bot.settings, known)
    return known, None if found is base else path


def refresh(bot: Bot) -> list[Failure]:
    """Learn if it is time; what goes wrong is a warning, since ranking goes on with what there is."""
    known = bot.store.counts()["papers"]
    last = max((_known(path) for path in _files(bot.settings)), default=0)
    if (last <= known) and known < (min(last + ENOUGH_NEW, 2 * last) if last else ENOUGH_NEW):
        return []  # the shipped background knows more than a few hundred papers do
    try:
        learn(bot)
    except Exception as error:  # the editions are out; whatever stops this must not stop the pass
        why = (error.strerror if isinstance(error, OSError) else None) or f"{type(error).__name__}: {error}"
        return [Failure(str(folder(bot.settings)), f"nothing new was learned: {why}")]
    finally:
        _give_back()
    return []


def _give_back() -> None:
    """Let the machine have the memory that learning took for a few seconds: glibc keeps some 70 MB of it for ever."""
    if sys.platform != "linux":
        return
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # another C library need not have it
    if trim is not None:
        trim(0)


def folder(settings: Settings) -> Path:
    """Where the file lies."""
    return settings.state / "background"


def _files(settings: Settings) -> list[Path]:
    try:
        return [path for path in folder(settings).iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return []


def _known(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    return int(match[1]) if match else 0


def _when(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _keep(found: Background | None, settings: Settings, known: int) -> Path:
    place = folder(settings)
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"v{VERSION}-{known}.npz"
    part = place / f"{os.getpid()}.part.npz"
    try:
        part.write_bytes(b"") if found is None else found.save(part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    for other in place.glob("*.npz"):
        if other != path and not other.name.endswith(".part.npz"):
            other.unlink(missing_ok=True)
    return path


def _words(papers: Sequence[Paper]) -> int:
    """How many different words there are, roughly."""
    return len({word for paper in papers for word in f"{paper.title} {paper.abstract or ''}".lower().split()})
