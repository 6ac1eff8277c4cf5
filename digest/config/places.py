"""Secrets, paths and addresses in the config: what is outside the file and how it is reached.

Nothing here repeats a secret: neither a fault nor its hint holds the value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from digest.config.values import Wrong, nearest
from digest.links import SHORTEST_KEY
from digest.model import EmailSettings
from digest.text import clean

_SECRET = re.compile(r"(env|file):(.+)")
_LOOSE = 0o077
_HUB_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*/[\w.-]+")


@dataclass(slots=True)
class Door:
    """What a value may need of the world while one file is checked; *warnings* are gathered on the way."""

    env: Mapping[str, str]
    folder: Path
    warnings: list[str] = field(default_factory=list)


def secret(text: str, door: Door) -> str:
    """The value of ``env:NAME`` or the content of ``file:PATH``, read now; a literal secret is refused."""
    value = _read(text, door).strip("\r\n")
    if not value or any(unicodedata.category(char) == "Cc" for char in value):
        raise Wrong(f"{text} holds nothing usable", "one line of text is expected")
    return value


def link_key(text: str, door: Door) -> str:
    """A key that signs links: a secret that nobody guesses."""
    value = secret(text, door)
    if len(value) < SHORTEST_KEY:
        raise Wrong(f"{text} holds fewer than {SHORTEST_KEY} characters", "openssl rand -base64 32")
    return value


def pem(text: str, door: Door) -> str:
    """The private key in PEM that ``env:NAME`` or ``file:PATH`` holds."""
    value = _read(text, door).strip()
    if not (value.startswith("-----BEGIN ") and value.endswith("PRIVATE KEY-----")):
        raise Wrong(f"{text} holds no private key", "PEM, from openssl genrsa 2048")
    return value


def _read(text: str, door: Door) -> str:
    match = _SECRET.fullmatch(text)
    if match is None:
        raise Wrong("a secret must not stand in the config", "write env:NAME or file:PATH")
    return _from_env(match[2], door) if match[1] == "env" else _from_file(match[2], door)


def _from_env(name: str, door: Door) -> str:
    if name not in door.env:
        raise Wrong(f"the environment variable {clean(name)} is not set", nearest(name, door.env))
    return door.env[name]


def _from_file(name: str, door: Door) -> str:
    path = folder_path(name, door)
    try:
        if path.stat().st_mode & _LOOSE:
            door.warnings.append(f"{path} can be read by others (chmod 600 {path})")
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise Wrong(f"cannot read {path}: {why}") from None


def folder_path(text: str, door: Door) -> Path:
    """A path relative to the file that names it; ``~/`` is the user's home."""
    if not text or "\0" in text:
        raise Wrong("is not a path")
    if text.startswith("~/") and door.env.get("HOME"):
        return Path(door.env["HOME"], text[2:])
    return Path(_normal(door.folder / text))


def own_folder(text: str, door: Door) -> Path:
    """A path that is a folder, or nothing yet."""
    path = folder_path(text, door)
    if path.exists() and not path.is_dir():
        raise Wrong(f"{path} is not a folder")
    return path


def template_folder(text: str, door: Door) -> Path:
    """A path that is a folder now."""
    path = folder_path(text, door)
    if not path.is_dir():
        raise Wrong(f"{path} is not a folder")
    return path


def _normal(path: Path) -> str:
    """Take ``..`` apart by name, as a person reads it, without asking the disk."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] not in {"..", path.root}:
            parts.pop()
        else:
            parts.append(part)
    return str(Path(*parts))


def sentence_model(text: str, door: Door) -> Path:
    """A folder (or a file in it) with a sentence model, or where the model hub's cache keeps the model of that name.

    Whether a model is there is found out by who needs it: without one the bot goes on.
    """
    path = folder_path(text, door)
    if path.exists() or not _HUB_NAME.fullmatch(text):
        return path
    return _snapshot(_hub_cache(door.env) / f"models--{text.replace('/', '--')}")


def _hub_cache(env: Mapping[str, str]) -> Path:
    """Where the hub's own client keeps what it fetched (https://huggingface.co/docs/huggingface_hub, HF_HUB_CACHE)."""
    if env.get("HF_HUB_CACHE"):
        return Path(env["HF_HUB_CACHE"])
    cache = env.get("XDG_CACHE_HOME") or str(Path(env.get("HOME") or "/", ".cache"))
    return Path(env.get("HF_HOME") or str(Path(cache, "huggingface")), "hub")


