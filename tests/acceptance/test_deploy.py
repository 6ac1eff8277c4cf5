"""The files that run the bot elsewhere: what can run here is run, to the letter but for its paths; the rest is read.

Run here: the lines that systemd and cron would start, the container's command and its health check, in an environment
made of the built wheel; every shell step of the GitHub workflow against a remote on disk. Read only: what needs an init
system, a container engine or GitHub.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.acceptance.bot import NOW, BotFolder, page

ROOT = Path(__file__).resolve().parents[2]
DEPLOY, WORKFLOWS = ROOT / "deploy", ROOT / ".github" / "workflows"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
BIN = "/opt/paper-digest/bin"

_spec = spec_from_file_location("check_release", ROOT / "tools" / "check_release.py")
assert _spec is not None
assert _spec.loader is not None
release = module_from_spec(_spec)
_spec.loader.exec_module(release)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the built wheel, in which the release check ran the samples."""
    place = tmp_path_factory.mktemp("installed")
    sdist, wheel = release.built(place / "dist")
    release.check_contents(sdist, wheel)
    release.check_installed(wheel, place, release.agreed_version("", ROOT), offline=True)
    return place / "venv" / "bin"


@pytest.fixture
def filled(bot: BotFolder) -> BotFolder:
    (bot.drop / "2026-11-20.txt").write_text(page("Alpha Diffusion Models", "Beta Generative Scores"))
    return bot


def clean_env(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "XDG_", "GIT_"))}
    return {**kept, **more}


# ---------------------------------------------------------------- releases


def test_the_built_wheel_runs_the_samples_in_a_fresh_environment(installed: Path):
    assert (installed / "digest").exists(), "the fixture has run them"


def test_a_wheel_without_a_template_is_not_released(installed: Path, tmp_path: Path):
    import zipfile

    (sdist,) = (installed.parents[1] / "dist").glob("*.tar.gz")
    (wheel,) = (installed.parents[1] / "dist").glob("*.whl")
    poor = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as full, zipfile.ZipFile(poor, "w") as less:
        for name in full.namelist():
            if not name.endswith("email/digest.html"):
                less.writestr(name, full.read(name))
    with pytest.raises(release.Wrong, match=r"1 files are missing: digest/_data/templates/email/digest.html"):
        release.check_contents(sdist, poor)


@pytest.mark.parametrize(
    ("tag", "changes", "why"),
    [
        ("v1.0.1", "## 1.0.0 (2026-11-21)", "the tag is v1.0.1, the version 1.0.0"),
        ("", "## 0.9.0", "CHANGELOG.md begins with 0.9.0, pyproject.toml says 1.0.0"),
        ("v1.0.0", "## 1.0.0 (unreleased)", 'calls 1.0.0 "unreleased"'),
    ],
)
def test_version_tag_and_changes_must_agree(tmp_path: Path, tag: str, changes: str, why: str):
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.0.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(f"# Changes\n\n{changes}\n")
    with pytest.raises(release.Wrong, match=re.escape(why)):
        release.agreed_version(tag, tmp_path)


# ---------------------------------------------------------------- systemd and cron


def unit(path: Path) -> dict[str, dict[str, str]]:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path)
    return {name: dict(parser[name]) for name in parser.sections()}


def here(line: str, programs: Path, bot: BotFolder) -> str:
    """A line of a deployment with its paths exchanged for those of this test."""
    return line.replace(BIN, str(programs)).replace("/etc/paper-digest", str(bot.root))


