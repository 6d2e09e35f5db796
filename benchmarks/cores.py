"""One core and two: months of the same world on one thread and on two, in turn, by the clock.

Île-de-France is asked because one EPCI holds 57 % of its rows: who shares work by territories gains nothing there.
Between two months the same threads share what needs no memory and nothing of the model: what the machine had to give.
"""

import inspect
import os
import statistics
from functools import partial

import numpy as np
from numba import njit

from benchmarks.measuring import Found, tell, wall
from benchmarks.region import same_bits
from benchmarks.worlds import CAPITAL, REGION

WARM, MONTHS = 24, 36  # pairs: the second core of a virtual machine is not always there
PLACES = {"two_core_speedup": REGION, "two_core_speedup_idf": CAPITAL}
NUMBERS, TURNS = 4000, 1000  # of what is only computed: some milliseconds


@njit(nogil=True)
def compute(numbers, first, last):
    """Change each of some numbers many times, as in xorshift (Marsaglia 2003): a turn needs the one before."""
    for at in range(first, last):
        number = numbers[at]
        for _ in range(TURNS):
            number ^= number << 13
            number ^= number >> 7
            number ^= number << 17
        numbers[at] = number


def measure(found: Found, names: set[str], *, full: bool = False, places: dict[str, str] = PLACES) -> None:
    """Time months of both worlds of each place."""
    from sim.engine import World

    for name in (name for name in places if name in names):
        if "threads" not in inspect.signature(World).parameters:
            found.missing(name, "months run on one thread: the simulator has no second one yet")
        elif (os.cpu_count() or 1) < 2:
            found.missing(name, "this machine has one core")
        else:
            compare(found, name, places[name])


def compare(found: Found, name: str, territory: str, warm: int = WARM, months: int = MONTHS) -> None:
    """Run the same months on one thread and on two."""
    from sim.engine import World
    from sim.kernels import share_code
    from sim.running import Prepared, configured

    tell(f"{territory}: one thread and two")
    p = Prepared(configured(territory, seed=1))
    one, two = (World(p.territory, p.parameters, seed=1, threads=threads) for threads in (1, 2))
    two.run(warm)
    one.run(warm)
    numbers = np.arange(1, NUMBERS + 1)
    if not hasattr(compute, "by_blocks"):
        share_code(compute, None)
    for world in (one, two):
        world.crew.share(compute, NUMBERS, numbers)  # compiled
    ratios, alone, given = [], [], []
    for month in range(months):
        turn = (one, two) if month % 2 else (two, one)
        times = {id(world): wall(world.step) for world in turn}
        ratios.append(times[id(one)] / times[id(two)])
        alone.append(times[id(one)])
        times = {id(world): wall(partial(world.crew.share, compute, NUMBERS, numbers)) for world in turn}
        given.append(times[id(one)] / times[id(two)])
    computing = statistics.median(given)
    found.row(
        name, ratios, f"{territory}, {one.agents:,} rows, {months} pairs of months after month {warm}, by the clock; "
        f"the same threads, between them, computing without memory: {computing:.2f}",
    )  # fmt: skip
    found.beside[f"{name}_of_computing"] = computing
    found.beside[f"{name}_same_bits"] = same_bits(one, two)
    found.beside[f"{name}_ms_a_month_on_one"] = 1000 * sorted(alone)[len(alone) // 2]
