"""Threads that share the rows of one world. No bit of a result depends on how many there are.

Kernels run without Python's lock, so plain threads are enough. The rows of a table are cut into blocks, whoever
lives there (never by territory: one may hold half of a region); each thread takes the next block that nobody took.

    crew.call(kernel, ...)            kernel(...): what one thread does
    crew.share(kernel, rows, ...)     kernel(..., first, last) on each block of `rows` rows
    crew.gather(kernel, rows, ...)    the same for kernels that list rows
    crew.total(kernel, rows, sums, ...)    the same for kernels that add whole numbers to an array
    crew.segments(kernel, ...)        kernel(..., first, last) on segments, numbered in order of rows
    crew.places(kernel, ...)          kernel(..., first, last) on territories
    crew.blocks(kernel, rows, ...)    the blocks of `share` as tasks, to be done with others
    crew.together(task, ...)          tasks that write to different places. A thread that waits for a task does nothing
                                      else: a long one is given as blocks, and does not share rows itself
    crew.beside(kernel, ...)          kernel(...) beside what is shared next, at the latest before the next `call`: what
                                      one thread does while the other would wait, when the next kernels that share rows
                                      neither read nor write what it writes. Nothing is returned

What such a kernel promises: it writes only what belongs to rows first..last-1 (or a mark that others write alike),
reads nothing that another block writes, and adds floats only within one row or one segment. Whole numbers may be added
by block, then together.

Threads that wait look at a word of memory for a while before they fall asleep (`sim/kernels/watch.py`): a helper for
the next job, the thread that shares for the last task. Sleepers wake tens of microseconds late, some forty times a
month. What they look for is written by a thread that is about to let go of Python's lock, or has: who wanted the lock
at once would fall asleep over it. Nobody looks for long: a world that pauses costs nothing.
"""

import functools
import itertools
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any

import numpy as np
from numba import config

from sim.doors import Doors
from sim.kernels.watch import watch

SMALL = 40_000  # rows of organisations below which a second thread costs more than it brings
# A call of a kernel costs 1 to 7 microseconds under Python's lock: few blocks. Each thread takes one of the first
# round, and those that are early take more of the next ones.
ROUNDS = (0.5, 0.2, 0.12, 0.08, 0.06, 0.04)  # of the rows, shared by as many blocks as threads
RUNS = 4  # of segments, or of territories, for each thread
JOB, END = 150, 200  # microseconds that a helper looks for a job, and who shares a job for its last task
RESTS = 160  # of a helper that saw a job: some microseconds, until who shares it is in its first kernel


