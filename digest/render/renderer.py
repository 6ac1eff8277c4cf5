"""One digest for one target: the mail's two parts, Slack's posts, or all of them for a folder."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path
from urllib.parse import quote

from digest.errors import Fault, TemplateFault
from digest.links import Action, Links, Tokens
from digest.model import Digest, Message, Paper, Pick, Post, Profile, Section, Target, message_key
from digest.render import slack, wording
from digest.render.addresses import Link
from digest.render.latex import readable
from digest.render.letters import letter_view, notice_view
from digest.render.samples import SAMPLES
from digest.render.shown import Button, Buttons, Press, View
from digest.render.size import encoded_size, larger_than
from digest.render.templates import ALL, HTML, LETTER, SLACK, TEXT, Templates
from digest.render.view import view
from digest.text import clean

MAX_HTML = 90_000
"""Bytes of encoded HTML; Gmail hides what comes after about 102 kB, the way out included."""
LARGE_HTML = 60_000
"""Bytes of encoded HTML from which an operator is warned."""
MOST_PROVEN = 50_000
ORDINARY = 12
"""Papers shown in full: a mail with so many does not come near `LARGE_HTML`."""


class Renderer:
    """Renders digests through the templates of *folders*, ours filling the gaps.

    *links* make the links of the footer and of `List-Unsubscribe`, and their ``public_url`` reaches the templates
    as ``page.site``; without them nothing points to a page. *unsubscribe* is the address that who wants no more
    writes to ("": it is not said). *buttons* sign the buttons in Slack; without them there are none.
    Safe to share between threads.
    """

    def __init__(
        self,
        folders: Sequence[Path] = (),
        *,
        links: Links | None = None,
        unsubscribe: str = "",
        buttons: Tokens | None = None,
    ) -> None:
        self.links, self.unsubscribe, self._buttons = links, unsubscribe, buttons
        self._site = links.public_url if links else ""
        self._templates, self._ours = Templates(folders), Templates(())
        self._proven: set[Hashable] = set()

    def message(self, digest: Digest, profile: Profile, target: Target) -> Message:
        """Render *digest* for *target*: HTML and text for mail, posts for Slack, all for a folder.

        The same arguments give the same message. Raises TemplateFault.
        """
        html = text = ""
        posts: tuple[Post, ...] = ()
        headers: tuple[tuple[str, str], ...] = ()
        if target.channel != "email":
            page = view(digest, profile, site=self._site, press=self._press(digest), home=self._home(digest))
            posts = self._posts(page)
        if target.channel != "slack":
            headers = self._list_headers(digest, profile, target)
            page, html = self._fitting(digest, self._framed(digest, profile, target))
            text = self._templates.render(TEXT, page)
        return Message(
            key=message_key(digest.profile, digest.date, target),
            profile=digest.profile,
            date=digest.date,
            target=target,
            subject=page.subject,
            html=html,
            text=text,
            headers=headers,
            posts=posts,
        )

    def prompt(self, paper: Paper) -> str:
        """What a model is told when it is asked for a summary of *paper*. Raises TemplateFault."""
        return self._templates.prompt(readable(paper.title), readable(paper.abstract or ""))

    def notice(self, notice: Digest, target: Target) -> Message:
        """Render a notice to the operator through our own templates, whatever became of the user's.

        Raises TemplateFault.
        """
        return self._alone(notice, notice_view(notice), target, (HTML, TEXT))

    def letter(self, letter: Digest, target: Target) -> Message:
        """Render a letter to a reader, through our own templates too. Raises TemplateFault."""
        return self._alone(letter, letter_view(letter), target, LETTER)

    def _alone(self, digest: Digest, page: View, target: Target, names: tuple[str, str]) -> Message:
        html, text = (self._ours.render(name, page) for name in names)
        return Message(
            key=message_key(digest.profile, digest.date, target),
            profile=digest.profile,
            date=digest.date,
            target=target,
            subject=page.subject,
            html=html,
            text=text,
            posts=slack.posts(self._ours.render(SLACK, page)),
        )

    def _posts(self, page: View) -> tuple[Post, ...]:
        source = self._templates.render(SLACK, page)
        try:
            return slack.posts(source)
        except ValueError as error:
            raise self._templates.fault(SLACK, error) from error

    def _framed(self, digest: Digest, profile: Profile, target: Target) -> Callable[..., View]:
        """What makes the page of a digest, or of a part of it, with the links of *target* in its footer."""
        stop = wording.stop_by_mail(self.unsubscribe, clean(profile.name)) if self.unsubscribe else ""
        ways: tuple[Link, ...] = ()
        if self.links:
            ways = (
                Link(self.links.edition(digest.profile, digest.date), wording.VIEW_ONLINE),
                Link(self.links.profile(digest.profile, digest.date), wording.SETTINGS),
                Link(self.links.unsubscribe(digest.profile, target, digest.date), wording.UNSUBSCRIBE),
            )
        votes = partial(self._votes, digest) if self.links else None
        home = self._home(digest)
        return partial(view, profile=profile, site=self._site, ways=ways, stop=stop, votes=votes, home=home)

    def _home(self, digest: Digest) -> str:
        """The address of the reader's own pages; "" without pages."""
        return self.links.profile(digest.profile, digest.date) if self.links else ""

    def _votes(self, digest: Digest, paper: str) -> tuple[Link, ...]:
        """The links by which the reader of *digest* says what they think of *paper*."""
        if self.links is None or not paper:
            return ()
        sign = self.links.vote
        return tuple(
            Link(sign(digest.profile, digest.date, paper, action), words) for action, words in wording.VOTES.items()
        )

    def _press(self, digest: Digest) -> Press | None:
        """What makes the buttons of a paper of *digest*."""
        tokens = self._buttons
        if tokens is None:
            return None
        at = datetime.combine(digest.date, time(), UTC)

        def button(action: Action, paper: str, title: str) -> Button:
            words = wording.VOTES[action]
            value = tokens.sign("press", digest.profile, digest.date.isoformat(), paper, action, at=at)
            return Button(words, value, slack.cut(f"{words}: {title}", slack.MAX_LABEL))

        def press(paper: str, title: str) -> Buttons | None:
            given = (button(action, paper, title) for action in ("more", "less", "save"))
            return Buttons(*given) if paper else None

        return press

    def _list_headers(self, digest: Digest, profile: Profile, target: Target) -> tuple[tuple[str, str], ...]:
        """The way out for mail programs: our form, then a mail (RFC 2369); one click where TLS guards it (RFC 8058)."""
        ways = []
        if self.links:
            ways.append(f"<{self.links.unsubscribe(digest.profile, target, digest.date)}>")
        if self.unsubscribe:
            ways.append(_by_mail(self.unsubscribe, profile))
        if not ways:
            return ()
        way_out = ("List-Unsubscribe", ", ".join(ways))
        if not self._site.startswith("https://"):
            return (way_out,)
        return (way_out, ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))

    def _fitting(self, digest: Digest, framed: Callable[..., View]) -> tuple[View, str]:
        """The page and its HTML, without the papers from the end for which there is no room.

        Papers lose their summary first and go to the lines of "Also today"; then lines go. The
        shares are estimated from the size, so a few renderings are enough for any number.
        """
        page = framed(digest)
        html = self._templates.render(HTML, page)
        total = len(digest.picks) + len(digest.also)
        full, lines = len(digest.picks), len(digest.also)
        while larger_than(html, MAX_HTML) and full + lines > 0:
            share = MAX_HTML / encoded_size(html) * 0.97
            if full > 1:
                kept = max(1, min(full - 1, int(full * share)))
                lines, full = lines + full - kept, kept
            else:
                lines = min(lines - 1, int(lines * share)) if lines else 0
                full = full if lines or full > 1 else 0
            page = framed(_cropped(digest, full, lines), omitted=total - full - lines)
            html = self._templates.render(HTML, page)
        return page, html

    def rehearse(
        self, digest: Digest, profile: Profile, *, proven: bool = True
    ) -> tuple[Digest, tuple[Fault, ...], tuple[Fault, ...]]:
        """Try *digest* for every channel of *profile* and leave out each paper that cannot be rendered (FAULTS 17).

        Returns the digest that will render, the papers left out, and warnings: mail larger than 60 kB.
        Raises TemplateFault if it fails without any paper too: then the template is at fault. Where *proven*,
        a digest of ordinary length whose papers were all rendered before is taken to render again, untried.
        """
        pieces = _pieces(digest, profile)
        if proven and len(digest.picks) <= ORDINARY and self._proven.issuperset(pieces):
            return digest, (), ()
        faults: list[Fault] = []
        try:
            messages = [self.message(digest, profile, target) for target in _one_per_channel(profile)]
        except Exception:  # whatever a paper makes our code or a template do, the others are sent
            digest = replace(digest, look_back=None)
            digest, faults = self._without_poison(digest, profile)
            messages = [self.message(digest, profile, target) for target in _one_per_channel(profile)]
        warnings = []
        large = [message.html for message in messages if larger_than(message.html, LARGE_HTML)]
        if large:
            what = f"the mail has {encoded_size(large[0]) // 1000} kB of HTML; many clients cut at about 100 kB"
            warnings.append(Fault(f"profile {profile.name}", what, "a smaller limit helps"))
        elif not faults and len(self._proven) < MOST_PROVEN:
            self._proven.update(pieces)
        return digest, tuple(faults), tuple(warnings)

    def _without_poison(self, digest: Digest, profile: Profile) -> tuple[Digest, list[Fault]]:
        faults: list[Fault] = []

        def renders(pick: Pick, name: str, *, shown: bool) -> bool:
            lone = replace(digest, sections=(Section(name, (pick,)),) if shown else (), also=() if shown else (pick,))
            try:
                for target in _one_per_channel(profile):
                    self.message(lone, profile, target)
            except Exception as error:
                faults.append(Fault(f"paper “{str(pick.change.paper.title)[:80]}”", f"left out: {error}"))
                return False
            return True

        for target in _one_per_channel(profile):
            self.message(replace(digest, sections=(), also=()), profile, target)
        sections = tuple(
            Section(s.name, kept)
            for s in digest.sections
            if (kept := tuple(p for p in s.picks if renders(p, s.name, shown=True)))
        )
        also = tuple(pick for pick in digest.also if renders(pick, "", shown=False))
        left_out = digest.left_out + len(faults)
        return replace(digest, sections=sections, also=also, left_out=left_out), faults

    def check(self) -> list[Fault]:
        """Every fault of the templates: each parses, and renders ordinary, awkward and empty digests."""
        faults = [fault for name in ALL if (fault := self._broken(name))]
        if faults:
            return faults
        faults = self._templates.near_misses()
        for digest, profile in SAMPLES:
            try:
                self.message(digest, profile, Target("folder", "sample"))
            except TemplateFault as error:
                faults.append(Fault(error.where, error.why))
        try:
            self.prompt(Paper("Title", "Abstract."))
        except TemplateFault as error:
            faults.append(Fault(error.where, error.why))
        return list(dict.fromkeys(faults))

    def _broken(self, name: str) -> Fault | None:
        try:
            self._templates.parse(name)
        except TemplateFault as error:
            return Fault(error.where, error.why)
        return None


