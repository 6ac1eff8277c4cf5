"""A language model behind an OpenAI-compatible endpoint: one question, one answer, within time and size."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from digest.errors import EndpointFailed
from digest.model import SummarySettings

MAX_BYTES = 64 * 1024
_MAX_TOKENS = 200


class Endpoint:
    """Asks the model that *settings* name; *ticks* gives seconds that only grow."""

    def __init__(self, settings: SummarySettings, ticks: Callable[[], float]) -> None:
        self._settings, self._ticks = settings, ticks
        headers = {"Authorization": f"Bearer {settings.key}"} if settings.key else {}
        self._client = httpx.Client(headers=headers, timeout=settings.timeout, follow_redirects=False)

    def ask(self, prompt: str) -> tuple[str, float]:
        """Put *prompt* and return the answer as it came, and the seconds that it took.

        Raises EndpointFailed, with the seconds spent, when the server is away, slow, refuses, or answers anything else.
        """
        began = self._ticks()
        body = {
            "model": self._settings.model,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0,
            "max_tokens": _MAX_TOKENS,
        }
        try:
            answer = _content(json.loads(self._post(body, began + self._settings.timeout)))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError, RecursionError) as error:
            raise EndpointFailed(f"{type(error).__name__}: {error}", self._ticks() - began) from error
        return answer, self._ticks() - began

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def _post(self, body: dict[str, Any], until: float) -> bytes:
        """The body of the answer; ValueError where it is no success, too large, or not there in time as a whole."""
        content = bytearray()
        with self._client.stream("POST", self._settings.url, json=body) as response:
            if response.status_code != httpx.codes.OK:
                raise ValueError(f"the server answered {response.status_code}")
            for piece in response.iter_bytes():
                content += piece
                if len(content) > MAX_BYTES:
                    raise ValueError(f"more than {MAX_BYTES} bytes")
                if self._ticks() > until:
                    raise ValueError("not complete in time")
        return bytes(content)


def _content(answer: Any) -> str:
    """The text of the first choice (https://platform.openai.com/docs/api-reference/chat/object)."""
    content = answer["choices"][0]["message"]["content"]
    if not isinstance(content, str):
        raise TypeError("the answer holds no text")
    return content
