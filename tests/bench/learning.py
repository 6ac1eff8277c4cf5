"""What does the bot learn from votes? ``python tests/bench/learning.py [SETS]``.

On the labelled development sets (../shared/rankbench) a reader is simulated who votes on the first ten of three
batches (`digest/evaluate/voting.py`). One JSON line: for every set, way of voting and slice nDCG@10 on the later
batches without votes and with them, how many times as much that is, and the 95 % interval of the difference (users
drawn in pairs). "three" are three batches with something relevant, "calendar" the first three whatever they hold,
"noisy" has one vote in ten wrong, "few" two votes in a batch, "upvotes" never a "less". Needs about ten minutes of one
core.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from digest.evaluate.ranking import read  # noqa: E402
from digest.evaluate.voting import Habit, learning, rounded  # noqa: E402

HABITS = {
    "three": Habit(),
    "calendar": Habit(every=True),
    "noisy": Habit(wrong=0.1),
    "few": Habit(papers=2),
    "upvotes": Habit(silent=True),
}


def main() -> None:
    """Print the figures of both sets."""
    sets = Path(sys.argv[1]) if sys.argv[1:] else ROOT.parent / "shared" / "rankbench"
    line: dict[str, Any] = {"bench": "learning"}
    for place in sorted(folder for folder in sets.iterdir() if (folder / "batches.jsonl").exists()):
        split = read(place)
        for name, habit in HABITS.items():
            for found in learning(split, "likes", habit):
                line[f"{place.name}/{name}/{found.slice}"] = rounded(found)
        if any(profile.get("keywords") for profile in split.profiles):
            for signals in ("keywords", "both"):
                for found in learning(split, signals, HABITS["three"]):
                    line[f"{place.name}/three/{found.slice}+{signals}"] = rounded(found)
    sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
