"""nDCG@10 by number of likes as an SVG that stands alone: a line per method, our own with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 720, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 150, 64, 64
_NAMES = {"ours": "Paper Digest", "tfidf": "tf-idf centroid", "bm25": "BM25", "svm": "linear SVM"}
_STYLE = {  # told apart without colour, too: by dashes and by the name at the end of the line
    "ours": ("#174a7c", ""),
    "tfidf": ("#8a4b08", "7 4"),
    "bm25": ("#5b2a86", "2 4"),
    "svm": ("#1b6e3c", "11 4 2 4"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """nDCG@10 of a method in a slice, and the half-width of its interval (0: not drawn)."""

    slice: str
    value: float
    half: float = 0.0


def drawn(lines: Mapping[str, Sequence[Point]], source: str) -> str:
    """Draw *lines*, method -> points in the order of the slices, measured on *source*."""
    slices = [point.slice for point in lines["ours"]]
    most = max(point.value + point.half for points in lines.values() for point in points)
    top = max(0.1, (int(most * 10) + 1) / 10)
    title = f"nDCG@10 by number of likes, {source}"
    said = "; ".join(
        f"{_NAMES.get(name, name)}: " + ", ".join(f"{_said(p.slice)} {p.value:.3f}" for p in points)
        for name, points in lines.items()
    )
    body = [*_grid(slices, top)]
    ends = _apart([_y(points[-1].value, top) for points in lines.values()])
    for (name, points), end in zip(lines.items(), ends, strict=True):
        body += _line(name, points, top, end)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
            ' aria-labelledby="title desc" font-family="system-ui, sans-serif" font-size="14">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="desc">{escape(said)}.</desc>',
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            f'<text x="{_LEFT}" y="34" font-size="18" font-weight="600" fill="#1c1c1c">{escape(title)}</text>',
            *body,
            "</svg>\n",
        ]
    )


def _said(name: str) -> str:
    """The name of a slice in words: "k1" is "1 like"."""
    many = name.removeprefix("k")
    return f"{many} {'like' if many == '1' else 'likes'}" if many.isdigit() else {"full": "all likes"}.get(name, name)


def _x(place: int, many: int) -> float:
    room = _WIDTH - _LEFT - _RIGHT
    return _LEFT + room * (place + 0.5) / many


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / top


def _grid(slices: Sequence[str], top: float) -> list[str]:
    rows = []
    for step in range(round(top * 10) + 1):
        y = _y(step / 10, top)
        rows.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d9d9d9"/>')
        rows.append(f'<text x="{_LEFT - 10}" y="{y + 5:.1f}" text-anchor="end" fill="#4a4a4a">{step / 10:.1f}</text>')
    for place, name in enumerate(slices):
        x, y = _x(place, len(slices)), _HEIGHT - _BOTTOM + 26
        rows.append(f'<text x="{x:.1f}" y="{y}" text-anchor="middle" fill="#4a4a4a">{escape(_said(name))}</text>')
    return rows


def _line(name: str, points: Sequence[Point], top: float, end: float) -> list[str]:
    colour, dashes = _STYLE.get(name, ("#4a4a4a", "4 4"))
    at = [(_x(place, len(points)), _y(point.value, top)) for place, point in enumerate(points)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    rows = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>']
    for (x, y), point in zip(at, points, strict=True):
        if point.half:
            low, high = _y(point.value - point.half, top), _y(point.value + point.half, top)
            rows.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}" stroke="{colour}"/>')
        rows.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>')
    weight = ' font-weight="600"' if name == "ours" else ""
    label = escape(_NAMES.get(name, name))
    rows.append(f'<text x="{at[-1][0] + 14:.1f}" y="{end + 5:.1f}" fill="{colour}"{weight}>{label}</text>')
    return rows


def _apart(ends: Sequence[float], least: float = 18.0) -> list[float]:
    """Heights for labels near *ends*, none nearer to another than *least*."""
    placed = [0.0] * len(ends)
    last = float("-inf")
    for n in sorted(range(len(ends)), key=lambda n: ends[n]):
        last = placed[n] = max(ends[n], last + least)
    return placed
