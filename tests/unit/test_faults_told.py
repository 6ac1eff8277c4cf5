"""Each fault that the bot must survive has a test that bears its number, and a line that says what the bot does."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FAULTS = set(range(1, 72))


def test_every_fault_has_a_test_that_bears_its_number():
    names = (re.findall(r"def test_faults?_((?:\d+_)+)", file.read_text()) for file in (ROOT / "tests").rglob("*.py"))
    tested = {int(number) for found in names for name in found for number in name.split("_") if number}
    assert tested >= FAULTS, sorted(FAULTS - tested)


def test_every_fault_is_told_of():
    table = (ROOT / "docs" / "reliability.md").read_text().partition("## Fault by fault")[2].partition("## ")[0]
    told = {int(number) for numbers in re.findall(r"\((\d+(?:, \d+)*)\)", table) for number in numbers.split(", ")}
    assert told == FAULTS, sorted(FAULTS ^ told)
