"""The operator's page: a password opens it, or the word of the reverse proxy; nothing on it changes anything."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from starlette.responses import RedirectResponse, Response

from digest.pipeline import gather, troubles
from digest.store import Store
from digest.web import charts, papers, words
from digest.web.site import Ask, Site

COOKIE = "operator"
DAYS, WEEK = 30, 7


def operator(site: Site, ask: Ask) -> Response:
    """`/operator`: the state of the bot for who logged in, else the question for the password."""
    if site.signed_in(ask):
        return _state(site, leaves=False)
    if not site.settings.web.password or site.links is None:
        return site.gone()
    if ask.acts:
        return _log_out(site) if ask.form.get("action") == "logout" else _log_in(site, ask)
    if site.read("operator", ask.cookies.get(COOKIE, "")) is None:
        return site.page("login", words.OPERATOR, fault="")
    return _state(site, leaves=True)


def paper(site: Site, ask: Ask) -> Response:
    """`/operator/papers/ID`: a paper, with whom it was offered to and why, for who is logged in."""
    if not (site.signed_in(ask) or site.read("operator", ask.cookies.get(COOKIE, ""))):
        return site.gone()
    return papers.shown(site, ask.path["id"], "", lambda offer: True, named=True)


def _log_in(site: Site, ask: Ask) -> Response:
    assert site.links is not None  # noqa: S101 `operator` has asked
    if not site.tries.take(ask.client, site.steady()):
        return site.page("login", words.OPERATOR, 429, fault=words.TOO_OFTEN)
    given = ask.form.get("password", "").encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(given, site.settings.web.password.encode()):
        return site.page("login", words.OPERATOR, 403, fault=words.WRONG)
    answer = RedirectResponse(f"{site.root}/operator", 303)
    value = site.links.tokens.sign("operator", "operator", at=site.clock())
    answer.set_cookie(
        COOKIE, value, max_age=12 * 3600, path=f"{site.root}/operator", secure=site.secure, httponly=True,
        samesite="strict",
    )  # fmt: skip
    return answer


def _log_out(site: Site) -> Response:
    answer = RedirectResponse(f"{site.root}/operator", 303)
    answer.delete_cookie(COOKIE, path=f"{site.root}/operator", secure=site.secure, httponly=True, samesite="strict")
    return answer


def _state(site: Site, *, leaves: bool) -> Response:
    now, store = site.clock(), site.store
    facts, since = store.status(now, reports=10), now - timedelta(days=DAYS)
    days = [since.date() + timedelta(days=n) for n in range(1, DAYS + 1)]
    return site.page(
        "operator",
        words.OPERATOR,
        leaves=leaves,
        troubles=[(one.what, one.todo) for one in troubles(gather(store, site.settings, now))],
        deliveries=sorted(facts.deliveries.items()),
        counts=sorted(facts.counts.items()),
        dead=[(one.key, one.error) for one in facts.dead],
        sources=[
            (one.name, f"{one.last_success:%Y-%m-%d %H:%M} UTC" if one.last_success else words.NEVER, one.why)
            for one in store.source_health().values()
        ],
        left=[(name, ", ".join(sorted(targets))) for name, targets in facts.left.items()],
        rests=[(name, words.short_date(rest.until)) for name, rest in facts.rests.items()],
        passes=[
            (f"{one.started_at:%Y-%m-%d %H:%M} UTC", sum(dump.new for dump in one.ingest),
             len(one.editions), one.deliveries.get("sent", 0), len(one.failures))
            for one in facts.reports
        ],
        charts=_charts(store, since, days),
    )  # fmt: skip


def _charts(store: Store, since: datetime, days: list[date]) -> list[dict[str, object]]:
    """What came in, what went out and how quickly, and what readers made of it, by day."""
    votes, shown = store.votes_by_day(since), store.shown_by_day(since.date())
    rates = {day: rate for day in days if (rate := _rate(votes, shown, day))}
    minutes = {day: round(seconds / 60, 1) for day, seconds in store.delivery_seconds(since).items()}
    return [
        _counted(words.PER_DAY, words.PAPERS, days, store.news_by_day(since)),
        _counted(words.SENT_PER_DAY, words.EDITIONS, days, store.editions_by_day(since.date())),
        _chart(words.DELIVERY_TIME, words.MINUTES, days, minutes, words.at_most(minutes.values(), words.MINUTES)),
        _counted(words.VOTES_PER_DAY, words.VOTES, days, votes),
        _chart(words.FEEDBACK, words.PER_HUNDRED, days, rates, words.at_most(rates.values(), words.PER_HUNDRED)),
    ]


def _rate(votes: Mapping[date, int], shown: Mapping[date, int], day: date) -> float:
    """Votes per hundred papers shown in the week up to *day*: a vote comes a day or more after its paper."""
    week = [day - timedelta(days=n) for n in range(WEEK)]
    papers = sum(shown.get(one, 0) for one in week)
    return round(100 * sum(votes.get(one, 0) for one in week) / papers, 1) if papers else 0.0


def _counted(title: str, noun: str, days: list[date], found: Mapping[date, int]) -> dict[str, object]:
    values = [found.get(day, 0) for day in days]
    return _chart(title, noun, days, found, f"{sum(values):,} in all, at most {max(values):,} a day")


def _chart(title: str, noun: str, days: list[date], found: Mapping[date, float], said: str) -> dict[str, object]:
    values = [found.get(day, 0) for day in days]
    rows = [(words.short_date(day), value) for day, value in zip(days, values, strict=True) if value]
    return {"title": title, "noun": noun, "said": said, "picture": charts.bars(values, title, said), "rows": rows}
