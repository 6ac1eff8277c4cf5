"""The mails that the pages send: a fresh link to the tuner, and what a change of address needs."""

from __future__ import annotations

from starlette.responses import Response

from digest.links import Links
from digest.model import Letter, Profile, Target
from digest.web import words_tuner as said
from digest.web.site import Ask, Site


def ask_to_tune(site: Site, ask: Ask) -> Response:
    """`/p/TOKEN/tune`: send a fresh link to the profile's own address; the answer does not tell whether it was sent."""
    profile, own = site.reader(ask)
    if profile is None or site.links is None or not ask.acts:
        return site.gone()
    target = own_address(profile)
    if target is not None and site.profiles is not None and site.letters.take(profile.name, site.steady()):
        _post(site, profile, target, _tune(site.links, site, profile))
    return site.page("said", said.ASKED_TITLE, own=own, lines=said.ASKED)


def own_address(profile: Profile) -> Target | None:
    """Where what only the profile's owner may see goes: its first mail address, else its first folder."""
    for channel in ("email", "folder"):
        for target in profile.deliver:
            if target.channel == channel:
                return target
    return None


def send_confirmation(site: Site, profile: Profile, old: str, new: Target) -> None:
    """Ask whoever reads *new* whether they want the profile there; more than a few an hour are not sent."""
    if site.links is None or not site.letters.take(profile.name, site.steady()):
        return
    url = site.links.url("move", profile.name, old, str(new), at=site.clock())
    title = site.title(profile.name)
    letter = Letter(
        said.confirm_heading(title), said.confirm_lines(title, new.address), said.WHY_CONFIRM, url, said.CONFIRM
    )
    _post(site, profile, new, letter)


def tell_old_address(site: Site, profile: Profile, old: Target, new: Target) -> None:
    """Tell whoever reads *old* that the profile goes to *new* now."""
    title = site.title(profile.name)
    letter = Letter(said.moved_heading(title), said.moved_lines(title, old.address, new.address), said.WHY_MOVED)
    _post(site, profile, old, letter)


def _tune(links: Links, site: Site, profile: Profile) -> Letter:
    title = site.title(profile.name)
    url = links.tune(profile.name, site.clock())
    return Letter(said.tune_heading(title), said.TUNE_LINES, said.why_tune(title), url, said.TUNE_BUTTON)


def _post(site: Site, profile: Profile, target: Target, letter: Letter) -> None:
    site.store.post(letter, target, site.today(profile), site.clock())
