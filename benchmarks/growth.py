"""How the time of a month grows with the number of rows, on one core: the slope of log time over log rows.

Real places from an intermunicipality to the whole nation, each at the same months of its life, when all have about
the same density of projects (printed beside). A place for which this machine has not memory enough is left out, and
the note says so.
"""

import math
import statistics

from benchmarks.measuring import ROUNDS, Found, busy, memory_left, tell
from benchmarks.region import memory
from benchmarks.worlds import NATION, REGION, density, started

PLACES = ("epci:200067874", "dep:86", "dep:33", REGION, "reg:84", NATION)
SIZE = {"reg:84": 800_000, NATION: 6_200_000}  # rows, roughly: is there room?
BEFORE = 12  # months, then ROUNDS are timed
ROOM = 1.5  # bytes needed over those of the columns: what is made on the way


def measure(found: Found, names: set[str], *, full: bool = False, places: tuple[str, ...] = PLACES) -> None:
    """Time months of places of all sizes; fit the exponent by least squares."""
    sizes, times, left_out, seen = [], [], [], {}
    per_row = 0.0
    for place in places:
        if SIZE.get(place, 0) * per_row * ROOM > memory_left():
            left_out.append(place)
            continue
        tell(f"{place}: {BEFORE} months, then {ROUNDS}")
        world, _ = started(place, BEFORE + ROUNDS)
        world.run(BEFORE)
        seconds = [busy(world.step) for _ in range(ROUNDS)]
        sizes.append(world.agents)
        times.append(statistics.median(seconds))
        here = Found()
        memory(here, world)
        per_row = here.beside["bytes_of_state_per_agent"] + here.beside["bytes_of_work_per_agent"]
        seen[place] = {"agents": world.agents, "ns_per_agent_month": 1e9 * times[-1] / sizes[-1], **density(world)}
        del world
    found.beside["growth"] = seen
    found.rows["growth_exponent"] = slope([math.log(n) for n in sizes], [math.log(t) for t in times])
    found.spread["growth_exponent"] = {"low": min(sizes), "high": max(sizes), "n": len(sizes)}
    found.notes["growth_exponent"] = (
        f"{len(sizes)} places of {min(sizes):,} to {max(sizes):,} rows (the spread says these), months {BEFORE} to "
        f"{BEFORE + ROUNDS - 1}, their median each, processor time of one thread"
        + (f"; left out, too large for the memory that is free here: {', '.join(left_out)}" if left_out else "")
    )


def slope(x: list[float], y: list[float]) -> float:
    """Return the slope of the least-squares line."""
    mean_x, mean_y = statistics.fmean(x), statistics.fmean(y)
    up = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return up / sum((a - mean_x) ** 2 for a in x)
