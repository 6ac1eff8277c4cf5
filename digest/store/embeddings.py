"""Texts as a sentence model sees them, kept so that each is put through the model once.

A vector belongs to the words of a text and to a model, not to a paper: another text or another model has none yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from digest.store import rows, schema
from digest.store.engine import Access, insert_new

_v = schema.embeddings.c
KEPT = timedelta(days=60)
"""A vector that nothing asked for in this time is forgotten: those of another model, and of papers long past."""
_TOUCHED = timedelta(days=7)  # the day of the last use is written down no more often


class Embeddings:
    """The part of the store that keeps the vectors of texts."""

    _access: Access

    def embeddings(self, model: str, keys: Collection[int], today: date) -> dict[int, bytes]:
        """Find the vectors of the texts *keys* by the model of that fingerprint; what is not kept is left out."""
        found: dict[int, bytes] = {}
        stale = []
        with self._access.reading() as connection:
            for chunk in rows.chunks(sorted(keys)):
                query = select(_v.text, _v.vector, _v.used).where(_v.model == model, _v.text.in_(chunk))
                for text, vector, used in connection.execute(query):
                    found[text] = vector
                    if used <= today - _TOUCHED:
                        stale.append(text)
        if stale:
            with self._access.writing() as connection:
                for chunk in rows.chunks(stale):
                    touched = update(schema.embeddings).where(_v.model == model, _v.text.in_(chunk))
                    connection.execute(touched.values(used=today))
        return found

    def keep_embeddings(self, model: str, vectors: Mapping[int, bytes], today: date) -> None:
        """Keep the vectors of texts; a text that another process was faster with stays as it is."""
        with self._access.writing() as connection:
            for chunk in rows.chunks(sorted(vectors)):
                values: list[dict[str, Any]] = [
                    {"model": model, "text": text, "used": today, "vector": vectors[text]} for text in chunk
                ]
                connection.execute(insert_new(connection, schema.embeddings), values)
