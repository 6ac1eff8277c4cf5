"""What is ordinary: how often each term stands in papers, learned from many, shipped without their texts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DATA = Path(__file__).resolve().parent / "data" / "background.npz"
VERSION = 1


class Background:
    """Term statistics of the papers known so far. Loaded at first use; never changed afterwards."""

    def __init__(self, source: Path) -> None:
        self._source = source

    @classmethod
    def default(cls) -> Background:
        """The background shipped with the package; costs nothing until something is ranked."""
        return cls(_DATA)

    @cached_property
    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        import numpy as np

        with np.load(self._source, allow_pickle=False) as data:
            return {name: data[name] for name in data.files}

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Term -> its number from 0."""
        joined = self._arrays["terms"].tobytes().decode()
        return {term: n for n, term in enumerate(joined.split("\n"))}

    @cached_property
    def counts(self) -> NDArray[np.float32]:
        """In how many papers each term stands."""
        return self._arrays["counts"].astype("float32")

    @property
    def papers(self) -> int:
        """How many papers the counts come from."""
        return int(self._arrays["papers"])

    @cached_property
    def reference(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sample papers of ordinary days as (start of each, term numbers): which terms, not how often or where."""
        return self._arrays["reference_starts"].astype("int64"), self._arrays["reference_terms"].astype("int64")


def terms_of(words: Iterable[str | None]) -> list[str]:
    """Words and pairs of neighbours ("lie group") of a text as `terms.words` gives it, with repeats."""
    found: list[str] = []
    before: str | None = None
    for word in words:
        if word is not None:
            found.append(word)
            if before is not None:
                found.append(f"{before} {word}")
        before = word
    return found
