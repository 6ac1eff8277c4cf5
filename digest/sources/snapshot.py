"""The outline of a page that browser automation writes ("- heading "…" [level=3]") as light Markdown."""

from __future__ import annotations

import json
import re

_NODE = re.compile(
    r"""(?P<indent>\s*)-\s(?P<role>[a-z]+)(?:\s(?P<name>"(?:[^"\\]|\\.){0,3000}"))?"""
    r"""(?P<marks>(?:\s\[[^\[\]]{0,60}\])*)(?::(?:\s(?P<words>.*))?)?"""
)
_URL = re.compile(r"\s*- /url: (\S{1,2000})")
_LEVEL = re.compile(r"\[level=([1-6])\]")
_ROLES = frozenset("heading link paragraph text article main list listitem img button generic banner".split())  # noqa: SIM905


def recognises(text: str) -> bool:
    """Whether most of the first lines name a role."""
    lines = [line for line in text[:6000].split("\n") if line.strip()][:40]
    named = sum((found := _NODE.fullmatch(line)) is not None and found["role"] in _ROLES for line in lines)
    return len(lines) >= 4 and named * 2 > len(lines)


def text_of(text: str) -> str:
    """The words of the outline, one block a line; a heading swallows the link that repeats it."""
    out: list[str] = []
    last = ""
    for line in text.split("\n"):
        url = _URL.fullmatch(line)
        if url is not None and out and not out[-1].endswith(")") and out[-1].lstrip("# "):
            hashes = out[-1][: len(out[-1]) - len(out[-1].lstrip("#"))]
            out[-1] = f"{hashes} [{out[-1].lstrip('# ')}]({url[1]})".lstrip()
            continue
        node = _NODE.fullmatch(line)
        if node is None:
            continue
        words = _name(node["name"]) or _name(node["words"])
        if not words or (words == last and node["role"] in {"link", "text", "paragraph"}):
            continue
        level = _LEVEL.search(node["marks"])
        out.append("#" * int(level[1]) + " " + words if level and node["role"] == "heading" else words)
        last = words
    return "\n\n".join(out)


def _name(quoted: str | None) -> str:
    if not quoted or quoted[0] != '"' or len(quoted) < 2:
        return (quoted or "").strip()
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted.strip('"')
