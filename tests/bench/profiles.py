"""How long profiles take to read: 10,000 files and 100,000 in the store. Prints one JSON line.

    python tests/bench/profiles.py [FILES] [STORED]

Seconds of the processor (user and system), each kind in a process of its own.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

NOW = "2026-11-21T09:00:00+00:00"
MAIN = """state = "var"
[[sources]]
kind = "folder"
path = "drop"
[email]
url = "smtp://localhost:25"
from = "d@example.org"
"""


def profile(number: int) -> str:
    """A profile of two interests, with words of its own."""
    rng = random.Random(number)
    words = [f"word{number}" for number in rng.sample(range(20_000), 30)]
    topics = "".join(
        f'\n[[interests]]\nname = "Topic {n}"\nabout = "{" ".join(words[n * 10 : n * 10 + 8])}"\n'
        f'keywords = {json.dumps(words[n * 10 : n * 10 + 5])}\nlike = ["arXiv:2301.{rng.randrange(99999):05}"]\n'
        for n in range(2)
    )
    return f'name = "p{number}"\ntimezone = "Europe/Berlin"\ndeliver = ["email:p{number}@example.org"]\n{topics}'


def timed(work: Callable[[], object]) -> float:
    """Seconds of the processor that *work* takes."""
    began = time.process_time()
    work()
    return round(time.process_time() - began, 3)


def measure(kind: str, root: Path) -> dict[str, float]:
    """Read everything, read again, and read after one change."""
    from datetime import datetime

    from digest.config import Home
    from digest.config.editing import Edit
    from digest.pipeline.profiles import Profiles
    from digest.store import Store

    def memory() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    now, before = datetime.fromisoformat(NOW), memory()
    with Store.open(f"sqlite:///{root}/var/digest.db", now=now) as store:
        found: list[Profiles] = []
        first = timed(lambda: found.append(Profiles(Home(root, {}, cwd=root, data_dir=root), store)))
        profiles = found[0]
        grown = round(memory() - before)
        same = timed(profiles.look)
        other = Profiles(Home(root, {}, cwd=root, data_dir=root), store)
        other.edit(other.settings.profiles[0].name, [Edit(("limit",), 3)], now=now)
        one = timed(profiles.look)
        count = len(profiles.settings.profiles)
    return {f"{kind}": count, f"{kind}_s": first, f"{kind}_same_s": same, f"{kind}_one_s": one, f"{kind}_mb": grown}


def main() -> None:
    """Prepare, and let a fresh process measure each kind."""
    if len(sys.argv) > 3 and sys.argv[1] == "measure":
        sys.stdout.write(json.dumps(measure(sys.argv[2], Path(sys.argv[3]))))
        return
    files, stored = (int(sys.argv[n]) if len(sys.argv) > n else count for n, count in ((1, 10_000), (2, 100_000)))
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as made:
        for kind, count in (("files", files), ("stored", stored)):
            root = Path(made) / kind
            for folder in ("profiles", "var"):
                (root / folder).mkdir(parents=True)
            (root / "digest.toml").write_text(MAIN)
            if kind == "files":
                for number in range(count):
                    (root / "profiles" / f"p{number}.toml").write_text(profile(number))
            else:
                found["import_s"] = _import(root, count)
            for again in ("", "_again") if kind == "files" else ("",):
                found |= _in_a_process(kind + again, root)
    sys.stdout.write(json.dumps(found) + "\n")


def _import(root: Path, count: int) -> float:
    import tomllib

    lines = (json.dumps(tomllib.loads(profile(number))) for number in range(count))
    (root / "people.jsonl").write_text("\n".join(lines))
    argv = [sys.executable, "-m", "digest", "profile", "import", str(root / "people.jsonl"), "--config", str(root)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1)


def _in_a_process(kind: str, root: Path) -> dict[str, float]:
    argv = [sys.executable, __file__, "measure", kind, str(root)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    main()
