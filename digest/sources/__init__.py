"""The world -> Dump -> Paper | Reject: one module per capture style, and the places where dumps appear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.sources.capture import STYLES, dump_id, read
from digest.sources.folder import FolderSource
from digest.sources.loading import load
from digest.sources.opening import History, Source, open_source, open_titles, open_web
from digest.sources.stamps import is_due
from digest.sources.watching import watch_folders

if TYPE_CHECKING:
    from digest.sources.web import Web as Web

__all__ = [
    "STYLES",
    "FolderSource",
    "History",
    "Source",
    "dump_id",
    "is_due",
    "load",
    "open_source",
    "open_titles",
    "open_web",
    "read",
    "watch_folders",
]
