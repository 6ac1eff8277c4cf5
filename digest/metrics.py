"""The state of the bot as Prometheus reads it. The only importer of its client library.

Everything is read from the store at the moment it is asked for, so it is true whoever ran the passes: a service, cron
or many workers. Counters are sums that the store keeps, so a restart does not set them back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from importlib.metadata import version

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client.process_collector import ProcessCollector

from digest.model import Settings
from digest.pipeline import Facts, gather, troubles
from digest.store import SLOWEST, Measures, Store

__all__ = ["CONTENT_TYPE", "exposition"]


def exposition(store: Store, settings: Settings, now: datetime, *, process: bool = True) -> bytes:
    """All metrics in Prometheus' text format; with *process* those of this process too. Raises StoreError."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(_families(store, settings, now)))
    if process:
        ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Collected:
    """What the registry asks for, read before it asks: an error of the store must not become half an answer."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _families(store: Store, settings: Settings, now: datetime) -> Iterator[Metric]:
    facts = gather(store, settings, now)
    yield _gauge(
        "digest_info",
        "What runs here.",
        [((_version(), settings.store_url.partition(":")[0].partition("+")[0]), 1)],
        "version",
        "store",
    )
    yield from _standing(facts, settings, store.measures(now))
    yield from _sums(store.totals())


@cache
def _version() -> str:
    return version("paper-digest")


def _gauge(name: str, said: str, values: Iterable[tuple[tuple[str, ...], float]], *labels: str) -> Metric:
    family = GaugeMetricFamily(name, said, labels=labels)
    for given, value in values:
        family.add_metric(given, value)
    return family


def _standing(facts: Facts, settings: Settings, now: Measures) -> Iterator[Metric]:
    """How the bot stands: what waits, what was lost, how sources fare, when the last pass was."""
    enabled = sum(profile.enabled for profile in settings.profiles)
    yield _gauge("digest_profiles", "Enabled profiles.", [((), enabled)])
    yield _gauge("digest_papers", "Papers that are known.", [((), now.papers)])
    yield _gauge("digest_troubles", "What a person should look at.", [((), len(troubles(facts)))])
    yield _gauge(
        "digest_deliveries", "Messages that are not sent, by channel and state.", now.open.items(), "channel", "state"
    )
    ages = [((channel,), max(0.0, (facts.now - since).total_seconds())) for channel, since in now.oldest.items()]
    yield _gauge("digest_oldest_waiting_seconds", "Age of the oldest message that is due.", ages, "channel")
    yield _waits(now)
    lost = [((), len(facts.lost))]
    yield _gauge("digest_dead_targets", "Targets whose last digest in seven days was given up.", lost)
    yield _gauge("digest_suppressed_targets", "Targets that are refused for good.", [((), len(facts.suppressed or ()))])
    paused = [((channel,), float(channel in (facts.paused or {}))) for channel in ("email", "slack", "folder")]
    yield _gauge("digest_channel_paused", "1 where a channel sends nothing until `digest resume`.", paused, "channel")
    yield from _sources(facts, settings)
    if facts.last:
        ended = facts.last.finished_at.timestamp()
        yield _gauge("digest_last_pass_timestamp_seconds", "When the last pass ended.", [((), ended)])
        yield _gauge("digest_last_pass_failures", "Failures of the last pass.", [((), len(facts.last.failures))])
    if facts.last_news:
        newest = facts.last_news.timestamp()
        yield _gauge("digest_last_news_timestamp_seconds", "When something new came in.", [((), newest)])


def _waits(now: Measures) -> Metric:
    """A histogram that moves with the day: its quantiles are read as they stand, without a rate."""
    family = HistogramMetricFamily(
        "digest_delivery_last_day_seconds", "From queued to sent, of what was sent within a day.", labels=["channel"]
    )
    for channel, sent in now.sent.items():
        buckets = [(_bound(bound), float(count)) for bound, count in sent.within]
        family.add_metric([channel], [*buckets, ("+Inf", float(sent.count))], sent.seconds)
    return family


def _sources(facts: Facts, settings: Settings) -> Iterator[Metric]:
    known = facts.sources or {}
    here = [known[source.name] for source in settings.sources if source.name in known]
    answered = [((one.name,), one.last_success.timestamp()) for one in here if one.last_success]
    yield _gauge("digest_source_last_success_timestamp_seconds", "When a source last answered.", answered, "source")
    failing = [((one.name,), float(one.failing_since is not None)) for one in here]
    yield _gauge("digest_source_failing", "1 for a source whose last answer was a failure.", failing, "source")


def _sums(totals: dict[str, float]) -> Iterator[Metric]:
    """What was done since the store was made."""
    yield _counter("digest_passes", "Passes by how they ended.", totals, "passes_", "result", "ok", "failed")
    yield _counter("digest_papers_taken_in", "Papers that dumps brought.", totals, "papers_", "kind", "new", "updated")
    yield _counter("digest_editions", "Editions made.", totals, "editions_", "state", "queued", "empty")
    outcomes = ("sent", "deferred", "dead", "unknown")
    yield _counter("digest_attempts", "How attempts to deliver ended.", totals, "outcome_", "outcome", *outcomes)
    yield CounterMetricFamily("digest_picks", "Papers shown in full.", value=totals.get("picks", 0))
    refused = totals.get("dumps_refused", 0)
    yield CounterMetricFamily("digest_dumps_refused", "Dumps that were not taken in.", value=refused)
    passes = totals.get("passes_ok", 0) + totals.get("passes_failed", 0)
    buckets = [(_bound(bound), totals.get(f"pass_le_{bound:g}", 0)) for bound in SLOWEST]
    yield HistogramMetricFamily(
        "digest_pass_seconds", "How long passes take.", [*buckets, ("+Inf", passes)], totals.get("pass_seconds", 0)
    )


def _counter(name: str, said: str, totals: dict[str, float], prefix: str, label: str, *values: str) -> Metric:
    family = CounterMetricFamily(name, said, labels=[label])
    for value in values:
        family.add_metric([value], totals.get(prefix + value, 0))
    return family


def _bound(seconds: float) -> str:
    return f"{seconds:.1f}"
