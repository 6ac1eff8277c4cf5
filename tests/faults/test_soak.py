"""Weeks in seconds: the counts of the store are those that were taken outside, and what is pruned goes.

`tests/bench/soak.py` lives through two years in the same way, and looks at memory and growth too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import soak

DAYS, READERS = 20, 12
WEEK = "[keep]\nsightings = 7\neditions = 7\ndeliveries = 7\nrejects = 7\nreports = 7\n"


@pytest.mark.shared
def test_nothing_drifts_through_weeks_of_real_days(shared: Path, store_url: str, tmp_path: Path):
    lived = soak.live(tmp_path, store_url, DAYS, READERS)
    figures = lived.figures
    assert set(figures["drift"].values()) == {0}, figures["drift"]
    assert figures["failures"] == {}
    assert figures["mails"] > DAYS
    assert figures["again"] > 0, "papers whose code appeared came again, as an update"
    assert figures["kept_fit"] > 0.97, "each paper adds the same"


@pytest.mark.shared
def test_what_is_old_goes_and_the_counts_of_the_rest_stay(shared: Path, store_url: str, tmp_path: Path):
    figures = soak.live(tmp_path, store_url, DAYS, READERS, more=WEEK).figures
    oldest = figures["oldest"]
    assert {oldest["edition"], oldest["delivery"], oldest["report"]} <= {7, 8}
    assert oldest["sighting"] <= 8
    assert set(figures["drift"].values()) == {0}, figures["drift"]
