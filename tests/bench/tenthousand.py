"""Time one whole pass for many subscribers, as a command in a new process: one JSON line. Needs smtp-sink.

    python -m tests.bench.tenthousand [--profiles 10000] [--papers 200]

Every profile has interests of its own and one mail address; a dump of new papers came in.

- whole_s: `digest run`, from reading the config files to the exit code         goal <= 30 for 10,000
- peak_mb: its peak memory                                                       goal <= 400
- sent: how many mails the sink took, which must be all
- repeat_s: the same command once more, with nothing to do
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.delivery import sink
from tests.bench.passes import NOW, digest, listing, timed

TOPICS = ("graph", "speech", "video", "agent", "latent", "causal", "sparse", "protein", "vision", "audio", "memory")


def a_config(root: Path, profiles: int, papers: int, port: int) -> Path:
    """A folder with a config for *profiles* subscribers and a dump of *papers*."""
    rng = random.Random(5)
    drop = root / "drop"
    drop.mkdir()
    rows = json.loads(listing(rng, papers, 0))
    for row in rows:
        paper, topics = row["paper"], rng.sample(TOPICS, 3)
        paper["title"] = f"{topics[0].title()} {topics[1]} {paper['title']}"
        paper["summary"] = f"We study {' and '.join(topics)}. {paper['summary']}"
    (drop / "2026-11-21.json").write_text(json.dumps(rows))
    folder = root / "config"
    (folder / "profiles").mkdir(parents=True)
    (folder / "digest.toml").write_text(
        f'state = "var"\n[[sources]]\nkind = "folder"\npath = "{drop}"\n'
        f'[email]\nurl = "smtp://127.0.0.1:{port}"\nfrom = "Paper Digest <digest@example.org>"\n'
    )
    for number in range(profiles):
        one, two = rng.sample(TOPICS, 2)
        (folder / "profiles" / f"p{number}.toml").write_text(
            f'deliver = ["email:p{number}@example.org"]\nlimit = 10\n'
            f'[[interests]]\nname = "{one}"\nkeywords = ["{one}", "{rng.choice(TOPICS)} {one}"]\n'
            f'[[interests]]\nname = "{two}"\nkeywords = ["{two}"]\nlike = ["{rng.choice(rows)["paper"]["title"]}"]\n'
        )
    return folder


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=10_000)
    parser.add_argument("--papers", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sink() as port:
        config = a_config(Path(name), asked.profiles, asked.papers, port)
        command = digest("run", "--json", "--config", str(config), "--now", NOW)
        seconds, megabytes = timed(*command)
        repeat, _ = timed(*command)
        status = json.loads(output(*digest("status", "--json", "--config", str(config), "--now", NOW)))
    figures = {
        "bench": "tenthousand",
        "profiles": asked.profiles,
        "whole_s": round(seconds, 1),
        "peak_mb": round(megabytes),
        "repeat_s": round(repeat, 1),
        "deliveries": status["deliveries"],
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def output(*argv: str) -> str:
    """What a command prints."""
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
