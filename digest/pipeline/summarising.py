"""A short summary for picks whose source has none: from the configured model, kept for good, within a budget per pass.

Without one the abstract's own sentences stand there (`digest.summary`), so whatever goes wrong costs nothing but that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from digest.errors import EndpointFailed, TemplateFault
from digest.model import Digest, Paper, Pick
from digest.pipeline.bot import Bot
from digest.summary import MAX_SUMMARY, short_answer

IN_A_ROW = 3
"""After so many failures one after another nobody is asked again in the same pass."""


class Summaries:
    """The summaries of one pass of *bot*; without an endpoint only those that are kept are given.

    With *shared* this is one of many parts of the pass that began then, and the budget is that of them all.
    """

    def __init__(self, bot: Bot, now: datetime, shared: datetime | None = None) -> None:
        self._settings, self._store, self._renderer = bot.settings.summaries, bot.store, bot.renderer
        self._endpoint, self._now = bot.endpoint, now
        self._shared, self._failing = shared, 0
        self._calls, self._seconds, self._spent = 0, 0.0, False
        self._tried: dict[str, str] = {}
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many were asked for, kept from before, failed, and left for want of budget; nothing that is 0."""
        return {name: self._counts[name] for name in ("asked", "kept", "failed", "left") if self._counts[name]}

    def complete(self, digest: Digest) -> Digest:
        """Return *digest* with a summary for each pick in full whose source gave none, as far as there is one."""
        if self._settings is None:
            return digest
        wanted = {pick.change.paper: key for pick in digest.picks if (key := self._key(pick.change.paper))}
        kept = self._store.summaries([key for key in wanted.values() if key not in self._tried])
        self._counts["kept"] += len(kept)
        self._tried |= kept
        said = {paper: self._tried.get(key) or self._asked(key, paper) for paper, key in wanted.items()}
        return replace(
            digest,
            sections=tuple(
                replace(section, picks=tuple(_with(pick, said.get(pick.change.paper, "")) for pick in section.picks))
                for section in digest.sections
            ),
        )

    def _key(self, paper: Paper) -> str:
        """Under which a summary is kept: the model and all that it would be told; "" where none is wanted."""
        assert self._settings is not None  # noqa: S101 a promise to the type checker
        if paper.summary or len(paper.abstract or "") <= MAX_SUMMARY // 2:
            return ""
        try:
            prompt = self._renderer.prompt(paper)
        except TemplateFault:
            self._counts["failed"] += 1
            return ""
        return sha256(f"{self._settings.model}\0{prompt}".encode("utf-8", "surrogatepass")).hexdigest()

    def _asked(self, key: str, paper: Paper) -> str:
        if self._endpoint is None or key in self._tried:
            return ""
        assert self._settings is not None  # noqa: S101
        if self._failing >= IN_A_ROW or not self._granted():
            self._counts["left"] += 1
            return ""
        self._tried[key] = ""
        try:
            answer, seconds = self._endpoint.ask(self._renderer.prompt(paper))
        except EndpointFailed as failure:
            answer, seconds = "", failure.seconds
        self._spend(0, seconds)
        text = short_answer(answer)
        if not text:
            self._failing += 1
            self._counts["failed"] += 1
            return ""
        self._failing = 0
        self._counts["asked"] += 1
        self._tried[key] = text
        self._store.keep_summary(key, text, self._now)
        return text

    def _granted(self) -> bool:
        """Take one call of the budget, if there is one left."""
        assert self._settings is not None  # noqa: S101
        if not self._spent:
            self._spend(1, 0.0)
            self._spent = self._calls > self._settings.calls or self._seconds >= self._settings.seconds
        return not self._spent

    def _spend(self, calls: int, seconds: float) -> None:
        """Count what was spent; *_calls* and *_seconds* are then those of the whole pass."""
        if self._shared is None:
            self._calls, self._seconds = self._calls + calls, self._seconds + seconds
        else:
            self._calls, self._seconds = self._store.spend(self._shared, calls, seconds)


def _with(pick: Pick, summary: str) -> Pick:
    paper = pick.change.paper
    return replace(pick, change=replace(pick.change, paper=replace(paper, summary=summary))) if summary else pick
