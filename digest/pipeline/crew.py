"""More hands for a pass of many: processes forked from this one, which work and hand back values.

One process keeps one core busy. A forked one shares what is in memory already, so it costs little; it opens the
store for itself, and ends with its work or with this process. Only a process without other threads is forked, since
a lock that one of them holds would stay locked in the child: `digest serve` works alone.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from digest.errors import DigestError
from digest.store import Store

P = TypeVar("P")
R = TypeVar("R")

WORTH = 400
"""Fewer profiles or messages are done sooner than processes are made."""
MOST = 8
BATCH = 25
"""Results in one letter."""
PATIENCE = 30.0
"""Seconds for a process to end by itself once nobody listens to it."""


def hands(store: Store, pieces: int) -> int:
    """How many processes shall share *pieces* of work: one for each core, and 1 where that is not worth it."""
    if pieces < WORTH or sys.platform != "linux" or threading.active_count() > 1 or not store.can_be_shared():
        return 1
    return min(MOST, len(os.sched_getaffinity(0)))


def spread(store: Store, parts: Sequence[P], work: Callable[[P], Iterable[R]]) -> Iterator[R]:
    """Do *work* on each of *parts* in a process of its own; yield what comes of it, in no order.

    What it raises there is raised here; so is DigestError when a process dies.
    """

    def main(part: P, lines: Sequence[Connection]) -> None:
        try:
            results = iter(work(part))
            while batch := list(islice(results, BATCH)):
                lines[0].send(batch)
            lines[0].send([])
        except Exception as error:
            lines[0].send(sendable(error))

    with forked(store, [partial(main, part) for part in parts], 1) as lines:
        waiting = {line for (line,) in lines}
        while waiting:
            for line in waiting.intersection(wait(waiting)):
                batch = received(line)
                if not batch:
                    waiting.remove(line)
                yield from batch


@contextmanager
def forked(
    store: Store, mains: Sequence[Callable[[Sequence[Connection]], None]], lines: int
) -> Iterator[list[list[Connection]]]:
    """Run each of *mains* in a process of its own with so many *lines*; yield the other ends, by process.

    A process that finds its lines closed has nothing more to do.
    """
    context = get_context("fork")
    pairs = [[context.Pipe() for _ in range(lines)] for _ in mains]
    ours, theirs = ([[pair[side] for pair in mine] for mine in pairs] for side in (0, 1))
    everything = [*chain(*ours), *chain(*theirs)]
    processes = [
        context.Process(target=_child, args=(main, mine, everything), daemon=True)
        for main, mine in zip(mains, theirs, strict=True)
    ]
    store.rest()  # a connection must not be used by two processes
    gc.freeze()  # what is there stays shared: looking for garbage writes on every page that it looks at
    try:
        for process in processes:
            process.start()
        for end in chain(*theirs):
            end.close()
        yield ours
    finally:
        gc.unfreeze()
        for end in everything:
            end.close()
        for process in processes:
            _end(process)


def _child(
    main: Callable[[Sequence[Connection]], None], mine: list[Connection], everything: Sequence[Connection]
) -> None:
    for sign in (signal.SIGINT, signal.SIGTERM):  # who is stopped is the process that leads
        signal.signal(sign, signal.SIG_IGN)
    for end in everything:
        if end not in mine:
            end.close()  # or nobody would ever find a line closed
    with suppress(BrokenPipeError, ConnectionResetError):  # nobody listens any more
        main(mine)


def _end(process: BaseProcess) -> None:
    if process.pid is not None:
        process.join(PATIENCE)
        process.kill()
        process.join()


def received(line: Connection) -> Any:
    """The next letter; an exception that was sent is raised, and DigestError when the other process died."""
    try:
        letter = line.recv()
    except (EOFError, OSError):
        raise DigestError("a process that did a part of this pass died; is there enough memory?") from None
    if isinstance(letter, Exception):
        raise letter
    return letter


def sendable(error: Exception) -> Exception:
    """*error*, or its words where it cannot be made anew elsewhere."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 our own bytes
    except Exception:
        return DigestError(f"{type(error).__name__}: {error}".partition("\n")[0])
    return error
