"""What no single value shows: faults between keys and between files.

All on the raw tables, so that a fault in one key hides none of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from digest.config.faults import Document
from digest.config.lines import Location
from digest.config.places import is_loopback, listen, smtp_url
from digest.config.values import Wrong

_NEED_TABLE = ("email", "slack")
_KINDS = {"folder", "huggingface", "arxiv", "feed", "url"}
_NEEDED = {"folder": ("path",), "arxiv": ("categories",), "feed": ("url",), "url": ("url",)}
_FETCHED = _KINDS - {"folder"}
_ONLY_FOR = {
    "path": {"folder"},
    "pattern": {"folder"},
    "url": _FETCHED,
    "categories": {"arxiv"},
    "holidays": {"arxiv"},
    "lookups": {"arxiv", "huggingface"},
    "lists": {"huggingface"},
    "days": {"huggingface"},
    "interval": _FETCHED,
    "timeout": _FETCHED,
    "max_mb": _FETCHED,
    "allow_private": _FETCHED,
}


def check_main(main: Document) -> None:
    """Note what is wrong between the keys of digest.toml."""
    raw = main.raw or {}
    names: dict[str, str] = {}
    for place, source in _tables(raw, "sources"):
        _check_source(main, place, source)
        name = source_name(source)
        _claim(names, name, main, place, f'the name "{name}" is used by another source', "give each a name of its own")
    slack = raw.get("slack")
    if isinstance(slack, dict):
        _check_app(main, slack)
    _check_metrics(main, raw.get("monitor"))
    email = raw.get("email")
    if isinstance(email, dict) and isinstance(email.get("url"), str):
        _check_login(main, email)


def source_name(source: Mapping[str, Any]) -> str:
    """How a source is called that has no name of its own: after its folder, its host or its kind."""
    kind, path, url = (str(source.get(key) or "") for key in ("kind", "path", "url"))
    if source.get("name"):
        return str(source["name"])
    return Path(path).name if kind == "folder" else (_host(url) if kind in {"feed", "url"} else kind)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def _check_source(main: Document, place: Location, source: dict[str, Any]) -> None:
    kind = source.get("kind")
    for key in _NEEDED.get(kind, ()) if isinstance(kind, str) else ():
        if not source.get(key):
            main.fault((*place, key), "is missing")
    for key, kinds in _ONLY_FOR.items():
        if key in source and isinstance(kind, str) and kind in _KINDS and kind not in kinds:
            main.fault((*place, key), f'is not for kind "{kind}"', "only for " + ", ".join(sorted(kinds)))


def _check_app(main: Document, slack: dict[str, Any]) -> None:
    """The Slack app is reached in one way, and what only it can do needs it."""
    web = (main.raw or {}).get("web")
    if "app_token" in slack and "signing_secret" in slack:
        main.fault(("slack", "signing_secret"), "is one way too many beside app_token", "keep app_token: Socket Mode")
    if "signing_secret" in slack and not (isinstance(web, dict) and web.get("listen")):
        main.fault(("slack", "signing_secret"), "needs [web] listen, where Slack reaches the app", "or use app_token")
    on = {"app_token", "signing_secret"} & slack.keys()
    for key in () if on else sorted({"subscribe", "unfurl", "reactions"} & slack.keys()):
        main.fault(("slack", key), "is for the Slack app, which is off", "app_token or signing_secret switches it on")
    _check_reactions(main, slack.get("reactions"))


def _check_reactions(main: Document, reactions: Any) -> None:
    owners: dict[str, str] = {}
    for opinion, names in reactions.items() if isinstance(reactions, dict) else ():
        for index, name in enumerate(names if isinstance(names, list) else ()):
            owner = owners.setdefault(name, opinion) if isinstance(name, str) else opinion
            if owner != opinion:
                main.fault(("slack", "reactions", opinion, index), f'"{name}" says "{owner}" already')


def _check_metrics(main: Document, monitor: Any) -> None:
    """Who listens beyond this machine must ask for a token: counts and addresses of sources are not for everybody."""
    if not isinstance(monitor, dict) or not isinstance(monitor.get("listen"), str) or monitor.get("token"):
        return
    try:
        host, _ = listen(monitor["listen"])
    except Wrong:
        return
    if not is_loopback(host):
        main.fault(("monitor", "token"), "is missing: others can reach [monitor] listen", "env:NAME or file:PATH")


def _check_login(main: Document, email: dict[str, Any]) -> None:
    try:
        user = smtp_url(email["url"]).user
    except Wrong:
        return
    if user and "password" not in email:
        main.fault(("email", "password"), "is missing: the url names a user", "env:NAME or file:PATH")
    if not user and "password" in email:
        main.fault(("email", "url"), "names no user for the password", "like smtp://user@smtp.example.org:587")


def check_profiles(profiles: Sequence[tuple[Document, Path]], main: Document) -> None:
    """Note what is wrong between profiles, and between a profile and digest.toml."""
    names: dict[str, str] = {}
    folders: dict[str, str] = {}
    operator = (main.raw or {}).get("operator")
    if isinstance(operator, dict):
        _check_targets(main, operator.get("alert"), folders, main, ("operator", "alert"))
    for document, file in profiles:
        raw = document.raw
        if raw is None:
            continue
        name = raw.get("name", file.stem)
        taken = f'the name "{name}" is used by {{owner}} too'
        _claim(names, name, document, ("name",), taken)
        _check_targets(document, raw.get("deliver"), folders, main, ("deliver",))
        sections: dict[str, str] = {}
        for place, interest in _tables(raw, "interests"):
            _claim(sections, interest.get("name"), document, (*place, "name"), "is the name of an earlier interest too")


def _check_targets(document: Document, deliver: Any, folders: dict[str, str], main: Document, place: Location) -> None:
    targets = [item if isinstance(item, str) else "" for item in deliver] if isinstance(deliver, list) else []
    for index, target in enumerate(targets):
        channel, _, address = target.partition(":")
        if channel in _NEED_TABLE and main.raw is not None and channel not in main.raw:
            document.fault((*place, index), f'"{channel}:" needs a table [{channel}] in digest.toml')
        if channel == "folder" and target not in targets[:index]:
            taken = f'the folder "{address}" is used by {{owner}} too'
            _claim(folders, address, document, (*place, index), taken, "each profile needs its own")


def _claim(owners: dict[str, str], word: Any, document: Document, place: Location, taken: str, hint: str = "") -> None:
    """Note a fault if *word* has an owner. Case tells no two apart: the disk may not either."""
    if not isinstance(word, str) or not word:
        return
    owner = owners.get(word.casefold())
    if owner is None:
        owners[word.casefold()] = document.shown
    else:
        document.fault(place, taken.replace("{owner}", owner), hint)


def _tables(raw: dict[str, Any], key: str) -> Iterator[tuple[Location, dict[str, Any]]]:
    value = raw.get(key)
    for index, table in enumerate(value if isinstance(value, list) else ()):
        if isinstance(table, dict):
            yield (key, index), table
