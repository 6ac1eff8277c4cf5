"""From a Digest to the Message that a mailbox, a Slack channel or a folder gets."""

from __future__ import annotations

from digest.render.renderer import LARGE_HTML, MAX_HTML, Renderer
from digest.render.slack import plain as plain_post

__all__ = ["LARGE_HTML", "MAX_HTML", "Renderer", "plain_post"]
