"""What readers said of papers: one vote of one person about one paper, the last one counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import cast

from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from digest.model import Opinion, Vote
from digest.store import rows, schema
from digest.store.engine import Access

_f, _p, _v = schema.profiles.c, schema.papers.c, schema.votes.c
# A vote is given while somebody waits; building its statements anew would take longer than they do.
_NUMBERS = (
    select(_f.no, _p.no)
    .select_from(schema.profiles.join(schema.papers, _p.id == bindparam("paper")))
    .where(_f.name == bindparam("profile"))
)
_HERE = (_v.profile == bindparam("in_profile"), _v.person == bindparam("by"), _v.paper == bindparam("about"))
_BEFORE = select(_v.vote).where(*_HERE)
_GIVE = insert(schema.votes)
_CHANGE = update(schema.votes).where(*_HERE)


class Votes:
    """The part of the store that remembers votes."""

    _access: Access

    def vote(self, profile: str, paper: str, opinion: Opinion, now: datetime, *, person: str = "") -> bool:
        """Remember a vote; a repeat changes nothing, another one replaces it. False when either is not known."""
        with self._access.writing() as connection:
            numbers = connection.execute(_NUMBERS, {"profile": profile, "paper": paper}).first()
            if numbers is None:
                return False
            here = {"in_profile": numbers[0], "by": person, "about": numbers[1]}
            before = connection.execute(_BEFORE, here).scalar()
            if before is None:
                values = {"profile": numbers[0], "person": person, "paper": numbers[1], "vote": opinion, "at": now}
                connection.execute(_GIVE, values)
            elif before != opinion:
                connection.execute(_CHANGE, {**here, "vote": opinion, "at": now})
        return True

    def unvote(self, profile: str, paper: str, *, person: str = "") -> bool:
        """Forget a vote; False when there was none."""
        profile_no = select(_f.no).where(_f.name == profile).scalar_subquery()
        paper_no = select(_p.no).where(_p.id == paper).scalar_subquery()
        here = and_(_v.profile == profile_no, _v.person == person, _v.paper == paper_no)
        with self._access.writing() as connection:
            return connection.execute(delete(schema.votes).where(here)).rowcount > 0

    def votes(self, profiles: Iterable[str]) -> dict[str, tuple[Vote, ...]]:
        """The votes in each of *profiles*, oldest first; a paper that is part of another counts as that one."""
        whole = schema.papers.alias("whole")
        query = (
            select(_f.name, _v.person, func.coalesce(whole.c.id, _p.id), _v.vote, _v.at)
            .join(schema.profiles, _f.no == _v.profile)
            .join(schema.papers, _p.no == _v.paper)
            .outerjoin(whole, whole.c.no == _p.part_of)
            .order_by(_v.at, _v.paper)
        )
        found: dict[str, list[Vote]] = {}
        with self._access.reading() as connection:
            if connection.execute(select(_v.at).limit(1)).first() is None:
                return {}  # a bot without votes pays nothing for its ten thousand profiles
            for chunk in rows.chunks(profiles):
                for name, person, paper, opinion, at in connection.execute(query.where(_f.name.in_(chunk))):
                    found.setdefault(name, []).append(Vote(name, person, paper, cast(Opinion, opinion), at))
        return {name: tuple(votes) for name, votes in found.items()}

    def votes_of(self, person: str, opinion: Opinion, limit: int) -> tuple[Vote, ...]:
        """The newest votes of *person* in any profile that say *opinion*, newest first."""
        query = (
            select(_f.name, _v.person, _p.id, _v.vote, _v.at)
            .join(schema.profiles, _f.no == _v.profile)
            .join(schema.papers, _p.no == _v.paper)
            .where(_v.person == person, _v.vote == opinion)
            .order_by(_v.at.desc(), _v.paper.desc())
            .limit(limit)
        )
        with self._access.reading() as connection:
            return tuple(Vote(*row) for row in connection.execute(query))

    def opinions(self, profile: str, papers: Iterable[str]) -> dict[str, dict[str, Opinion]]:
        """What each person says of these papers in *profile*, by paper and person; who says nothing is left out."""
        query = (
            select(_p.id, _v.person, _v.vote)
            .join(schema.profiles, _f.no == _v.profile)
            .join(schema.papers, _p.no == _v.paper)
            .where(_f.name == profile)
            .order_by(_v.at, _v.person)
        )
        found: dict[str, dict[str, Opinion]] = {}
        with self._access.reading() as connection:
            for chunk in rows.chunks(papers):
                for paper, person, opinion in connection.execute(query.where(_p.id.in_(chunk))):
                    found.setdefault(paper, {})[person] = cast(Opinion, opinion)
        return found

    def last_votes(self, profiles: Iterable[str]) -> dict[str, datetime]:
        """When somebody last voted in each of *profiles*; where nobody did it is left out."""
        query = select(_f.name, func.max(_v.at)).join(schema.profiles, _f.no == _v.profile).group_by(_f.name)
        found: dict[str, datetime] = {}
        with self._access.reading() as connection:
            for chunk in rows.chunks(profiles):
                found |= {name: at for name, at in connection.execute(query.where(_f.name.in_(chunk)))}
        return found

    def votes_by_day(self, since: datetime) -> dict[date, int]:
        """How many votes were given on each UTC date from *since* on."""
        day = func.date(_v.at)
        query = select(day, func.count()).where(_v.at >= since).group_by(day)
        with self._access.reading() as connection:
            return {date.fromisoformat(str(key)): count for key, count in connection.execute(query)}
