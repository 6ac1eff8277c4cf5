"""One polite client for everything that is fetched: bounded in time and size, and only where it may go."""

from __future__ import annotations

from digest.sources.web.client import Answer, Busy, Manners, Rate, Web

__all__ = ["Answer", "Busy", "Manners", "Rate", "Web"]
