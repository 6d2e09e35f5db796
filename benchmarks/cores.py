"""One core and two: months of the same world on one thread and on two, in turn, by the clock.

Île-de-France is asked because one EPCI holds 57 % of its rows: who shares work by territories gains nothing there.
"""

import inspect
import os

from benchmarks.measuring import Found, tell, wall
from benchmarks.region import same_bits
from benchmarks.worlds import CAPITAL, REGION

WARM, MONTHS = 24, 36  # pairs: the second core of a virtual machine is not always there
PLACES = {"two_core_speedup": REGION, "two_core_speedup_idf": CAPITAL}


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
    from sim.running import Prepared, configured

    tell(f"{territory}: one thread and two")
    p = Prepared(configured(territory, seed=1))
    one, two = (World(p.territory, p.parameters, seed=1, threads=threads) for threads in (1, 2))
    two.run(warm)
    one.run(warm)
    ratios, alone = [], []
    for month in range(months):
        first, second = (one, two) if month % 2 else (two, one)
        times = {id(first): wall(first.step), id(second): wall(second.step)}
        ratios.append(times[id(one)] / times[id(two)])
        alone.append(times[id(one)])
    found.row(
        name, ratios, f"{territory}, {one.agents:,} rows, {months} pairs of months after month {warm}, by the clock"
    )
    found.beside[f"{name}_same_bits"] = same_bits(one, two)
    found.beside[f"{name}_ms_a_month_on_one"] = 1000 * sorted(alone)[len(alone) // 2]
