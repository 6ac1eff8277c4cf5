"""Every key of the config, its type, range and default: one line per key.

A key of a profile or an interest has the name of its field in digest.model; adding one there and one
line here is enough.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from digest.config import places, values
from digest.config.places import Door
from digest.config.values import Wrong
from digest.model import EmailSettings, Target
from digest.text import clean

T = TypeVar("T")


def _door(info: ValidationInfo) -> Door:
    assert isinstance(info.context, Door)  # noqa: S101 a promise to the type checker; load always passes it
    return info.context


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong("must be text in quotes")
    return value


def _unique(items: list[T]) -> list[T]:
    seen: list[T] = []
    for item in items:
        if item in seen:
            raise Wrong(f'holds "{item}" twice')
        seen.append(item)
    return items


Words = Annotated[str, AfterValidator(values.words)]
Line = Annotated[str, AfterValidator(clean)]
Name = Annotated[str, AfterValidator(values.simple_name)]
Zone = Annotated[str, AfterValidator(values.timezone)]
Rule = Annotated[str, AfterValidator(values.rule)]
Weekly = Annotated[str, AfterValidator(values.weekly)]
Sender = Annotated[str, AfterValidator(values.sender)]
WebUrl = Annotated[str, AfterValidator(places.web_url)]
PingUrl = Annotated[str, AfterValidator(lambda text, info: places.ping_url(text, _door(info))), Field(repr=False)]
SourceUrl = Annotated[str, AfterValidator(places.source_url)]
Library = Annotated[str, AfterValidator(values.zotero_library)]
Category = Annotated[str, AfterValidator(values.category)]
ApiUrl = Annotated[str, AfterValidator(places.api_url)]
Emoji = Annotated[str, AfterValidator(values.emoji)]
Secret = Annotated[str, AfterValidator(lambda text, info: places.secret(text, _door(info))), Field(repr=False)]
Key = Annotated[str, AfterValidator(lambda text, info: places.link_key(text, _door(info)))]
Pem = Annotated[str, AfterValidator(lambda text, info: places.pem(text, _door(info))), Field(repr=False)]
Address = Annotated[str, AfterValidator(lambda text: values.email_address(text.removeprefix("mailto:")))]
Listen = Annotated[tuple[str, int], BeforeValidator(lambda value: places.listen(_text(value)))]
ProxyAddress = Annotated[str, AfterValidator(places.proxy_address)]
HeaderName = Annotated[str, AfterValidator(places.header_name)]
Domain = Annotated[str, AfterValidator(values.domain)]
StoreUrl = Annotated[str, AfterValidator(lambda text, info: places.store_url(text, _door(info)))]
Folder = Annotated[Path, BeforeValidator(lambda value, info: places.folder_path(_text(value), _door(info)))]
OwnFolder = Annotated[Path, BeforeValidator(lambda value, info: places.own_folder(_text(value), _door(info)))]
SentenceModel = Annotated[Path, BeforeValidator(lambda value, info: places.sentence_model(_text(value), _door(info)))]
Templates = Annotated[Path, BeforeValidator(lambda value, info: places.template_folder(_text(value), _door(info)))]
Smtp = Annotated[EmailSettings, BeforeValidator(lambda value: places.smtp_url(_text(value)))]
To = Annotated[Target, BeforeValidator(lambda value: values.target(_text(value)))]
Many = Annotated[list[T], AfterValidator(_unique)]
Least = Annotated[int, Field(ge=0, le=1_000_000)]
Days = Annotated[int, Field(ge=7, le=36500)]
Seconds = Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)]


class Table(BaseModel):
    """A table of a config file: no unknown key, no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class StoreTable(Table):
    """[store]"""

    url: StoreUrl = "sqlite:///digest.db"


class SourceTable(Table):
    """[[sources]]; the fields are those of digest.model.SourceSettings. Which key is for which kind: across.py."""

    kind: Literal["folder", "huggingface", "arxiv", "feed", "url", "opml"]
    name: Words = ""
    path: Folder | None = None
    pattern: Words = "*"
    url: SourceUrl = ""
    categories: Many[Category] = []
    lists: Many[Literal["daily", "trending", "week", "month"]] = Field(["daily"], min_length=1)
    days: Annotated[int, Field(ge=0, le=60)] = 14
    holidays: Many[date] = []
    lookups: Annotated[int, Field(ge=0, le=200)] = 20
    interval: Annotated[float, Field(ge=1, le=10080, allow_inf_nan=False)] = 30.0
    timeout: Seconds = 60.0
    max_mb: Annotated[int, Field(ge=0, le=4096)] = 0
    allow_private: bool = False


class DkimTable(Table):
    """[email.dkim]"""

    domain: Domain
    selector: Domain
    key: Pem


class EmailTable(Table):
    """[email]"""

    url: Smtp
    password: Secret = ""
    sender: Sender = Field(alias="from")
    timeout: Seconds = 60.0
    connections: int = Field(4, ge=1, le=100)
    per_minute: int = Field(0, ge=0, le=1_000_000)
    unsubscribe: Address = ""
    dkim: DkimTable | None = None


class ReactionsTable(Table):
    """[slack.reactions]: which emoji say what of a paper."""

    more: Many[Emoji] = ["+1"]
    less: Many[Emoji] = ["-1"]
    save: Many[Emoji] = ["bookmark"]


class SlackTable(Table):
    """[slack]"""

    token: Secret
    base_url: ApiUrl = "https://slack.com/api/"
    timeout: Seconds = 30.0
    app_token: Secret = ""
    signing_secret: Secret = ""
    subscribe: bool = False
    unfurl: bool = False
    reactions: ReactionsTable = ReactionsTable()