def _by_mail(address: str, profile: Profile) -> str:
    """A mail that names the profile, ready to be sent."""
    return f"<mailto:{quote(address, safe='@+')}?subject={quote(f'unsubscribe {clean(profile.name)}')}>"


def _pieces(digest: Digest, profile: Profile) -> list[Hashable]:
    """What rendering *digest* depends on, paper by paper: the paper, how it is shown, and on which channels."""
    channels = frozenset(target.channel for target in profile.deliver)
    shown = [*((pick.change, True) for pick in digest.picks), *((pick.change, False) for pick in digest.also)]
    return [(change.paper, change.kind, change.cause, whole, channels) for change, whole in shown]


def _one_per_channel(profile: Profile) -> tuple[Target, ...]:
    """Targets of the same channel get the same words, so one of each stands for all."""
    return tuple({target.channel: target for target in profile.deliver}.values())


def _cropped(digest: Digest, full: int, lines: int) -> Digest:
    """*digest* with its first *full* picks whole and the next *lines* papers in one line each."""
    sections, room = [], full
    for section in digest.sections:
        if room > 0:
            sections.append(Section(section.name, section.picks[:room]))
            room -= len(section.picks)
    rest = (*digest.picks[full:], *digest.also)
    return replace(digest, sections=tuple(sections), also=rest[:lines])
