"""The list of dependencies in docs/security.md is that of pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NAME = re.compile(r"([A-Za-z0-9-]+)(?:\[[^\]]*\])?(.*)")


def declared() -> dict[str, str]:
    """Every package that the bot or one of its extras asks for, with its range; what only tests need is left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for name, packages in project["optional-dependencies"].items() if name != "test" for one in packages]
    found = [_NAME.fullmatch(one) for one in (*project["dependencies"], *extras)]
    return {match[1]: match[2] for match in found if match}


def test_the_security_chapter_lists_every_dependency_with_its_range_and_its_state():
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = text.partition("## Dependencies")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"(?m)^\| ([a-z0-9-]+) \| ([^|]+) \|", table))
    rows.pop("package", None)
    assert rows == declared()
    assert all(row.count("|") == 5 for row in table.splitlines() if row.startswith("| "))
