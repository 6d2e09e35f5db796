"""Threads that share the rows of one world. No bit of a result depends on how many there are.

Kernels run without Python's lock, so plain threads are enough. The rows of a table are cut into blocks, whoever
lives there (never by territory: one may hold half of a region); each thread takes the next block that nobody took.
It does so inside of compiled code (`by_blocks` of a kernel, sim/kernels/__init__.py), to which who waits at the desk
comes without Python's lock (sim/kernels/desk.py): blocks may be small at the end, where others wait.

    crew.call(kernel, ...)            kernel(...): what one thread does
    crew.share(kernel, rows, ...)     kernel(..., first, last) on each block of `rows` rows
    crew.count(kernel, rows, ...)     the same for kernels that return a whole number: their sum
    crew.gather(kernel, rows, ...)    the same for kernels that list rows
    crew.total(kernel, rows, sums, ...)    the same for kernels that add whole numbers to an array
    crew.segments(kernel, ...)        kernel(..., first, last) on segments, numbered in order of rows
    crew.places(kernel, ...)          kernel(..., first, last) on territories
    crew.blocks(kernel, rows, ...)    what `share` does as tasks, one for each thread, to be done with others
    crew.together(task, ...)          tasks that write to different places. A thread that waits for a task does nothing
                                      else: a long one is given as `blocks`, and does not share rows itself
    crew.beside(kernel, ...)          kernel(...) beside what is shared next, at the latest before the next `call`: what
                                      one thread does while the other would wait, when the next kernels that share rows
                                      neither read nor write what it writes. Nothing is returned

What such a kernel promises: it writes only what belongs to rows first..last-1 (or a mark that others write alike),
reads nothing that another block writes, and adds floats only within one row or one segment. Whole numbers may be added
by block, then together.

What is in Python too (`together`, `beside`) is a job that threads take under that lock. Threads that wait look at a
word of memory for a while before they fall asleep: a helper at the desk for the next kernel or job, the thread that
shares a job for its last task (`sim/kernels/watch.py`). Sleepers wake tens of microseconds late, some forty times a
month. That a job is there, or done, is written by a thread that is about to let go of Python's lock, or has: who wanted
the lock at once would fall asleep over it. Nobody looks for long: a world that pauses costs nothing.
"""

import functools
import itertools
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Any

import numpy as np
from numba import config

from sim.doors import Doors
from sim.kernels import desk
from sim.kernels.rows import close_gaps
from sim.kernels.watch import watch

# Rows of organisations from which on threads share them. A second one takes a quarter off here, a sixth at 22,000 rows
# and nothing at 12,000; and what threads share is compiled apart, at the first run on a machine.
SMALL = 40_000
# A block is, of the rows that nobody took yet, one of PART parts for each thread ("guided self-scheduling",
# Polychronopoulos and Kuck 1987), and not below the part LEAST of all rows: what one may wait for another in the end.
PART, LEAST = 2, 1 / 256
RUNS = 4  # of segments, or of territories, for each thread
JOB, END = 600, 200  # microseconds that a helper looks for a job, and who shares a job for its last task
RESTS = 160  # of a helper that saw a job: some microseconds, until who shares it is in its first kernel


_NOWHERE = np.zeros(0, np.int64)  # what kernels return is not asked for