def test_systemd_finds_the_units_in_order_and_little_exposed(tmp_path: Path):
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not here (Debian: systemd)")
    program = str(Path(sys.executable).with_name("digest"))
    for path in [*UNITS, *(DEPLOY / "systemd").glob("*.timer")]:
        (tmp_path / path.name).write_text(path.read_text().replace(f"{BIN}/digest", program))
    verified = subprocess.run([tool, "verify", *tmp_path.iterdir()], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    for path in UNITS:
        argv = [tool, "security", "--offline=true", "--threshold=20", str(tmp_path / path.name)]
        judged = subprocess.run(argv, capture_output=True, text=True, check=False)
        assert judged.returncode == 0, judged.stdout[-300:]


def test_a_service_does_not_begin_anew_over_a_fault_in_its_config(bot: BotFolder, installed: Path):
    bot.config.write_text("stat = 1\n")
    service = unit(DEPLOY / "systemd" / "paper-digest.service")["Service"]
    ran = subprocess.run(here(service["ExecStart"], installed, bot).split(), capture_output=True, check=False)
    assert str(ran.returncode) == service["RestartPreventExitStatus"]


def test_the_service_of_systemd_serves_until_it_is_told_to_stop(filled: BotFolder, installed: Path):
    service = unit(DEPLOY / "systemd" / "paper-digest.service")["Service"]
    assert_serves(here(service["ExecStart"], installed, filled).split(), filled, installed)


def assert_serves(argv: list[str], bot: BotFolder, programs: Path) -> None:
    """Start *argv*, wait until the health check of the container is content, stop it as init systems do."""
    healthy = [str(programs / "digest"), *healthcheck()[1:-1], str(bot.root)]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, env=clean_env(), cwd=bot.root, text=True) as process:
        try:
            for _ in range(200):
                if subprocess.run(healthy, capture_output=True, env=clean_env(), check=False).returncode == 0:
                    break
                assert process.poll() is None, process.stderr and process.stderr.read()
                time.sleep(0.1)
            else:
                pytest.fail("no pass has ended")
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == 0, said
    assert "stopped" in said


def test_the_timer_makes_up_for_what_was_missed_and_its_pass_sends_what_is_due(filled: BotFolder, installed: Path):
    assert unit(DEPLOY / "systemd" / "paper-digest-pass.timer")["Timer"]["Persistent"] == "true"
    line = unit(DEPLOY / "systemd" / "paper-digest-pass.service")["Service"]["ExecStart"]
    argv = [*here(line, installed, filled).split(), "--now", NOW]
    subprocess.run(argv, check=True, env=clean_env(), capture_output=True)
    assert not filled.mails(), "it is Saturday"
    subprocess.run([*argv[:-1], "2026-11-23T09:00:00Z"], check=True, env=clean_env(), capture_output=True)
    assert len(filled.mails()) == 1


