"""What measures share: clocks, medians, variants in turn, and what a group of measures gives back.

Variants that are compared run in one process, in turn, so that what else the machine does falls on all of them; a
row is a median of at least ROUNDS, except where its note says how many there were and why.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ROUNDS = 5
MIB, GIB = 2**20, 2**30


class Found:
    """What a group measured: rows by their stable names, what is printed beside them, and why a row is missing."""

    def __init__(self, heard: Callable[["Found"], None] = lambda found: None):
        self._heard = heard  # is told after each row, so that nothing is lost when the time is over
        self.rows: dict[str, float | None] = {}
        self.spread: dict[str, dict[str, float]] = {}
        self.beside: dict[str, Any] = {}
        self.notes: dict[str, str] = {}

    def row(self, name: str, values: Iterable[float], note: str = "") -> float:
        """Keep the median of values, their spread and their number."""
        values = sorted(values)
        self.rows[name] = middle = statistics.median(values)
        self.spread[name] = {"low": values[0], "high": values[-1], "n": len(values)}
        if note:
            self.notes[name] = note
        self._heard(self)
        return middle

    def missing(self, name: str, why: str) -> None:
        """Say why a row could not be measured."""
        self.rows[name], self.notes[name] = None, why
        self._heard(self)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for JSON."""
        return {"rows": self.rows, "spread": self.spread, "beside": self.beside, "notes": self.notes}


def busy(work: Callable[[], Any]) -> float:
    """Return the seconds of processor that a call takes in this process, whatever else the machine does."""
    began = time.process_time()
    work()
    return time.process_time() - began


def wall(work: Callable[[], Any]) -> float:
    """Return the seconds that a call takes on the clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turn(
    variants: Mapping[str, Callable[[], Any]], rounds: int = ROUNDS, clock: Callable[..., float] = busy
) -> dict[str, list[float]]:
    """Time every variant once in each round; every other round goes backwards."""
    times: dict[str, list[float]] = {name: [] for name in variants}
    for turn in range(rounds):
        for name in list(variants)[:: -1 if turn % 2 else 1]:
            times[name].append(clock(variants[name]))
    return times


def environment(threads: int = 1, **more: str) -> dict[str, str]:
    """Return the environment of a process that computes on so many threads and finds this very code."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    one = {name: str(threads) for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    return {**os.environ, **one, "PYTHONPATH": os.pathsep.join(paths), **more}


def process(arguments: list[str], **options: Any) -> subprocess.CompletedProcess:
    """Run this Python with arguments; RuntimeError with its last words when it fails."""
    options.setdefault("env", environment())
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise RuntimeError(last_words(done.stderr) or f"exit code {done.returncode}")
    return done


def last_words(text: str) -> str:
    """Return the last line that says something."""
    said = [line.strip() for line in text.splitlines() if line.strip()]
    return said[-1] if said else ""


def memory_left() -> float:
    """Return the bytes that this machine can still give, infinite where that is not known."""
    with contextlib.suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return 1024.0 * int(next(line for line in lines if line.startswith("MemAvailable")).split()[1])
    return float("inf")


def tell(message: str) -> None:
    """Say on standard error what is being measured."""
    print(message, file=sys.stderr, flush=True)
