"""The app at work: threads for the work, and in Socket Mode a line to Slack that is made anew whenever it breaks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from digest.errors import Deferred, Rejected
from digest.model import SlackSettings
from digest.slack_app.calling import quiet

HANDS = 6
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
log = structlog.get_logger("digest.slack")


@contextmanager
def hands() -> Iterator[Callable[[Callable[[], None]], object]]:
    """What does the work while the listeners listen; at the end all that was begun is finished."""
    with ThreadPoolExecutor(HANDS, thread_name_prefix="slack") as pool:
        yield pool.submit


@contextmanager
def connected(app: App, slack: SlackSettings, *, ping_seconds: float = 10.0) -> Iterator[SocketModeHandler]:
    """Hold a line to Slack (Socket Mode) while the caller works; whoever is away or refuses is tried again."""
    web = WebClient(base_url=slack.base_url, timeout=int(slack.timeout), retry_handlers=[], logger=_logger())
    handler = SocketModeHandler(app, slack.app_token, logger=_logger(), web_client=web, ping_interval=ping_seconds)
    ends = threading.Event()
    thread = threading.Thread(target=_connect, args=(handler, ends), name="slack line", daemon=True)
    thread.start()
    try:
        yield handler
    finally:
        ends.set()
        handler.client.default_auto_reconnect_enabled = False  # a line that comes about now would switch it on again
        handler.client.close()
        thread.join(2 * slack.timeout)
        handler.client.close()  # that line, too


def check(slack: SlackSettings) -> str:
    """Ask Slack whether the app may open a line, without opening one; raises Rejected or Deferred."""
    web = WebClient(base_url=slack.base_url, timeout=int(slack.timeout), retry_handlers=[], logger=quiet)
    try:
        web.apps_connections_open(app_token=slack.app_token)
    except SlackApiError as error:
        why = str(error.response.get("error", ""))[:60]
        raise Rejected(f"Slack: {why} for app_token, which needs connections:write", scope="channel") from None
    except (OSError, SlackClientError, ValueError) as error:
        raise Deferred(f"Slack: no answer ({type(error).__name__})", scope="channel") from None
    return "Socket Mode is open to the app"


def _connect(handler: SocketModeHandler, ends: threading.Event) -> None:
    """Connect, if need be again and again; once there is a line the library keeps it up by itself."""
    wait = FIRST_WAIT
    while not ends.is_set():
        try:
            handler.client.connect()
        except SlackApiError as error:
            log.error("slack refuses the app", error=str(error.response.get("error", ""))[:60])
        except Exception as error:
            log.warning("slack cannot be reached; the app goes on trying", error=type(error).__name__)
        else:
            if handler.client.is_connected():
                log.info("the slack app is connected")
            return  # from now on the library tries by itself
        ends.wait(wait)
        wait = min(2 * wait, LONGEST_WAIT)


class _Said(logging.Handler):
    """Takes the first line of what the library calls an error into our log; the same once until there is a line."""

    said = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Write it down."""
        said = record.getMessage().partition("\n")[0][:200]
        if said != self.said:
            self.said = said
            log.warning("the line to slack", said=said)


def _logger() -> logging.Logger:
    logger = logging.getLogger("digest.slack_app.line")
    if not logger.handlers:
        logger.addHandler(_Said(logging.ERROR))
    logger.propagate = False
    return logger
