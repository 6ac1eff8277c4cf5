"""The checked config."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from digest.model.operating import Failure
from digest.model.sent import Day
from digest.model.shown import Paper
from digest.model.wishes import Profile, Target


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One place where dumps appear. *path* and *pattern* are for kind "folder", *url* for the others.

    *interval* and *timeout* in seconds, *max_bytes* of one answer (0: as for any dump); *allow_private* says that
    an address inside one's own network is meant. *lists* and *days* (re-read until they have settled) are for
    "huggingface", *categories* and *holidays* for "arxiv"; both are asked for *lookups* titles at most in a pass.
    """

    kind: Literal["folder", "huggingface", "arxiv", "feed", "url"]
    name: str
    path: Path = Path()
    pattern: str = "*"
    url: str = ""
    interval: float = 1800.0
    timeout: float = 60.0
    max_bytes: int = 0
    allow_private: bool = False
    lists: tuple[str, ...] = ("daily",)
    days: int = 14
    categories: tuple[str, ...] = ()
    holidays: tuple[Day, ...] = ()
    lookups: int = 20

    @property
    def place(self) -> str:
        """Where a person would look: the folder, the address, or the service."""
        return str(self.path) if self.kind == "folder" else self.url or self.kind


@dataclass(frozen=True, slots=True)
class DkimSettings:
    """How mail is signed: *key* is an RSA private key in PEM, its public half in DNS at *selector*."""

    domain: str
    selector: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """How mail leaves. *security*: "tls" from the first byte, "starttls" required, "clear" for loopback only.

    At most *connections* at once and *per_minute* mails (0: no limit). *unsubscribe* is a mail address, "" for
    the sender's own.
    """

    host: str
    port: int
    security: Literal["tls", "starttls", "clear"]
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 60.0
    connections: int = 4
    per_minute: int = 0
    unsubscribe: str = ""
    dkim: DkimSettings | None = None


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """How Slack is reached; *base_url* differs from the default only for tests and proxies.

    *app_token* (Socket Mode) or *signing_secret* (HTTP) switch the Slack app on: buttons, commands, Home. *reactions*
    says which emoji, by name without colons, votes what. *subscribe* lets anybody make a profile of their own,
    *unfurl* answers links to papers.
    """

    token: str = field(repr=False)
    base_url: str = "https://slack.com/api/"
    timeout: float = 30.0
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    reactions: tuple[tuple[str, str], ...] = (("+1", "more"), ("-1", "less"), ("bookmark", "save"))
    subscribe: bool = False
    unfurl: bool = False

    @property
    def has_app(self) -> bool:
        """Whether there is somebody who hears a button."""
        return bool(self.app_token or self.signing_secret)


@dataclass(frozen=True, slots=True)
class OperatorSettings:
    """Whom to tell when something is wrong; *quiet_days* working days without anything new are wrong, 0 never.

    A source may fail *source_failures* times before anybody is told.
    """

    alert: tuple[Target, ...] = ()
    quiet_days: int = 3
    source_failures: int = 3


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The pages of `digest serve`; *host* is "" where there are none.

    *password* opens the operator's page; without one it is closed. *proxy* is the address of the reverse proxy whose
    word on who asks and how is taken, "" for none. One address may ask *per_minute* times (0: no limit). The proxy
    names who signed in there in *user_header*; those of *operators* see the operator's page without a password.
    """

    host: str = ""
    port: int = 0
    password: str = field(default="", repr=False)
    proxy: str = ""
    per_minute: int = 600
    user_header: str = ""
    operators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Where `serve` and `worker` show their metrics beside any pages; *host* is "" where they do not.

    *token* opens them to who says it; "" where only this machine can ask.
    """

    host: str = ""
    port: int = 0
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class KeepSettings:
    """For how many days things are remembered that only people look at; what prevents a repeat is kept for good."""

    sightings: int = 400
    editions: int = 90
    deliveries: int = 90
    rejects: int = 90
    reports: int = 60


@dataclass(frozen=True, slots=True)
class SummarySettings:
    """Who writes a summary where a source gives none: *url* takes chat completions as OpenAI's API does.

    *timeout* in seconds for one answer; a pass asks at most *calls* times and for *seconds* in all.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: float = 20.0
    calls: int = 50
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class ZoteroSettings:
    """A library of Zotero that profiles like as ``zotero:NAME``: *owner* is "users/ID" or "groups/ID".

    *collection* is the key of a part of it, "" for all. What was fetched lies in *kept*. *interval* in seconds.
    """

    name: str
    owner: str
    kept: Path
    collection: str = ""
    key: str = field(default="", repr=False)
    base_url: str = "https://api.zotero.org/"
    interval: float = 3600.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole checked config. *templates* is a folder that overrides single templates; *warnings*: odd but usable.

    *exports* names the formats in which a folder gets the papers of each digest. *ping_url* is told of every pass;
    *contact* is what servers are told of who asks; *link_keys* sign links, the newest first, none where the bot keeps
    its own; *log_format* is "" where none is asked for; *semantic_model* is where a sentence model should lie.
    *references* holds the papers of files of references that profiles like, by the title that stands among the likes.
    *broken* says which profiles cannot be used as they are written now; what they said before stands.
    """

    where: Path
    state: Path
    store_url: str = field(repr=False)
    timezone: str = "UTC"
    public_url: str = ""
    sources: tuple[SourceSettings, ...] = ()
    profiles: tuple[Profile, ...] = ()
    email: EmailSettings | None = None
    slack: SlackSettings | None = None
    templates: Path | None = None
    max_dump_bytes: int = 256 * 2**20
    operator: OperatorSettings = OperatorSettings()
    keep: KeepSettings = KeepSettings()
    web: WebSettings = WebSettings()
    summaries: SummarySettings | None = None
    exports: tuple[str, ...] = ()
    ping_url: str = field(default="", repr=False)
    metrics: MetricsSettings = MetricsSettings()
    contact: str = ""
    link_keys: tuple[str, ...] = field(default=(), repr=False)
    log_format: Literal["", "json", "text"] = ""
    semantic_model: Path | None = None
    references: Mapping[str, Paper] = field(default_factory=dict)
    warnings: tuple[Failure, ...] = ()
    broken: tuple[Failure, ...] = ()
    zotero: tuple[ZoteroSettings, ...] = ()
