"""A picture of a replay: for each profile, papers per edition through the days, and the quiet ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

from digest.replay.simulating import Course, Edition
from digest.text import clean, plural, shorten

WIDTH = 760
_LEFT, _RIGHT, _TOP, _ROW, _BARS = 16, 16, 64, 104, 56
_STEPS = (1, 7, 14, 28, 56)
"""Days that one bar may stand for: the least with which a bar is wide enough to be seen."""
_LEAST = 3.0
_STYLE = (
    "text{font-family:system-ui,sans-serif;font-size:12px;fill:#1f2328}.big{font-size:16px;font-weight:600}"
    ".name{font-size:13px;font-weight:600}.soft{fill:#59636e;font-size:12px;font-weight:400}.bar{fill:#0b6bcb}.quiet{fill:#b35900}"
    ".line{stroke:#8b949e;stroke-width:1}.paper{fill:#fff}"
    "@media (prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9aa4af}.bar{fill:#58a6ff}.quiet{fill:#f0883e}"
    ".paper{fill:#0d1117}}"
)


def picture(courses: Sequence[Course], first: date, last: date) -> str:
    """The SVG of *courses* from *first* to *last*; it says the same in words, for who does not see it."""
    height = _TOP + _ROW * len(courses) + 28
    step = _step((last - first).days + 1)
    each = "day" if step == 1 else f"{step} days"
    rows = "".join(_row(course, number, first, last, step) for number, course in enumerate(courses))
    told = " ".join(f"{clean(course.profile)}: {summary(course)}." for course in courses)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' role="img" aria-labelledby="t d"><title id="t">Papers per digest, {first} to {last}</title>'
        f'<desc id="d">{escape(told)}</desc><style>{_STYLE}</style>'
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>'
        f'<text class="big" x="{_LEFT}" y="26">What would have been sent, {first} to {last}</text>'
        f'<text class="soft" x="{_LEFT}" y="46">Bars: papers per {each}; squares below: a digest was due and none'
        f" fitted.</text>{rows}{_axis(first, last, height)}</svg>\n"
    )


def summary(course: Course) -> str:
    """One line: papers, editions, quiet ones, candidates, likes."""
    said = [
        f"{plural(course.picks, 'paper')} in {plural(len(course.editions), 'digest')}",
        f"{course.quiet:,} without papers",
        f"{course.considered:,} considered",
    ]
    if course.likes_seen:
        said.append(f"{course.likes_shown} of {plural(course.likes_seen, 'liked paper')} shown unasked")
    return ", ".join(said)


def _step(days: int) -> int:
    room = WIDTH - _LEFT - _RIGHT
    return next((step for step in _STEPS if room / (days / step) >= _LEAST), _STEPS[-1])


def _row(course: Course, number: int, first: date, last: date, step: int) -> str:
    top = _TOP + number * _ROW
    base = top + 28 + _BARS
    slots = (last - first).days // step + 1
    wide = (WIDTH - _LEFT - _RIGHT) / slots
    shown, quiet = _by_slot(course.editions, first, step)
    most = max(shown.values(), default=0)
    parts = [
        f'<text class="name" x="{_LEFT}" y="{top + 14}">{escape(shorten(clean(course.profile), 30))}'
        f'<tspan class="soft" dx="8">{f"at most {most}" if most else ""}</tspan></text>',
        f'<text class="soft" x="{WIDTH - _RIGHT}" y="{top + 14}" text-anchor="end">{escape(summary(course))}</text>',
        f'<line class="line" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{base}" y2="{base}"/>',
    ]
    bar = max(1.0, min(wide - 1, 24.0))
    for slot, count in sorted(shown.items()):
        high = _BARS * count / most
        parts.append(_box("bar", _LEFT + slot * wide, base - high, bar, high))
    side = min(bar, 4.0)
    parts += [_box("quiet", _LEFT + slot * wide + (bar - side) / 2, base + 3, side, side) for slot in sorted(quiet)]
    return "".join(parts)


def _by_slot(editions: Sequence[Edition], first: date, step: int) -> tuple[dict[int, int], set[int]]:
    """Papers per slot of *step* days, and the slots with a quiet edition (of a longer slot: all of them quiet)."""
    shown: dict[int, int] = {}
    due: dict[int, list[bool]] = {}
    for edition in editions:
        slot = (edition.day - first).days // step
        due.setdefault(slot, []).append(not edition.picks)
        if edition.picks:
            shown[slot] = shown.get(slot, 0) + len(edition.picks)
    return shown, {slot for slot, quiet in due.items() if all(quiet)}


def _box(kind: str, x: float, y: float, wide: float, high: float) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}"/>'


def _axis(first: date, last: date, height: int) -> str:
    """The first, the middle and the last day below the rows."""
    middle = first + timedelta(days=(last - first).days // 2)
    places = [(first, _LEFT, "start"), (middle, WIDTH // 2, "middle"), (last, WIDTH - _RIGHT, "end")]
    if (last - first).days < 2:
        places = places[:1]
    return "".join(
        f'<text class="soft" x="{x}" y="{height - 10}" text-anchor="{anchor}">{day}</text>' for day, x, anchor in places
    )
