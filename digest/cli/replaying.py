"""`replay`: what a profile would have been sent in the past."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli import building, saying, shapes
from digest.cli.looking import find_profile
from digest.cli.options import AsJson, Config, Debug, Now, clock
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.replay import Course


def replay(
    place: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder of dumps, or a .jsonl of papers with their day.")
    ],
    since: Annotated[str | None, typer.Option("--from", metavar="DATE", help="The first day; default: all.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The last day; default: all.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", metavar="NAME", help="Only this profile.")] = None,
    image: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE.svg", help="Draw papers per day into this file.")
    ] = None,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Show what would have been sent in the past; nothing is stored or sent."""
    from digest import replay as past

    tick = clock(now)
    settings = building.with_stored(building.load_settings(config), tick)
    profiles = [find_profile(settings, profile)] if profile else [one for one in settings.profiles if one.enabled]
    if not profiles:
        raise UsageError(f"no profile is enabled ({settings.where})")
    dumps = past.load(place, tick())
    for failure in dumps.failures:
        saying.warn(f"{failure.where}: {failure.why}")
    first, last = _range(since, until, list(dumps.by_day), place)
    with saying.progress(silent=as_json) as drawn:
        courses = past.replay(dumps.by_day, settings, profiles, first, last, progress=drawn)
    if image is not None:
        _write(image, past.picture(courses, first, last))
    if as_json:
        saying.emit(_json(courses, first, last) | {"failures": [shapes.reject(one) for one in dumps.failures]})
    else:
        _show(courses, first, last)
    raise typer.Exit(1 if dumps.failures else 0)


def _range(since: str | None, until: str | None, days: list[date], place: Path) -> tuple[date, date]:
    if not days:
        raise UsageError(f"{place}: holds no dump whose day is known")
    first, last = _day("--from", since) or min(days), _day("--to", until) or max(days)
    if first > last:
        raise UsageError(f"--from {first} is after --to {last}")
    if (last - first).days > 3660:
        raise UsageError(f"{first} to {last} is more than ten years")
    return first, last


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{option} {text}: not a date; write it like 2026-11-20") from None


def _write(file: Path, content: str) -> None:
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--picture {file}: {error.strerror}") from None
    saying.warn(f"wrote {file}")


def _json(courses: list[Course], first: date, last: date) -> dict[str, Any]:
    return {"from": first.isoformat(), "to": last.isoformat(), "profiles": [_course(one) for one in courses]}


def _course(course: Course) -> dict[str, Any]:
    editions = [
        {
            "date": one.day.isoformat(),
            "considered": one.considered,
            "picks": [
                {"title": p.title, "arxiv_id": p.arxiv_id, "score": round(p.score, 4), "interest": p.interest}
                for p in one.picks
            ],
        }
        for one in course.editions
    ]
    return {
        "profile": course.profile,
        "digests": len(course.editions),
        "picks": course.picks,
        "quiet": course.quiet,
        "considered": course.considered,
        "likes": {"named": course.likes, "seen": course.likes_seen, "shown": course.likes_shown},
        "editions": editions,
    }


def _show(courses: list[Course], first: date, last: date) -> None:
    """A table of all profiles; of a single one the days as well."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("profile", no_wrap=True)
    for name in ("digests", "quiet", "papers", "per digest", "considered", "likes shown"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in courses:
        sent = len(one.editions) - one.quiet
        likes = f"{one.likes_shown} of {one.likes_seen}" if one.likes_seen else "–"
        each = f"{one.picks / sent:.1f}" if sent else "–"
        table.add_row(
            one.profile, str(len(one.editions)), str(one.quiet), str(one.picks), each, f"{one.considered:,}", likes
        )
    saying.out(f"What would have been sent from {first} to {last}; nothing was.")
    if len(courses) == 1:
        for edition in courses[0].editions:
            nothing = "nothing above the floor" if edition.considered else "nothing new"
            best = edition.picks[0].title if edition.picks else nothing
            saying.out(f"{edition.day}  {len(edition.picks):2} of {edition.considered:3}  {best}")
    saying.console().print(table)