def _snapshot(kept: Path) -> Path:
    """The folder of the revision that was fetched last, *kept* itself where there is none."""
    try:
        return kept / "snapshots" / (kept / "refs" / "main").read_text("ascii").strip()
    except (OSError, ValueError):
        return kept


def web_url(text: str) -> str:
    """An http(s) address without a final slash, query or password; https unless the host is this machine."""
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port
    except ValueError:
        host = None
    if not host or url.scheme not in {"http", "https"} or url.query or url.fragment or clean(text) != text:
        raise Wrong("is not a web address", "like https://digest.example.org")
    if url.username or url.password:
        raise Wrong("must not hold a user or password")
    return text.rstrip("/")


def source_url(text: str) -> str:
    """An http(s) address of what is fetched, whole, with its query."""
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port
    except ValueError:
        host = None
    if not host or url.scheme not in {"http", "https"} or clean(text) != text or " " in text:
        raise Wrong("is not a web address", "like https://example.org/feed.xml")
    if url.username or url.password:
        raise Wrong("must not hold a user or password")
    return text


def api_url(text: str) -> str:
    """The base of a web API: https unless the host is this machine, with the final slash."""
    url = web_url(text)
    if urlsplit(url).scheme == "http" and not is_loopback(urlsplit(url).hostname or ""):
        raise Wrong("would send the token in clear", "use https")
    return url + "/"


def ping_url(text: str, door: Door) -> str:
    """The address that a cron monitor gave for this bot; env: and file: may hold it, since who knows it can use it."""
    return web_url(secret(text, door) if _SECRET.fullmatch(text) else text)


def store_url(text: str, door: Door) -> str:
    """``sqlite:///FILE`` (relative to *state*) or ``postgresql+psycopg://…``; env: and file: may hold the whole."""
    if _SECRET.fullmatch(text):
        return _known_store(secret(text, door))
    url = _known_store(text)
    try:
        password = urlsplit(url).password
    except ValueError:
        raise Wrong("is not a database URL") from None
    if password:
        raise Wrong("a password must not stand in the config", "write the whole URL as env:NAME or file:PATH")
    return url


def _known_store(url: str) -> str:
    scheme = url.partition("://")[0]
    if scheme not in {"sqlite", "postgresql+psycopg"}:
        raise Wrong(f'"{clean(scheme)[:40]}" is not a known store', "sqlite:///FILE or postgresql+psycopg://…")
    if scheme == "sqlite" and url.removeprefix("sqlite:///") in {url, "", ":memory:"}:
        raise Wrong("names no file", "sqlite:///digest.db")
    return url


def smtp_url(text: str) -> EmailSettings:
    """``smtp://[user@]host[:587]`` (STARTTLS is required, but not on loopback) or ``smtps://…[:465]`` (TLS)."""
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError:
        raise Wrong("is not an SMTP address", "like smtp://user@smtp.example.org:587") from None
    if url.password is not None:
        raise Wrong("a password must not stand in the URL", 'use password = "env:NAME"')
    if url.scheme not in {"smtp", "smtps"} or not host or clean(text) != text or " " in text:
        raise Wrong("is not an SMTP address", "like smtp://user@smtp.example.org:587")
    if url.path.strip("/") or url.query or url.fragment:
        raise Wrong("has something after the host and port", "like smtp://user@smtp.example.org:587")
    user = unquote(url.username or "")
    if clean(user) != user:
        raise Wrong("holds a user with a control character")
    if url.scheme == "smtps":
        return EmailSettings(host, port or 465, "tls", "", user)
    return EmailSettings(host, port or 587, "clear" if is_loopback(host) else "starttls", "", user)


def listen(text: str) -> tuple[str, int]:
    """``HOST:PORT``: the address of this machine at which the pages are served."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isdecimal() or not 1 <= int(port) <= 65535 or not re.fullmatch(r"[A-Za-z0-9.:-]+", host):
        raise Wrong("is not an address to listen at", "like 127.0.0.1:8080")
    return host, int(port)


def proxy_address(text: str) -> str:
    """The IP address of a reverse proxy."""
    try:
        return str(ip_address(text)) if text else ""
    except ValueError:
        raise Wrong("is not an IP address", "like 127.0.0.1") from None


def header_name(text: str) -> str:
    """The name of an HTTP header, in lower case."""
    if text and not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{1,63}", text):
        raise Wrong("is not the name of a header", "like X-Remote-User")
    return text.lower()


def is_loopback(host: str) -> bool:
    """Whether *host* can only mean this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
