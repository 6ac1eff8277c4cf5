"""The same work on many machines: workers take profiles and messages in chunks. The only importer of the task engine.

A job is a hint: what is due is decided by the store, what may be sent by the outbox. A job that is lost, repeated or
late changes nothing (FAULTS 66), and a sweeper offers anew whatever waits. Who makes an edition sends it, since it has
the words at hand; so there is little that others must be told. One worker leads: it takes in what is new and makes
the hints. The others stand by, and one of them leads as soon as the leader's session ends.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.schema import SchemaManager
from sqlalchemy.engine import make_url

from digest import outbox, pipeline
from digest.errors import StoreError
from digest.model import RunReport
from digest.pipeline import Bot

QUEUE, SERVE, DELIVER = "digest", "serve", "deliver"
_TRANSIENT = (ConnectorException, psycopg.Error, StoreError)
_WAITS = """
SELECT EXISTS (
    SELECT FROM procrastinate_jobs
    WHERE queue_name = %(queue)s AND task_name = %(task)s AND status::text = ANY(%(states)s)
) AS waits
"""
log = structlog.get_logger("digest.cluster")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How large a chunk is, how much is offered at once, and how often who looks; times in seconds.

    A message that nobody has for *grace* is offered, since whoever made it would have begun by then.
    """

    profiles: int = 200
    messages: int = 100
    offered: int = 20_000
    tick: float = 30.0
    sweep: float = 2.0
    heartbeat: float = 1.0
    stalled: float = 5.0
    grace: float = 6.0
    drain: float = 30.0


USUAL = Rhythm()


def work(bot: Bot, url: str, rhythm: Rhythm = USUAL) -> None:
    """Take work until SIGTERM or SIGINT; then finish the messages in flight and give back the rest.

    *url* is that of the store, which must be on PostgreSQL; the engine's tables lie in a schema of their own there.
    Raises StoreError when they cannot be made. Later losses of the database are waited out.
    """
    place = _place(url)
    asyncio.run(_Worker(bot, place, rhythm).run())


