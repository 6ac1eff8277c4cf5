"""Which module serves which kind of source. A new kind is one module and one line here; see docs/sources.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from digest.errors import DumpRefused, SourceFailed
from digest.model import Looked, RawDump, SourceSettings
from digest.sources.folder import MAX_BYTES, FolderSource

if TYPE_CHECKING:
    from digest.sources.titles import Titles
    from digest.sources.web import Web


class Source(Protocol):
    """A place where dumps appear."""

    name: str

    def dumps(self, now: datetime, known: Mapping[str, str]) -> Iterator[RawDump | DumpRefused | SourceFailed | Looked]:
        """Yield every dump whose stamp is not the one in *known* (where -> stamp); failures are values."""
        ...


@runtime_checkable
class History(Protocol):
    """A source whose past can be asked for, day by day."""

    def between(
        self, first: date, last: date, now: datetime, known: Mapping[str, str]
    ) -> Iterator[RawDump | DumpRefused | SourceFailed | Looked]:
        """Yield what was listed in these days and is not in *known*, newest first."""
        ...

    def settles_before(self, today: date) -> date:
        """The last day that `dumps` leaves alone."""
        ...


def open_web(contact: str, *, sleep: Callable[[float], object]) -> Web:
    """The client that all sources of a pass share. It says who asks: *contact* is an address or a page."""
    from digest.sources.web import Web

    agent = f"paper-digest/{version('paper-digest')}" + (f" (+{contact})" if contact else "")
    return Web(agent, sleep=sleep)


def open_titles(settings: SourceSettings, web: Web, *, max_bytes: int) -> Titles:
    """What answers questions for titles behind the source that *settings* describe."""
    from digest.sources import titles

    return titles.open_titles(settings, web, max_bytes=max_bytes)


def open_source(
    settings: SourceSettings, *, max_bytes: int = MAX_BYTES, web: Callable[[], Web] | None = None
) -> Source:
    """The source that *settings* describe; *web* gives the client that all sources of a pass share."""
    if settings.kind == "folder":
        return FolderSource(settings, max_bytes=max_bytes)
    # What fetches is imported where it is used: a tenth of a second that a pass over folders does not spend.
    from digest.sources.arxiv import Arxiv
    from digest.sources.feed import Feed
    from digest.sources.huggingface import HuggingFace
    from digest.sources.url import Page
    from digest.sources.web import Web

    kinds: dict[str, Callable[..., Source]] = {"huggingface": HuggingFace, "arxiv": Arxiv, "feed": Feed, "url": Page}
    return kinds[settings.kind](settings, web() if web else Web(), max_bytes=max_bytes)
