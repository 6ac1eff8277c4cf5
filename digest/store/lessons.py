"""What votes are read beside: the papers that were passed over, and the words that nothing is to be learned from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection, and_, delete, func, insert, select

from digest.store import rows, schema
from digest.store.engine import Access
from digest.text import clean

_f, _o, _p, _v = schema.profiles.c, schema.offers.c, schema.papers.c, schema.votes.c
_t = schema.struck_terms.c
LONGEST_TERM = 200
"""Characters; what is longer is cut."""


class Lessons:
    """The part of the store that says what is not to be learned from votes alone."""

    _access: Access

    def passed_over(self, profiles: Iterable[str], since: date) -> dict[str, dict[str, date]]:
        """Papers shown from *since* on beside one that was voted on, and passed over: by profile, id and local date.

        In an edition without a vote nothing was passed over: perhaps nobody read it.
        """
        shown = select(_f.name, _o.paper, _o.day).join(schema.profiles, _f.no == _o.profile)
        voted = shown.join(schema.votes, and_(_v.profile == _o.profile, _v.paper == _o.paper)).where(_o.day >= since)
        first = select(_v.profile, func.min(_v.paper).label("paper")).group_by(_v.profile).subquery()
        found: dict[str, dict[int, date]] = {}
        with self._access.reading() as connection:
            for chunk in rows.chunks(profiles):
                days: dict[str, set[date]] = {}
                judged = set()
                for name, paper, day in connection.execute(voted.where(_f.name.in_(chunk))):
                    days.setdefault(name, set()).add(day)
                    judged.add((name, paper))
                recent = shown.join(first, and_(first.c.profile == _o.profile, _o.paper >= first.c.paper))
                for name, paper, day in connection.execute(recent.where(_f.name.in_(sorted(days)), _o.day >= since)):
                    if day in days[name] and (name, paper) not in judged:
                        found.setdefault(name, {})[paper] = day
            ids = _ids(connection, {paper for papers in found.values() for paper in papers})
        return {name: {ids[no]: day for no, day in papers.items() if no in ids} for name, papers in found.items()}

    def strike_term(self, profile: str, term: str, now: datetime) -> bool:
        """Let nothing be learned from *term* in *profile*; False when it was struck out before, or says nothing."""
        said = clean(term)[:LONGEST_TERM].strip()
        here = and_(_t.profile == profile, _t.term == said)
        with self._access.writing() as connection:
            if not said or connection.execute(select(_t.at).where(here)).first():
                return False
            connection.execute(insert(schema.struck_terms).values(profile=profile, term=said, at=now))
        return True

    def restore_term(self, profile: str, term: str) -> bool:
        """Let *term* be learned from again; False when it was not struck out."""
        with self._access.writing() as connection:
            here = and_(_t.profile == profile, _t.term == clean(term)[:LONGEST_TERM].strip())
            return connection.execute(delete(schema.struck_terms).where(here)).rowcount > 0

    def struck_terms(self, profiles: Iterable[str]) -> dict[str, frozenset[str]]:
        """The words and phrases that were struck out in each of *profiles*; who struck out none is left out."""
        found: dict[str, set[str]] = {}
        with self._access.reading() as connection:
            for chunk in rows.chunks(profiles):
                for name, term in connection.execute(select(_t.profile, _t.term).where(_t.profile.in_(chunk))):
                    found.setdefault(name, set()).add(term)
        return {name: frozenset(terms) for name, terms in found.items()}


def _ids(connection: Connection, numbers: set[int]) -> dict[int, str]:
    """The ids of papers by their numbers."""
    found: dict[int, str] = {}
    for chunk in rows.chunks(sorted(numbers)):
        found |= {no: id_ for no, id_ in connection.execute(select(_p.no, _p.id).where(_p.no.in_(chunk)))}
    return found
