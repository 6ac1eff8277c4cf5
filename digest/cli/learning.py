"""`learn`: renew what the bot takes for ordinary."""

from __future__ import annotations

from digest.cli import building, saying
from digest.cli.options import AsJson, Config, Debug, Now, clock
from digest.errors import DigestError


def learn(config: Config = None, now: Now = None, as_json: AsJson = False, debug: Debug = False) -> None:
    """Learn from the papers seen so far what is ordinary; `serve` does it by itself when enough is new."""
    from digest import pipeline

    tick = clock(now)
    settings = building.load_settings(config)
    with building.bot(settings, tick) as bot:
        try:
            known, path = pipeline.learning.learn(bot)
        except OSError as error:
            raise DigestError(f"{pipeline.learning.folder(settings)}: {error.strerror}") from None
    if as_json:
        saying.emit({"papers": known, "file": str(path) if path else None})
    elif path:
        saying.out(f"learned from the newest of {known:,} known papers: {path}")
    else:
        saying.out(f"{known:,} papers are known: the background that comes with the bot serves them better")
