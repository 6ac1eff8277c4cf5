"""A pass in a child process that kills itself with SIGKILL at one labelled step."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from digest.cli import building
from digest.pipeline import Hooks, run_pass


def main(config: str, label: str, now: str) -> None:
    """Run one pass over *config*; die at the first call of the step *label*; print every step that was reached."""

    def at(step: str) -> None:
        sys.stdout.write(step + "\n")
        sys.stdout.flush()
        if step == label:
            os.kill(os.getpid(), signal.SIGKILL)

    instant = datetime.fromisoformat(now)
    settings = building.load_settings(Path(config))
    with building.bot(settings, lambda: instant, hooks=Hooks(at=at)) as bot:
        sys.exit(run_pass(bot).exit_code)


if __name__ == "__main__":
    main(*sys.argv[1:])
