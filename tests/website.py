"""A site with papers, an edition, votes and troubles, served for a browser on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from digest.links import Links, Tokens
from digest.model import (
    Digest,
    Interest,
    KeepSettings,
    Paper,
    Pick,
    Profile,
    RunReport,
    Settings,
    Sighting,
    SourceSettings,
    Target,
    WebSettings,
)  # fmt: skip
from digest.render.templates import Templates
from digest.store import QueuedEdition, Store
from digest.text import clean
from digest.web.app import application
from digest.web.serving import served
from digest.web.site import Site
from tests.builders import NOW, a_paper
from tests.golden.digests import ADA, HOSTILE, ORDINARY
from tests.stores import a_dump, a_known

KEY = "a key of the tests, long enough"
PASSWORD = "open sesame of the tests"
TARGET = Target("email", "ada@example.org")


@dataclass
class Served:
    """The pages at *url*, with their store and their links."""

    url: str
    store: Store
    links: Links
    site: Site

    def at(self, link: str) -> str:
        """The address on loopback of what a mail would link to."""
        return link.replace(self.links.public_url, self.url)

    @property
    def token(self) -> str:
        return self.links.profile("ada", ORDINARY.date).rpartition("/")[2]

    @property
    def pages(self) -> dict[str, str]:
        """Every kind of page."""
        day, paper = ORDINARY.date, ORDINARY.picks[0].change.paper.id
        return {
            "search": "/",
            "nothing": "/search?q=zebra",
            "paper": f"/papers/{paper}",
            "own paper": f"/p/{self.token}/papers/{paper}",
            "own search": f"/p/{self.token}/search?q=equivariant&mine=1",
            "archive": f"/p/{self.token}",
            "own edition": f"/p/{self.token}/{day}",
            "edition": self.links.edition("ada", day).removeprefix(self.links.public_url),
            "hostile": self.links.edition("eve", HOSTILE.date).removeprefix(self.links.public_url),
            "muted": f"/p/{self.token}/muted",
            "leave": self.links.unsubscribe("ada", TARGET, day).removeprefix(self.links.public_url),
            "vote": self.links.vote("ada", day, paper, "more").removeprefix(self.links.public_url),
            "login": "/operator",
            "gone": "/u/forged",
        }


@contextmanager
def a_site(folder: Path, *, per_minute: int = 0) -> Iterator[Served]:
    """Serve the ordinary edition of ada and the hostile one of eve, whose papers try to break every page."""
    ada = replace(ADA, interests=(Interest("Equivariance", keywords=("equivariant", "group")),), deliver=(TARGET,))
    eve = replace(ADA, name="eve", title="")
    web = WebSettings("127.0.0.1", 0, PASSWORD, "", per_minute)
    settings = Settings(
        folder, folder, "", public_url="https://digest.example.org", profiles=(ada, eve), web=web,
        sources=(SourceSettings("folder", "seeds", folder),), keep=KeepSettings(),
    )  # fmt: skip
    links = Links(settings.public_url, Tokens((KEY,)))
    with Store.open(f"sqlite:///{folder}/digest.db", now=NOW) as store:
        _fill(store, (ada, eve))
        site = Site(settings, store, links, Templates(()), lambda: NOW, time.monotonic)
        with served(application(site), web) as url:
            yield Served(url, store, links, site)


def _fill(store: Store, profiles: tuple[Profile, Profile]) -> None:
    editions = [_stored(digest) for digest in (ORDINARY, HOSTILE)]
    papers = [pick.change.paper for digest in editions for pick in (*digest.picks, *digest.also)]
    papers += [a_paper(f"Equivariant graph study number {n}", upvotes=n, authors=("Ada Frost",)) for n in range(30)]
    unique = list({paper.id: paper for paper in papers}.values())
    for n, votes in enumerate((3, 9, 40)):
        day = date(2026, 11, 18) + timedelta(days=n)
        with store.writing() as writer:
            writer.save([a_known(paper) for paper in unique], NOW)
            seen = [(paper.id, Sighting(_with(paper, votes), place)) for place, paper in enumerate(unique)]
            writer.add_dump(a_dump(f"d{n}", captured_on=day), seen, now=NOW)
    for digest, profile in zip(editions, profiles, strict=True):
        store.queue([QueuedEdition(replace(digest, profile=profile.name), profile.deliver, 1)], NOW)
    store.note_sources({"seeds": ""}, NOW)
    store.save_report(RunReport(NOW, NOW))


def _stored(digest: Digest) -> Digest:
    """*digest* as the store may hold it: readers clean every text, and every paper has an id of its own."""

    def stored(pick: Pick) -> Pick:
        paper = pick.change.paper
        texts = {
            "title": clean(paper.title),
            "abstract": clean(paper.abstract or ""),
            "id": paper.id or paper.title[:9],
        }
        names = tuple(map(clean, paper.authors)) if paper.authors else None
        return replace(pick, change=replace(pick.change, paper=replace(paper, **texts, authors=names)))  # type: ignore[arg-type]

    sections = tuple(replace(one, picks=tuple(map(stored, one.picks))) for one in digest.sections)
    return replace(digest, sections=sections, also=tuple(map(stored, digest.also)))


def _with(paper: Paper, votes: int) -> Paper:
    return replace(paper, upvotes=votes, num_comments=votes // 3)
