"""A language model for tests: an HTTP server that answers chat completions as it is told."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass
class Model:
    """Answers with *says*, or with the raw *body* and *status*, *slow* seconds between the bytes of the body."""

    says: str = "It folds long proteins in shallow water without ever seeing a structure."
    status: int = 200
    body: bytes = b""
    slow: float = 0.0
    heard: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def __enter__(self) -> Self:
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                model.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                model.keys.append(self.headers["Authorization"])
                answer = {"choices": [{"message": {"role": "assistant", "content": model.says}}]}
                body = model.body or json.dumps(answer).encode()
                self.send_response(model.status)
                self.end_headers()
                for at in range(len(body)) if model.slow else ():
                    self.wfile.write(body[at : at + 1])
                    time.sleep(model.slow)
                if not model.slow:
                    self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda request, client_address: None  # type: ignore[method-assign] who hung up did
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The base of the API, as a config names it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"
