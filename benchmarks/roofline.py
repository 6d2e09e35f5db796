"""The ceilings of this machine for one core, and what two do together: python -m benchmarks.roofline, in machine.csv.

Bandwidth is that of the triad a = b + 3 c on arrays larger than every cache. The rate of instructions is that of a
loop of independent additions in C, the most that a core retires. Beside them, what one operation costs that no core
does fast: a general power, an exponential, a division, a branch that cannot be guessed, a look anywhere in memory.

Two threads that do the same thing, each for itself, are twice as fast as one where nothing is shared: what they reach
here is the most that two threads of a world can. Processors of a virtual machine may be two halves of one core.
"""

import csv
import ctypes
import math
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from benchmarks.measuring import ROUNDS, wall
from sim.bench import described

FILE = Path(__file__).with_name("machine.csv")
LARGE = 2**25  # doubles of each array of the triad: 256 MiB
MANY = 2_000_000  # operations of a loop
ADDS = """
#include <stdint.h>
void adds(int64_t rounds) {
    for (int64_t i = 0; i < rounds; i++)
        __asm__ volatile(
            "add $1, %%rax\\n add $1, %%rbx\\n add $1, %%rcx\\n add $1, %%rdx\\n add $1, %%rsi\\n add $1, %%rdi\\n"
            "add $1, %%r8\\n add $1, %%r9\\n add $1, %%rax\\n add $1, %%rbx\\n add $1, %%rcx\\n add $1, %%rdx\\n"
            "add $1, %%rsi\\n add $1, %%rdi\\n add $1, %%r8\\n add $1, %%r9"
            ::: "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9");
}
"""
IN_A_ROUND = 18  # sixteen additions, the counter and the jump


@njit(nogil=True, error_model="numpy")
def triad(a, b, c):
    """Move 24 bytes for two operations."""
    for i in range(a.size):
        a[i] = b[i] + 3.0 * c[i]


@njit(nogil=True, error_model="numpy")
def powers(x, r):
    """Add up general powers."""
    total = 0.0
    for i in range(x.size):
        total += x[i] ** r
    return total


@njit(nogil=True, error_model="numpy")
def exponentials(x):
    """Add up exponentials."""
    total = 0.0
    for i in range(x.size):
        total += math.exp(x[i])
    return total


@njit(nogil=True, error_model="numpy")
def divisions(x):
    """Divide again and again what was divided: the time that one division takes."""
    total = 1.0
    for i in range(x.size):
        total = x[i] / (total + 1.0)
    return total


@njit(nogil=True, error_model="numpy")
def additions(x):
    """The same chain without its division."""
    total = 1.0
    for i in range(x.size):
        total = x[i] - (total + 1.0)
    return total


@njit(nogil=True, error_model="numpy")
def branches(x, order):
    """Take a branch that depends on data, and writes so that it stays a branch."""
    n = 0
    for i in range(x.size):
        if x[i] > 0.5:
            order[n] = i
            n += 1
            if n == order.size:
                n = 0
    return n


@njit(nogil=True, error_model="numpy")
def walk(where):
    """Go from place to place, each known only when the one before has been read."""
    at = 0
    for _ in range(where.size):
        at = where[at]
    return at


def ceilings() -> dict[str, tuple[float, str]]:
    """Return what this machine can do, with units."""
    a, b, c = np.zeros(LARGE), np.ones(LARGE), np.ones(LARGE)
    found = {"triad": (24.0 * LARGE / best(lambda: triad(a, b, c)) / 1e9, "GB/s")}
    rng = np.random.default_rng(1)  # not of a run: any numbers will do
    x, order = rng.random(MANY) + 0.1, np.zeros(1 << 12, np.int64)
    guessed, unguessed = np.sort(x - 0.1), x - 0.1
    chain = best(lambda: divisions(x)) - best(lambda: additions(x))
    steps = rng.permutation(LARGE // 4)
    ring = np.empty(LARGE // 4, np.int64)
    ring[steps] = np.roll(steps, -1)
    missed = 2 * (best(lambda: branches(unguessed, order)) - best(lambda: branches(guessed, order)))
    found |= {
        "power": (1e9 * best(lambda: powers(x, 1.37)) / MANY, "ns"),
        "exponential": (1e9 * best(lambda: exponentials(x)) / MANY, "ns"),
        "division, more than an addition": (1e9 * chain / MANY, "ns"),
        "branch guessed wrong": (1e9 * missed / MANY, "ns"),
        "look anywhere in 64 MiB": (1e9 * best(lambda: walk(ring)) / ring.size, "ns"),
    }
    found |= {
        "two threads, triads": (speedup(lambda: triad(a, b, c), lambda: triad(c, b, a)), "times one"),
        "two threads, divisions": (speedup(*2 * [lambda: [divisions(x) for _ in range(20)]]), "times one"),
        "two threads, exponentials": (speedup(*2 * [lambda: [exponentials(x) for _ in range(20)]]), "times one"),
        "two threads, looks anywhere": (speedup(*2 * [lambda: walk(ring)]), "times one"),
    }
    if (adds := additions_in_c()) is not None:
        found["instructions"] = (IN_A_ROUND * 1e7 / best(lambda: adds(10_000_000)) / 1e9, "G/s")
        found["two threads, instructions"] = (speedup(*2 * [lambda: adds(50_000_000)]), "times one")
    return found


def additions_in_c() -> Callable[[int], None] | None:
    """Return a loop of independent additions, the most instructions that a core retires; None without gcc."""
    if shutil.which("gcc") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "adds.c", Path(folder) / "adds.so"
        source.write_text(ADDS, encoding="ascii")
        subprocess.run(["gcc", "-O1", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
        adds = ctypes.CDLL(str(library)).adds
    adds.argtypes, adds.restype = (ctypes.c_int64,), None
    return adds


def speedup(one: Callable[[], Any], other: Callable[[], Any]) -> float:
    """Return how many times as fast two threads do two equal tasks as one thread; by the clock, the best of ROUNDS."""
    alone, together = [], []
    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            alone.append(wall(lambda: (one(), other())))
            together.append(wall(lambda: [task.result() for task in (pool.submit(one), pool.submit(other))]))
    return min(alone) / min(together)


def best(work: Callable[[], Any]) -> float:
    """Return the least seconds of a call: a ceiling is what the machine does when nothing disturbs it."""
    work()
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def main() -> None:
    """Measure and keep."""
    machine, found = described(), ceilings()
    with FILE.open("w", encoding="utf-8", newline="") as opened:
        lines = csv.writer(opened, lineterminator="\n")
        lines.writerow(("date", "processor", "name", "value", "unit"))
        for name, (value, unit) in found.items():
            lines.writerow((date.today(), machine["processor"], name, f"{value:.3g}", unit))
            print(f"{name}: {value:.3g} {unit}")


if __name__ == "__main__":
    main()