class Crew:
    """The threads of one world: one when it is small."""

    def __init__(self, segments: np.ndarray, threads: int | None = None, doors: Doors | None = None):
        starts, stops = segments.reshape(-1, 2).T
        large = int((stops - starts).sum()) >= SMALL
        self.doors = Doors() if doors is None else doors
        self._parts: dict[tuple[int, ...], list[np.ndarray]] = {}  # of sums (`total`), by their shape
        self._waiting: list[Callable[[], Any]] = []  # to be done beside what is shared next
        self.threads = max(1, config.NUMBA_NUM_THREADS if threads is None else threads) if large else 1
        sizes = stops - starts
        held = sizes.reshape(segments.shape[:2]).sum(axis=0)  # rows of each territory
        self._segments, self._places = (
            [(0, s.size)] if self.threads == 1 else _runs(s, RUNS * self.threads) for s in (sizes, held)
        )

    def call(self, kernel: Callable, *arguments) -> Any:
        """Call a kernel; return what it returned."""
        if self._waiting:
            self.catch_up()
        return self.doors[kernel](*arguments)

    def beside(self, kernel: Callable, *arguments) -> None:
        """Call a kernel beside the next one that is shared: at once where nobody else could, and in strict mode."""
        if self.threads == 1 or self.doors.strict:
            self.doors[kernel](*arguments)
        else:
            self._waiting.append(partial(self.doors[kernel], *arguments))

    def catch_up(self) -> None:
        """Do what waits for something to be done beside."""
        waiting, self._waiting = self._waiting, []
        for task in waiting:
            task()

    def share(self, kernel: Callable, rows: int, *arguments) -> list[Any]:
        """Call a kernel on each block of `rows` rows; return what it returned, in the order of blocks."""
        if self.threads == 1:
            return [self.doors[kernel](*arguments, 0, rows)]
        return self._each(self.doors[kernel], self._cut(rows), arguments)

    def gather(self, kernel: Callable, rows: int, *arguments) -> int:
        """Call a kernel that lists some of its rows from place `first` on, and returns how many; close the gaps.

        The list is the last argument: an array, or a tuple of arrays. Returns its length.
        """
        kernel = self.doors[kernel]
        if self.threads == 1:
            return kernel(*arguments, 0, rows)
        cuts = self._cut(rows)
        counts, n = self._each(kernel, cuts, arguments), 0
        columns = arguments[-1] if isinstance(arguments[-1], tuple) else (arguments[-1],)
        for (first, _), count in zip(cuts, counts, strict=True):
            if n < first:
                for column in columns:
                    column[n : n + count] = column[first : first + count]
            n += count
        return n

    def total(self, kernel: Callable, rows: int, sums: np.ndarray, *arguments) -> None:
        """Add to `sums`, of int64, what blocks of rows add to the last argument before `first`: it, or its like."""
        kernel = self.doors[kernel]
        if self.threads == 1:
            kernel(*arguments, sums, 0, rows)
            return
        parts = self._parts.pop(sums.shape, None)  # all 0
        if parts is None:
            parts = [np.zeros(sums.shape, np.int64) for _ in range(1, self.threads)]
        nobodys = [*parts, sums]  # as many as threads: whoever takes a block takes one, and nobody waits

        def add(first, last):
            mine = nobodys.pop()
            kernel(*arguments, mine, first, last)
            nobodys.append(mine)

        self._each(add, self._cut(rows), ())
        for part in parts:
            sums += part
            part.fill(0)
        self._parts[sums.shape] = parts

    def blocks(self, kernel: Callable, rows: int, *arguments) -> list[Callable[[], Any]]:
        """Return the tasks of `share`: a kernel on each block of `rows` rows."""
        return [partial(self.doors[kernel], *arguments, *cut) for cut in self._cut(rows)]

    def segments(self, kernel: Callable, *arguments) -> None:
        """Call a kernel on runs of segments of organisations, the longest first."""
        if self.threads == 1:
            self.doors[kernel](*arguments, *self._segments[0])
        else:
            self._each(self.doors[kernel], self._segments, arguments)

    def places(self, kernel: Callable, *arguments) -> None:
        """Call a kernel on runs of territories, the largest first: for what all models of a place do together.

        Where one place holds half of the rows two threads do not halve the time; `segments` and `share` do.
        """
        if self.threads == 1:
            self.doors[kernel](*arguments, *self._places[0])
        else:
            self._each(self.doors[kernel], self._places, arguments)

    def together(self, *tasks: Callable[[], Any]) -> list[Any]:
        """Run tasks at the same time; return what each returned."""
        if self.threads == 1 or len(tasks) == 1:
            self.catch_up()
            return [task() for task in tasks]
        return self._do(lambda at: tasks[at](), len(tasks))

    def _cut(self, rows: int) -> list[tuple[int, int]]:
        return [(0, rows)] if self.threads == 1 else _cuts(rows, self.threads, ROUNDS)

    def _each(self, kernel: Callable, cuts: list[tuple[int, int]], arguments: tuple) -> list[Any]:
        if len(cuts) == 1:  # small worlds call many kernels for few rows
            self.catch_up()
            return [kernel(*arguments, *cuts[0])]
        return self._do(lambda at: kernel(*arguments, *cuts[at]), len(cuts))

    def _do(self, task: Callable[[int], Any], number: int) -> list[Any]:
        if self._waiting:
            return self._do_after(task, number)
        job = _Job(task, number)
        _post(job, min(self.threads, number) - 1)
        return job.finish()

    def _do_after(self, task: Callable[[int], Any], number: int) -> list[Any]:
        """Do first what waits: it cannot be cut."""
        waiting, self._waiting = self._waiting, []
        first = len(waiting)
        return self._do(lambda at: waiting[at]() if at < first else task(at - first), first + number)[first:]


