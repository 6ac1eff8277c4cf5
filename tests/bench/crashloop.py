"""Kill the bot a thousand times while it delivers, and count: one JSON line.

    python -m tests.bench.crashloop [--loops 1000]

Each loop queues six messages, has a child process deliver to a real SMTP dialogue and a Slack server, and kills it
with SIGKILL at a labelled step or after a random time. The last runs are left alone. FAULTS 60.

- lost: messages that did not arrive                                              goal 0
- slack_twice: posts that are there twice                                         goal 0
- mail_twice: mails that came twice, all with one Message-ID
- mail_twice_unseen: of those, the ones that the store did not call doubtful      goal 0
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from tests.faults.test_delivery_crash import World, battered
from tests.slackd import SlackServer
from tests.smtpd import ScriptedServer


def main() -> None:
    """Loop, count, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loops", type=int, default=1000)
    asked = parser.parse_args()
    warnings.filterwarnings("ignore", ".*fork", DeprecationWarning)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as place, ScriptedServer() as smtp, SlackServer() as slack:
        world = World(Path(place), smtp.settings(), slack.settings())
        kills, queued = battered(world, asked.loops)
        states, doubted = world.states(), world.doubted()
        posts = Counter(
            (mark["delivery_id"], mark["part"]) for mark in (post["metadata"]["event_payload"] for post in slack.posts)
        )
        files = sum(len(list(world.folder.glob(f"p{number}/2026-11-21.*"))) == 3 for number in range(queued))
    mails = Counter(mail.recipient[4:-1] for mail in smtp.mails)
    ids = {(mail.recipient, mail.message["Message-ID"]) for mail in smtp.mails}
    twice = {recipient for recipient, count in mails.items() if count > 1}
    figures = {
        "bench": "crashloop",
        "loops": asked.loops,
        "kills": kills,
        "messages": 3 * queued,
        "states": dict(states),
        "lost": (queued - len(mails)) + (3 * queued - len(posts)) + (queued - files),
        "slack_twice": sum(count > 1 for count in posts.values()),
        "mail_twice": len(twice),
        "mail_most": max(mails.values()),
        "message_ids_more_than_one": len(ids) - len(mails),
        "mail_twice_unseen": len(twice - {key.rpartition(":")[2] for key in doubted}),
        "doubted": len(doubted),
        "seconds": round(time.monotonic() - begun),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
