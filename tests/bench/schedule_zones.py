"""Every zone, 48 half-hours, three years: one digest per local date, at the first instant that may bear it.

`python tests/bench/schedule_zones.py` prints one JSON line; about half a minute. An ordinary run takes a sample.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from zoneinfo import available_timezones

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.unit.test_schedule import check_zone


def main() -> None:
    """Check and count; an AssertionError names the zone and the time of day."""
    started = time.perf_counter()
    zones = sorted(available_timezones())
    checked = sum(check_zone(zone, range(2025, 2028)) for zone in zones)
    seconds = round(time.perf_counter() - started, 1)
    print(json.dumps({"bench": "schedule_zones", "zones": len(zones), "instants": checked, "seconds": seconds}))  # noqa: T201


if __name__ == "__main__":
    main()
