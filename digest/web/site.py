"""What every page is made with, and how it becomes an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from digest.links import Links, Purpose
from digest.model import Learned, Profile, Settings
from digest.pipeline.profiles import Profiles
from digest.pipeline.trying import Trial
from digest.render.templates import Templates
from digest.store import Store
from digest.text import clean
from digest.web import words
from digest.web.limits import Bucket


@dataclass(frozen=True, slots=True)
class Ask:
    """A request as the pages see it: the values of its path, its query, its form (empty for a GET), its cookies."""

    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    cookies: Mapping[str, str]
    headers: Mapping[str, str]
    client: str = ""

    @property
    def acts(self) -> bool:
        """Whether it may change something: a GET never does."""
        return self.method == "POST"


@dataclass(frozen=True, slots=True)
class Site:
    """The settings, the store, what reads and makes links (None without a public_url), the templates, the clock."""

    read_settings: Settings
    store: Store
    links: Links | None
    templates: Templates
    clock: Callable[[], datetime]
    steady: Callable[[], float]
    tries: Bucket = field(default_factory=lambda: Bucket(5, 5 / 300))
    """Of a password, by address: five, then one a minute."""
    acts: Bucket = field(default_factory=lambda: Bucket(20, 20 / 60))
    """Of each link."""
    letters: Bucket = field(default_factory=lambda: Bucket(4, 4 / 3600))
    """Of mails to a reader, by profile: four, then one a quarter of an hour."""
    profiles: Profiles | None = None
    trial: Callable[[Profile], Trial] | None = None
    """What a profile would have brought in the last days."""
    lessons: Callable[[str], Learned] | None = None
    """What votes taught of the profile of a name."""
    trying: threading.Lock = field(default_factory=threading.Lock)
    """Held by the one request that has a trial made."""

    def look(self) -> None:
        """See profiles that were changed elsewhere, a few seconds late at most."""
        if self.profiles is not None:
            self.profiles.recent(self.steady())

    @property
    def settings(self) -> Settings:
        """The settings, with the profiles as they were a few seconds ago at most."""
        return self.profiles.recent(self.steady()) if self.profiles else self.read_settings

    @property
    def root(self) -> str:
        """The path below which the pages lie: "" or "/digests"."""
        return urlsplit(self.settings.public_url).path.rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether readers reach the pages by TLS."""
        return self.settings.public_url.startswith("https:")

    def read(self, purpose: Purpose, token: str) -> tuple[str, ...] | None:
        """What a link is about; None for whatever is wrong with it."""
        return self.links.tokens.read(purpose, token, self.clock()) if self.links else None

    def profile(self, name: str) -> Profile | None:
        """The profile of this name, as the config has it now."""
        return next((profile for profile in self.settings.profiles if profile.name == name), None)

    def today(self, profile: Profile) -> date:
        """The local date of *profile*."""
        return self.local(self.clock(), profile)

    def local(self, instant: datetime, profile: Profile) -> date:
        """The date that *instant* has where the reader of *profile* is."""
        return instant.astimezone(ZoneInfo(profile.timezone)).date()

    def reader(self, ask: Ask) -> tuple[Profile | None, str]:
        """Whose page this is, and what its addresses begin with; None and "" for the pages of everybody."""
        token = ask.path.get("token")
        if token is None:
            return None, ""
        read = self.read("profile", token)
        return (self.profile(read[0]) if read else None), f"/p/{token}"

    def signed_in(self, ask: Ask) -> bool:
        """Whether the reverse proxy says that an operator asks; `BehindProxy` lets nobody else say so."""
        web = self.settings.web
        return bool(web.user_header) and ask.headers.get(web.user_header, "") in web.operators

    def title(self, name: str) -> str:
        """How the digest of a profile is called, whether or not the profile is still there."""
        profile = self.profile(name)
        return clean((profile.title if profile else "") or name)

    def page(self, template: str, title: str, status: int = 200, **facts: object) -> HTMLResponse:
        """An answer with the template ``web/NAME.html``; *facts* stand in it as ``page.NAME``."""
        page = {"words": words, "root": self.root, "title": title, "own": "", "feeds": (), **facts}
        body = self.templates.render(f"web/{template}.html", page)
        return HTMLResponse(body, status, {"Cache-Control": "private, no-store"})

    def said(self, title: str, *lines: str, status: int = 200) -> HTMLResponse:
        """A page that only says something."""
        return self.page("said", title, status, lines=lines)

    def gone(self) -> HTMLResponse:
        """The one answer to every link that leads nowhere, whatever the reason."""
        return self.said(words.GONE_TITLE, words.GONE, status=404)

    def too_often(self) -> Response:
        """The answer to who presses a button again and again."""
        return PlainTextResponse("Too many requests. Please wait a minute.\n", 429, {"Retry-After": "60"})

    def file(self, name: str, kind: str) -> Response:
        """A file beside the templates."""
        for folder in self.templates.folders:
            path = Path(folder) / "web" / name
            if path.is_file():
                return Response(path.read_bytes(), media_type=kind, headers={"Cache-Control": "public, max-age=3600"})
        return self.gone()