class Crew:
    """The threads of one world: one when it is small."""

    def __init__(self, segments: np.ndarray, threads: int | None = None, doors: Doors | None = None):
        starts, stops = segments.reshape(-1, 2).T
        large = int((stops - starts).sum()) >= SMALL
        self.doors = Doors() if doors is None else doors
        self._parts: dict[tuple[int, ...], np.ndarray] = {}  # of sums (`total`), by their shape
        self._waiting: list[Callable[[], Any]] = []  # to be done beside what is shared next
        self.threads = max(1, config.NUMBA_NUM_THREADS if threads is None else threads) if large else 1
        sizes = stops - starts
        held = sizes.reshape(segments.shape[:2]).sum(axis=0)  # rows of each territory
        self._number_of_segments, self._number_of_places = sizes.size, held.size
        self._segments, self._places = (_array(_runs(s, RUNS * self.threads)) for s in (sizes, held))

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
        for task in self._no_longer_waiting():
            task()

    def share(self, kernel: Callable, rows: int, *arguments) -> None:
        """Call a kernel on each block of `rows` rows."""
        if self.threads == 1:
            self.doors[kernel](*arguments, 0, rows)
        else:
            self._each(kernel, self._cut(rows), arguments)

    def count(self, kernel: Callable, rows: int, *arguments) -> int:
        """Call a kernel that returns a whole number on each block of `rows` rows; return their sum."""
        if self.threads == 1:
            return self.doors[kernel](*arguments, 0, rows)
        found = np.zeros(len(cuts := self._cut(rows)), np.int64)
        self._each(kernel, cuts, arguments, "count", found)
        return int(found.sum())

    def gather(self, kernel: Callable, rows: int, *arguments) -> int:
        """Call a kernel that lists some of its rows from place `first` on, and returns how many; close the gaps.

        The list is the last argument: an array of numbers of eight bytes, or a tuple of them. Returns its length.
        """
        if self.threads == 1:
            return self.doors[kernel](*arguments, 0, rows)
        found, n = np.zeros(len(cuts := self._cut(rows)), np.int64), 0
        self._each(kernel, cuts, arguments, "count", found)
        for column in arguments[-1] if isinstance(arguments[-1], tuple) else arguments[-1:]:
            n = self.doors[close_gaps](column.view(np.int64), cuts, found)
        return n

    def total(self, kernel: Callable, rows: int, sums: np.ndarray, *arguments) -> None:
        """Add to `sums`, of int64, what blocks of rows add to the last argument before `first`: it, or its like."""
        if self.threads == 1:
            self.doors[kernel](*arguments, sums, 0, rows)
            return
        parts = self._parts.pop(sums.shape, None)  # all 0
        if parts is None:
            parts = np.zeros((self.threads - 1, *sums.shape), np.int64)
        self._each(kernel, self._cut(rows), (*arguments, sums), "sum", others=parts)
        for part in parts:
            sums += part
        parts.fill(0)
        self._parts[sums.shape] = parts

    def blocks(self, kernel: Callable, rows: int, *arguments) -> list[Callable[[], Any]]:
        """Return what `share` does as tasks: each does what the others leave to it, and all can be done at a time."""
        if self.threads == 1:
            return [partial(self.doors[kernel], *arguments, 0, rows)]
        return self._tasks(kernel, self._cut(rows), arguments)

    def segments(self, kernel: Callable, *arguments) -> None:
        """Call a kernel on runs of segments of organisations, the longest first."""
        if self.threads == 1:
            self.doors[kernel](*arguments, 0, self._number_of_segments)
        else:
            self._each(kernel, self._segments, arguments)

    def places(self, kernel: Callable, *arguments) -> None:
        """Call a kernel on runs of territories, the largest first: for what all models of a place do together.

        Where one place holds half of the rows two threads do not halve the time; `segments` and `share` do.
        """
        if self.threads == 1:
            self.doors[kernel](*arguments, 0, self._number_of_places)
        else:
            self._each(kernel, self._places, arguments)

    def together(self, *tasks: Callable[[], Any]) -> list[Any]:
        """Run tasks at the same time; return what each returned."""
        if self.threads == 1:
            return [task() for task in tasks]
        return self._do(tasks)

    def _cut(self, rows: int) -> np.ndarray:
        return _cuts(rows, self.threads, PART, LEAST)

    def _each(self, kernel, cuts, arguments, answer="", found=_NOWHERE, others=_NOWHERE) -> None:
        """Do kernel(*arguments, first, last) on each block of `cuts`, int64 [block, 2], with the other threads.

        found   where the kernel writes what it returned for each block, when the `answer` is "count"
        others  sums of other threads, which take the place of the last argument, when it is "sum"
        """
        by_blocks = getattr(kernel, "by_blocks", None)
        if by_blocks is None or len(cuts) == 1:
            self._do(self._tasks(kernel, cuts, arguments, answer, found, others))
            return
        helpers = min(self.threads, len(cuts)) - 1
        waiting = self._no_longer_waiting()
        if waiting:  # others come to the desk once they have done it
            beside = _offered(waiting, self.threads - 1)
        else:
            _call(helpers)
        taken = np.zeros(desk.LINE, np.int64)
        self.doors[by_blocks(answer)](*arguments, others, cuts, taken, found, _desk, 0, helpers)
        if waiting:
            beside.finish()

    def _tasks(self, kernel, cuts, arguments, answer="", found=_NOWHERE, others=_NOWHERE) -> list[Callable[[], Any]]:
        """Return the same as tasks, one for each thread that may come: for those who do other tasks too."""
        if (by_blocks := getattr(kernel, "by_blocks", None)) is None:
            work = partial(_by_blocks, self.doors[kernel], arguments, others, cuts.tolist(), itertools.count(), found)
        else:
            taken = np.zeros(desk.LINE, np.int64)
            work = partial(self.doors[by_blocks(answer)], *arguments, others, cuts, taken, found, _desk)
        return [partial(work, number, 0) for number in range(min(self.threads, len(cuts)))]

    def _do(self, tasks: Sequence[Callable[[], Any]]) -> list[Any]:
        if len(tasks) == 1:
            self.catch_up()
            return [tasks[0]()]
        waiting = self._no_longer_waiting()
        tasks = [*waiting, *tasks]  # first what cannot be cut
        return _offered(tasks, min(self.threads, len(tasks)) - 1).finish()[len(waiting) :]

    def _no_longer_waiting(self) -> list[Callable[[], Any]]:
        """Return what waits to be done beside; from here on it does not."""
        waiting, self._waiting = self._waiting, []
        return waiting


