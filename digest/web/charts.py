"""Small pictures as inline SVG, each with its words; the numbers stand beside them in the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import count

from markupsafe import Markup

_WIDTH, _HEIGHT, _EDGE = 320, 72, 6
_number = count(1)


def line(values: Sequence[float], title: str, said: str) -> Markup:
    """A line through *values*, evenly spaced, from 0 to their maximum; *said* tells it to who cannot see it."""
    step = (_WIDTH - 2 * _EDGE) / max(1, len(values) - 1)
    points = [(_EDGE + step * n, _y(value, max(values, default=0))) for n, value in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    ends = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points[-1:])
    return _svg(f'<polyline points="{path}"/>{ends}', title, said)


def bars(values: Sequence[float], title: str, said: str) -> Markup:
    """A bar for each of *values*, from 0 to their maximum."""
    step = (_WIDTH - 2 * _EDGE) / max(1, len(values))
    drawn = []
    for n, value in enumerate(values):
        top = _y(value, max(values, default=0))
        drawn.append(
            f'<rect x="{_EDGE + step * n + 1:.1f}" y="{top:.1f}" width="{max(step - 2, 1):.1f}"'
            f' height="{_HEIGHT - _EDGE - top:.1f}"/>'
        )
    return _svg("".join(drawn), title, said)


def _y(value: float, most: float) -> float:
    return _HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * (value / most if most else 0)


def _svg(drawn: str, title: str, said: str) -> Markup:
    # Every name that comes in is escaped here; the rest are numbers of ours.
    name = f"chart-{next(_number) % 10_000}"
    return Markup(  # noqa: S704
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(said)}</desc>'
        f'<line x1="0" y1="{_HEIGHT - _EDGE}" x2="{_WIDTH}" y2="{_HEIGHT - _EDGE}"/>{drawn}</svg>'
    )
