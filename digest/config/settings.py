"""From checked tables to the values of the house. Pure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from digest.config.across import source_name
from digest.config.schema import (
    DigestFile,
    EmailTable,
    ProfileFile,
    SlackTable,
    SourceTable,
    SummariesTable,
    Table,
    ZoteroTable,
)
from digest.model import (
    DkimSettings,
    EmailSettings,
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
    ZoteroSettings,
)


def main_settings(where: Path, table: DigestFile, state: Path, sources: tuple[SourceSettings, ...]) -> Settings:
    """The settings that digest.toml alone states."""
    email, slack = table.email, table.slack
    return Settings(
        where=where,
        state=state,
        store_url=_in_state(table.store.url, state),
        timezone=table.timezone,
        public_url=table.public_url,
        sources=sources,
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
        zotero=tuple(_zotero(one, state) for one in table.zotero),
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
    return WebSettings(host, port, web.password, web.proxy, web.per_minute, web.user_header, tuple(web.operators))


def _zotero(table: ZoteroTable, state: Path) -> ZoteroSettings:
    fields = _fields(table)
    owner, seconds = fields.pop("library"), 60 * table.interval
    return ZoteroSettings(**fields | {"owner": owner, "interval": seconds, "kept": fetched(state, table.name)})


def fetched(state: Path, name: str) -> Path:
    """Where the papers of a library of Zotero lie."""
    return state / "zotero" / f"{name}.json"


def _metrics(table: DigestFile) -> MetricsSettings:
    host, port = table.monitor.listen or ("", 0)
    return MetricsSettings(host, port, table.monitor.token)


def source_settings(table: SourceTable) -> SourceSettings:
    """One source; what an OPML file has in common for its feeds is a feed without an address."""
    fields = _fields(table)
    minutes, megabytes = fields.pop("interval"), fields.pop("max_mb")
    fields["path"] = table.path or Path()
    fields["name"] = source_name(fields)
    fields["kind"] = "feed" if table.kind == "opml" else table.kind
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


def profile_as_written(table: ProfileFile) -> Profile:
    """What a profile's text states: `name` and `timezone` are "" where it leaves them open."""
    fields = _fields(table)
    fields["interests"] = tuple(Interest(**_fields(interest)) for interest in table.interests)
    return Profile(**fields)


def _fields(table: Table) -> dict[str, Any]:
    """The values of a table by name, with lists as tuples: what a frozen value of the same fields takes."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in table}
