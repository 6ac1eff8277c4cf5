"""Do damaged dumps crash, hang or swell any reader? Prints one JSON line.

    python tests/bench/fuzz.py [--seconds 600] [--seed 1] [--keep FOLDER]

Four fifths of the time go to mutations of made-up and real dumps (tests/fuzz), the rest to what Hypothesis makes up.
*slow* counts cases beyond a second of processor time per megabyte (0.25 s for small ones), *grown_mb* is by how much
the process grew after its first hundred cases; a case that takes 60 s ends the run with a trace. With --keep the bytes
of what failed are written there. Exit 1 where anything failed.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import random
import resource
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fuzz.corpus import made_up, real
from tests.fuzz.mutating import damaged
from tests.fuzz.trying import tried

HANG = 60
STORED = 25
"""Every so many cases what was read is taken into a store."""
GROWN_MB = 300


@dataclass
class Found:
    """What the run has met so far."""

    keep: Path | None
    cases: int = 0
    read: int = 0
    size: int = 0
    slowest: float = 0.0
    slow: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    base: float = 0.0

    def take(self, content: bytes) -> None:
        """Try one case and note how it went."""
        self.cases += 1
        self.size += len(content)
        faulthandler.dump_traceback_later(HANG, exit=True)
        try:
            case = tried(content, stored=self.cases % STORED == 0)
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.crashes.append(
                f"{type(error).__name__}: {str(error)[:150]} ({Path(last.filename).name}:{last.lineno})"
            )
            self._keep(content, f"crash{len(self.crashes)}")
            return
        finally:
            faulthandler.cancel_dump_traceback_later()
        self.read += bool(case.papers)
        worst = max(case.seconds.values())
        self.slowest = max(self.slowest, worst / max(0.25, len(content) / 2**20))
        if slow := case.slow(len(content)):
            self.slow.append(f"{max(slow, key=lambda path: slow[path])}: {worst:.2f} s for {len(content):,} bytes")
            self._keep(content, f"slow{len(self.slow)}")
        if self.cases == 100:
            self.base = _resident()

    def _keep(self, content: bytes, name: str) -> None:
        if self.keep is not None and len(self.slow) + len(self.crashes) <= 50:
            self.keep.mkdir(parents=True, exist_ok=True)
            (self.keep / f"{name}.bin").write_bytes(content)


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def mutate(found: Found, rng: random.Random, until: float) -> None:
    """Damage dumps until the time is over."""
    beginnings = made_up() + real()
    while time.monotonic() < until:
        found.take(damaged(rng.choice(beginnings), rng, beginnings))


def invent(found: Found, rng: random.Random, until: float) -> None:
    """Take what Hypothesis makes up until the time is over."""
    from tests.unit.test_readers_hostile import hostile  # its strategies take a second to make

    def take(text: str) -> None:
        if time.monotonic() < until:
            found.take(text.encode("utf-8", "surrogatepass"))

    checks = list(HealthCheck)
    while time.monotonic() < until:
        tell = settings(
            max_examples=500, deadline=None, database=None, suppress_health_check=checks, phases=[Phase.generate]
        )
        seed(rng.randrange(1 << 30))(tell(given(hostile)(take)))()


def main() -> None:
    """Fuzz and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    wanted = parser.parse_args()
    rng = random.Random(wanted.seed)
    found = Found(wanted.keep)
    began = time.monotonic()
    mutate(found, rng, began + 0.8 * wanted.seconds)
    invent(found, rng, began + wanted.seconds)
    grown = _resident() - found.base
    figures = {
        "bench": "fuzz",
        "seconds": round(time.monotonic() - began),
        "cases": found.cases,
        "read": found.read,
        "megabytes": round(found.size / 1e6, 1),
        "crashes": len(found.crashes),
        "slow": len(found.slow),
        "slowest_s_per_mb": round(found.slowest, 2),
        "grown_mb": round(grown),
        "examples": (found.crashes + found.slow)[:5],
    }
    sys.stdout.write(json.dumps(figures) + "\n")
    raise SystemExit(1 if found.crashes or found.slow or grown > GROWN_MB else 0)


if __name__ == "__main__":
    main()
