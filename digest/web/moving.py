"""A change of address: asked for in the tuner, confirmed by a mail to the new address, told to the old one."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from digest.config.editing import Edit, added, dropped
from digest.errors import DigestError
from digest.model import Profile, Target
from digest.web import letters
from digest.web import words_tuner as said
from digest.web.site import Ask, Site


def move(site: Site, ask: Ask) -> Response:
    """`/c/TOKEN`: whether this address shall get the profile, by GET; by POST it does."""
    token = ask.path["token"]
    read = site.read("move", token)
    profile = site.profile(read[0]) if read else None
    if read is None or profile is None or site.profiles is None:
        return site.gone()
    old, new = read[1], _target(read[2])
    known = [str(target) for target in profile.deliver]
    title = site.title(profile.name)
    if str(new) in known:
        return site.said(said.moved_title(title), said.moved(title, new.address))
    if old and old not in known:
        return site.gone()
    if not ask.acts:
        what = said.moves(title, old.partition(":")[2], new.address)
        return site.page("move", said.move_title(title), what=what)
    if not site.acts.take(token, site.steady()):
        return site.too_often()
    return _moved(site, profile, old, new)


def _moved(site: Site, profile: Profile, old: str, new: Target) -> Response:
    assert site.profiles is not None  # noqa: S101 `move` has asked
    title = site.title(profile.name)
    try:
        site.profiles.edit(profile.name, _changes(old, new), now=site.clock())
    except DigestError as error:
        return site.said(said.NOT_SAVED_TITLE, said.NOT_SAVED, str(error), status=409)
    site.store.resubscribe(profile.name, str(new))
    if old:
        letters.tell_old_address(site, profile, _target(old), new)
    return site.said(said.moved_title(title), said.moved(title, new.address))


def _changes(old: str, new: Target) -> Sequence[Edit]:
    put = added(("deliver",), str(new))
    return [put, dropped(("deliver",), old)] if old else [put]


def _target(text: str) -> Target:
    channel, _, address = text.partition(":")
    return Target(channel, address)