@functools.lru_cache(maxsize=64)
def _cuts(rows: int, threads: int, rounds: tuple[float, ...]) -> list[tuple[int, int]]:
    """Return the blocks of `share`, for all who ask for those of so many rows."""
    if rows < threads:
        return [(0, rows)]
    ends = itertools.accumulate(part * rows / threads for part in rounds for _ in range(threads))
    *ends, _ = map(int, ends)
    return list(itertools.pairwise((0, *ends, rows)))


def _runs(sizes: np.ndarray, parts: int) -> list[tuple[int, int]]:
    """Cut segments of these sizes into about `parts` runs, a large segment alone; return them, the longest first."""
    limit, runs, first, held = int(sizes.sum()) // parts, [], 0, 0
    for at, size in enumerate([*sizes.tolist(), None]):
        if at > first and (size is None or held + size > limit):
            runs.append((held, first, at))
            first, held = at, 0
        held += size or 0
    return [(first, last) for _, first, last in sorted(runs, reverse=True)]


class _Job:
    """Tasks that several threads take one after the other. What is counted here is counted under Python's lock."""

    def __init__(self, task: Callable[[int], Any], number: int):
        self.task, self.number = task, number  # task(0) to task(number - 1)
        self.results, self.error = [None] * number, None
        self._taken, self._done = itertools.count(), itertools.count(1)
        self._last = threading.Lock()
        self._last.acquire()  # until the last task is done
        self.over = np.zeros(1, np.int64)  # 1 soon after, for who looks

    def work(self) -> bool:
        """Do tasks until all are taken; return whether the last to be done was among them."""
        last = False
        while (at := next(self._taken)) < self.number:
            try:
                self.results[at] = self.task(at)
            except BaseException as error:
                self.error = self.error or error
            if next(self._done) == self.number:
                last = True
                self._last.release()
        return last

    def finish(self) -> list[Any]:
        """Work with the others, wait for those who still work, and return what each task returned."""
        if not self.work():
            _doors[watch](_nothing, self.over, 0, _turns[1], 0)
            self._last.acquire()
        if self.error is not None:
            raise self.error
        return self.results


_jobs: SimpleQueue = SimpleQueue()
_helpers: list[threading.Thread] = []
_hiring = threading.Lock()
_turns = (0, 0)  # of `watch`, for JOB and for END
_doors = Doors()
_number = itertools.count(1)
# The number of the latest job, for who looks, and what nobody looks at: each on a line of memory of its own.
_posted, _nothing = np.zeros((2, 16), np.int64)


def _post(job: _Job, helpers: int) -> None:
    """Offer a job to helpers; they come when the caller has had time to enter its first kernel."""
    _hire(helpers)
    for _ in range(helpers):
        _jobs.put(job)
    _posted[0] = next(_number)


def _hire(number: int) -> None:
    """Have at least so many threads that wait for jobs; they end with the process."""
    global _turns
    if len(_helpers) >= number:
        return
    with _hiring:
        _turns = tuple(round(_pace() * wait) for wait in (JOB, END))
        while len(_helpers) < number:
            _helpers.append(threading.Thread(target=_help, name="sim", daemon=True))
            _helpers[-1].start()


def _help() -> None:
    done = _nothing
    while True:
        number = int(_posted[0])  # first: what is posted from here on is seen
        _doors[watch](done, _posted, number, _turns[0] if _jobs.empty() else 0, RESTS)
        job = _jobs.get()
        done = job.over if job.work() else _nothing
        del job  # else the arrays of a world that has ended would stay until the next one begins


@functools.cache
def _pace() -> float:
    """Return how many turns of `watch` are a microsecond."""
    times = []
    for turns in (1, 25, 25, 25):  # the first time it may be compiled
        start = time.perf_counter()
        _doors[watch](_nothing, _nothing, 1, turns, 0)
        times.append(time.perf_counter() - start)
    return 25e-6 / min(times[1:])


def _forget() -> None:
    """Threads do not follow into a process that was forked."""
    global _jobs, _hiring
    _jobs, _hiring = SimpleQueue(), threading.Lock()
    _helpers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
