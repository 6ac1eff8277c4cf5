"""The door: what a config may say, and that everything wrong with it is said at once."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import config
from digest.config.lines import line_of, lines_of
from digest.config.schema import DigestFile, InterestTable, ProfileFile, tables
from digest.errors import ConfigError, UsageError
from digest.model import Interest, Profile, SummarySettings, Target
from digest.packaged import packaged

ROOT = Path(__file__).resolve().parents[2]
MAIN = '[[sources]]\nkind = "folder"\npath = "../seeds"\n'
PROFILE = 'deliver = ["folder:ada"]\n'
EMAIL = '[email]\nurl = "smtp://localhost:25"\nfrom = "Digest <d@example.org>"\n'
SLACK = '[slack]\ntoken = "env:TOKEN"\n'


@pytest.fixture
def write(tmp_path):
    """Write config/digest.toml and profiles, and return the folder in which `config` lies."""

    def written(main=MAIN, **profiles):
        profiles = profiles or {"ada": PROFILE}
        (tmp_path / "config" / "profiles").mkdir(parents=True, exist_ok=True)
        for name, text in {"digest": main, **{f"profiles/{key}": text for key, text in profiles.items()}}.items():
            path = tmp_path / "config" / f"{name}.toml"
            path.write_bytes(text) if isinstance(text, bytes) else path.write_text(text, "utf-8")
        return tmp_path

    return written


def loaded(folder, env=None):
    return config.load(None, env or {}, cwd=folder, data_dir=folder / "data")


def faults(folder, env=None):
    with pytest.raises(ConfigError) as caught:
        loaded(folder, env)
    return str(caught.value).splitlines()


# ---------------------------------------------------------------- a good config


def test_a_small_config_has_every_default(write):
    settings = loaded(write())
    (ada,) = settings.profiles
    assert (ada.name, ada.timezone, ada.schedule, ada.limit, ada.floor) == ("ada", "UTC", "daily 08:00", 10, 0.5)
    assert (ada.updates, ada.enabled, ada.deliver) == (("code", "surge"), True, (Target("folder", "ada"),))
    assert settings.max_dump_bytes == 256 * 2**20
    assert settings.warnings == ()


def test_paths_are_relative_to_the_file_that_names_them(write):
    folder = write('state = "../var"\n' + MAIN)
    settings = loaded(folder)
    assert settings.state == folder / "var"
    assert settings.store_url == f"sqlite:///{folder}/var/digest.db"
    assert (settings.sources[0].path, settings.sources[0].name) == (folder / "seeds", "seeds")


def test_every_key_arrives_in_the_settings(write):
    main = """
timezone = "Asia/Tokyo"
public_url = "https://digest.example.org/"
state = "~/state"
templates = "profiles"
max_dump_mb = 1
[store]
url = "env:DB"
[[sources]]
kind = "folder"
name = "drop"
path = "/drop"
pattern = "*.txt"
[email]
url = "smtps://me%40example.org@smtp.example.org"
password = "env:PW"
from = "Digest <d@example.org>"
timeout = 5
[slack]
token = "file:token"
base_url = "http://127.0.0.1:8888/api"
timeout = 3
app_token = "env:PW"
subscribe = true
unfurl = true
[slack.reactions]
more = [":thumbsup:", "heart"]
save = []
[summaries]
url = "http://127.0.0.1:8889/v1"
model = "tiny"
key = "env:PW"
calls = 7
[export]
formats = ["ris", "csl"]
"""
    profile = """
