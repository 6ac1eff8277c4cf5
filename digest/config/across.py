"""What no single value shows: faults between keys and between files.

All on the raw tables, so that a fault in one key hides none of these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from digest.config.faults import Document
from digest.config.lines import Location
from digest.config.places import is_loopback, listen, smtp_url
from digest.config.values import Wrong
from digest.model import Profile

_NEED_TABLE = ("email", "slack")
_KINDS = {"folder", "huggingface", "arxiv", "feed", "url", "opml"}
_NEEDED = {"folder": ("path",), "arxiv": ("categories",), "feed": ("url",), "url": ("url",), "opml": ("path",)}
_FETCHED = _KINDS - {"folder"}
_ONLY_FOR = {
    "path": {"folder", "opml"},
    "pattern": {"folder"},
    "url": _FETCHED - {"opml"},
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
    for place, source in tables_in(raw, "sources"):
        _check_source(main, place, source)
        name = source_name(source)
        _claim(names, name, main, place, f'the name "{name}" is used by another source', "give each a name of its own")
    libraries: dict[str, str] = {}
    for place, library in tables_in(raw, "zotero"):
        _claim(libraries, library.get("name"), main, (*place, "name"), "is the name of another library")
    slack = raw.get("slack")
    if isinstance(slack, dict):
        _check_app(main, slack)
    _check_metrics(main, raw.get("monitor"))
    email = raw.get("email")
    if isinstance(email, dict) and isinstance(email.get("url"), str):
        _check_login(main, email)
    web = raw.get("web")
    if isinstance(web, dict):
        _check_sign_in(main, web)


def source_name(source: Mapping[str, Any]) -> str:
    """How a source is called that has no name of its own: after its folder, its host or its kind."""
    kind, path, url = (str(source.get(key) or "") for key in ("kind", "path", "url"))
    if source.get("name"):
        return str(source["name"])
    return Path(path).name if kind in {"folder", "opml"} else (host_of(url) if kind in {"feed", "url"} else kind)


def host_of(url: str) -> str:
    """The host of an address, or the address where it has none."""
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
    if "signing_secret" in slack and not (main.raw or {}).get("public_url"):
        main.fault(("slack", "signing_secret"), "needs a public_url, below which Slack calls", "or use app_token")
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


def _check_sign_in(main: Document, web: Mapping[str, Any]) -> None:
    for needed in ("proxy", "operators") if web.get("user_header") else ():
        if not web.get(needed):
            main.fault(("web", needed), "is missing: user_header is believed from that proxy, of these people alone")
    if web.get("operators") and not web.get("user_header"):
        main.fault(("web", "user_header"), "is missing: where the proxy says who asks", "like X-Remote-User")


class Claims:
    """What the profiles share: each name and each folder has one owner, and a channel needs its table in digest.toml.

    *tables* are the names of those tables, None where digest.toml is not TOML, so that nothing is known of them.
    """

    def __init__(self, tables: Collection[str] | None) -> None:
        self.tables = tables
        self.names: dict[str, str] = {}
        self.folders: dict[str, str] = {}

    @classmethod
    def of(cls, main: Document) -> Self:
        """What digest.toml claims, and what is wrong with it."""
        claims = cls(main.raw)
        operator = (main.raw or {}).get("operator")
        if isinstance(operator, dict):
            claims.check_targets(main, operator.get("alert"), ("operator", "alert"))
        return claims

    def copy(self) -> Self:
        """The same claims, to add others to."""
        made = type(self)(self.tables)
        made.names, made.folders = dict(self.names), dict(self.folders)
        return made

    def fit(self, profile: Profile) -> bool:
        """Whether *profile*, which was checked before, goes together with these."""
        return profile.name.casefold() not in self.names and not any(
            (one.channel == "folder" and one.address.casefold() in self.folders)
            or (one.channel in _NEED_TABLE and self.tables is not None and one.channel not in self.tables)
            for one in profile.deliver
        )

    def keep(self, profile: Profile, owner: str) -> None:
        """Add what *profile* is called and where it delivers to; it was checked before and stands in *owner*."""
        self.names[profile.name.casefold()] = owner
        for one in profile.deliver:
            if one.channel == "folder":
                self.folders[one.address.casefold()] = owner

    def check(self, document: Document, stem: str) -> None:
        """Note what is wrong in a profile's text: with what others have, and between its keys."""
        raw = document.raw
        if raw is None:
            return
        name = raw.get("name", stem)
        taken = f'the name "{name}" is used by {{owner}} too'
        _claim(self.names, name, document, ("name",), taken)
        self.check_targets(document, raw.get("deliver"), ("deliver",))
        sections: dict[str, str] = {}
        for place, interest in tables_in(raw, "interests"):
            _claim(sections, interest.get("name"), document, (*place, "name"), "is the name of an earlier interest too")

    def check_targets(self, document: Document, deliver: Any, place: Location) -> None:
        """Note what is wrong with a list of targets as the file has it."""
        targets = [item if isinstance(item, str) else "" for item in deliver] if isinstance(deliver, list) else []
        for index, target in enumerate(targets):
            channel, _, address = target.partition(":")
            if channel in _NEED_TABLE and self.tables is not None and channel not in self.tables:
                document.fault((*place, index), f'"{channel}:" needs a table [{channel}] in digest.toml')
            if channel == "folder" and target not in targets[:index]:
                taken = f'the folder "{address}" is used by {{owner}} too'
                _claim(self.folders, address, document, (*place, index), taken, "each profile needs its own")


def _claim(owners: dict[str, str], word: Any, document: Document, place: Location, taken: str, hint: str = "") -> None:
    """Note a fault if *word* has an owner. Case tells no two apart: the disk may not either."""
    if not isinstance(word, str) or not word:
        return
    owner = owners.get(word.casefold())
    if owner is None:
        owners[word.casefold()] = document.owner or document.shown
    else:
        document.fault(place, taken.replace("{owner}", owner), hint)


def tables_in(raw: dict[str, Any], key: str) -> Iterator[tuple[Location, dict[str, Any]]]:
    """The tables of the list *key*, each with its place; whatever else stands there is told elsewhere."""
    value = raw.get(key)
    for index, table in enumerate(value if isinstance(value, list) else ()):
        if isinstance(table, dict):
            yield (key, index), table
