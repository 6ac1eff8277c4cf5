"""A small Zotero: one library over HTTP, as its web API (version 3) answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Zotero:
    """What the library holds, and what it was asked; *refuses* is a status that it answers instead."""

    items: list[dict[str, Any]] = field(default_factory=list)
    version: int = 1
    key: str = "a-secret-key"
    refuses: int = 0
    asked: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    url: str = ""

    def add(self, title: str, **fields: Any) -> None:
        """Put one more entry into the library, which has a new version then."""
        self.items.append({"title": title, "itemType": "journalArticle", "creators": [], **fields})
        self.version += 1


@contextmanager
def a_zotero() -> Iterator[Zotero]:
    """Serve a library on loopback."""
    zotero = Zotero()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            zotero.asked.append(self.path.partition("?")[0])
            zotero.keys.append(self.headers.get("Authorization", "") + self.headers.get("Zotero-API-Key", ""))
            if zotero.refuses:
                self._answer(zotero.refuses, b"Forbidden")
            elif int(self.headers.get("If-Modified-Since-Version", 0)) >= zotero.version:
                self._answer(304, b"")
            else:
                query = parse_qs(urlsplit(self.path).query)
                start, limit = int(query.get("start", ["0"])[0]), int(query.get("limit", ["25"])[0])
                page = [{"key": "K", "version": 1, "data": one} for one in zotero.items[start : start + limit]]
                link = f'<{zotero.url}{self.path.partition("?")[0]}?limit={limit}&start={start + limit}>; rel="next"'
                more = {"Link": link} if start + limit < len(zotero.items) else {}
                self._answer(200, json.dumps(page).encode(), more)

        def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Last-Modified-Version", str(zotero.version))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    zotero.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield zotero
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
