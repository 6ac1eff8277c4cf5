"""What is in a library of Zotero: asked for with the version that is known, so that the same is not sent again.

The only importer of the library that talks to Zotero's web API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from digest.errors import SourceFailed
from digest.model import ZoteroSettings

MOST = 20_000
"""So many entries of one library are read: a hundred requests of the API's largest page, and far more than help."""
_PAGE = 100
_SECONDS = 30.0
_NO_PAPERS = {"attachment", "note", "annotation"}


@dataclass(frozen=True, slots=True)
class Library:
    """The papers of a library as CSL-JSON has them, and the *version* that it had then."""

    version: int
    items: tuple[dict[str, Any], ...]


def fetch(settings: ZoteroSettings, known: int) -> Library | None:
    """The library, or None when it has the version *known* still: that is one request.

    Raises SourceFailed when it cannot be reached, refuses, answers what is none, or the library for it is not here.
    """
    where = f"Zotero library {settings.name}"
    try:
        from pyzotero.zotero import Zotero
    except ImportError:
        raise SourceFailed(where, "the extra is not here: pip install 'paper-digest[zotero]'") from None
    kind, _, number = settings.owner.partition("/")
    api = Zotero(number, kind.removesuffix("s"), settings.key or None)
    api.endpoint = settings.base_url.rstrip("/")
    try:
        return _fetched(api, settings, known)
    except Exception as error:  # whatever it raises, of its own or of the libraries below it
        if api.request is not None and api.request.status_code == 304:
            return None
        why = str(error).strip().partition("\n")[0][:200] or type(error).__name__
        raise SourceFailed(where, f"cannot be read ({settings.owner}): {why}") from error
    finally:
        if api.client is not None:
            api.client.close()


def _fetched(api: Any, settings: ZoteroSettings, known: int) -> Library:
    api.client.timeout = _SECONDS
    api.client.headers["If-Modified-Since-Version"] = str(known)
    ask = (api.collection_items_top, settings.collection) if settings.collection else (api.top,)
    found = list(ask[0](*ask[1:], limit=_PAGE, sort="dateAdded", direction="desc"))
    version = int(api.request.headers["Last-Modified-Version"])
    while api.links.get("next") and len(found) < MOST:
        found += api.follow()
    items = (_item(one["data"]) for one in found if one["data"].get("itemType") not in _NO_PAPERS)
    return Library(version, tuple(item for item in items if item["title"]))


def _item(data: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of Zotero's own form as CSL-JSON, which its exported files have too."""
    known = {"name": "literal", "firstName": "given", "lastName": "family"}
    people = [one for one in data.get("creators", ()) if one.get("creatorType") == "author"]
    return {
        "title": data.get("title") or "",
        "author": [{csl: one.get(key) for key, csl in known.items()} for one in people],
        "abstract": data.get("abstractNote") or "",
        "DOI": data.get("DOI") or "",
        "URL": data.get("url") or "",
        "number": data.get("archiveID") or data.get("reportNumber") or "",
        "note": data.get("extra") or "",
    }