def test_the_line_of_cron_runs_a_pass_and_is_silent_when_all_is_well(filled: BotFolder, installed: Path):
    (line,) = [one for one in (DEPLOY / "cron" / "paper-digest").read_text().splitlines() if one.startswith("*")]
    minute, *_, user, command = line.split(" ", 6)
    assert (minute, user) == ("*/15", "paper-digest")
    command = here(command, installed, filled).replace("/var/lib/paper-digest", str(filled.root))
    ran = subprocess.run(["/bin/sh", "-c", command], env=clean_env(), capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("", "")
    assert filled.digest("status", "--within", "60", now=None).code == 0


# ---------------------------------------------------------------- the container


def instructions() -> list[tuple[str, str]]:
    """The Containerfile's instructions in order, lines that go on joined."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "container" / "Containerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def healthcheck() -> list[str]:
    (said,) = [rest for name, rest in instructions() if name == "HEALTHCHECK"]
    found: list[str] = json.loads(said.partition(" CMD ")[2])
    return found


def test_the_container_is_slim_and_runs_as_nobody_special():
    made = instructions()
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK",
             "ENTRYPOINT", "CMD"}  # fmt: skip
    assert {name for name, _ in made} <= known
    bases = [rest.split()[0] for name, rest in made if name == "FROM"]
    assert len(bases) == 2
    assert all(re.fullmatch(r"docker\.io/library/python:3\.\d+-slim-\w+", base) for base in bases)
    last = made[max(place for place, (name, _) in enumerate(made) if name == "FROM") :]
    (user,) = [rest for name, rest in last if name == "USER"]
    assert user == "10001:10001"
    names = [name for name, _ in last]
    assert names.index("USER") < names.index("ENTRYPOINT"), "nothing is started by root"
    assert "pip install" not in dict(last)["RUN"], "what builds is left behind"
    assert "curl" not in healthcheck()


def test_the_container_copies_what_is_there_and_installs_extras_that_there_are():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    let_in = (DEPLOY / "container" / ".containerignore").read_text().splitlines()
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
                assert f"!{source}" in let_in
        if name == "RUN" and "pip install" in rest:
            (extras,) = re.findall(r"'\.\[([\w,-]+)\]'", rest)
            assert set(extras.split(",")) <= set(project["optional-dependencies"])


def test_the_containers_command_serves_and_its_health_check_is_content(filled: BotFolder, installed: Path):
    words = dict(instructions())
    (program,) = json.loads(words["ENTRYPOINT"])
    argv = [str(installed / program), *json.loads(words["CMD"])]
    assert_serves([here(word, installed, filled) for word in argv], filled, installed)


def compose() -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text())
    return made


def test_compose_has_postgresql_two_workers_and_one_service_on_read_only_roots():
    services = compose()["services"]
    assert services.keys() == {"db", "serve", "worker"}
    assert services["worker"]["deploy"]["replicas"] == 2
    for name in ("serve", "worker"):
        one = services[name]
        assert one["read_only"] is True
        assert (one["cap_drop"], one["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
        assert one["depends_on"] == {"db": {"condition": "service_healthy"}}
        assert "/etc/paper-digest:ro" in one["volumes"][0]
    assert services["serve"]["ports"] == ["127.0.0.1:8080:8080"], "this machine alone; a proxy does TLS"
    assert {volume.partition(":")[0] for one in services.values() for volume in one["volumes"]} - {"./config"} == set(
        compose()["volumes"]
    )


def test_the_config_of_compose_is_in_order_and_gets_every_secret_it_asks_for(tmp_path: Path):
    place = tmp_path / "config"
    shutil.copytree(DEPLOY / "container" / "config", place)
    main = place / "digest.toml"
    asked = set(re.findall(r'"env:(\w+)"', main.read_text()))
    assert asked <= compose()["services"]["serve"]["environment"].keys()
    main.write_text(re.sub(r"^# (\[(?:email|slack)\]|\w+ = .*)$", r"\1", main.read_text(), flags=re.M))
    main.write_text(main.read_text().replace("/var/lib/paper-digest", str(tmp_path / "state")))
    env = clean_env(
        STORE_URL=f"sqlite:///{tmp_path}/x.db", SMTP_PASSWORD="a", SLACK_BOT_TOKEN="xoxb-1", DIGEST_PASSWORD="b"
    )
    argv = [sys.executable, "-m", "digest", "check", "--config", str(place)]
    ran = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


# ---------------------------------------------------------------- GitHub


def workflow(path: Path) -> dict[Any, Any]:
    made: dict[Any, Any] = yaml.safe_load(path.read_text())
    return made


def steps(path: Path, job: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in workflow(path)["jobs"][job]["steps"] if "name" in one}


def test_workflows_ask_for_little_and_take_actions_of_known_places():
    for path in [*WORKFLOWS.glob("*.yml"), DEPLOY / "github" / "digest.yml"]:
        made = workflow(path)
        assert made["permissions"] in ({"contents": "read"}, {"contents": "write", "actions": "write"}), path.name
        for name, job in made["jobs"].items():
            assert job["timeout-minutes"] <= 60, name
            for step in job["steps"]:
                assert ("uses" in step) != ("run" in step), path.name
                assert re.fullmatch(r"(actions|pypa)/[\w-]+@[\w./]+", step.get("uses", "actions/x@v1"))
                for script in re.findall(r"python (tools/\S+)", step.get("run", "")):
                    assert (ROOT / script).exists()


def test_only_the_step_that_publishes_may_speak_for_the_project():
    jobs = workflow(WORKFLOWS / "release.yml")["jobs"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert "permissions" not in jobs["build"]
    assert (jobs["publish"]["needs"], jobs["publish"]["environment"]) == ("build", "pypi")


def test_the_bot_without_a_server_runs_at_an_odd_minute_and_never_twice_at_once():
    made = workflow(DEPLOY / "github" / "digest.yml")
    on = made[True]  # YAML 1.1 takes the word for a truth value
    assert int(on["schedule"][0]["cron"].split()[0]) % 5
    assert "workflow_dispatch" in on
    assert made["concurrency"] == {"group": "paper-digest", "cancel-in-progress": False}


class Runner:
    """Runs the shell steps of the workflow as GitHub would, in a clone of a remote on disk."""

    def __init__(self, place: Path) -> None:
        self.place, self.remote = place, place / "remote.git"
        self.asked = place / "asked"
        tools = place / "tools"
        tools.mkdir(parents=True)
        (tools / "digest").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m digest "$@" --now "$NOW"\n')
        (tools / "gh").write_text(f'#!/bin/sh\necho "$@" >>"{self.asked}"\n')
        for tool in tools.iterdir():
            tool.chmod(0o755)
        self.env = clean_env(
            PATH=f"{tools}:{os.environ['PATH']}", BRANCH="digest-state", PYTHONPATH=str(ROOT), HOME=str(place),
            GITHUB_REPOSITORY="you/papers", GIT_CONFIG_NOSYSTEM="1",
        )  # fmt: skip
        self.steps = steps(DEPLOY / "github" / "digest.yml", "pass")
        work = place / "work"
        BotFolder(work / "config")
        (work / "config" / "digest.toml").write_text(
            'state = "../state"\n[[sources]]\nkind = "folder"\npath = "../dumps"\n'
        )
        (work / "dumps").mkdir()
        (work / "dumps" / "2026-11-20.txt").write_text(page("Alpha Diffusion Models"))
        self.git("init", "-q", "--bare", str(self.remote), at=place)
        self.git("init", "-q", "-b", "main", at=work)
        self.git("add", "-A", at=work)
        self.git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "Begin", at=work)
        self.git("push", "-q", str(self.remote), "main", at=work)

    def git(self, *words: str, at: Path) -> str:
        done = subprocess.run(["git", *words], cwd=at, env=self.env, check=True, capture_output=True, text=True)
        return done.stdout

    def clone(self, name: str) -> Path:
        """What `actions/checkout` leaves: one commit of the main branch."""
        url = f"file://{self.remote}"
        self.git("clone", "-q", "--depth", "1", "-b", "main", url, name, at=self.place)
        return self.place / name

    def step(self, name: str, at: Path, now: str = NOW) -> subprocess.CompletedProcess[str]:
        argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self.steps[name]["run"]]
        return subprocess.run(argv, cwd=at, env={**self.env, "NOW": now}, capture_output=True, text=True, check=False)

    def job(self, name: str, now: str) -> Path:
        at = self.clone(name)
        for step in ("Fetch the state", "One pass", "Keep the state", "Stay on the schedule"):
            ran = self.step(step, at, now)
            assert ran.returncode == 0, (step, ran.stderr)
        return at


@pytest.fixture
def github(tmp_path: Path) -> Runner:
    return Runner(tmp_path / "github")


def test_the_workflow_keeps_its_memory_from_run_to_run_in_one_commit(github: Runner):
    first = github.job("first", NOW)
    assert len(list((first / "state" / "folder" / "ada").glob("*.eml"))) == 1
    second = github.job("second", "2026-11-22T09:00:00Z")
    assert len(list((second / "state" / "folder" / "ada").glob("*.eml"))) == 1, "nothing is sent twice"
    log = github.git("log", "--format=%s", "digest-state", at=github.remote)
    assert log == "What the bot remembers\n", "the branch does not grow"
    assert "digest-state" not in github.git("log", "--format=%D", "main", at=github.remote)
    assert github.asked.read_text().splitlines()[0] == (
        "api --silent -X PUT repos/you/papers/actions/workflows/digest.yml/enable"
    )


def test_a_remote_that_does_not_answer_is_not_taken_for_a_first_run(github: Runner):
    at = github.clone("away")
    github.git("remote", "set-url", "origin", "file:///nowhere", at=at)
    assert github.step("Fetch the state", at).returncode not in {0, 2}


def test_what_a_run_sent_is_kept_though_it_failed_in_part(github: Runner):
    kept = github.steps["Keep the state"]["if"]
    assert kept == "${{ always() && steps.pass.outcome != 'skipped' }}"
