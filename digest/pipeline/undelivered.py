"""The troubles of messages: channels that are paused, messages that wait, and readers that none reaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from digest.model import LETTER, OPERATOR, Delivery, Settings, Target, Trouble
from digest.pipeline.facts import Facts, when
from digest.text import plural

LATE_AFTER = timedelta(hours=1)
"""A message may wait so long before a person hears of it: servers that make strangers wait ask for less."""

_MEND = {
    "email": "check [email] in the config and the words of the server, try `digest check --online`, then",
    "slack": "check the token and the app's rights in Slack, try `digest check --online`, then",
}


def undelivered(facts: Facts) -> Iterator[Trouble]:
    """What keeps messages from their readers, the gravest first."""
    yield from _paused(facts)
    yield from _late(facts)
    yield from _unreachable(facts)


def _paused(facts: Facts) -> Iterator[Trouble]:
    for name, pause in (facts.paused or {}).items():
        mend = _MEND.get(name, "mend its cause, then")
        yield Trouble(
            f"channel:{name}",
            f"The channel {name} is paused, last refused {when(pause.since)}: {pause.why}",
            None,
            f"{mend} `digest resume {name}`; its messages are kept, and one of them is tried every hour",
            places=frozenset({name}),
        )


def _late(facts: Facts) -> Iterator[Trouble]:
    for name, waits in (facts.waiting or {}).items():
        if name in (facts.paused or {}) or facts.now - waits.since < LATE_AFTER:
            continue
        said = f"; the last answer was: {waits.error}" if waits.error else ""
        verb = "waits" if waits.count == 1 else "wait"
        yield Trouble(
            f"late:{name}",
            f"{plural(waits.count, 'message')} of {name} {verb}{said}",
            waits.since,
            "nothing to do if that server is only away: they are tried again for three days."
            f" `digest check --online` tries {name} now",
            places=frozenset({name}),
        )


def _unreachable(facts: Facts) -> Iterator[Trouble]:
    """Targets of today's profiles that are refused for good, or whose last message was given up."""
    readers = _readers(facts.settings)
    lost = {one.target: one for one in facts.lost}
    for name, why in (facts.suppressed or {}).items():
        target = Target(*name.split(":", 1))
        if target in readers:
            key = lost[target].key if target in lost else ""
            again = f"`digest resend {key}`" if key else "`digest resend KEY` with a key of it"
            yield Trouble(
                f"target:{name}",
                f"{name} ({_of(readers[target])}) was refused for good, and gets nothing any more: {why}",
                lost[target].queued_at if target in lost else None,
                f"correct it in the profile, or take it out; if it works again: {again}",
                places=frozenset({key} if key else ()),
            )
    for target, one in lost.items():
        what = _called(one)
        if target in readers and str(target) not in (facts.suppressed or {}):
            yield Trouble(
                f"target:{target}",
                f"{what} did not reach {target}: {one.error or 'no reason recorded'}",
                one.queued_at,
                f"once its cause is mended: `digest resend {one.key}`",
                places=frozenset({one.key}),
            )


def _readers(settings: Settings) -> dict[Target, list[str]]:
    found: dict[Target, list[str]] = {}
    for profile in settings.profiles:
        for target in profile.deliver if profile.enabled else ():
            found.setdefault(target, []).append(profile.name)
    for target in settings.operator.alert:
        found.setdefault(target, []).append("[operator]")
    return found


def _of(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"


def _called(one: Delivery) -> str:
    """What was lost, in words."""
    if one.profile.startswith(OPERATOR):
        return "An alert"
    return "A letter" if one.profile.startswith(LETTER) else f"The digest of {one.profile} for {one.date}"
