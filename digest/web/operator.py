"""The operator's page: a password opens it, nothing on it changes anything."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import date, timedelta

from starlette.responses import RedirectResponse, Response

from digest.pipeline import gather, troubles
from digest.web import charts, words
from digest.web.site import Ask, Site

COOKIE = "operator"
DAYS = 30


def operator(site: Site, ask: Ask) -> Response:
    """`/operator`: the state of the bot for who logged in, else the question for the password."""
    if not site.settings.web.password or site.links is None:
        return site.gone()
    if ask.acts:
        return _log_out(site) if ask.form.get("action") == "logout" else _log_in(site, ask)
    if site.read("operator", ask.cookies.get(COOKIE, "")) is None:
        return site.page("login", words.OPERATOR, fault="")
    return _state(site)


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


def _state(site: Site) -> Response:
    now, store = site.clock(), site.store
    facts, since = store.status(now, reports=10), now - timedelta(days=DAYS)
    days = [since.date() + timedelta(days=n) for n in range(1, DAYS + 1)]
    return site.page(
        "operator",
        words.OPERATOR,
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
        charts=[
            _chart(words.PER_DAY, words.PAPERS, days, store.news_by_day(since)),
            _chart(words.SENT_PER_DAY, words.EDITIONS, days, store.editions_by_day(since.date())),
            _chart(words.VOTES_PER_DAY, words.VOTES, days, store.votes_by_day(since)),
        ],
    )  # fmt: skip


def _chart(title: str, noun: str, days: list[date], found: Mapping[date, int]) -> dict[str, object]:
    values = [found.get(day, 0) for day in days]
    said = f"{sum(values):,} in all, at most {max(values):,} a day"
    rows = [(words.short_date(day), value) for day, value in zip(days, values, strict=True) if value]
    return {"title": title, "noun": noun, "said": said, "picture": charts.bars(values, title, said), "rows": rows}
