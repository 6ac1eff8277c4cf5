"""The door: config files in, checked Settings out, or every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from digest.config.across import check_main, check_profiles, source_name
from digest.config.faults import Document, read
from digest.config.places import Door
from digest.config.schema import DigestFile, EmailTable, ProfileFile, SlackTable, SourceTable, SummariesTable, Table
from digest.errors import ConfigError, Fault
from digest.model import (
    DkimSettings,
    EmailSettings,
    Failure,
    Interest,
    KeepSettings,
    MetricsSettings,
    OperatorSettings,
    Profile,
    Settings,
    SlackSettings,
    SourceSettings,
    SummarySettings,
    WebSettings,
)
from digest.packaged import packaged

FILE, PROFILES = "digest.toml", "profiles"


def load(path: Path | None, env: Mapping[str, str], *, cwd: Path, data_dir: Path) -> Settings:
    """Read and check digest.toml and profiles/*.toml beside it; ConfigError carries every fault of all of them.

    *path* names digest.toml or its folder, *cwd* is absolute; None means ./config in *cwd*, else the packaged default,
    whose state is kept in *data_dir* (the user's data folder). Secrets are read here, once, from
    *env* and from files; what is odd but usable stands in ``Settings.warnings``.
    """
    where, shipped = _find(path, cwd)
    main = read(where, _shown(where, cwd))
    folder = where.parent / PROFILES
    files = _profile_files(folder, main, cwd)
    profiles = [(read(file, _shown(file, cwd)), file) for file in files]

    door = Door(env, where.parent)
    table = main.check(DigestFile, door)
    beside = Door(env, folder, door.warnings)  # what a profile names lies beside it
    tables = [document.check(ProfileFile, beside) for document, _ in profiles]
    check_main(main)
    check_profiles(profiles, main)
    faults = [fault for document in (main, *(d for d, _ in profiles)) for fault in _by_line(document)]
    if faults or table is None:
        raise ConfigError(faults)

    built = [_profile(t, file, table.timezone) for t, file in zip(tables, files, strict=True) if t is not None]
    warnings = list(door.warnings)
    if not any(profile.enabled for profile in built):
        warnings.append(f"no profile in {_shown(folder, cwd)} is enabled: nothing will be sent")
    if table.public_url and table.web.listen is None:
        warnings.append("public_url is set, but no [web] listen: the links in mail lead to pages that nobody serves")
    settings = _settings(where, table, data_dir if shipped else table.state)
    return replace(
        settings,
        profiles=tuple(built),
        references=beside.references,
        warnings=tuple(Failure(_shown(where, cwd), why) for why in dict.fromkeys(warnings)),
    )


def _find(path: Path | None, cwd: Path) -> tuple[Path, bool]:
    """Return the file to read, and whether it is the packaged default."""
    if path is None:
        own = cwd / "config" / FILE
        return (own, False) if own.exists() else (packaged("config") / FILE, True)
    found = cwd / path
    found = found / FILE if found.is_dir() else found
    if not found.exists():
        raise ConfigError([Fault(_shown(found, cwd), "there is no such file", "digest init DIR writes a starter")])
    return found, False


def _shown(path: Path, cwd: Path) -> str:
    return str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)


def _profile_files(folder: Path, main: Document, cwd: Path) -> list[Path]:
    try:
        return sorted(file for file in folder.iterdir() if file.suffix == ".toml" and not file.name.startswith("."))
    except FileNotFoundError:
        why = "there is no such folder; each profile is a file in it"
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
    main.faults.append((0, Fault(_shown(folder, cwd), why, "digest init DIR writes two examples")))
    return []


def _by_line(document: Document) -> list[Fault]:
    return [fault for _, fault in sorted(document.faults, key=lambda found: found[0])]


# ---------------------------------------------------------------- checked tables to the values of the house


def _settings(where: Path, table: DigestFile, state: Path) -> Settings:
    email, slack = table.email, table.slack
    return Settings(
        where=where,
        state=state,
        store_url=_in_state(table.store.url, state),
        timezone=table.timezone,
        public_url=table.public_url,
        sources=tuple(map(_source, table.sources)),
        contact=table.web.contact or table.public_url,
        web=_web(table),
        link_keys=tuple(table.links.keys),
        email=_mail(email) if email else None,
        slack=_slack(slack) if slack else None,
        templates=table.templates,
        max_dump_bytes=table.max_dump_mb * 2**20,
        operator=OperatorSettings(**_fields(table.operator)),
        keep=KeepSettings(**_fields(table.keep)),
        exports=tuple(table.export.formats),
        summaries=_summaries(table.summaries) if table.summaries else None,
        ping_url=table.monitor.ping_url,
        metrics=_metrics(table),
        log_format=table.log.format if table.log else "",
        semantic_model=table.semantic.model if table.semantic else None,
    )


def _slack(table: SlackTable) -> SlackSettings:
    fields = _fields(table)
    reactions = ((emoji, opinion) for opinion, names in table.reactions for emoji in names)
    return SlackSettings(**fields | {"reactions": tuple(reactions)})


def _web(table: DigestFile) -> WebSettings:
    web = table.web
    host, port = web.listen or ("", 0)
    return WebSettings(host, port, web.password, web.proxy, web.per_minute)


def _metrics(table: DigestFile) -> MetricsSettings:
    host, port = table.monitor.listen or ("", 0)
    return MetricsSettings(host, port, table.monitor.token)


def _source(table: SourceTable) -> SourceSettings:
    fields = _fields(table)
    minutes, megabytes = fields.pop("interval"), fields.pop("max_mb")
    fields["path"] = table.path or Path()
    fields["name"] = source_name(fields)
    return SourceSettings(**fields, interval=60 * minutes, max_bytes=megabytes * 2**20)


def _mail(table: EmailTable) -> EmailSettings:
    dkim = DkimSettings(table.dkim.domain, table.dkim.selector, table.dkim.key) if table.dkim else None
    return replace(
        table.url,
        sender=table.sender,
        password=table.password,
        timeout=table.timeout,
        connections=table.connections,
        per_minute=table.per_minute,
        unsubscribe=table.unsubscribe,
        dkim=dkim,
    )


def _summaries(table: SummariesTable) -> SummarySettings:
    fields = _fields(table)
    return SummarySettings(**fields | {"url": f"{table.url.removesuffix('chat/completions/')}chat/completions"})


def _in_state(url: str, state: Path) -> str:
    """The URL with an absolute file: a relative one lies in *state*."""
    file = url.removeprefix("sqlite:///")
    return url if file == url else f"sqlite:///{state / file}"


def _profile(table: ProfileFile, file: Path, zone: str) -> Profile:
    fields = _fields(table)
    fields["interests"] = tuple(Interest(**_fields(interest)) for interest in table.interests)
    fields["name"] = table.name or file.stem
    fields["timezone"] = table.timezone or zone
    return Profile(**fields)


def _fields(table: Table) -> dict[str, Any]:
    """The values of a table by name, with lists as tuples: what a frozen value of the same fields takes."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in table}
