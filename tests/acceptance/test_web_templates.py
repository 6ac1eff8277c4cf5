"""`digest check` renders every page: a template of one's own that is at fault is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.packaged import packaged
from digest.web import checking
from tests.acceptance.bot import BotFolder

TEMPLATES = sorted(path.name for path in (packaged("templates") / "web").glob("*.html"))


def test_our_own_pages_are_in_order():
    assert checking.faults(()) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_fault_in_any_template_of_the_pages_is_found(tmp_path: Path, name: str):
    ours = (packaged("templates") / "web" / name).read_text(encoding="utf-8")
    (tmp_path / "web").mkdir()
    end = next((mark for mark in ("</body>", "{% endblock %}", "{% endmacro %}") if mark in ours), "")
    at = ours.rindex(end) if end else len(ours)
    (tmp_path / "web" / name).write_text(ours[:at] + "\n{{ page.no_such_fact }}" + ours[at:], encoding="utf-8")
    found = checking.faults((tmp_path,))
    assert found, f"web/{name} is not rendered by the check"
    assert all(fault.where.startswith(str(tmp_path / "web" / name)) for fault in found)
    line = ours[:at].count("\n") + 2
    assert {fault.where.rpartition(":")[2] for fault in found} == {str(line)}


def test_the_command_names_file_and_line_and_ends_with_2(bot: BotFolder):
    folder = bot.root / "looks"
    (folder / "web").mkdir(parents=True)
    (folder / "web" / "said.html").write_text("<h1>\n{{ page.titel }}</h1>")
    config = bot.root / "digest.toml"
    config.write_text('templates = "looks"\n' + config.read_text())
    ran = bot.digest("check")
    assert ran.code == 2
    assert f"{folder / 'web' / 'said.html'}:2: " in ran.err
    assert "titel" in ran.err
