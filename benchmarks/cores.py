"""One core and two: months of the same world on one thread and on two, in turn, by the clock.

Île-de-France is asked because one EPCI holds 57 % of its rows: who shares work by territories gains nothing there.
Between two months the same threads share what needs no memory and nothing of the model: what the machine had to give.
"""

import os
import statistics
from functools import partial

import numpy as np
from numba import njit

from benchmarks.measuring import Found, tell, wall
from benchmarks.region import same_bits
from benchmarks.worlds import CAPITAL, REGION

WARM = 24  # months before
ROUNDS, MONTHS = 6, 12  # of pairs: what else the machine does comes and goes in seconds, so that places take turns
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
    asked = [name for name in places if name in names]
    if (os.cpu_count() or 1) < 2:
        for name in asked:
            found.missing(name, "this machine has one core")
        return
    twins = {name: Twins(places[name]) for name in asked}
    for _ in range(ROUNDS):
        for both in twins.values():
            for _ in range(MONTHS):
                both.step()
    for name, both in twins.items():
        both.say(found, name)


class Twins:
    """The same world on one thread and on two, and what months of both took."""

    def __init__(self, territory: str, warm: int = WARM):
        from sim.engine import World
        from sim.kernels import share_code
        from sim.running import Prepared, configured

        tell(f"{territory}: one thread and two")
        p = Prepared(configured(territory, seed=1))
        self.territory, self.warm = territory, warm
        self.one, self.two = (World(p.territory, p.parameters, seed=1, threads=threads) for threads in (1, 2))
        self.two.run(warm)
        self.one.run(warm)
        self.times: dict[str, list[tuple[float, float]]] = {"months": [], "computing": []}  # on one, on two
        self.numbers = np.arange(1, NUMBERS + 1)
        if not hasattr(compute, "by_blocks"):
            share_code(compute, None)
        for world in (self.one, self.two):
            self._compute(world)  # compiled

    def step(self) -> None:
        """Time a month of each, then some computing."""
        turn = (self.one, self.two) if self.one.month % 2 else (self.two, self.one)
        for name, work in (("months", lambda world: world.step()), ("computing", self._compute)):
            times = {id(world): wall(partial(work, world)) for world in turn}
            self.times[name].append((times[id(self.one)], times[id(self.two)]))

    def say(self, found: Found, name: str) -> None:
        """Write the row, and what explains it."""
        ratios, given = ([one / two for one, two in times] for times in self.times.values())
        computing = statistics.median(given)
        found.row(
            name, ratios, f"{self.territory}, {self.one.agents:,} rows, {len(ratios)} pairs of months after month "
            f"{self.warm}, by the clock; the same threads, between them, computing without memory: {computing:.2f}",
        )  # fmt: skip
        found.beside[f"{name}_of_computing"] = computing
        found.beside[f"{name}_same_bits"] = same_bits(self.one, self.two)
        alone = sorted(one for one, _ in self.times["months"])
        found.beside[f"{name}_ms_a_month_on_one"] = 1000 * alone[len(alone) // 2]

    def _compute(self, world) -> None:
        world.crew.share(compute, NUMBERS, self.numbers)