name = "ada.l"
title = "Ada's papers"
enabled = false
timezone = "Europe/Berlin"
schedule = "mon,thu 07:15"
deliver = ["email:ada+p@example.org", "slack:C0123456789", "folder:ada"]
limit = 3
floor = 0.25
mute = ["crypto"]
updates = ["text"]
[[interests]]
name = "Groups"
about = \"\"\"networks
and groups\"\"\"
keywords = ["equivariant"]
like = ["arXiv:2310.02970"]
avoid = ["survey"]
weight = 2
"""
    folder = write(main, ada=profile)
    secret = folder / "config" / "token"
    secret.write_text("xoxb-1\n")
    secret.chmod(0o600)
    settings = loaded(folder, {"PW": "hunter2", "DB": "postgresql+psycopg://u:p@db/x", "HOME": "/home/ada"})
    assert (settings.timezone, settings.public_url) == ("Asia/Tokyo", "https://digest.example.org")
    assert (settings.state, settings.templates) == (Path("/home/ada/state"), folder / "config" / "profiles")
    assert (settings.store_url, settings.max_dump_bytes) == ("postgresql+psycopg://u:p@db/x", 2**20)
    assert settings.exports == ("ris", "csl")
    assert settings.summaries == SummarySettings(
        "http://127.0.0.1:8889/v1/chat/completions", "tiny", "hunter2", calls=7
    )
    assert (settings.sources[0].name, settings.sources[0].pattern) == ("drop", "*.txt")
    assert settings.email
    assert settings.slack
    mail, slack, ada = settings.email, settings.slack, settings.profiles[0]
    assert (mail.host, mail.port, mail.security, mail.user) == ("smtp.example.org", 465, "tls", "me@example.org")
    assert (mail.password, mail.sender, mail.timeout) == ("hunter2", "Digest <d@example.org>", 5)
    assert (slack.token, slack.base_url, slack.timeout) == ("xoxb-1", "http://127.0.0.1:8888/api/", 3)
    assert (slack.app_token, slack.has_app, slack.subscribe, slack.unfurl) == ("hunter2", True, True, True)
    assert slack.reactions == (("+1", "more"), ("heart", "more"), ("-1", "less"))
    assert (ada.name, ada.title, ada.enabled, ada.limit, ada.floor) == ("ada.l", "Ada's papers", False, 3, 0.25)
    assert [str(t) for t in ada.deliver] == ["email:ada+p@example.org", "slack:C0123456789", "folder:ada"]
    assert (ada.mute, ada.updates, ada.interests[0].about) == (("crypto",), ("text",), "networks and groups")
    assert (ada.interests[0].like, ada.interests[0].weight) == (("arXiv:2310.02970",), 2.0)


@pytest.mark.parametrize(
    ("url", "security", "port"),
    [
        ("smtp://smtp.example.org", "starttls", 587),
        ("smtps://smtp.example.org", "tls", 465),
        ("smtp://localhost:1025", "clear", 1025),
        ("smtp://127.0.0.2:25", "clear", 25),
        ("smtp://[::1]:25", "clear", 25),
        ("smtp://localhost.example.org", "starttls", 587),
    ],
)
def test_mail_leaves_in_clear_only_to_this_machine(write, url, security, port):
    mail = loaded(write(MAIN + f'[email]\nurl = "{url}"\nfrom = "d@example.org"\n')).email
    assert mail
    assert (mail.security, mail.port) == (security, port)


def test_without_a_config_at_hand_the_packaged_one_runs_in_the_data_folder(tmp_path):
    settings = config.load(None, {}, cwd=tmp_path, data_dir=tmp_path / "data")
    assert settings.state == tmp_path / "data"
    assert settings.store_url == f"sqlite:///{tmp_path}/data/digest.db"
    assert settings.sources[0].path == packaged("seeds")
    assert {target.channel for profile in settings.profiles for target in profile.deliver} == {"folder"}


def test_the_config_of_a_checkout_keeps_its_state_in_the_checkout(tmp_path):
    settings = config.load(None, {}, cwd=ROOT, data_dir=tmp_path)
    assert settings.state == ROOT / "var"
    named = config.load(ROOT / "config" / "digest.toml", {}, cwd=tmp_path, data_dir=tmp_path)
    assert named == config.load(ROOT / "config", {}, cwd=tmp_path, data_dir=tmp_path)
    assert named.state == ROOT / "var"


# ---------------------------------------------------------------- everything wrong with it


def test_every_fault_of_every_file_is_said_at_once(write):
    folder = write(
        'timezone = "Europe/Berln"\nstat = "x"\n' + MAIN + '[email]\nurl = "smtp://a:b@h"\nfrom = "x"\n',
        ada='deliver = ["folder:ada", "sms:1"]\nlimit = 0\n\n[[interests]]\nname = "G"\nkeyword = ["x"]\n',
        bob='deliver = "folder:ada"\nschedule = "dayly 08:00"\ntimezone = "Berlin"\n[[interests]]\nweight = "high"\n',
    )
    assert faults(folder) == [
        'config/digest.toml:1: timezone: unknown timezone "Europe/Berln" (did you mean "Europe/Berlin"?)',
        'config/digest.toml:2: stat: unknown key (did you mean "state"?)',
        'config/digest.toml:7: email.url: a password must not stand in the URL (use password = "env:NAME")',
        'config/digest.toml:8: email.from: "x" is not a mail address',
        'config/profiles/ada.toml:1: deliver[1]: "sms:1" is not a target (email:ADDRESS, slack:ID or folder:NAME)',
        "config/profiles/ada.toml:2: limit: must be at least 1",
        'config/profiles/ada.toml:6: interests[0].keyword: unknown key (did you mean "keywords"?)',
        "config/profiles/bob.toml:1: deliver: must be a list in [brackets]",
        'config/profiles/bob.toml:2: schedule: "dayly 08:00" has no day "dayly"; the days are mon, tue, wed, thu, fri,'
        ' sat, sun, or write "daily" or "weekdays"',
        'config/profiles/bob.toml:3: timezone: unknown timezone "Berlin" (did you mean "Europe/Berlin"?)',
        "config/profiles/bob.toml:4: interests[0].name: is missing",
        "config/profiles/bob.toml:5: interests[0].weight: must be a number",
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('deliver = ["email:a@b\\r\\nBcc: x@y.org"]', "a mail address with a control character"),
        ('deliver = ["email:a@exa\\u202Emple.org"]', "a mail address with a control character"),
        ('deliver = ["email:a b@example.org"]', "is not a mail address"),
        ('deliver = ["email:@example.org"]', "is not a mail address"),
        ('deliver = ["email:a@b..org"]', "is not a mail address"),
        ('deliver = ["email:jörg@example.org"]', "xn--"),
        ('deliver = ["slack:#general"]', '"#general" is a name, which may change; Slack needs the ID'),
        ('deliver = ["slack:c0123456789"]', "is not a Slack ID"),
        ('deliver = ["folder:../ada"]', "must be a simple name"),
        ('deliver = ["folder:/etc"]', "must be a simple name"),
        ('deliver = ["folder:.."]', "must be a simple name"),
        ('deliver = ["folder:"]', "must be a simple name"),
        ('deliver = ["folder:a\\u0000b"]', "must be a simple name"),
        ('deliver = ["e-mail:a@b.org"]', 'did you mean "email"?'),
        ('deliver = ["folder:a", "folder:a"]', 'holds "folder:a" twice'),
        ("deliver = []", "must not be empty"),
        ("deliver = [1]", "deliver[0]: must be text in quotes"),
        (PROFILE + 'name = "../x"', "must be a simple name"),
        (PROFILE + "name = 3", "must be text in quotes"),
        (PROFILE + "limit = 101", "must be at most 100"),
        (PROFILE + 'limit = "10"', "must be a whole number"),
        (PROFILE + "limit = true", "must be a whole number"),
        (PROFILE + "floor = 1.5", "must be at most 1"),
        (PROFILE + "floor = nan", "must be a finite number"),
        (PROFILE + 'enabled = "yes"', "must be true or false"),
        (PROFILE + 'updates = ["surges"]', 'must be "text" or "code" or "surge" (did you mean "surge"?)'),
        (PROFILE + 'mute = ["  "]', "mute[0]: must not be empty"),
        (PROFILE + 'keywords = ["x"]', "unknown key (it belongs in [[interests]])"),
        (PROFILE + 'interests = "x"', "must be a list in [brackets]"),
        (PROFILE + "interests = [1]", "interests[0]: must be a table"),
        (PROFILE + '[[interests]]\nname = "x"\nweight = 0', "must be more than 0"),
        (PROFILE + '[[interests]]\nname = "x"\nweight = inf', "must be"),
        (
            PROFILE + '[[interests]]\nname = "x"\n[[interests]]\nname = "X"',
            "interests[1].name: is the name of an earlier",
        ),
        (PROFILE + 'schedule = "daily 24:00"', 'no time of day "24:00"'),
        (PROFILE + 'schedule = "0 8 * * 9"', "is not a cron line: bad day-of-week"),
        (PROFILE + 'timezone = "../etc/passwd"', "unknown timezone"),
        ("limit = 1", "deliver: is missing"),
    ],
)
def test_a_profile_with_a_wrong_value_names_it(write, line, says):
    found = faults(write(MAIN, ada=line))
    assert any(says in fault for fault in found), found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "digest.toml: sources: is missing"),
        ("sources = []", "sources: must not be empty"),
        ('[[sources]]\nkind = "folders"\npath = "x"', 'or "url" or "opml" (did you mean "folder"?)'),
        ('[[sources]]\nkind = "folder"', "1: sources[0].path: is missing"),
        (MAIN + MAIN, '4: sources[1]: the name "seeds" is used by another source'),
        (MAIN + "[store]\nurl = 'mysql://x'", '"mysql" is not a known store'),
        (MAIN + "[store]\nurl = 'postgresql://x'", "postgresql+psycopg://"),
        (MAIN + "[store]\nurl = 'postgresql+psycopg://u:pw@h/x'", "a password must not stand in the config"),
        (MAIN + "[store]\nurl = 'sqlite://'", "names no file"),
        (MAIN + "[email]\nurl = 'smtp://u@h'\nfrom = 'a@b.org'", "4: email.password: is missing: the url names a user"),
        (MAIN + "[email]\nurl = 'smtp://h'\nfrom = 'a@b.org'\npassword = 'env:X'", "names no user for the password"),
        (MAIN + "[email]\nurl = 'http://h'\nfrom = 'a@b.org'", "is not an SMTP address"),
        (MAIN + "[email]\nurl = 'smtp://h:99999'\nfrom = 'a@b.org'", "is not an SMTP address"),
        (MAIN + '[email]\nurl = "smtp://h"\nfrom = "A\\nBcc: x@y <a@b.org>"', "contains a control character"),
        (MAIN + '[email]\nurl = "smtp://h"\nfrom = "a@b.org, c@d.org"', "is not one sender"),
        (MAIN + "[slack]\ntoken = 'xoxb-123'", "slack.token: a secret must not stand in the config"),
        (MAIN + "[slack]\ntoken = 'env:SLACK_TOKEN'", "SLACK_TOKEN is not set (did you mean"),
        (MAIN + "[slack]\ntoken = 'file:none'", "No such file or directory"),
        (MAIN + SLACK + "app_token = 'xapp-1'", "slack.app_token: a secret must not stand in the config"),
        (MAIN + SLACK + "app_token = 'env:A'\nsigning_secret = 'env:A'", "one way too many beside app_token"),
        (MAIN + SLACK + "signing_secret = 'env:A'", "needs [web] listen, where Slack reaches the app"),
        (MAIN + SLACK + "subscribe = true", "slack.subscribe: is for the Slack app, which is off"),
        (MAIN + SLACK + "[slack.reactions]\nmore = ['thumbs up']", 'reactions.more[0]: "thumbs up" is not the name of'),
        (MAIN + SLACK + "[slack.reactions]\nmore = ['a']\nless = ['a']", 'slack.reactions.less[0]: "a" says "more"'),
        (MAIN + "[slack]\ntoken = 'env:EMPTY'", "holds nothing usable"),
        (MAIN + "[slack]\ntoken = 'env:SLACK_TOKE'\nbase_url = 'http://slack.example.org/'", "in clear"),
        ("public_url = 'example.org'\n" + MAIN, "is not a web address"),
        ("public_url = 'https://u:p@example.org'\n" + MAIN, "must not hold a user or password"),
        ("templates = 'nowhere'\n" + MAIN, "nowhere is not a folder"),
        ("state = 'digest.toml'\n" + MAIN, "is not a folder"),
        ("state = 3\n" + MAIN, "state: must be text in quotes"),
        ("max_dump_mb = 0\n" + MAIN, "must be at least 1"),
        (MAIN + "[emial]\nurl = 'x'", '4: emial: unknown key (did you mean "email"?)'),
        ("email = 3\n" + MAIN, "email: must be a table"),
    ],
)
def test_a_main_file_with_a_wrong_value_names_it(write, text, says):
    found = faults(write(text), {"SLACK_TOKE": "x", "EMPTY": "\n"})
    assert any(says in fault for fault in found), found


def test_a_target_needs_its_channel_configured(write):
    profile = 'deliver = [\n  "email:a@b.org",\n  "slack:C0123456789",\n]\n'
    assert faults(write(MAIN, ada=profile)) == [
        'config/profiles/ada.toml:2: deliver[0]: "email:" needs a table [email] in digest.toml',
        'config/profiles/ada.toml:3: deliver[1]: "slack:" needs a table [slack] in digest.toml',
    ]


def test_two_profiles_share_neither_name_nor_folder(write):
    assert faults(write(MAIN, ada=PROFILE, bob='name = "Ada"\ndeliver = ["folder:ADA"]\n')) == [
        'config/profiles/bob.toml:1: name: the name "Ada" is used by config/profiles/ada.toml too',
        'config/profiles/bob.toml:2: deliver[0]: the folder "ADA" is used by config/profiles/ada.toml too'
        " (each profile needs its own)",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"limit = \n", "ada.toml:1: is not TOML: invalid value"),
        (b'a = 1\n\nb = "x', "ada.toml:3: is not TOML: "),
        (b"limit = 1\nlimit = 2\n", "ada.toml:2: is not TOML: cannot overwrite a value"),
        (b"# ok\nname = '\xff'\n", "ada.toml:2: is not text in UTF-8"),
        (b"x = " + b"9" * 5000, "ada.toml: is not TOML: exceeds the limit"),
        (b"#" * 2**20 + b"#", "ada.toml: is larger than 1 MB"),
    ],
    ids=["syntax", "unclosed", "twice", "utf-8", "digits", "large"],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_checked(write, content, says):
    found = faults(write(MAIN, ada=content, bob="limit = 1\n"))
    assert len(found) == 2
    assert says in found[0]
    assert found[1] == "config/profiles/bob.toml: deliver: is missing"


def test_fault_11_a_file_nested_a_hundred_thousand_deep_is_a_fault(write):
    found = faults(write(MAIN, ada=b"x = " + b"[" * 100_000, bob="limit = 1\n"))
    assert found == [
        "config/profiles/ada.toml: is nested too deeply",
        "config/profiles/bob.toml: deliver: is missing",
    ]


def test_a_windows_editor_may_have_saved_it(write):
    assert loaded(write(b"\xef\xbb\xbf" + MAIN.replace("\n", "\r\n").encode())).profiles


def test_a_folder_or_a_closed_file_in_the_place_of_a_profile_is_named(write):
    folder = write()
    (folder / "config/profiles/bob.toml").mkdir()
    assert faults(folder) == ["config/profiles/bob.toml: cannot be read: Is a directory"]
    if os.geteuid():
        (folder / "config/profiles/ada.toml").chmod(0)
        assert "config/profiles/ada.toml: cannot be read: Permission denied" in faults(folder)


def test_a_missing_profiles_folder_is_a_fault_and_an_empty_one_is_none(write):
    folder = write()
    (folder / "config/profiles/ada.toml").unlink()
    assert loaded(folder).profiles == ()
    (folder / "config/profiles").rmdir()
    assert "config/profiles: there is no such folder" in faults(folder)[0]


def test_a_config_that_is_not_there_says_how_to_get_one(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere/digest\.toml: there is no such file \(digest init DIR"):
        config.load(Path("nowhere/digest.toml"), {}, cwd=tmp_path, data_dir=tmp_path)


# ---------------------------------------------------------------- secrets


def test_fault_69_no_secret_shows_in_a_repr_or_a_fault(write):
    main = MAIN + EMAIL.replace("localhost:25", "me@localhost:25") + 'password = "env:PW"\n' + SLACK
    env = {"PW": "hunter2", "TOKEN": "xoxb-hunter2"}
    assert "hunter2" not in repr(loaded(write(main), env))
    literal = (
        MAIN + EMAIL.replace("localhost", "me:hunter2@localhost") + "password = 'hunter2'\n[slack]\ntoken='hunter2'\n"
    )
    literal += "[store]\nurl = 'postgresql+psycopg://me:hunter2@db/x'\n"
    found = faults(write(literal))
    assert len(found) == 4
    assert not any("hunter2" in fault for fault in found)


def test_fault_69_keys_of_links_are_read_newest_first_and_shown_nowhere(write):
    folder = write(MAIN + '[links]\nkeys = ["env:NEW", "env:OLD"]\n')
    keys = {"NEW": "the new key of links", "OLD": "the old key of links"}
    settings = loaded(folder, keys)
    assert settings.link_keys == (keys["NEW"], keys["OLD"])
    assert "key of links" not in repr(settings)
    (fault,) = faults(folder, keys | {"NEW": "too short"})
    assert "fewer than 16 characters" in fault
    assert "too short" not in fault


def test_fault_69_a_secret_file_that_others_can_read_is_a_warning(write):
    folder = write(MAIN + '[slack]\ntoken = "file:token"\n')
    secret = folder / "config" / "token"
    secret.write_text("xoxb-1")
    secret.chmod(0o644)
    (warning,) = loaded(folder).warnings
    assert str(warning.why) == f"{secret} can be read by others (chmod 600 {secret})"
    secret.chmod(0o600)
    assert loaded(folder).warnings == ()


def test_the_environment_is_what_the_caller_hands_in(write, monkeypatch):
    monkeypatch.setenv("TOKEN", "from the process")
    assert "TOKEN is not set" in faults(write(MAIN + SLACK))[0]


# ---------------------------------------------------------------- zones


def test_fault_27_without_a_zone_database_the_zone_is_named(write):
    code = (
        "import sys; sys.modules['tzdata'] = None\n"
        "from pathlib import Path; from digest import config\n"
        "try: config.load(None, {}, cwd=Path(sys.argv[1]), data_dir=Path('/nowhere'))\n"
        "except config.load.__globals__['ConfigError'] as error: print(error)"
    )
    folder = write('timezone = "Europe/Berlin"\n' + MAIN)
    env = {**os.environ, "PYTHONTZPATH": ""}
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, env=env, cwd=ROOT)
    assert done.stdout == (
        'config/digest.toml:1: timezone: unknown timezone "Europe/Berlin": '
        "this machine has no time zone database (pip install tzdata)\n"
    ), done.stderr


# ---------------------------------------------------------------- lines


def test_a_fault_is_given_the_line_of_its_key():
    text = (
        'a.b = 1.5\nlist = [ # [x]\n  "one, two",\n  { k = 1 },\n]\nprose = """\nlist = 3\n[t]\n"""\n'
        "[t]\n'q k' = 1979-05-27 07:32:00\n[[i]]\nx = 1\n[[i]]\nx = {y = [1, 2]}\n[i.sub]\nz = 1\n"
    )
    tomllib.loads(text)
    places = {
        ("a", "b"): 1, ("list",): 2, ("list", 0): 3, ("list", 1, "k"): 4, ("prose",): 6, ("t",): 10,
        ("t", "q k"): 11, ("i", 0, "x"): 13, ("i", 1): 14, ("i", 1, "x", "y", 1): 15, ("i", 1, "sub", "z"): 17,
        ("i", 1, "missing"): 14, ("missing",): None,
    }  # fmt: skip
    assert {place: line_of(place, lines_of(text)) for place in places} == places


_text = st.text(st.sampled_from("ab ]['\"\\#=\n.,{}é1"), max_size=8)
_toml = st.recursive(
    st.one_of(_text, st.integers(), st.booleans(), st.floats(allow_nan=False), st.datetimes()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_text, inner, max_size=3)),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(_text, _toml, max_size=4))
def test_every_place_of_every_text_has_a_line(value):
    text = tomlkit.dumps(value)

    def places(value, place=()):
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in items:
            yield (*place, key)
            yield from places(inner, (*place, key))

    lines = lines_of(text)
    for place in places(tomllib.loads(text)):
        line = line_of(place, lines)
        assert line is not None
        assert 1 <= line <= text.count("\n") + 1


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["name", "deliver", "interests", "limit", "updates", "mute", "zz"]), _toml))
def test_no_profile_makes_the_door_raise_anything_but_its_faults(tmp_path_factory, value):
    folder = tmp_path_factory.mktemp("door")
    (folder / "config/profiles").mkdir(parents=True)
    (folder / "config/digest.toml").write_text(MAIN)
    (folder / "config/profiles/ada.toml").write_text(tomlkit.dumps(value), "utf-8")
    with contextlib.suppress(ConfigError):
        loaded(folder)


# ---------------------------------------------------------------- init and the documentation


def test_init_writes_a_config_that_loads_with_its_samples(tmp_path):
    written = config.init(tmp_path / "mine")
    settings = config.load(tmp_path / "mine", {}, cwd=tmp_path, data_dir=tmp_path / "unused")
    assert len(settings.profiles) == 2
    assert settings.state == tmp_path / "mine" / "var"
    assert settings.templates == tmp_path / "mine" / "templates"
    assert sorted(settings.sources[0].path.iterdir()) == sorted(p for p in written if p.parent.name == "dumps")


def test_init_never_overwrites_unless_told(tmp_path):
    config.init(tmp_path)
    mine = tmp_path / "profiles" / "ada.toml"
    mine.write_text("mine")
    with pytest.raises(UsageError, match="exists; nothing was written"):
        config.init(tmp_path)
    assert mine.read_text() == "mine"
    config.init(tmp_path, force=True)
    assert mine.read_text() != "mine"


def test_init_in_a_place_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        config.init(tmp_path / "file" / "x")


def test_a_sender_keeps_the_quotes_of_its_name(write):
    mail = loaded(write(MAIN + EMAIL.replace("Digest <", '\\"Digest, Paper\\" <'))).email
    assert mail
    assert mail.sender == '"Digest, Paper" <d@example.org>'


def test_a_profile_file_has_the_fields_and_defaults_of_the_profile():
    for table, value in ((ProfileFile, Profile), (InterestTable, Interest)):
        fields = {field.name: field.default for field in dataclasses.fields(value)}
        keys = {name: info.default for name, info in table.model_fields.items()}
        assert fields.keys() == keys.keys()
        for name, default in keys.items():
            if fields[name] is not dataclasses.MISSING:
                assert (tuple(default) if isinstance(default, list) else default) == fields[name], name


def test_every_key_stands_in_the_documentation_with_its_default():
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    sections = dict(part.split("\n", 1) for part in text.split("\n## ")[1:])
    for key in config.keys():  # noqa: SIM118 a function, not a dict
        table, _, name = key.rpartition(".")
        heading = next(title for title in sections if f"`{_heading(table)}`" in title)
        row = re.search(rf"^\| `{name}` \| (.*?) \|", sections[heading], re.MULTILINE)
        assert row, f"{key} is missing under {heading}"
        assert _documented(row[1], _field(table, name)), f"{key} has another default than {row[1]}"


def _heading(table):
    lists = {"sources": "[[sources]]", "zotero": "[[zotero]]", "profile.interests": "[[interests]]"}
    lists["profile"] = "profiles/*.toml"
    return lists.get(table, f"[{table}]" if table else "digest.toml")


def _field(table, name):
    model = ProfileFile if table.startswith("profile") else DigestFile
    for part in table.removeprefix("profile").strip(".").split("."):
        model = tables(model).get(part, model)
    return next(info for key, info in model.model_fields.items() if (info.alias or key) == name)


def _documented(shown, field):
    if shown.startswith("`"):
        return tomllib.loads(f"x = {shown.strip('`')}")["x"] == field.default
    return field.is_required() if shown == "required" else field.default in (None, "")


# ---------------------------------------------------------------- sources


def test_a_source_takes_the_keys_of_its_kind_and_a_name_of_its_own(write):
    text = (
        MAIN
        + '[[sources]]\nkind = "huggingface"\nlists = ["daily", "trending"]\n'
        + '[[sources]]\nkind = "arxiv"\ncategories = ["cs.LG", "stat.ML"]\nholidays = [2027-01-18]\ninterval = 60\n'
        + '[[sources]]\nkind = "feed"\nurl = "https://blog.example.org/feed.xml?n=5"\nmax_mb = 5\n'
        + '[[sources]]\nkind = "url"\nurl = "https://example.org/papers"\nallow_private = true\nname = "mine"\n'
    )
    found = loaded(write(text)).sources[1:]
    assert [one.name for one in found] == ["huggingface", "arxiv", "blog.example.org", "mine"]
    assert found[0].lists == ("daily", "trending")
    assert (found[1].categories, found[1].interval) == (("cs.LG", "stat.ML"), 3600)
    assert str(found[1].holidays[0]) == "2027-01-18"
    assert (found[2].url, found[2].max_bytes) == ("https://blog.example.org/feed.xml?n=5", 5 * 2**20)
    assert (found[3].allow_private, found[2].allow_private) == (True, False)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ('kind = "folder"', "sources[0].path: is missing"),
        ('kind = "feed"', "sources[0].url: is missing"),
        ('kind = "arxiv"', "sources[0].categories: is missing"),
        ('kind = "arxiv"\ncategories = ["LG cs"]', "is not a category of arXiv"),
        ('kind = "feed"\nurl = "file:///etc/passwd"', "is not a web address"),
        ('kind = "url"\nurl = "https://u:p@example.org/"', "must not hold a user or password"),
        ('kind = "huggingface"\npath = "x"', 'path: is not for kind "huggingface" (only for folder, opml)'),
        ('kind = "folder"\npath = "x"\ninterval = 5', "interval: is not for kind"),
        ('kind = "huggingface"\nlists = ["hourly"]', 'must be "daily" or "trending"'),
        ('kind = "huggingface"\ninterval = 0', "must be at least 1"),
    ],
)
def test_a_source_with_a_wrong_key_says_which(write, source, says):
    assert any(says in fault for fault in faults(write("[[sources]]\n" + source + "\n")))


def test_servers_are_told_whom_to_write_to(write):
    assert loaded(write('public_url = "https://digest.example.org"\n' + MAIN)).contact == "https://digest.example.org"
    assert loaded(write(MAIN + '[web]\ncontact = "ada@example.org"\n')).contact == "ada@example.org"


def test_links_to_pages_that_nobody_serves_are_a_warning(write):
    (warning,) = loaded(write('public_url = "https://digest.example.org"\n' + MAIN)).warnings
    assert "nobody serves" in warning.why
    served = 'public_url = "https://digest.example.org"\n' + MAIN + '[web]\nlisten = "127.0.0.1:8080"\n'
    assert loaded(write(served)).warnings == ()
