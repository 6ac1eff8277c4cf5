"""A site with papers, an edition, votes and troubles, served for a browser on loopback."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from digest.config import Home
from digest.links import Links, Tokens
from digest.model import Change, Digest, Paper, Pick, Profile, RunReport, Sighting, Target
from digest.pipeline import Bot
from digest.pipeline.profiles import Profiles
from digest.pipeline.tastes import learned
from digest.pipeline.trying import try_out
from digest.render import Renderer
from digest.render.templates import Templates
from digest.store import QueuedEdition, Store
from digest.text import clean
from digest.web.app import application
from digest.web.serving import served
from digest.web.site import Site
from tests.builders import NOW, a_paper
from tests.golden.digests import HOSTILE, ORDINARY
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
    folder: Path
    seconds: list[float]
    """What the steady clock of the pages runs ahead, the sum of it."""

    def tick(self, seconds: float) -> None:
        """Let so many seconds pass for the limits of the pages."""
        self.seconds.append(seconds)

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
            "tuner": self.links.tune("ada", NOW).removeprefix(self.links.public_url),
            "move": self.links.url("move", "ada", str(TARGET), "email:new@example.org", at=NOW).removeprefix(
                self.links.public_url
            ),
            "leave": self.links.unsubscribe("ada", TARGET, day).removeprefix(self.links.public_url),
            "vote": self.links.vote("ada", day, paper, "more").removeprefix(self.links.public_url),
            "operator": "/operator",
            "operator paper": f"/operator/papers/{paper}",
            "login": "/operator",
            "gone": "/u/forged",
        }


CONFIG = """\
public_url = "https://digest.example.org"
state = "."
[store]
url = "sqlite:///digest.db"
[[sources]]
kind = "folder"
path = "seeds"
[email]
url = "smtp://127.0.0.1:2525"
from = "Paper Digest <digest@example.org>"
[web]
listen = "127.0.0.1:1"
password = "env:PASSWORD"
"""
PROFILE = """\
# what I read
title = "Ada’s reading"
timezone = "Europe/Berlin"
schedule = "weekdays 08:30"  # after the first coffee
limit = 5
deliver = ["email:ada@example.org"]

[[interests]]
name = "Equivariance"
keywords = [
    "equivariant",  # the topic
    "group",
]
"""


@contextmanager
def a_site(folder: Path, **web: object) -> Iterator[Served]:
    """Serve the ordinary edition of ada and the hostile one of eve, whose papers try to break every page.

    *web* are fields of the settings of that name; no limit of requests unless they say so.
    """
    (folder / "seeds").mkdir()
    (folder / "profiles").mkdir()
    (folder / "digest.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "profiles" / "ada.toml").write_text(PROFILE, encoding="utf-8")
    (folder / "profiles" / "eve.toml").write_text(PROFILE.replace("title =", "# title ="), encoding="utf-8")
    home = Home(folder, {"PASSWORD": PASSWORD}, cwd=folder, data_dir=folder)
    home.settings = replace(home.settings, web=replace(home.settings.web, **{"port": 0, "per_minute": 0, **web}))
    seconds: list[float] = []
    links = Links(home.settings.public_url, Tokens((KEY,)))
    with Store.open(home.settings.store_url, now=NOW) as store:
        profiles = Profiles(home, store)
        settings = profiles.settings
        _fill(store, settings.profiles)
        bot = Bot(settings, store, Renderer(), {}, lambda: NOW, random.Random(1), profiles=profiles)
        site = Site(
            settings, store, links, Templates(()), lambda: NOW, lambda: time.monotonic() + sum(seconds),
            profiles=profiles, trial=partial(try_out, bot), lessons=lambda name: learned(bot, name, NOW),
        )  # fmt: skip
        with served(application(site), settings.web) as url:
            yield Served(url, store, links, site, folder, seconds)


def _fill(store: Store, profiles: Sequence[Profile]) -> None:
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
            if not n:
                writer.add_changes([Change(paper, "new") for paper in unique], NOW - timedelta(days=1, hours=2))
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
