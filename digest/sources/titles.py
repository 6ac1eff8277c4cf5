"""Asking for a paper by its title: Hugging Face's paper search, arXiv's API. Whether an answer is it, others decide."""

from __future__ import annotations

import re
from datetime import datetime
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlencode

from digest.errors import SourceFailed
from digest.model import RawDump, SourceSettings
from digest.sources import arxiv, huggingface
from digest.sources.web import Manners, Web

MOST = 10
"""Answers to one question: what is not among the first is hardly it."""
_WORD = re.compile(r"\w+")
LONGEST = 250
"""Characters that the search of Hugging Face takes."""


class Titles(Protocol):
    """A service that can be asked for titles."""

    def ask(self, title: str, now: datetime) -> RawDump | None:
        """What the service finds for *title*; None where it finds nothing. Raises SourceFailed, DumpRefused."""
        ...


class _Asked:
    """One question over the line of the source that *settings* describe, at its pace."""

    def __init__(self, settings: SourceSettings, web: Web, *, max_bytes: int) -> None:
        self._name, self._base, self._web = settings.name, settings.url.rstrip("/"), web
        rate = huggingface.RATE if settings.kind == "huggingface" else arxiv.RATE
        limit = settings.max_bytes or max_bytes
        self._manners = Manners(settings.timeout, limit, settings.allow_private, rate=rate, tries=1)

    def _answer(self, url: str, now: datetime) -> RawDump | None:
        answer = self._web.get(url, self._manners)
        if answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}:
            return None
        if answer.status != HTTPStatus.OK:
            raise SourceFailed(url, answer.said)
        return RawDump(self._name, url, answer.content, now, fetched_live=True)


class FaceTitles(_Asked):
    """The paper search of Hugging Face."""

    def ask(self, title: str, now: datetime) -> RawDump | None:
        """The first papers of its answer."""
        query = urlencode({"q": title[:LONGEST], "limit": MOST})
        found = self._answer(f"{self._base or huggingface.BASE}/api/papers/search?{query}", now)
        return found if found and huggingface.checked_rows(found.content, found.where).rows else None


class ArxivTitles(_Asked):
    """The API of arXiv, by the words of the title: its marks mean something else there."""

    def ask(self, title: str, now: datetime) -> RawDump | None:
        """The first papers of its answer."""
        words = " ".join(_WORD.findall(title))[:LONGEST]
        if not words:
            return None
        query = urlencode({"search_query": f'ti:"{words}"', "start": 0, "max_results": MOST})
        api = f"{self._base}/api/query" if self._base else arxiv.API
        found = self._answer(f"{api}?{query}", now)
        return found if found and arxiv.checked_slice(found.content, found.where, 0, page=MOST).rows else None


def open_titles(settings: SourceSettings, web: Web, *, max_bytes: int) -> Titles:
    """The service behind a source of kind "huggingface" or "arxiv"."""
    kind = FaceTitles if settings.kind == "huggingface" else ArxivTitles
    return kind(settings, web, max_bytes=max_bytes)
