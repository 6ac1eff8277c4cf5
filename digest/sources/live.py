"""What every source on the web does the same way: ask with validators, check what came, stop when it makes no sense."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus

from digest.errors import DumpRefused, SourceFailed
from digest.model import Looked, RawDump, SourceSettings
from digest.sources.stamps import ASKED, WAIT, Checked, Stamp, digest_of, instant, stamp_of
from digest.sources.web import Answer, Busy, Manners, Rate, Web
from digest.sources.web.client import PATIENCE, Silent

Found = RawDump | DumpRefused | SourceFailed | Looked

ENOUGH = 5
"""So many failures in a row end the asking; a server that cannot be reached ends it at once, a mute one soon."""
_WEIGHT = {"unreachable": ENOUGH, "timeout": 2}


@dataclass(frozen=True, slots=True)
class Visit:
    """One address to ask: how its body is checked, its day if it has one, and the statuses that mean "nothing yet"."""

    url: str
    check: Callable[[bytes], Checked]
    day: date | None = None
    absent: frozenset[int] = frozenset()


class Asking:
    """One round of a source: visits one address after the other and turns what happens into values."""

    def __init__(
        self,
        settings: SourceSettings,
        web: Web,
        *,
        rate: Rate | None,
        max_bytes: int,
        now: datetime,
        past: bool = False,
    ) -> None:
        self.name, self.now, self._web, self._past = settings.name, now, web, past
        limit = settings.max_bytes or max_bytes
        self._manners = Manners(settings.timeout, limit, settings.allow_private, rate=rate)
        self.over = False
        self._misses = 0
        self._met, self._lost = False, ""  # whether any list was there; what the server said of one that was not

    def round(self, visits: Iterable[Visit], known: Mapping[str, str]) -> Iterator[Found]:
        """Make *visits* until they are done or it makes no sense to go on; *known* as `Source.dumps` takes it."""
        until = instant(known.get(WAIT, ""))
        if until is not None and timedelta() < until - self.now <= timedelta(days=1):
            yield SourceFailed(self.name, f"the server asked to be left alone until {until:%Y-%m-%d %H:%M} UTC")
            return
        for visit in visits:
            yield from self.visit(visit, stamp_of(known.get(visit.url)))
            if self.over:
                return
        if self._lost and not self._met:
            yield SourceFailed(self.name, f"{self._lost}, whatever it was asked for")
        yield Looked(self.name, ASKED, self.now.isoformat())

    def visit(self, visit: Visit, old: Stamp) -> Iterator[Found]:
        """Ask one address; a failure is a value, and counts towards giving up."""
        try:
            found = self.ask(visit, old)
            self._misses = 0
            if found is not None:
                yield found
        except DumpRefused as refused:
            yield refused
        except Busy as busy:
            self.over = True
            if busy.seconds > PATIENCE:
                until = self.now.astimezone(UTC) + timedelta(seconds=busy.seconds)
                yield Looked(self.name, WAIT, until.isoformat(timespec="seconds"))
            yield self._failed(busy)
        except SourceFailed as failed:
            self._misses += _WEIGHT.get(failed.kind, 1) if isinstance(failed, Silent) else 1
            self.over = self._misses >= ENOUGH
            yield self._failed(failed)

    def _failed(self, failed: SourceFailed) -> SourceFailed:
        """The failure under the name of the source, by which a person and the report know it."""
        why = failed.why if failed.where == self.name else f"{failed.where}: {failed.why}"
        return SourceFailed(self.name, why)

    def ask(self, visit: Visit, old: Stamp) -> RawDump | Looked | None:
        """The dump at the address when it is new, or what to remember; None when all is as it was."""
        answer = self._web.get(visit.url, self._manners, etag=old.etag, modified=old.modified)
        if answer.status == 304 or answer.status in visit.absent:
            self._lost = self._lost or (answer.said if answer.status == HTTPStatus.NOT_FOUND else "")
            self._met = self._met or answer.status == HTTPStatus.NOT_MODIFIED
            return self._unchanged(visit, old)
        if answer.status != 200:
            raise SourceFailed(visit.url, answer.said)
        checked = visit.check(answer.content)
        self._met = True
        stamp = self._stamp(answer, checked, old)
        if stamp.sha == old.sha:
            as_it_was = stamp == replace(old, at=stamp.at)
            return self._unchanged(visit, old) if as_it_was else Looked(self.name, visit.url, str(stamp))
        if not checked.rows:
            return Looked(self.name, visit.url, str(stamp))
        return RawDump(self.name, visit.url, answer.content, self.now, visit.day, fetched_live=True, stamp=str(stamp))

    def _stamp(self, answer: Answer, checked: Checked, old: Stamp) -> Stamp:
        """What to remember. Without validators what is not whole is sent again, until it came the same way twice."""
        sha = digest_of(answer.content)
        stays = checked.whole or (checked.rows > 0 and sha == old.sha)
        etag, modified = (answer.etag[:500], answer.modified[:100]) if stays else ("", "")
        return Stamp(etag, modified, sha, self._at(), checked.rows, self._past)

    def _unchanged(self, visit: Visit, old: Stamp) -> Looked | None:
        """Once a day it is written down that all is as it was: it says when a day has settled."""
        if old.read_at is not None and old.read_at.date() == self.now.astimezone(UTC).date():
            return None
        return Looked(self.name, visit.url, str(replace(old, at=self._at(), past=self._past)))

    def _at(self) -> str:
        return self.now.astimezone(UTC).isoformat(timespec="seconds")
