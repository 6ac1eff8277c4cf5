"""Names of Slack channels in a config that was refused for them: who asks Slack can say which IDs are meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from digest.config.checking import PROFILES
from digest.config.faults import Document, read
from digest.config.home import FILE
from digest.config.places import Door
from digest.config.schema import SlackTable
from digest.model import SlackSettings


def slack_names(path: Path | None, env: Mapping[str, str], *, cwd: Path) -> tuple[list[str], SlackSettings | None]:
    """The names ("papers" of "slack:#papers") that stand where an ID is needed, each once, and Slack's account.

    None where the [slack] table is not in order either.
    """
    where = cwd / (path or "config")
    where = where if where.suffix == ".toml" else where / FILE
    main = read(where, FILE)
    files = sorted((where.parent / PROFILES).glob("*.toml"))
    found = [name for document in (main, *(read(file, file.name) for file in files)) for name in _names(document)]
    try:
        table = SlackTable.model_validate((main.raw or {}).get("slack"), context=Door(env, where.parent))
    except ValidationError:
        return list(dict.fromkeys(found)), None
    return list(dict.fromkeys(found)), SlackSettings(table.token, table.base_url, table.timeout)


def _names(document: Document) -> Iterator[str]:
    raw: dict[str, Any] = document.raw or {}
    operator = raw.get("operator")
    for targets in (raw.get("deliver"), operator.get("alert") if isinstance(operator, dict) else None):
        for target in targets if isinstance(targets, list) else ():
            if isinstance(target, str) and target.startswith("slack:#"):
                yield target.removeprefix("slack:#")