class OperatorTable(Table):
    """[operator]"""

    alert: Many[To] = []
    quiet_days: Annotated[int, Field(ge=0, le=60)] = 3
    source_failures: Annotated[int, Field(ge=1, le=100)] = 3


class MonitorTable(Table):
    """[monitor]"""

    ping_url: PingUrl = ""
    listen: Listen | None = None
    token: Secret = ""


class LogTable(Table):
    """[log]"""

    format: Literal["json", "text"] = "text"


class WebTable(Table):
    """[web]"""

    contact: Line = ""
    listen: Listen | None = None
    password: Secret = ""
    proxy: ProxyAddress = ""
    per_minute: Annotated[int, Field(ge=0, le=1_000_000)] = 600
    user_header: HeaderName = ""
    operators: Many[Words] = []


class LinksTable(Table):
    """[links]"""

    keys: Annotated[list[Key], Field(repr=False)] = []


class SemanticTable(Table):
    """[semantic]"""

    model: SentenceModel


class KeepTable(Table):
    """[keep], in days; the fields are those of digest.model.KeepSettings."""

    sightings: Days = 400
    editions: Days = 90
    deliveries: Days = 90
    rejects: Days = 90
    reports: Days = 60


class SummariesTable(Table):
    """[summaries]; the fields are those of digest.model.SummarySettings."""

    url: ApiUrl
    model: Line = Field(min_length=1)
    key: Secret = ""
    timeout: Seconds = 20.0
    calls: int = Field(50, ge=1, le=100_000)
    seconds: Seconds = 120.0


class ZoteroTable(Table):
    """[[zotero]]; the fields are those of digest.model.ZoteroSettings."""

    name: Name
    library: Library
    collection: Annotated[str, AfterValidator(values.collection)] = ""
    key: Secret = ""
    base_url: ApiUrl = "https://api.zotero.org/"
    interval: Annotated[float, Field(ge=1, le=10080, allow_inf_nan=False)] = 60.0


class ExportTable(Table):
    """[export]"""

    formats: Many[Literal["bibtex", "ris", "csl"]] = []


class DigestFile(Table):
    """digest.toml"""

    timezone: Zone = "UTC"
    public_url: WebUrl = ""
    state: OwnFolder = Field("var", validate_default=True)
    templates: Templates | None = None
    max_dump_mb: int = Field(256, ge=1, le=4096)
    store: StoreTable = StoreTable()
    sources: list[SourceTable] = Field(min_length=1)
    email: EmailTable | None = None
    slack: SlackTable | None = None
    operator: OperatorTable = OperatorTable()
    monitor: MonitorTable = MonitorTable()
    log: LogTable | None = None
    web: WebTable = WebTable()
    links: LinksTable = LinksTable()
    keep: KeepTable = KeepTable()
    summaries: SummariesTable | None = None
    export: ExportTable = ExportTable()
    zotero: list[ZoteroTable] = []
    semantic: SemanticTable | None = None


class InterestTable(Table):
    """[[interests]] of a profile; the fields are those of digest.model.Interest."""

    name: Words
    about: Line = ""
    keywords: Many[Words] = []
    like: Many[Words] = []
    avoid: Many[Words] = []
    weight: float = Field(1.0, gt=0, le=10, allow_inf_nan=False)
    authors: Many[Words] = []
    organisations: Many[Words] = []


class ProfileFile(Table):
    """profiles/*.toml; the fields are those of digest.model.Profile."""

    name: Name = ""
    title: Line = ""
    enabled: bool = True
    timezone: Zone = ""
    schedule: Rule = "daily 08:00"
    deliver: Many[To] = Field(min_length=1)
    limit: int = Field(10, ge=1, le=100)
    floor: float = Field(0.5, ge=0, le=1, allow_inf_nan=False)
    mute: Many[Words] = []
    least_upvotes: Least = Field(0, alias="min_upvotes")
    least_comments: Least = Field(0, alias="min_comments")
    surprise: int = Field(0, ge=0, le=20)
    quiet: Literal["silent", "note", "auto"] = "auto"
    look_back: Weekly = ""
    updates: Many[Literal["text", "code", "surge"]] = ["code", "surge"]
    members: Many[Name] = []
    share: bool = False
    interests: list[InterestTable] = []


def tables(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The keys of *model* that hold a table or a list of tables, with the model of that table."""
    found = {}
    for name, info in model.model_fields.items():
        for part in _parts(info.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                found[info.alias or name] = part
    return found


def _parts(annotation: Any) -> list[Any]:
    arguments = getattr(annotation, "__args__", ())
    return [annotation] if not arguments else [part for inner in arguments for part in _parts(inner)]


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys that stand in one table, as written in the file."""
    return [info.alias or name for name, info in model.model_fields.items()]


def keys_with(kind: type, model: type[BaseModel]) -> list[str]:
    """The keys of one table that hold a value of *kind*, such as list or int."""
    return [info.alias or name for name, info in model.model_fields.items() if _base(info.annotation) is kind]


def _base(annotation: Any) -> Any:
    return getattr(annotation, "__origin__", annotation)


def keys() -> list[str]:
    """Every config key: those of digest.toml ("email.from"), then those of a profile ("profile.interests.like")."""
    return [*_walk(DigestFile, ""), *_walk(ProfileFile, "profile.")]


def _walk(model: type[BaseModel], prefix: str) -> list[str]:
    inner = tables(model)
    found: list[str] = []
    for key in keys_of(model):
        found += _walk(inner[key], f"{prefix}{key}.") if key in inner else [prefix + key]
    return found
