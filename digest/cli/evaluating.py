"""`evaluate`: how good is the bot, on a labelled set or on a reader's own likes?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli import building, saying
from digest.cli.looking import find_profile
from digest.cli.options import AsJson, Config, Debug, Now, clock
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.cli.options import Clock
    from digest.evaluate import LeavingReport
    from digest.evaluate.baselines import Method
    from digest.model import Failure
    from digest.pipeline.meaning import Meaning


class Signals(StrEnum):
    """What of a profile an evaluation uses."""

    likes = "likes"
    keywords = "keywords"
    both = "both"


def evaluate(
    split: Annotated[
        Path | None, typer.Argument(metavar="[SPLIT_DIR]", help="A labelled ranking or matching set.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="NAME", help="Rank each like of this profile instead.")
    ] = None,
    signals: Annotated[Signals, typer.Option(help="What of a profile is used.")] = Signals.both,
    against: Annotated[
        str, typer.Option("--against", metavar="LIST", help="Compare with what peers do: tfidf,bm25,svm.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="RANKINGS.jsonl", help="Write the rankings there.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE.svg", help="Draw nDCG@10 by number of likes.")
    ] = None,
    semantic: Annotated[
        Path | None, typer.Option("--semantic", metavar="MODEL", help="Ask this sentence model, not the config's.")
    ] = None,
    config: Config = None,
    now: Now = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Rank, or match, a labelled set with the bot's own methods and print how good that was.

    With --profile, each like of that profile is left out in turn and ranked among the papers of the last 30 days.
    """
    from digest.evaluate import RankingReport
    from digest.evaluate import evaluate as measure

    if (split is None) == (profile is None):
        raise UsageError("name either a labelled set or, with --profile, a profile")
    if profile is not None:
        if against or picture or out or semantic:
            raise UsageError("--against, --picture, --semantic and --out need a labelled set")
        _say(_likes_of(profile, config, now), as_json=as_json)
        return
    if split is None or not split.is_dir():
        raise UsageError(f"{split}: no such folder")
    model = semantic.absolute() if semantic else building.load_settings(config).semantic_model
    with _reading(model, clock(now), asked=semantic is not None) as meaning:
        report = measure(split, signals=signals.value, out=out, against=_methods(against), meaning=meaning)
    if picture is not None:
        if not isinstance(report, RankingReport):
            raise UsageError(f"{split}: a matching set has no picture")
        _write(picture, report.picture(split.resolve().name))
    _say(report, as_json=as_json)


def _likes_of(name: str, config: Path | None, now: str | None) -> LeavingReport:
    from digest import pipeline
    from digest.evaluate import leave_each_out
    from digest.ranking.feedback import NO_TASTE

    tick = clock(now)
    settings = building.load_settings(config)
    with building.bot(settings, tick, scratch=True) as bot:
        who = find_profile(bot.settings, name)
        liked, month, tastes = pipeline.recent(bot, who)
        background = pipeline.learning.background(settings)
        report = leave_each_out(who, liked, month, background, pipeline.meaning.reader(bot), tastes.get(name, NO_TASTE))
        _warn(pipeline.meaning.done(bot))
    return report


@contextmanager
def _reading(model: Path | None, tick: Clock, *, asked: bool) -> Iterator[Meaning | None]:
    """Yield who reads with the sentence model and keeps the vectors for the next time in the user's cache folder.

    One that was *asked* for must be usable; the config's may be missing, with a warning.
    """
    if model is None:
        yield None
        return
    import platformdirs

    from digest.pipeline.meaning import Meaning, try_out
    from digest.store import Store

    folder = Path(platformdirs.user_cache_dir("paper-digest", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    with (
        Store.open(f"sqlite:///{folder / 'embeddings.db'}", now=tick()) as store,
        saying.progress(silent=False) as drawn,
    ):
        if asked:
            try_out(model)
        meaning = Meaning(store, model, tick().date(), drawn)
        yield meaning
        _warn(meaning.warnings)


def _warn(warnings: Sequence[Failure]) -> None:
    for warning in warnings:
        saying.warn(f"warning: {warning.where}: {warning.why}")


def _methods(listed: str) -> list[Method]:
    names = [name.strip() for name in listed.split(",") if name.strip()]
    if not names:
        return []
    from digest.evaluate.comparing import METHODS

    for name in names:
        if name not in METHODS:
            raise UsageError(f"--against {name}: not one of {', '.join(METHODS)}")
    return [method for method in METHODS if method in names]


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--picture {path}: {error.strerror}") from None
    saying.warn(f"wrote {path}")


def _say(report: object, *, as_json: bool) -> None:
    from digest.evaluate import LeavingReport, MatchingReport, RankingReport

    assert isinstance(report, (LeavingReport, MatchingReport, RankingReport))  # noqa: S101 the three there are
    if as_json:
        saying.emit(report.as_json())
    else:
        for line in report.lines():
            saying.out(line)
