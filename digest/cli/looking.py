"""`preview`, `explain` and `search`: look at what the bot would do, changing nothing."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import building, saying, shapes
from digest.cli.options import AsJson, Config, Debug, Now, clock
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.model import Digest, Message, Pick, Profile, Settings
    from digest.store import Store


class Format(StrEnum):
    """How a preview is shown."""

    html = "html"
    text = "text"
    slack = "slack"
    json = "json"
    bibtex = "bibtex"
    ris = "ris"
    csl = "csl"


ProfileName = Annotated[str, typer.Argument(metavar="PROFILE", help="The name of a profile in the config.")]


def preview(
    profile: ProfileName,
    form: Annotated[Format, typer.Option("--format", help="Which rendering to show.")] = Format.text,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there instead.")] = None,
    config: Config = None,
    now: Now = None,
    debug: Debug = False,
) -> None:
    """Show today's digest of one profile as it would look; nothing is stored or sent."""
    from digest import pipeline
    from digest.model import Target

    tick = clock(now)
    settings = building.load_settings(config)
    with building.bot(settings, tick, scratch=True) as bot:
        who = find_profile(bot.settings, profile)
        digest = pipeline.preview(bot, who)
        message = bot.renderer.message(digest, who, Target("folder", who.name))
    rendered = _rendered(message, digest, form)
    if out is None:
        sys.stdout.write(rendered)
        return
    try:
        out.write_text(rendered, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}") from None
    saying.warn(f"wrote {out}")


def _rendered(message: Message, digest: Digest, form: Format) -> str:
    """A rendering that a folder would get, the digest as JSON, or its papers for a reference manager."""
    from digest import export

    if form.value in export.FORMATS:
        return export.FORMATS[form.value]([pick.change.paper for pick in (*digest.picks, *digest.also)])
    if form is Format.html:
        return message.html
    if form is Format.text:
        return f"{message.subject}\n\n{message.text}"
    posts = [{"text": post.text, "blocks": list(post.blocks)} for post in message.posts]
    value = posts if form is Format.slack else shapes.digest(digest)
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


MOST_NAMES = 20


def find_profile(settings: Settings, name: str) -> Profile:
    """Return the profile of this name, or say which there are."""
    for profile in settings.profiles:
        if profile.name == name:
            return profile
    names = [profile.name for profile in settings.profiles]
    more = f" and {len(names) - MOST_NAMES:,} more: `digest profile list`" if len(names) > MOST_NAMES else ""
    known = (", ".join(names[:MOST_NAMES]) or "none") + more
    raise UsageError(f"no profile is called {name!r}; there are: {known} ({settings.where})")


def explain(
    profile: ProfileName,
    paper: Annotated[str, typer.Argument(metavar="PAPER", help="Its arXiv id, URL, title or id.")],
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show why a paper scores what it scores for a profile: the parts add up to the score."""
    from digest import pipeline

    tick = clock(now)
    settings = building.load_settings(config)
    with building.bot(settings, tick, scratch=True) as bot:
        who = find_profile(bot.settings, profile)
        pick = pipeline.explain(bot, who, paper)
        near = near_titles(bot.store, paper) if pick is None else []
    if pick is None:
        hint = "did you mean " + " or ".join(map(repr, near)) if near else "`digest search WORDS` finds one"
        raise UsageError(f"no paper that was seen is called {paper!r}; {hint}")
    _explain(pick, who) if not as_json else saying.emit(_explanation(pick, who))


def _explanation(pick: Pick, who: Profile) -> dict[str, object]:
    parts = [{"name": part.name, "value": part.value, "detail": part.detail} for part in pick.parts]
    return {"profile": who.name, "floor": who.floor, **shapes.pick(pick), "parts": parts}


def _explain(pick: Pick, who: Profile) -> None:
    from digest.render import wording

    verdict = "sent" if pick.score >= who.floor else "left out"
    saying.out(pick.change.paper.title)
    saying.out(f"score {pick.score:.3f} for {who.name}; papers from {who.floor:.2f} up are sent: {verdict}")
    if pick.interest:
        saying.out(f"best fits the interest {pick.interest!r}")
    for part in pick.parts:
        saying.out(f"  {part.value:+.3f}  {part.name}" + (f": {part.detail}" if part.detail else ""))
    why = wording.why(pick.reasons, pick.change.paper.title)
    if why:
        saying.out(why)


def near_titles(store: Store, words: str) -> list[str]:
    """Up to three titles of papers that have all these words."""
    from digest.store import Wanted, terms

    said = terms(words)
    return [paper.title for paper in store.find(Wanted(said), 3).papers] if said else []


def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS", help='Words, "phrases", author:NAME; - before one leaves it out.')
    ],
    best: Annotated[bool, typer.Option("--best", help="The best match first, not the newest.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")] = 20,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Find papers seen so far, the newest first, as the search of the pages does; every word must occur."""
    from digest.store import Wanted, terms

    settings = building.load_settings(config)
    wanted = Wanted(terms(" ".join(words)))
    with building.open_store(settings, clock(now)) as store:
        found = store.best(wanted, limit) if best else store.find(wanted, limit).papers if wanted.terms else ()
    if as_json:
        saying.emit({"papers": [{"id": one.id, **shapes.paper(one)} for one in found]})
        return
    for one in found:
        saying.out(f"{shapes.day(one.published) or '–':10}  {one.arxiv_id or one.id:16}  {one.title}")
    if not found:
        saying.warn("no paper seen so far has all these words")