class _Worker:
    """One process: makes the editions of one job while it sends those of another, and leads when nobody else does."""

    def __init__(self, bot: Bot, conninfo: str, rhythm: Rhythm) -> None:
        self.bot, self.rhythm, self.chunks = bot, rhythm, pipeline.Chunks(bot)
        self._began: datetime | None = None  # the last pass that this one led
        connector = procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)
        self.app = procrastinate.App(connector=connector)
        self._serve = self.app.task(name=SERVE, queue=QUEUE)(self.serve)
        self._deliver = self.app.task(name=DELIVER, queue=QUEUE)(self.deliver)

    async def run(self) -> None:
        """Work until a signal; begin anew when the database was away."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        log.info("working")
        while not ended.is_set():
            try:
                with self.bot.store.staying(self.bot.clock()) as known:
                    async with self.app.open_async():
                        await self._until(ended, known)
            except _TRANSIENT as error:
                log.warning("the database is away", why=str(error).partition("\n")[0])
                with suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), 1.0)
        log.info("stopped")

    async def _until(self, ended: asyncio.Event, known: Callable[[], bool]) -> None:
        """Take jobs and lead until *ended*, or until either breaks, or the others do not know of us any more."""
        jobs = asyncio.create_task(
            self.app.run_worker_async(
                queues=[QUEUE],
                concurrency=2,
                install_signal_handlers=False,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=self.rhythm.heartbeat,
                stalled_worker_timeout=self.rhythm.stalled,
                shutdown_graceful_timeout=self.rhythm.drain,
                delete_jobs="always",
            )
        )
        others = [asyncio.create_task(one) for one in (self._lead(), self._watch(known), ended.wait())]
        await asyncio.wait({jobs, *others}, return_when=asyncio.FIRST_COMPLETED)
        if ended.is_set():
            self.bot.stop.set()  # a delivery gives back what it has not begun
        for task in (*others, jobs):
            task.cancel()
        results = await asyncio.gather(*others, jobs, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _watch(self, known: Callable[[], bool]) -> None:
        """Notice when the session is gone by which others know that this worker lives."""
        while await asyncio.to_thread(known):
            await asyncio.sleep(self.rhythm.heartbeat)
        raise StoreError("the session of this worker ended")

    # ------------------------------------------------------------ jobs

    async def serve(self, names: list[str], began: str) -> None:
        """Make and send the editions of these profiles that are due in the pass that *began* then."""
        await asyncio.to_thread(self.chunks.serve, names, datetime.fromisoformat(began))

    async def deliver(self, keys: list[str], began: str) -> None:
        """Send those of these messages that are due and that nobody else has."""
        await asyncio.to_thread(self.chunks.deliver, keys, datetime.fromisoformat(began))

    # ------------------------------------------------------------ leading

    async def _lead(self) -> None:
        """Stand by until nobody leads, then lead until the session ends."""
        while True:
            with self.bot.store.leading() as still:
                if still is not None:
                    log.info("leading")
                    await self._tick_and_sweep(still)
            await asyncio.sleep(self.rhythm.sweep)

    async def _tick_and_sweep(self, still: Any) -> None:
        loop = asyncio.get_running_loop()
        ticked = -self.rhythm.tick
        while await asyncio.to_thread(still):
            if loop.time() - ticked >= self.rhythm.tick:
                ticked = loop.time()
                await self._tick()
            await self._sweep()
            await asyncio.sleep(self.rhythm.sweep)

    async def _tick(self) -> None:
        """Take in what is new, and offer every profile that is due, unless the last offer is still being taken."""
        due: list[str] = []

        def hand_over(now: datetime) -> None:
            bot, self._began = self.bot.looked(), now
            due.extend(pipeline.due_profiles(bot, now, due_only=True))
            pipeline.read_ahead(bot, due, now)  # or each worker would do it

        try:
            await asyncio.to_thread(pipeline.run_pass, self.bot, due_only=True, learns=True, hand_over=hand_over)
        except Exception:
            log.exception("a pass failed; the next one runs")
        if due and self._began and not await self._waits(SERVE, "doing", "todo"):
            await asyncio.to_thread(self.bot.store.add_to_report, RunReport(self._began, self._began))
            await self._offer(self._serve, "names", due, chunk_size(len(due), self.rhythm.profiles))

    async def _sweep(self) -> None:
        """Take back what dead workers had, and offer what waits and nobody was told of."""
        jobs = self.app.job_manager
        for job in await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=self.rhythm.stalled):
            log.warning("a worker died", task=job.task_name)
            await jobs.retry_job(job)
        doubtful = await asyncio.to_thread(self._doubtful)
        if doubtful or not await self._waits(DELIVER, "todo"):
            grace = 0.0 if doubtful or not await self._waits(SERVE, "doing", "todo") else self.rhythm.grace
            await self._offer(self._deliver, "keys", await asyncio.to_thread(self._due, grace), self.rhythm.messages)

    def _doubtful(self) -> bool:
        """Whether something was being sent by somebody who lives no more; it is in doubt now."""
        doubtful = self.bot.store.sweep(self.bot.clock())
        for one in doubtful:
            log.warning("in doubt", key=one.key)
        return bool(doubtful)

    def _due(self, grace: float) -> list[str]:
        if self.bot.store.restored_at() is not None:
            return []
        probe = outbox.Policy().probe_after
        since = self.bot.clock() - timedelta(seconds=grace)
        return self.bot.store.due_keys(since, self.rhythm.offered, probe_after=probe)

    async def _waits(self, task: str, *states: str) -> bool:
        row = await self.app.connector.execute_query_one_async(_WAITS, task=task, queue=QUEUE, states=list(states))
        return bool(row["waits"])

    async def _offer(self, task: Any, name: str, values: Sequence[str], size: int) -> None:
        began = (self._began or self.bot.clock()).isoformat()
        if values:
            await task.batch_defer_async(*({name: chunk, "began": began} for chunk in _chunks(values, size)))


def chunk_size(due: int, most: int) -> int:
    """How many of *due* profiles one job takes: a sixteenth, so that all workers end at once, but 10 to *most*."""
    return max(min(due // 16, most), 10)


def _chunks(values: Sequence[str], size: int) -> Iterator[list[str]]:
    return (list(values[at : at + size]) for at in range(0, len(values), size))


def _place(url: str) -> str:
    """Where the engine keeps its jobs: a schema for each of its versions, since jobs are worth no migration."""
    parsed = make_url(url).set(drivername="postgresql")
    version = "_".join(procrastinate.__version__.split(".")[:2])
    try:
        with psycopg.connect(parsed.render_as_string(False)) as session:
            row = session.execute("SELECT current_schema()").fetchone()
            name = f"{row[0] if row else 'public'}_jobs_{version}"
            session.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (name,))
            if not session.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (name,)).fetchone():
                quoted = psycopg.sql.Identifier(name)
                session.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(quoted))
                session.execute(psycopg.sql.SQL("SET LOCAL search_path TO {}").format(quoted))
                session.execute(SchemaManager.get_schema())
    except psycopg.Error as error:
        said = str(error).partition("\n")[0]
        raise StoreError(f"the tables of the task engine cannot be made: {said}") from error
    return parsed.update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(False)
