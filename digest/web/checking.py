"""Every page once, from made-up facts: a template that is at fault is named before a reader meets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.errors import Fault, TemplateFault
from digest.links import Links, Tokens
from digest.model import (
    Digest,
    Dump,
    Failure,
    Known,
    Learned,
    LearnedTerm,
    Profile,
    RunReport,
    Settings,
    Sighting,
    Target,
)
from digest.pipeline.profiles import Profiles, ProfileText
from digest.pipeline.trying import KeywordUse, Trial, TriedDay
from digest.render.samples import SAMPLES
from digest.render.templates import Templates
from digest.store import QueuedEdition, Store
from digest.web import editions, leaving, letters, moving, muting, operator, papers, tuner, votes
from digest.web.app import Page
from digest.web.site import Ask, Site

_NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
_DIGEST, _SAMPLE = SAMPLES[0]
_TARGET = Target("email", "sample@example.org")
_READER = replace(_SAMPLE, deliver=(_TARGET,), mute=("gossip",))
_TEXT = 'deliver = ["email:sample@example.org"]\n[[interests]]\nname = "Sea ice"\nkeywords = ["sea ice"]\n'
_PROXY = "x-sample-user"
_TAUGHT = Learned((LearnedTerm("ice", 1.0), LearnedTerm("rain", -0.5)))
_USES = (KeywordUse("Sea ice", "sea ice", 3, 1),)


def faults(folders: tuple[Path, ...]) -> list[Fault]:
    """What is wrong with the templates of the pages in *folders*, ours filling the gaps; each is named once."""
    found: list[Fault] = []
    with Store.open("sqlite://", now=_NOW) as store:
        _fill(store)
        site = _site(store, Templates(folders))
        for page, ask in _asked(site):
            try:
                page(site, ask)
            except TemplateFault as error:
                found.append(Fault(error.where, error.why))
    return list(dict.fromkeys(found))


class _Sample(Profiles):
    """The one profile of the samples, which is nowhere."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def recent(self, steady: float) -> Settings:
        return self.settings

    def document(self, name: str) -> ProfileText | None:
        return ProfileText(name, _TEXT, "sample.toml", "etag") if name == _READER.name else None

    def checked(self, before: ProfileText, text: str) -> Profile:
        return _READER

    def as_ranked(self, before: ProfileText, text: str) -> Profile:
        return _READER


def _site(store: Store, templates: Templates) -> Site:
    settings = Settings(Path(), Path(), "", public_url="https://digest.example.org", profiles=(_READER,))
    web = replace(settings.web, password="sample", user_header=_PROXY, operators=("sample",))  # noqa: S106
    settings = replace(settings, web=web)
    links = Links(settings.public_url, Tokens(("a key of the samples, kept nowhere",)))
    trial = Trial((TriedDay(_DIGEST.date, _DIGEST, None), TriedDay(_DIGEST.date, _NOTHING, _DIGEST)), _USES, ("odd",))
    return Site(
        settings, store, links, templates, lambda: _NOW, lambda: 0.0, profiles=_Sample(settings),
        trial=lambda profile: trial, lessons=lambda name: _TAUGHT,
    )  # fmt: skip


_NOTHING = Digest(_READER.name, _DIGEST.date)


def _fill(store: Store) -> None:
    known = {pick.change.paper.id: pick.change.paper for pick in (*_DIGEST.picks, *_DIGEST.also)}
    for n in range(2):
        day = _DIGEST.date - timedelta(days=n)
        dump = Dump(f"d{n}", "sample", f"{n}.txt", "card", day, "given", _NOW)
        seen = [(paper.id, Sighting(replace(paper, upvotes=9 - n), at)) for at, paper in enumerate(known.values())]
        with store.writing() as writer:
            writer.save([Known(paper, titles=(paper.title.lower(),)) for paper in known.values()], _NOW)
            writer.add_dump(dump, seen, now=_NOW)
    for n in range(3):
        edition = replace(_DIGEST, date=_DIGEST.date - timedelta(days=n))
        store.queue([QueuedEdition(edition, (_TARGET,), 0)], _NOW)
    store.mute(_READER.name, "topic", "rain", _NOW + timedelta(days=30), _NOW)
    store.vote(_READER.name, _DIGEST.picks[1].change.paper.id, "less", _NOW)
    store.strike_term(_READER.name, "snow", _NOW)
    store.rest_until("resting", _DIGEST.date + timedelta(days=9), _NOW)
    store.unsubscribe("resting", str(_TARGET), _NOW)
    store.save_report(RunReport(_NOW, _NOW, failures=(Failure("sample", "it is one"),)))


def _asked(site: Site) -> Iterator[tuple[Page, Ask]]:
    """Every page in each of its shapes."""
    assert site.links is not None  # noqa: S101 `_site` makes some
    sign, name, paper = site.links.tokens.sign, _READER.name, _DIGEST.picks[0].change.paper.id
    day = _DIGEST.date.isoformat()
    own = {"token": sign("profile", name, at=_NOW)}
    tune = {"token": sign("tune", name, at=_NOW)}
    yield papers.search, _ask({})
    yield papers.search, _ask({}, query={"q": "zebra", "source": "none"})
    yield papers.search, _ask(own, query={"interest": "Sea ice", "mine": "1"})
    yield papers.paper, _ask({"id": paper})
    yield papers.paper, _ask({**own, "id": paper})
    yield editions.edition, _ask({"token": sign("edition", name, day, at=_NOW)})
    yield editions.own_edition, _ask({**own, "day": (_DIGEST.date - timedelta(days=1)).isoformat()})
    yield editions.archive, _ask(own)
    yield editions.feed, _ask({"token": sign("feed", name, at=_NOW), "form": "atom"})
    yield muting.muted, _ask(own)
    yield muting.muted, _ask(own, form={"kind": "topic", "what": "rain", "action": "unmute"})
    yield muting.muted, _ask(own, form={"kind": "", "what": "-"})
    yield letters.ask_to_tune, _ask(own, form={"x": ""})
    yield tuner.tuner, _ask(tune)
    yield tuner.tuner, _ask(tune, form={"etag": "etag", "i0.name": "Sea ice", "i0.at": "0", "i0.like": "a.bib"})
    yield tuner.tuner, _ask(tune, form={"etag": "another", "limit": "3", "i0.name": "Sea ice", "i0.at": "0"})
    yield moving.move, _ask({"token": sign("move", name, str(_TARGET), "email:new@example.org", at=_NOW)})
    for profile in (name, "resting"):
        yield leaving.leave, _ask({"token": sign("unsubscribe", profile, str(_TARGET), at=_NOW)})
    yield leaving.leave, _ask({"token": sign("unsubscribe", name, str(_TARGET), at=_NOW)}, form={"action": "pause"})
    vote = {"token": sign("vote", name, day, paper, "more", at=_NOW)}
    yield votes.vote, _ask(vote)
    yield votes.vote, _ask(vote, form={"action": "vote"})
    yield operator.operator, _ask({})
    yield operator.operator, _ask({}, form={"password": "wrong"})
    yield operator.operator, _ask({}, headers={_PROXY: "sample"})
    yield operator.paper, _ask({"id": paper}, headers={_PROXY: "sample"})
    yield moving.move, _ask({"token": "forged"})


def _ask(
    path: Mapping[str, str],
    *,
    query: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Ask:
    return Ask("POST" if form else "GET", path, query or {}, form or {}, {}, headers or {})
