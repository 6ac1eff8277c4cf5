"""The tuner: a profile as one form, with what it would have brought this week; saved into the profile's own text."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from starlette.responses import Response

from digest.config.editing import edited
from digest.config.references import is_file
from digest.config.values import Wrong, email_address
from digest.errors import ConfigError, DigestError, ProfileChanged
from digest.model import Profile, Target
from digest.pipeline.profiles import Profiles, ProfileText
from digest.render.latex import readable
from digest.web import forms, letters, previewing
from digest.web import words_tuner as said
from digest.web.forms import Typed
from digest.web.site import Ask, Site


@dataclass(frozen=True, slots=True)
class Sheet:
    """One profile on the table: its text, what the text says, and what is typed."""

    site: Site
    profiles: Profiles
    profile: Profile
    document: ProfileText
    before: Typed
    typed: Typed

    def wanted(self) -> str:
        """The text as it would be saved. Raises ConfigError."""
        return edited(self.document.text, forms.edits(self.before, self.typed))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the page says beside its form.

    *done* is good news, *faults* are by the id of the field, *differs* says in which fields (None: not asked) the
    profile was changed by somebody else since the form was made.
    """

    done: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    differs: tuple[tuple[str, str], ...] | None = None


def tuner(site: Site, ask: Ask) -> Response:
    """`/t/TOKEN`: the form by GET; by POST a preview of what was typed, its saving, or a mail to a new address."""
    read = site.read("tune", ask.path["token"])
    sheet = _sheet(site, read[0]) if read else None
    if sheet is None:
        return site.gone()
    if not ask.acts:
        return _shown(sheet, Outcome())
    if not site.acts.take(ask.path["token"], site.steady()):
        return site.too_often()
    sheet = replace(sheet, typed=forms.typed_in(ask.form, sheet.before))
    if ask.form.get("etag") != sheet.document.etag:
        return _shown(*_overtaken(sheet))
    match ask.form.get("action"):
        case "save":
            return _shown(*_saved(sheet))
        case "move":
            return _shown(sheet, _asked_to_move(sheet))
    return _shown(sheet, Outcome())


def _sheet(site: Site, name: str) -> Sheet | None:
    """The profile as it lies there at this moment; None where it cannot be tuned."""
    profile, profiles = site.profile(name), site.profiles
    document = profiles.document(name) if profile and profiles else None
    if profile is None or profiles is None or document is None:
        return None
    before = forms.typed_of(tomllib.loads(document.text), profile)
    return Sheet(site, profiles, profile, document, before, before)


# ---------------------------------------------------------------- what the buttons do


def _saved(sheet: Sheet) -> tuple[Sheet, Outcome]:
    """Save what was typed; what is at fault is shown instead."""
    faults = _files(sheet)
    if faults:
        return sheet, Outcome(faults=faults)
    try:
        wanted = sheet.wanted()
        if wanted == sheet.document.text:
            done = said.FORGOTTEN if _forget(sheet) else said.NOT_CHANGED
            return _again(sheet), Outcome(done)
        sheet.profiles.save(sheet.profile.name, wanted, etag=sheet.document.etag, now=sheet.site.clock())
    except ConfigError as error:
        return sheet, Outcome(faults=_by_field(error, sheet))
    except ProfileChanged:
        fresh = _sheet(sheet.site, sheet.profile.name)
        return _overtaken(replace(fresh, typed=sheet.typed) if fresh else sheet)
    except DigestError as error:
        return sheet, Outcome(faults={"title": str(error)})
    _forget(sheet)
    return _again(sheet), Outcome(said.SAVED)


def _again(sheet: Sheet) -> Sheet:
    return _sheet(sheet.site, sheet.profile.name) or sheet


def _forget(sheet: Sheet) -> int:
    """Take back the votes and the words that are ticked, whoever gave them; returns how many those were."""
    store, name, typed = sheet.site.store, sheet.profile.name, sheet.typed
    votes = [vote for vote in store.votes([name]).get(name, ()) if vote.paper in typed.forgotten]
    done = sum(store.unvote(name, vote.paper, person=vote.person) for vote in votes)
    done += sum(store.strike_term(name, term, sheet.site.clock()) for term in sorted(typed.struck))
    return done + sum(store.restore_term(name, term) for term in sorted(typed.restored))


