"""One profile's text: what it states, or every fault of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from digest.config.across import Claims
from digest.config.faults import Document, parse
from digest.config.places import Door
from digest.config.references import Shelf, check_files
from digest.config.schema import ProfileFile
from digest.config.settings import profile_as_written
from digest.errors import ConfigError, Fault
from digest.model import Profile, Settings

PROFILES = "profiles"


def check_profile(
    text: str,
    where: str,
    settings: Settings,
    *,
    name: str = "",
    instead: str = "",
    env: Mapping[str, str] | None = None,
    files: Collection[str] | None = None,
) -> Profile:
    """Return the profile that *text* states, checked as at the door; its files of references stay names.

    As `stated` says.
    """
    profile = stated(text, where, settings, name=name, instead=instead, env=env, files=files)
    return complete(profile, name, settings.timezone)


def stated(
    text: str,
    where: str,
    settings: Settings,
    *,
    name: str = "",
    instead: str = "",
    env: Mapping[str, str] | None = None,
    files: Collection[str] | None = None,
) -> Profile:
    """What *text* states as it is written: with "" for a name or a time zone that it leaves open.

    *where* stands in the faults. *name* is what it is called where the text does not say, *instead* the profile of
    *settings* that it replaces; with *files* it may like no other files of references. Raises ConfigError with every
    fault at once.
    """
    document = parse(text.encode(), where)
    libraries = {one.name: one.kept for one in settings.zotero}
    shelf = Shelf(settings.where.parent / PROFILES, env or {}, files, libraries)
    profile = checked(document, name, claims_of(settings, without=(instead,)), shelf)
    if profile is None or document.faults:
        raise ConfigError(by_line(document))
    return profile


def checked(document: Document, stem: str, claims: Claims, shelf: Shelf) -> Profile | None:
    """What the text states as it is written, or None; why it cannot be used, alone or beside others, is noted in it."""
    table = document.check(ProfileFile, Door({}, shelf.folder))
    claims.check(document, stem)
    check_files(document, shelf)
    if table is None or document.faults:
        return None
    return profile_as_written(table)


def complete(profile: Profile, stem: str, zone: str) -> Profile:
    """*profile* with the name and the time zone that its text leaves open."""
    if profile.name and profile.timezone:
        return profile
    return replace(profile, name=profile.name or stem, timezone=profile.timezone or zone)


def claims_of(settings: Settings, *, without: Collection[str] = (), places: Mapping[str, str] | None = None) -> Claims:
    """What the profiles of *settings* have, but for those of some names; *places* says where each of them lies."""
    claims = Claims([name for name, table in (("email", settings.email), ("slack", settings.slack)) if table])
    alerts = settings.operator.alert
    claims.folders = {one.address.casefold(): "digest.toml" for one in alerts if one.channel == "folder"}
    for profile in settings.profiles:
        if profile.name not in without:
            claims.keep(profile, (places or {}).get(profile.name) or f"the profile {profile.name}")
    return claims


def by_line(document: Document) -> list[Fault]:
    """The faults of a text, from its top to its end."""
    return [fault for _, fault in sorted(document.faults, key=lambda found: found[0])]
