"""What a person should look at, and when the operator is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digest.model import (
    Delivery,
    Failure,
    OperatorSettings,
    Pause,
    RunReport,
    Settings,
    SourceHealth,
    SourceSettings,
    Target,
    Trouble,
)
from digest.pipeline.alerts import notes
from digest.pipeline.facts import Facts
from digest.pipeline.troubles import troubles, unsteady, working_days
from digest.store import Waiting
from tests.builders import NOW, a_profile

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADA = Target("email", "ada@example.org")
SETTINGS = Settings(
    Path("digest.toml"),
    Path("var"),
    "sqlite://",
    sources=(SourceSettings("folder", "seeds", Path("/drop")),),
    profiles=(a_profile(deliver=(ADA,)),),
    operator=OperatorSettings((Target("slack", "C0123456789"),)),
)
OK = RunReport(NOW, NOW)


def causes(**facts):
    return [one.cause for one in troubles(Facts(SETTINGS, NOW, **facts))]


def a_delivery(target=ADA, profile="ada", error="550 5.1.1 no such user"):
    key = f"{profile}/2026-11-21/{target}"
    return Delivery(key, profile, date(2026, 11, 21), target, "dead", NOW, error=error, queued_at=NOW)


def test_without_trouble_there_is_none():
    assert causes(last=OK, worked=OK, last_news=NOW) == []
    assert causes() == []


def test_a_paused_channel_covers_its_failure_and_its_waiting_messages():
    failed = replace(OK, failures=(Failure("slack", "paused"),))
    waiting = {"slack": Waiting(3, NOW - DAY, "invalid_auth")}
    paused = {"slack": Pause("slack", "invalid_auth", NOW)}
    (one,) = troubles(Facts(SETTINGS, NOW, paused=paused, waiting=waiting, last=failed, worked=failed))
    assert one.cause == "channel:slack"
    assert "invalid_auth" in one.what
    assert "`digest resume slack`" in one.todo


def test_messages_that_wait_are_a_trouble_after_an_hour():
    assert causes(waiting={"email": Waiting(2, NOW - HOUR / 2, "451")}) == []
    assert causes(waiting={"email": Waiting(2, NOW - HOUR, "451")}) == ["late:email"]


def test_what_the_outbox_tries_again_by_itself_is_no_trouble():
    failed = replace(OK, failures=(Failure("email: 3 messages", "will be tried again: 421", passing=True),))
    assert causes(last=failed, worked=failed) == []


def test_a_target_that_is_gone_names_its_profile_and_the_next_command():
    (one,) = troubles(Facts(SETTINGS, NOW, suppressed={str(ADA): "550 5.1.1"}, lost=[a_delivery()]))
    assert one.cause == "target:email:ada@example.org"
    assert "(ada)" in one.what
    assert f"`digest resend {a_delivery().key}`" in one.todo
    assert causes(suppressed={"email:left@example.org": "550"}) == [], "no profile goes there any more"


def test_a_digest_that_was_given_up_is_a_trouble_and_so_is_an_alert():
    assert causes(lost=[a_delivery(error="stale")]) == ["target:email:ada@example.org"]
    operator = a_delivery(Target("slack", "C0123456789"), "operator:3", "is_archived")
    (one,) = troubles(Facts(SETTINGS, NOW, lost=[operator]))
    assert one.what.startswith("An alert did not reach slack:C0123456789")


def test_an_alert_that_fails_is_no_cause_for_another_one():
    failed = replace(OK, failures=(Failure("operator:3/2026-11-21/slack:C0123456789", "dead: is_archived"),))
    assert causes(last=failed, worked=failed) == []


def test_a_source_that_fails_covers_the_failure_of_the_pass():
    health = {"seeds": SourceHealth("seeds", NOW - DAY, NOW - HOUR, 3, "gone"), "old": SourceHealth("old", None, NOW)}
    failed = replace(OK, failures=(Failure("/drop", "gone"),))
    assert causes(sources=health, last=failed, worked=failed) == ["source:seeds"]


def test_a_refused_dump_and_a_poisoned_paper():
    failed = replace(OK, failures=(Failure("/drop/bad.txt", "empty"), Failure("paper “X”", "left out")))
    found = troubles(Facts(SETTINGS, NOW, refused={"/drop/bad.txt": "empty"}, last=failed, worked=failed))
    assert [(one.cause, one.event) for one in found] == [("dump:/drop/bad.txt", False), ("failure:paper “X”", True)]
    assert "digest parse /drop/bad.txt" in found[0].todo


def test_a_pass_that_broke_is_over_with_the_next_one():
    broken = replace(OK, failures=(Failure("pass", "RuntimeError: x"),))
    assert causes(last=broken, worked=broken) == ["pass"]


def test_a_bot_that_does_not_run_is_a_trouble_of_its_own():
    assert causes(last=replace(OK, finished_at=NOW - timedelta(hours=27))) == ["stopped"]


def test_a_restored_store_comes_first():
    assert causes(restored_at=NOW - DAY, paused={"email": Pause("email", "535", NOW)})[0] == "store"


@pytest.mark.parametrize(
    ("news", "now", "days"),
    [
        ((2026, 11, 20), (2026, 11, 21), 0),
        ((2026, 11, 20), (2026, 11, 23), 0),  # Friday to Monday
        ((2026, 11, 20), (2026, 11, 25), 2),
        ((2026, 11, 20), (2026, 11, 26), 3),
        ((2026, 11, 16), (2026, 11, 20), 3),
        ((2026, 11, 21), (2026, 11, 20), 0),
    ],
)
def test_silence_is_counted_in_working_days(news, now, days):
    assert working_days(date(*news), date(*now)) == days
    facts = Facts(SETTINGS, datetime(*now, 9, tzinfo=UTC), last_news=datetime(*news, 9, tzinfo=UTC))
    assert ["quiet"] * (days >= 3) == [one.cause for one in troubles(facts)]
    never = replace(SETTINGS, operator=OperatorSettings(quiet_days=0))
    assert troubles(replace(facts, settings=never)) == ()


def test_a_notice_says_what_since_when_and_what_to_do():
    one = Trouble("channel:slack", "The channel slack is paused: invalid_auth", NOW, "`digest resume slack`")
    heading, said, over = notes([one], ["The source seeds fails: gone"])
    assert heading == "The channel slack is paused"
    assert said == (
        "The channel slack is paused: invalid_auth. Since 2026-11-21 06:00 UTC. What to do: `digest resume slack`."
    )
    assert over == "Over: The source seeds fails: gone."
    many = notes([one] * 30, [])
    assert many[0] == "30 things need you"
    assert (len(many), many[-1]) == (12, "And 20 more: `digest status`.")
    assert notes([], ["The source seeds fails: gone"])[0] == "over: The source seeds fails"


def test_a_source_is_told_of_after_three_failures_or_a_day():
    def early(failures, since):
        health = {"seeds": SourceHealth("seeds", None, since, failures, "gone")}
        (one,) = troubles(Facts(SETTINGS, NOW, sources=health))
        return one.early

    assert [early(n, NOW - HOUR) for n in (1, 2, 3)] == [True, True, False]
    assert early(2, NOW - DAY) is False


def test_a_source_that_answers_again_is_not_over_until_it_is_steady():
    health = {"seeds": SourceHealth("seeds", NOW, None, 1), "feed": SourceHealth("feed", NOW)}
    assert unsteady(Facts(SETTINGS, NOW, sources=health)) == {"source:seeds"}
