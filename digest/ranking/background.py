"""What is ordinary: statistics of the papers known so far, learned from many, kept without their texts.

An archive holds (T terms, the first B of them with a place; D dimensions; N landmarks, which are known papers):
terms, counts[T], papers, idf[T], mean[T], basis[B, D], centre[D], drift[D], and of the landmarks their
terms and weights, places[N, D], settled[N, D] and keys[N]; of `SAMPLE` of them the weights of all
their terms. `learning` says what each is and writes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.model import Paper

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from digest.ranking.arrays import Floats, Sparse

VERSION = 4
PAIR = 0.7  # a pair of neighbours says this much of what its rarity says: its words are counted too
_DATA = Path(__file__).resolve().parent / "data" / "background.npz"
GUIDES = 12_000
SAMPLE = 400  # ordinary papers that a score is measured against


@dataclass(frozen=True, slots=True)
class Guides:
    """Landmarks laid out to look for the nearest: a column for each, what all share, and their places."""

    columns: Sparse
    mean: Floats
    common: Floats
    places: Floats

    @classmethod
    def of(cls, rows: Sparse, places: Floats) -> Guides:
        """Lay out landmarks: *rows* of length 1 and their *places*."""
        import numpy as np

        mean = np.asarray(rows.mean(axis=0), dtype=np.float32).ravel()
        return cls(rows.T.tocsr(), mean, rows @ mean - float(mean @ mean), places)


class Background:
    """Term statistics, topics and landmarks of the papers known so far. Loaded at first use; never changed."""

    def __init__(self, source: Path | Mapping[str, Any]) -> None:
        self._source = source

    @classmethod
    def default(cls) -> Background:
        """The background shipped with the package; costs nothing until something is ranked."""
        return cls(_DATA)

    def save(self, path: Path) -> None:
        """Write the statistics to *path*, which `Background(path)` reads again."""
        import numpy as np

        np.savez_compressed(path, allow_pickle=False, **self._arrays)

    @cached_property
    def _arrays(self) -> Mapping[str, NDArray[Any]]:
        import numpy as np

        if isinstance(self._source, Mapping):
            return self._source
        with np.load(self._source, allow_pickle=False) as data:
            arrays = {name: data[name] for name in data.files}
        if int(arrays["version"]) != VERSION:
            raise ValueError(f"{self._source} was learned by another version; learn it again")
        return arrays

    def _floats(self, name: str, per: float = 1.0) -> Floats:
        import numpy as np

        values: Floats = self._arrays[name].astype(np.float32) / np.float32(per)
        return values

    @cached_property
    def terms(self) -> Mapping[str, int]:
        """Term -> its number from 0."""
        joined = self._arrays["terms"].tobytes().decode()
        return {term: n for n, term in enumerate(joined.split("\n"))} if joined else {}

    @property
    def papers(self) -> int:
        """How many papers the statistics come from."""
        return int(self._arrays["papers"])

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """In how many papers each term stands."""
        return self._arrays["counts"].astype("int64")

    @cached_property
    def idf(self) -> Floats:
        """How much each term says: the logarithm of how rare it is."""
        return self._floats("idf")

    @property
    def unknown(self) -> float:
        """What a term says that no known paper has."""
        return float(self._arrays["unknown"])

    @cached_property
    def mean(self) -> Floats:
        """The average known paper as term weights (see `space`)."""
        return self._floats("mean")

    @cached_property
    def says(self) -> Floats:
        """How much each term counts in a text: its idf, and less for a pair of neighbours."""
        import numpy as np

        pairs = np.fromiter((" " in term for term in self.terms), dtype=bool, count=len(self.terms))
        found: Floats = self.idf * np.where(pairs, np.float32(PAIR), np.float32(1))
        return found

    def topics(self, rows: Sparse) -> Floats:
        """*rows* over terms among the topics: times the leading singular vectors of the known papers.

        Only the vectors' rows that are needed leave the form in which they are kept: all of them are 100 MB of floats.
        """
        import numpy as np

        from digest.ranking.arrays import members, narrowed

        used = members(rows.shape[1], rows.indices)
        used = used[used < len(self._arrays["basis"])]
        steps = self._arrays["basis"][used].astype(np.float32)
        found: Floats = (narrowed(rows, used) @ steps) * self._arrays["basis_scale"]
        return found

    @property
    def dimensions(self) -> int:
        """How many topics there are."""
        return int(self._arrays["basis_scale"].shape[0])

    @cached_property
    def centre(self) -> Floats:
        """The average known paper in topics."""
        return self._floats("centre")

    @cached_property
    def drift(self) -> Floats:
        """The average of what the neighbours of known papers add to them."""
        return self._floats("drift")

    @cached_property
    def landmarks(self) -> Sparse:
        """Known papers as rows of length 1."""
        from scipy import sparse

        values, columns = self._floats("landmark_values", 255), self._arrays["landmark_terms"]
        columns = columns.view("int32") if columns.itemsize == 4 else columns.astype("int32")
        starts = self._arrays["landmark_starts"].astype("int32")
        return sparse.csr_matrix((values, columns, starts), shape=(len(starts) - 1, len(self.idf)))

    @cached_property
    def guides(self) -> Guides:
        """The landmarks that texts are drawn towards: all, or `GUIDES` spread over them."""
        chosen = spread_over(len(self.lengths), GUIDES)
        rows = self.landmarks if len(chosen) == len(self.lengths) else self.landmarks[chosen]
        return Guides.of(rows, self.places[chosen])

    @cached_property
    def lengths(self) -> Floats:
        """The length of every landmark before it was made 1."""
        return self._floats("landmark_lengths")

    @cached_property
    def places(self) -> Floats:
        """Every landmark among the topics, as it reads."""
        return self._floats("places", 127)

    @cached_property
    def settled(self) -> Floats:
        """Every landmark among the topics, drawn towards its neighbours."""
        return self._floats("settled", 127)

    @cached_property
    def sample(self) -> NDArray[np.int64]:
        """The numbers of the landmarks that stand for ordinary papers, spread over all."""
        return spread_over(len(self.lengths), SAMPLE)

    @cached_property
    def ordinary(self) -> Sparse:
        """The term weights of the papers of *sample*, with all their terms, as a new paper's are reckoned."""
        from scipy import sparse

        values, columns = self._floats("ordinary_values"), self._arrays["ordinary_terms"].astype("int32")
        starts = self._arrays["ordinary_starts"].astype("int32")
        return sparse.csr_matrix((values, columns, starts), shape=(len(starts) - 1, len(self.idf)))

    @cached_property
    def known(self) -> Mapping[int, int]:
        """The key of a paper -> its landmark, where landmarks hold every term of their papers."""
        return {key: n for n, key in enumerate(self._arrays["keys"].tolist())}


def key(paper: Paper) -> int:
    """What a paper's texts are known by: 63 bits of their digest."""
    text = f"{paper.title}\n{paper.abstract or ''}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") >> 1


def spread_over(many: int, most: int) -> NDArray[np.int64]:
    """At most *most* of the numbers below *many*, evenly spread."""
    import numpy as np

    return np.unique(np.linspace(0, many - 1, min(many, most)).astype(np.int64))
