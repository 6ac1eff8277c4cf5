"""The client: one request after the other, at the pace that the host allows, and one clear failure when it is none."""

from __future__ import annotations

import time
from base64 import b64encode
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urljoin, urlsplit

import httpcore
import httpx

from digest.errors import DumpRefused, SourceFailed
from digest.sources.bodies import TooLargeError, UnreadableError, body
from digest.sources.web import waiting
from digest.sources.web.addresses import Resolve, resolve
from digest.sources.web.wire import ForbiddenError, Stopwatch, Transport
from digest.text import without_login

HOPS = 5
PATIENCE = 60.0
"""Seconds that a pass waits at most because a server asks it to; beyond that the source fails and says until when."""
_NO_PAGE = "this is, or redirects to, what is no address of a page"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({500, 502, 503, 504})


class Busy(SourceFailed):
    """The server asks to be left alone for *seconds*."""

    def __init__(self, where: str, why: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(where, why)


class Silent(SourceFailed):
    """No answer came: the server was "unreachable", or a "timeout" ended the wait."""

    def __init__(self, where: str, why: str, kind: Literal["unreachable", "timeout"]) -> None:
        self.kind = kind
        super().__init__(where, why)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most *times* requests in *seconds*, for all that share *name*."""

    name: str
    times: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Manners:
    """How one source fetches: seconds in all, bytes at most, whether private addresses are meant, how often, tries.

    With *named* private addresses are meant of the host that the URL names, and of no other that it redirects to.
    """

    timeout: float = 60.0
    max_bytes: int = 64 * 2**20
    allow_private: bool = False
    named: bool = False
    rate: Rate | None = None
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: 200 with a body, 304 without, or 4xx, which is for the caller to judge by *said*."""

    url: str
    status: int
    content: bytes = b""
    etag: str = ""
    modified: str = ""
    said: str = ""


class Web:
    """Fetches by GET. *agent* is what it calls itself; *sleep* waits seconds and says whether to stop."""

    def __init__(
        self, agent: str = "paper-digest", *, sleep: Callable[[float], object] = time.sleep, ask: Resolve = resolve
    ) -> None:
        self._agent, self._sleep, self._ask = agent, sleep, ask
        self._watch = Stopwatch()
        self._clients: dict[bool, httpx.Client] = {}
        self._asked: dict[str, deque[float]] = defaultdict(deque)

    def get(self, url: str, manners: Manners, *, etag: str = "", modified: str = "") -> Answer:
        """Fetch *url*, with the validators of what is known; a server that stumbles is asked again, a few times.

        A login in *url* is sent to its own host only, and stands in no error.
        Raises SourceFailed in one line; Busy when the server names a time to wait that is beyond our patience;
        DumpRefused when there is more than the limit.
        """
        known = {"If-None-Match": etag, "If-Modified-Since": modified, "Authorization": _login(url)}
        headers = {name: value for name, value in known.items() if value}
        url = without_login(url)
        for attempt in range(1, manners.tries + 1):
            last = attempt == manners.tries
            try:
                return self._once(url, manners, headers)
            except _Stumble as stumble:
                pause = stumble.wait if stumble.wait is not None else waiting.backoff(attempt)
                if stumble.wait is not None and (last or stumble.wait > PATIENCE):
                    raise Busy(url, f"{stumble} ({waiting.said(stumble.wait)})", stumble.wait) from None
                if last:
                    raise SourceFailed(url, str(stumble)) from None
            self._wait(pause, url)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Hang up all lines."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    # ------------------------------------------------------------ one try

    def _once(self, url: str, manners: Manners, headers: Mapping[str, str]) -> Answer:
        """Follow redirects by hand: each hop is checked as the first was, all within one deadline."""
        self._keep_pace(manners.rate, url)
        self._watch.start(manners.timeout)
        here = _next_hop(url, url, url)
        for _ in range(HOPS + 1):
            answer = self._ask_at(here, url, manners, headers)
            if isinstance(answer, Answer):
                return answer
            here = _next_hop(here, answer, url)
            if urlsplit(here)[:2] != urlsplit(url)[:2]:
                headers = {name: value for name, value in headers.items() if name != "Authorization"}
        raise SourceFailed(url, f"more than {HOPS} redirects")

    def _ask_at(self, here: str, url: str, manners: Manners, headers: Mapping[str, str]) -> Answer | str:
        try:
            same = urlsplit(here).hostname == urlsplit(url).hostname
            client = self._client(manners.allow_private and (same or not manners.named))
            with client.stream("GET", here, headers=dict(headers)) as answer:
                if answer.status_code in _REDIRECTS and "location" in answer.headers:
                    return answer.headers["location"]
                return self._judged(answer, here, manners)
        except TooLargeError:
            raise _too_large(url, manners.max_bytes) from None
        except UnreadableError as error:
            raise SourceFailed(url, str(error)) from None
        except ForbiddenError as error:
            raise SourceFailed(url, f"refused: {error} (allow_private = true permits it)") from None
        except (httpcore.TimeoutException, httpx.TimeoutException):
            slow = "the server sends too slowly" if not self._watch.left() else "the server did not answer in time"
            raise Silent(url, slow, "timeout") from None
        except (httpcore.ConnectError, httpx.ConnectError) as error:
            raise Silent(url, f"cannot be reached: {_line(error)}", "unreachable") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpx.TransportError) as error:
            raise _Stumble(f"the line broke: {_line(error)}") from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise SourceFailed(url, f"cannot be fetched: {_line(error)}") from None

    def _judged(self, answer: httpx.Response, here: str, manners: Manners) -> Answer:
        status, headers = answer.status_code, answer.headers
        said = f"the server answered {status} {answer.reason_phrase}".rstrip()
        if status == 429 or (status == 503 and "retry-after" in headers):
            raise _Stumble(said, wait=waiting.asked_for(headers))
        if status in _PASSING:
            raise _Stumble(said)
        if status == 304 or 400 <= status < 500:
            return Answer(here, status, said=said)
        if status != 200:
            raise SourceFailed(here, said)
        content = body(answer.iter_raw(), headers.get("content-encoding", ""), manners.max_bytes)
        return Answer(here, status, content, headers.get("etag", ""), headers.get("last-modified", ""), said)

    def _client(self, allow_private: bool) -> httpx.Client:
        if allow_private not in self._clients:
            self._clients[allow_private] = httpx.Client(
                transport=Transport(self._watch, allow_private=allow_private, ask=self._ask),
                headers={"User-Agent": self._agent, "Accept-Encoding": "gzip", "Accept": "*/*"},
                follow_redirects=False,
                timeout=None,  # noqa: S113 the stopwatch ends every wait, with the time that the source is given
                trust_env=False,
            )
        self._clients[allow_private].cookies.clear()
        return self._clients[allow_private]

    def _keep_pace(self, rate: Rate | None, url: str) -> None:
        """Wait until another request keeps within *rate*."""
        if rate is None:
            return
        asked = self._asked[rate.name]
        if len(asked) >= rate.times:
            wait = asked.popleft() + rate.seconds - time.monotonic()
            if wait > 0:
                self._wait(wait, url)
        asked.append(time.monotonic())

    def _wait(self, seconds: float, url: str) -> None:
        if self._sleep(seconds):
            raise SourceFailed(url, "not fetched: the pass was interrupted")


class _Stumble(Exception):
    """One try failed and another may succeed now; *wait*: seconds that the server asks for."""

    def __init__(self, why: str, *, wait: float | None = None) -> None:
        self.wait = wait
        super().__init__(why)


def _login(url: str) -> str:
    """The header that the user and password before the host of *url* stand for; "" without them."""
    try:
        parts = urlsplit(url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
    except ValueError:
        return ""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}" if user or password else ""


def _next_hop(here: str, location: str, url: str) -> str:
    """The address that *location* means at *here*. Raises SourceFailed where it leads astray."""
    try:
        there = urljoin(here, location.strip())
        parts = urlsplit(there)
        host = parts.hostname
    except ValueError:
        raise SourceFailed(url, _NO_PAGE) from None
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.password:
        raise SourceFailed(url, _NO_PAGE)
    if urlsplit(here).scheme == "https" and parts.scheme == "http":
        raise SourceFailed(url, f"a redirect from https to http ({host})")
    return there


def _too_large(where: str, max_bytes: int) -> DumpRefused:
    return DumpRefused(where, f"larger than the limit of {max_bytes / 2**20:,.0f} MB")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