def _overtaken(sheet: Sheet) -> tuple[Sheet, Outcome]:
    """Say where the profile as it is now differs from what was typed, and keep what was typed."""
    typed = forms.moved_to(sheet.typed, sheet.before)
    return replace(sheet, typed=typed), Outcome(differs=tuple(forms.differences(sheet.before, typed)))


def _asked_to_move(sheet: Sheet) -> Outcome:
    """Have a new address asked whether the profile shall come there; the answer does not tell how often that was."""
    old, given = sheet.typed.old_target, sheet.typed.new_address
    try:
        new = Target("email", email_address(given))
    except Wrong as wrong:
        return Outcome(faults={"to": str(wrong)})
    if new in sheet.profile.deliver:
        return Outcome(faults={"to": said.gets_it(new.address)})
    if old and old not in map(str, sheet.profile.deliver):
        return Outcome(faults={"to": said.NOT_THERE})
    letters.send_confirmation(sheet.site, sheet.profile, old, new)
    return Outcome(said.sent_to(new.address))


def _files(sheet: Sheet) -> dict[str, str]:
    """The fields that name a file of references which the profile does not name yet: none is read for a reader."""
    known = {like for _, like in forms.likes(sheet.before)}
    return {where: said.NO_FILES for where, like in forms.likes(sheet.typed) if is_file(like) and like not in known}


def _by_field(error: ConfigError, sheet: Sheet) -> dict[str, str]:
    """The faults by the field in which each can be mended; the first of each counts."""
    found: dict[str, str] = {}
    for fault in error.faults:
        place = fault.where.rpartition(": ")[2]
        why = fault.what + (f" ({fault.hint})" if fault.hint else "")
        found.setdefault(forms.field_of(place, sheet.typed), why)
    return found


# ---------------------------------------------------------------- the page


def _shown(sheet: Sheet, outcome: Outcome) -> Response:
    site = sheet.site
    faults = dict(outcome.faults) or _files(sheet)
    tried = None
    if not faults:
        try:
            tried = previewing.preview(site, sheet.profiles.as_ranked(sheet.document, sheet.wanted()))
        except ConfigError as error:
            faults = _by_field(error, sheet)
    status = 409 if outcome.differs is not None else 400 if faults else 200
    return site.page(
        "tuner",
        f"{said.HEADING}: {site.title(sheet.profile.name)}",
        status,
        t=said,
        own=f"/p/{_archive(sheet)}",
        typed=sheet.typed,
        learned=_learned(sheet),
        terms=_terms(sheet),
        struck=sorted(site.store.struck_terms([sheet.profile.name]).get(sheet.profile.name, ())),
        etag=sheet.document.etag,
        names=forms,
        zones=previewing.zones(),
        done=outcome.done,
        differs=None if outcome.differs is None else [(where, _label(where), now) for where, now in outcome.differs],
        faults=[(where, _label(where), why) for where, why in faults.items()],
        wrong=faults,
        trial=tried,
    )


def _learned(sheet: Sheet) -> list[tuple[str, str, str]]:
    """The papers that were voted on, newest first, each with what that counts for papers like it."""
    votes = sheet.site.store.votes([sheet.profile.name]).get(sheet.profile.name, ())
    papers = sheet.site.store.papers(vote.paper for vote in votes)
    newest = {vote.paper: vote.opinion for vote in votes}  # the last word on each
    return [
        (paper, readable(papers[paper].title), said.SIGNS[opinion])
        for paper, opinion in reversed(newest.items())
        if paper in papers
    ]


def _terms(sheet: Sheet) -> list[tuple[str, str]]:
    """The words that votes are for or against, each with its sign."""
    site = sheet.site
    found = site.lessons(sheet.profile.name).terms if site.lessons else ()
    return [(one.term, said.SIGNS["less" if one.weight < 0 else "more"]) for one in found]


def _archive(sheet: Sheet) -> str:
    site = sheet.site
    assert site.links is not None  # noqa: S101 a token was read
    return site.links.profile(sheet.profile.name, site.today(sheet.profile)).rpartition("/")[2]


def _label(where: str) -> str:
    return said.label(*forms.key_of(where))
