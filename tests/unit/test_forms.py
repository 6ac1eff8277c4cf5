"""A checked profile kept as JSON comes back as it was."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields

from digest.config import forms
from digest.model import Interest, Profile, Target

FULL = Profile(
    "ada", "Europe/Berlin", "daily 07:00", (Target("email", "a@example.org"), Target("folder", "a")),
    (Interest("Ice", "about ice", ("sea ice",), ("10.1/2",), ("survey",), 1.0, ("Ada Frost",), ("E",)), Interest("x")),
    3, 0.25, ("song",), ("text",), "Ada's", False, 1, 2, 3, "note", ("bob", "eve"), True, "sun 18:00",
)  # fmt: skip


def test_every_key_comes_back_with_its_type():
    assert [getattr(FULL, one.name) != one.default for one in fields(Profile)].count(False) == 0, "say every key"
    back = forms.Unpacker().profile(json.loads(json.dumps(forms.packed(FULL))))
    assert back == FULL
    assert type(back.interests[0].weight) is float
    assert hash(back.interests) == hash(FULL.interests)


def test_every_process_knows_the_same_rules_by_the_same_name():
    ask = [sys.executable, "-c", "from digest.config import forms; print(forms.checks())"]
    asked = {subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip() for _ in range(2)}
    assert asked == {forms.checks()}
