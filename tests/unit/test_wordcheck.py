"""`digest check` tells of keywords that cannot be met and of likes that say nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from digest.model import Interest, Settings
from digest.pipeline import wordcheck
from digest.store import Store
from tests.builders import a_profile

SETTINGS = Settings(where=Path("here"), state=Path("here"), store_url="sqlite://")
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def told(*interests: Interest) -> list[str]:
    settings = replace(SETTINGS, profiles=(a_profile("ada", interests=interests),))
    with Store.open("sqlite://", now=lambda: NOW) as store:
        return list(
            wordcheck.warnings(SimpleNamespace(settings=settings, store=store, profiles=None), settings.profiles)
        )


def test_a_keyword_that_no_known_paper_has_is_told_with_near_ones():
    (warning,) = told(Interest("Noise", keywords=("difusion", "speech")))
    assert warning.startswith('profile ada, Noise: no known paper has the keyword "difusion" (near: fusion, diffusi…)')


def test_a_like_that_only_names_an_unknown_paper_is_told():
    found = told(Interest("Mine", like=("10.1145/1234567", "2611.00007", "A title tells what a paper is about")))
    assert [warning.split('"')[1] for warning in found] == ["10.1145/1234567", "2611.00007"]
    assert all("like it by its title" in warning for warning in found)
