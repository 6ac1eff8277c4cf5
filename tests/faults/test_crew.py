"""Many hands: what helps a pass of thousands may die like everything else (FAULTS 60)."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from digest.errors import Deferred, DeliveryError, DigestError, Paused, Rejected, StoreError, TemplateFault, Unconfirmed
from digest.pipeline import crew
from digest.store import Store
from tests.acceptance.bot import DIGEST_TOML, NOW, BotFolder, page
from tests.smtpd import MailServer

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/digest.db", now=datetime(2026, 11, 21, tzinfo=UTC)) as opened:
        yield opened


# ---------------------------------------------------------------- many hands


def test_what_is_spread_comes_back_whole_from_other_processes(store):
    parts = [range(60), range(60, 130)]
    results = list(crew.spread(store, parts, lambda part: ((number, os.getpid()) for number in part)))
    assert sorted(number for number, _ in results) == list(range(130))
    assert len({pid for _, pid in results} - {os.getpid()}) == 2
    assert multiprocessing.active_children() == []


def test_each_process_opens_the_store_for_itself(store):
    store.deliveries()
    assert list(crew.spread(store, [[1], [2]], lambda part: [len(store.deliveries())])) == [0, 0]
    assert store.deliveries() == []


@pytest.mark.parametrize("error", [StoreError("the disk is full"), TemplateFault("x.html:3", "no 'papr'")])
def test_what_is_raised_there_is_raised_here(store, error):
    def work(part: Sequence[int]) -> Iterator[int]:
        yield from part
        raise error

    with pytest.raises(DigestError, match=str(error).partition(":")[0]) as caught:
        list(crew.spread(store, [[1], [2]], work))
    assert isinstance(caught.value, StoreError) == isinstance(error, StoreError)
    assert multiprocessing.active_children() == []


def test_fault_60_a_process_that_dies_is_not_taken_for_one_that_is_done(store):
    def work(part: Sequence[int]) -> Iterator[int]:
        yield from part
        if part[0] == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(DigestError, match="died"):
        list(crew.spread(store, [[1], [2]], work))


def test_who_stops_listening_leaves_nobody_behind(store):
    results = crew.spread(store, [range(10_000), range(10_000)], lambda part: part)
    next(iter(results))
    results.close()
    assert multiprocessing.active_children() == []


def test_a_signal_to_the_group_is_for_the_process_that_leads(store):
    def work(part: Sequence[int]) -> Iterator[int]:
        for number in part:
            os.kill(os.getpid(), signal.SIGINT if number % 2 else signal.SIGTERM)
            yield number

    assert sorted(crew.spread(store, [[1, 2], [3, 4]], work)) == [1, 2, 3, 4]


def test_small_work_and_processes_with_threads_stay_alone(store):
    many = 100_000
    assert crew.hands(store, crew.WORTH - 1) == 1
    with Store.open("sqlite://", now=datetime(2026, 11, 21, tzinfo=UTC)) as in_memory:
        assert crew.hands(in_memory, many) == 1
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert crew.hands(store, many) == 1
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize(
    "error",
    [
        Deferred("451 busy", retry_after=3.5, scope="channel", progress=("1.1",)),
        Rejected("550 no such user", scope="address"),
        Unconfirmed("silence", progress=("1.1", "1.2")),
        Paused("535"),
    ],
)
def test_what_may_be_done_next_goes_whole_from_one_process_to_another(error: DeliveryError):
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 our own bytes
    assert type(again) is type(error)
    assert again.__dict__ == error.__dict__
    assert str(again) == str(error)


# ---------------------------------------------------------------- a pass of many, killed


def test_fault_60_a_pass_of_many_killed_while_it_sends_loses_nothing_and_tells_of_doubt(tmp_path):
    bot, profiles = BotFolder(tmp_path), crew.WORTH + 20
    with MailServer() as server:
        mail = f'[email]\nurl = "smtp://127.0.0.1:{server.port}"\nfrom = "d@example.org"\n'
        bot.config.write_text(DIGEST_TOML + mail)
        (bot.root / "profiles" / "ada.toml").unlink()
        for number in range(profiles):
            bot.profile(f"p{number}", f'deliver = ["email:p{number}@example.org"]\nfloor = 0.0\n')
        (bot.drop / "page.txt").write_text(page("Diffusion of Ice", "Generative Kites", "A Third Title"))

        argv = [sys.executable, "-m", "digest", "run", "--config", str(bot.root), "--now", NOW]
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            deadline = time.monotonic() + 100
            while len(server.mails) < 60 and time.monotonic() < deadline:
                time.sleep(0.01)
            running.kill()
        assert 60 <= len(server.mails) < profiles

        report = bot.digest("run", "--json").json
        copies = Counter(mail.recipient for mail in server.mails)
        assert len(copies) == profiles, "nothing is lost"
        twice = {recipient for recipient, count in copies.items() if count > 1}
        doubted = {failure["where"] for failure in report["failures"]}
        assert {f"p{name[1:].partition('@')[0]}" for name in twice} <= {where.partition("/")[0] for where in doubted}
        assert report["deliveries"]["unknown"] == len(doubted)
        assert bot.run()["deliveries"]["sent"] == 0
        mails = [mail.message["Message-ID"] for mail in server.mails]
        assert len(set(mails)) == profiles, "a copy bears the same Message-ID"
