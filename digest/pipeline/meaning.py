"""What papers and wishes mean to a sentence model: each text is put through it once, and the vector is kept.

Without the model (the extra is not installed, the folder is empty, a file is damaged) ranking goes on by words and
topics; one warning says why.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import ModelUnusable
from digest.model import Failure, Paper, Profile
from digest.ranking.feedback import NO_VOTES, Taste
from digest.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digest.embedding import Encoder, Model
    from digest.pipeline.bot import Bot
    from digest.ranking.semantic import Meanings

KNOWN = 1_000
"""So many known papers, the newest, say what an ordinary paper means: more change nothing in the order."""

FEWEST = 30
"""Fewer say nothing."""

FORM = "<f2"
"""How a vector is kept: float16, little-endian."""

BATCH = 32
"""Vectors are kept in batches of so many: a pass that is killed loses a second's work."""


class Stopped(Exception):
    """Texts were being read when the bot was told to stop; those that were read are kept."""


class Meaning:
    """Reads what is asked for through the model in the folder *place*, and remembers it in *store*.

    *progress* is called with (done, total, what) while texts are put through the model; *stop* ends that early.
    The model is loaded when the first text comes that was never read.
    """

    def __init__(
        self,
        store: Store,
        place: Path | None,
        today: date,
        progress: Callable[[int, int, str], None] = lambda done, total, what: None,
        stop: threading.Event | None = None,
    ) -> None:
        self._store, self._place, self._today = store, place, today
        self._progress, self._stop = progress, stop or threading.Event()
        self._model: Model | None = None
        self._encoder: Encoder | None = None
        self.read = 0
        """How many texts were put through the model."""
        self.warnings: list[Failure] = []
        """At most one: why there is no model."""

    def of(
        self,
        papers: Sequence[Paper],
        profiles: Sequence[Profile],
        liked: Mapping[str, Paper],
        ordinary: Callable[[int], Sequence[Paper]] | None = None,
        *,
        tastes: Mapping[str, Taste] = NO_VOTES,
    ) -> Meanings | None:
        """What *papers* and the wishes of *profiles* mean; None without a usable model.

        *tastes* are what votes taught, by profile; *ordinary* gives so many known papers, by default the newest of the
        store. Raises Stopped.
        """
        if self._place is None or self.warnings:
            return None
        interests = [interest for profile in profiles for interest in profile.interests]
        known = (ordinary or self._store.newest_papers)(KNOWN)
        if not interests or not papers or len(known) < FEWEST:
            return None
        from digest.ranking.semantic import Meanings, key_of, text_of, wanted

        voted = [paper for profile in profiles if profile.name in tastes for paper in tastes[profile.name].papers]
        usual = {key_of(text): text for text in map(text_of, known)}
        try:
            vectors = self._vectors(wanted(papers, interests, liked, voted) | usual)
        except ModelUnusable as missing:
            self.warnings.append(Failure(missing.where, f"{missing.why} (ranked without the sentence model)"))
            return None
        return Meanings.of(vectors, sorted(usual))

    def _vectors(self, texts: Mapping[int, str]) -> Mapping[int, NDArray[np.float32]]:
        """The vectors of *texts* by their keys, those that were not read before read now."""
        import numpy as np

        model = self._found()
        kept = self._store.embeddings(model.fingerprint, texts.keys(), self._today)
        missing = iter([(key, text) for key, text in texts.items() if key not in kept])
        done, total = 0, len(texts) - len(kept)
        while batch := list(islice(missing, BATCH)):
            if self._stop.is_set():
                raise Stopped
            read = {key: self._encode(model, text).astype(FORM).tobytes() for key, text in batch}
            self._store.keep_embeddings(model.fingerprint, read, self._today)
            kept |= read
            done += len(batch)
            self._progress(done, total, "texts read by the sentence model")
        return {key: np.frombuffer(kept[key], FORM).astype(np.float32) for key in texts}

    def rest(self) -> None:
        """Let the loaded model go; the next text that was never read loads it again."""
        self._encoder = None

    def _found(self) -> Model:
        from digest.embedding import find_model

        assert self._place is not None, "there is no model to look for"  # noqa: S101
        self._model = self._model or find_model(self._place)
        return self._model

    def _encode(self, model: Model, text: str) -> NDArray[np.float32]:
        from digest.embedding import Encoder

        self._encoder = self._encoder or Encoder(model)
        self.read += 1
        return self._encoder.encode(text)


def try_out(place: Path) -> None:
    """Put a sentence through the model in the folder *place*; raises ModelUnusable."""
    from digest.embedding import Encoder, find_model

    Encoder(find_model(place)).encode("A sentence to try the model with.")


def reader(bot: Bot) -> Meaning:
    """Who reads for this pass: one for all its profiles, so that the model is loaded once and missed once."""
    if bot.kept.meaning is None:
        place, today = bot.settings.semantic_model, bot.clock().date()
        bot.kept.meaning = Meaning(bot.store, place, today, bot.hooks.progress, bot.stop)
    return bot.kept.meaning


def done(bot: Bot) -> list[Failure]:
    """Let the model go until the next pass; return what kept it from being used."""
    warnings = bot.kept.meaning.warnings if bot.kept.meaning else []
    bot.kept.meaning = None
    return warnings
