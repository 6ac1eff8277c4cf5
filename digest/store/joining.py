"""Between rows and values of what was taken for one paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from digest.model import Join, Known
from digest.store import rows, schema

_KEPT = (
    *("title", "abstract", "authors", "num_authors", "url", "arxiv_id", "code_url", "keywords", "summary"),
    *("organisation", "version", "project_url", "stars", "submitter"),
)


def state_of(known: Known) -> dict[str, Any]:
    """Write the texts of *known*, and where they came from."""
    texts = {name: value for name in _KEPT if (value := getattr(known.paper, name)) is not None}
    return {
        "id": known.paper.id,
        "texts": texts,
        "from": dict(known.texts_from),
        "shows": sorted(known.shows),
        "titles": list(known.titles),
        "causes": sorted(known.causes),
        "names": sorted(known.names),
    }


def known_of(state: Mapping[str, Any]) -> Known:
    """Read what `state_of` wrote."""
    paper = rows.paper_of_texts(state["texts"], state["id"])
    return Known(
        paper, (), state["from"], frozenset(state["shows"]), tuple(state["titles"]), frozenset(state["causes"]),
        frozenset(state["names"]),
    )  # fmt: skip


def remember(connection: Connection, paper: int, join: Join, at: tuple[int, int], now: datetime) -> None:
    """Write *join* of the sighting *at* this (dump, position) to the paper of this number."""
    insert_join(connection, paper, join, [list(at)], now, dump=at[0])


def insert_join(
    connection: Connection, paper: int, join: Join, at: list[list[int]], now: datetime, **refs: int
) -> None:
    """Write *join*, which took the sightings *at* these (dump, position) along; *refs* are its dump or its part."""
    values = {"reason": join.reason, "similarity": join.similarity, "before": state_of(join.before)}
    shown = {**state_of(join.found), "at": at}
    connection.execute(insert(schema.joins).values(paper=paper, at=now, shown=shown, **values, **refs))
