"""`profile show|like|forget`: what a profile asks for and what votes taught of it, and how to change that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import building, saying
from digest.cli.looking import find_profile
from digest.cli.options import AsJson, Config, Debug, Now, clock
from digest.errors import UsageError
from digest.text import plural

if TYPE_CHECKING:
    from digest.model import Learned, Paper, Profile
    from digest.pipeline import Bot
    from digest.store import Mute

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a profile.")]


def show(name: Name, config: Config = None, now: Now = None, as_json: AsJson = False, debug: Debug = False) -> None:
    """Show a profile as it was checked, what is muted, and what votes taught."""
    from digest.pipeline.tastes import learned

    tick = clock(now)
    with building.bot(building.load_settings(config), tick) as bot:
        who, at = find_profile(bot.settings, name), tick()
        taught, muted = learned(bot, name, at), bot.store.mutes([name], at).get(name, ())
        struck = sorted(bot.store.struck_terms([name]).get(name, ()))
    if as_json:
        saying.emit(_facts(who, taught, muted, struck))
        return
    for line in (*_profile(who), *_muted(muted), *_taught(taught, struck)):
        saying.out(line)


def like(
    name: Name,
    paper: Annotated[str, typer.Argument(metavar="PAPER", help="Its arXiv id, URL, title or id.")],
    interest: Annotated[
        str | None, typer.Option("--interest", metavar="NAME", help="Which of its interests; else the nearest.")
    ] = None,
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Add a paper to what a profile likes, where the profile is written; without an interest it is voted for."""
    from digest.config.editing import added

    tick = clock(now)
    with building.bot(building.load_settings(config), tick) as bot:
        who = find_profile(bot.settings, name)
        found = _paper(bot, paper)
        place = _interest(bot, who, found, interest)
        if place is None or bot.profiles is None:
            if not bot.store.vote(name, found.id, "more", tick()):
                raise UsageError(f"the profile {name!r} was not served yet and has no interest; `digest run` serves it")
            saying.out(f"{name}: voted for {found.title!r}")
            return
        stated = f"arXiv:{found.arxiv_id}" if found.arxiv_id else found.title
        bot.profiles.edit(name, [added(("interests", place, "like"), stated)], now=tick())
    saying.out(f"{name} likes {found.title!r} now ({who.interests[place].name})")


def forget(
    name: Name,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="A learned word, or a paper that was voted on.")],
    undo: Annotated[bool, typer.Option("--undo", help="Learn from that word again.")] = False,
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Forget one thing that votes taught: a word or phrase, or the votes on a paper."""
    from digest.pipeline.tastes import learned, same_term

    tick = clock(now)
    with building.bot(building.load_settings(config), tick) as bot:
        find_profile(bot.settings, name)
        if undo:
            struck = [term for term in bot.store.struck_terms([name]).get(name, ()) if same_term(term, what)]
            if not [term for term in struck if bot.store.restore_term(name, term)]:
                raise UsageError(f"{what!r} was not struck out in {name}")
            saying.out(f"{name}: {what!r} may be learned again")
            return
        taught = learned(bot, name, tick())
        if terms := [one.term for one in taught.terms if same_term(one.term, what)]:
            bot.store.strike_term(name, terms[0], tick())
            saying.out(f"{name}: nothing is learned from {terms[0]!r} any more; --undo takes that back")
            return
        _unvote(bot, name, what, taught, tick())


def _unvote(bot: Bot, name: str, what: str, taught: Learned, now: datetime) -> None:
    """Take back every vote on the paper *what*; raises UsageError naming what was learned when there is none."""
    paper = bot.store.find_papers([what]).get(what)
    votes = [vote for vote in bot.store.votes([name]).get(name, ()) if paper and vote.paper == paper.id]
    if paper is None or not votes:
        known = ", ".join(repr(one.term) for one in taught.terms) or "nothing"
        raise UsageError(f"{name}: no vote taught {what!r}, and none was given on such a paper; learned was: {known}")
    for vote in votes:
        bot.store.unvote(name, vote.paper, person=vote.person)
    saying.out(f"{name}: {plural(len(votes), 'vote')} on {paper.title!r} forgotten")


def _paper(bot: Bot, ref: str) -> Paper:
    found = bot.store.find_papers([ref]).get(ref)
    if found is None:
        raise UsageError(f"no paper that was seen is called {ref!r}; `digest search WORDS` finds one")
    return found


def _interest(bot: Bot, who: Profile, paper: Paper, named: str | None) -> int | None:
    """The place of the interest *named*, else of the one that *paper* fits best; None for a profile without any."""
    from digest.model import Change
    from digest.pipeline.candidates import liked_papers
    from digest.pipeline.making import rank

    names = [interest.name for interest in who.interests]
    if named is not None:
        if named not in names:
            raise UsageError(f"{who.name} has no interest {named!r}; there are: {', '.join(names) or 'none'}")
        return names.index(named)
    if len(names) < 2:
        return 0 if names else None
    (ranked,) = rank(bot, [Change(paper, "new")], [who], liked_papers(bot, [who]))
    return names.index(ranked.picks[0].interest) if ranked.picks else 0


def _profile(who: Profile) -> Iterator[str]:
    on = "" if who.enabled else " (not enabled)"
    yield f"{who.name}: {who.title or who.name}{on}"
    yield f"  comes {who.schedule} ({who.timezone}) to {', '.join(map(str, who.deliver)) or 'nobody'}"
    yield f"  at most {plural(who.limit, 'paper')} that score {who.floor:g} or more"
    for interest in who.interests:
        yield f"  {interest.name} (weight {interest.weight:g})"
        for what in ("about", "keywords", "like", "avoid", "authors", "organisations"):
            said = getattr(interest, what)
            if said:
                yield f"    {what}: {said if isinstance(said, str) else ', '.join(said)}"
    if who.mute:
        yield f"  mute: {', '.join(who.mute)}"


def _muted(muted: tuple[Mute, ...]) -> Iterator[str]:
    for one in muted:
        yield f"  muted until {one.until:%Y-%m-%d}: {one.kind} {one.what}"


def _taught(taught: Learned, struck: list[str]) -> Iterator[str]:
    if not taught.papers:
        yield "Nothing was learned yet: nobody voted."
    else:
        yield f"Learned from votes on {plural(len(taught.papers), 'paper')}:"
    for term in taught.terms:
        yield f"  {term.weight:+.2f}  {term.term}"
    for paper in taught.papers:
        yield f"  {paper.weight:+.2f}  {paper.title}"
    if struck:
        yield f"Nothing is learned from: {', '.join(struck)}"


def _facts(who: Profile, taught: Learned, muted: tuple[Mute, ...], struck: list[str]) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "profile": {**asdict(who), "deliver": [str(target) for target in who.deliver]},
        "muted": [{"kind": one.kind, "what": one.what, "until": one.until.isoformat()} for one in muted],
        "learned": asdict(taught),
        "struck": struck,
    }
