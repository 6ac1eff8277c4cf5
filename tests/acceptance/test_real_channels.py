"""The same digests by a real SMTP server and by Slack's Web API, from the command line."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.bot import DIGEST_TOML, BotFolder, page
from tests.slackd import SlackServer, drop_after_accept, ratelimited, refuse
from tests.smtpd import MailServer

PROFILE = """\
name = "ada"
schedule = "daily 08:00"
floor = 0.0
limit = 30
deliver = ["email:ada@example.org", "slack:C0123456789"]

[[interests]]
name = "Learning"
keywords = ["learning", "network", "model", "diffusion"]
"""


@pytest.fixture
def servers(bot: BotFolder) -> Iterator[tuple[MailServer, SlackServer]]:
    with MailServer() as mail, SlackServer() as slack:
        token = bot.root / "token"
        token.write_text(slack.token + "\n")
        token.chmod(0o600)
        accounts = f"""
[email]
url = "smtp://127.0.0.1:{mail.port}"
from = "Paper Digest <digest@example.org>"

[slack]
token = "file:token"
base_url = "http://127.0.0.1:{slack.port}/api/"
"""
        bot.config.write_text(DIGEST_TOML + accounts)
        bot.profile("ada", PROFILE)
        yield mail, slack


def test_one_edition_arrives_by_mail_and_in_slack(bot: BotFolder, servers: tuple[MailServer, SlackServer]):
    mail, slack = servers
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models", "Beta Score Matching <i>&</i>"))
    assert bot.digest("check", "--online").code == 0
    assert (len(mail.mails), len(slack.posts)) == (0, 0), "a check sends nothing"
    report = bot.run()
    assert report["deliveries"]["sent"] == 2
    (arrived,) = mail.mails
    message = arrived.message
    assert message.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    for part in message.iter_parts():
        assert "Alpha Diffusion Models" in part.get_content()
        assert part.get_content().count("Why:") == report["editions"][0]["picks"], "each paper says why it is there"
    assert message["To"] == "ada@example.org"
    assert "Alpha Diffusion Models" in message["Subject"]
    assert slack.posts
    assert slack.posts[0]["unfurl_links"] in (False, "false")
    assert "Alpha Diffusion Models" in slack.posts[0]["text"]
    assert bot.run()["deliveries"]["sent"] == 0


def test_a_lost_answer_and_a_busy_server_give_no_second_message(
    bot: BotFolder, servers: tuple[MailServer, SlackServer]
):
    _, slack = servers
    slack.script = [drop_after_accept]
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    first = bot.run(code=1)
    assert first["deliveries"] == {"sent": 1, "deferred": 0, "dead": 0, "unknown": 1}
    later = bot.run(now="2026-11-21T15:00:00Z")
    assert later["deliveries"]["sent"] == 1
    assert len(slack.posts) == 1, "it was asked first, and had it"


def test_a_busy_slack_gets_the_message_later_and_the_mail_goes_now(
    bot: BotFolder, servers: tuple[MailServer, SlackServer]
):
    mail, slack = servers
    slack.script = [ratelimited("120")]
    (bot.drop / "page.txt").write_text(page("Alpha Diffusion Models"))
    first = bot.run(code=1)
    assert (first["deliveries"]["sent"], first["deliveries"]["deferred"]) == (1, 1)
    assert (len(mail.mails), len(slack.posts)) == (1, 0)
    soon = bot.run(now="2026-11-21T09:01:00Z")
    assert soon["deliveries"]["sent"] == 0, "not before the two minutes that Slack named"
    assert bot.run(now="2026-11-21T09:02:01Z")["deliveries"]["sent"] == 1


def test_five_real_dumps_one_a_day_bring_no_title_twice_by_mail_or_slack(
    bot: BotFolder, servers: tuple[MailServer, SlackServer], shared: Path
):
    mail, slack = servers
    for place, dump in enumerate(sorted((shared / "seeds").glob("*.txt"))):
        shutil.copy(dump, bot.drop)
        bot.run(now=f"2026-11-{16 + place}T09:00:00Z")
    assert len(mail.mails) == 5
    assert len({arrived.message["Message-ID"] for arrived in mail.mails}) == 5
    assert len({arrived.message["Subject"] for arrived in mail.mails}) == 5
    headed: list[str] = []
    for arrived in mail.mails:
        html = arrived.message.get_body(("html",)).get_content()
        headed += [re.sub(r"<[^>]+>|\s+", " ", found).strip() for found in re.findall(r"<h3.*?</h3>", html, re.S)]
    assert len(headed) > 100
    assert len(headed) == len(set(headed))
    threads = [json.dumps(post["blocks"]) for post in slack.posts if post.get("thread_ts")]
    assert len(threads) == len(set(threads)) > 0


def test_check_online_says_which_id_a_channels_name_means(bot, servers):
    _, slack = servers
    slack.page = 2
    slack.channels = [(f"other-{number}", f"C00000{number}") for number in range(5)] + [("papers", "C0123456789")]
    bot.profile("ada", PROFILE.replace("slack:C0123456789", "slack:#papers") + "")
    bot.profile("bo", PROFILE.replace('"ada"', '"bo"').replace("slack:C0123456789", "slack:#lost"))
    offline = bot.digest("check")
    assert offline.code == 2
    assert slack.calls == [], "nobody is asked without being told to"
    online = bot.digest("check", "--online")
    assert online.code == 2, "the config is still to be mended"
    assert 'slack: #papers is C0123456789: write "slack:C0123456789"' in online.err
    assert "the bot sees no channel #lost" in online.err
    assert slack.token not in online.err + online.out
    assert [method for method, _ in slack.calls] == ["conversations.list"] * 3, "page by page, once for all names"


def test_check_online_says_when_slack_does_not_tell_the_names(bot, servers):
    _, slack = servers
    slack.scripted, slack.script = {"conversations.list"}, [refuse("missing_scope", needed="channels:read")]
    bot.profile("ada", PROFILE.replace("slack:C0123456789", "slack:#papers"))
    ran = bot.digest("check", "--online")
    assert ran.code == 2
    assert "missing_scope (needs channels:read)" in ran.err