def _by_blocks(kernel, arguments, others, cuts, taken, found, number, _) -> None:
    """Do what a compiled kernel does `by_blocks` with one that is not; blocks are `taken` under Python's lock."""
    if number > 0 and others is not _NOWHERE:
        arguments = (*arguments[:-1], others[number - 1])
    while (at := next(taken)) < len(cuts):
        answer = kernel(*arguments, *cuts[at])
        if found is not _NOWHERE:
            found[at] = answer


@functools.lru_cache(maxsize=64)
def _cuts(rows: int, threads: int, part: int, least: float) -> np.ndarray:
    """Return the blocks of `share`, int64 [block, 2], for all who ask for those of so many rows."""
    if rows < threads:
        return _array([(0, rows)])
    cuts, first = [], 0
    while first < rows:
        last = min(rows, first + max((rows - first) // (part * threads), math.ceil(least * rows)))
        cuts.append((first, last))
        first = last
    return _array(cuts)


def _array(cuts: list[tuple[int, int]]) -> np.ndarray:
    """Return blocks as kernels read them; many threads do, and nobody writes them."""
    array = np.array(cuts, np.int64)
    array.flags.writeable = False
    return array


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

    def __init__(self, tasks: Sequence[Callable[[], Any]]):
        self.tasks, self.number = tasks, len(tasks)
        self.results, self.error = [None] * self.number, None
        self._taken, self._done = itertools.count(), itertools.count(1)
        self._last = threading.Lock()
        self._last.acquire()  # until the last task is done
        self.over = np.zeros(1, np.int64)  # 1 soon after, for who looks

    def work(self) -> bool:
        """Do tasks until all are taken; return whether the last to be done was among them."""
        last = False
        while (at := next(self._taken)) < self.number:
            try:
                self.results[at] = self.tasks[at]()
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
_turns = (0, 0)  # of `serve` and `watch`, for JOB and for END
_doors = Doors()
_number = itertools.count(1)
_desk, _nothing = np.zeros((2, desk.WORDS), np.int64)  # where helpers wait, and what nobody looks at


def _offered(tasks: Sequence[Callable[[], Any]], helpers: int) -> _Job:
    """Offer tasks of Python's to helpers, who come when the caller has had time to enter its first kernel."""
    _hire(helpers)
    job = _Job(tasks)
    for _ in range(helpers):
        _jobs.put(job)
    _desk[desk.POSTED] = next(_number)
    return job


def _call(helpers: int) -> None:
    """See that so many helpers are at the desk: those that sleep are woken."""
    _hire(helpers)
    for _ in range(helpers - int(_desk[desk.WAITING])):
        _jobs.put(None)


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
        posted = int(_desk[desk.POSTED])  # first: what is posted from here on is seen
        _doors[desk.serve](done, _desk, posted, _turns[0] if _jobs.empty() else 0, RESTS)
        job = _jobs.get()
        done = job.over if job is not None and job.work() else _nothing
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
    _desk.fill(0)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
