"""The world -> Dump -> Paper | Reject: one module per capture style, and the places where dumps appear."""

from __future__ import annotations

from digest.sources.capture import STYLES, dump_id, read
from digest.sources.folder import FolderSource, Source, open_source
from digest.sources.loading import load

__all__ = ["STYLES", "FolderSource", "Source", "dump_id", "load", "open_source", "read"]
