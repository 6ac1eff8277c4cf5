"""Where the templates, the default config and the sample dumps lie, installed or in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal


def packaged(folder: Literal["templates", "config", "seeds"]) -> Path:
    """Return the folder of packaged data.

    A wheel carries it under ``digest/_data``; an editable install does not see folders
    that the build adds, so the checkout's own folder is used then.
    """
    package = Path(__file__).resolve().parent
    installed = package / "_data" / folder
    return installed if installed.is_dir() else package.parent / folder
