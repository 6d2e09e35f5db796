"""One region on one core: the rate of a month, what the ledger and the recording cost in it, bytes per row.

Two worlds that are equal to the bit go through the same months. In each month one runs as always, the other without
the checks of the ledger, or without recording; which one, and which comes first, changes from month to month. The
months that run as always give the rate, by years of twelve months, because some things happen once a year.
"""

import resource
import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROUNDS, Found, busy, tell
from benchmarks.worlds import AFTER, REGION, density, run_until_dense, started
from sim.state import columns

YEAR, MOST = 12, 60  # months; by month 60 a world must be dense
RATE = "agent_months_per_second_per_core"
BYTES = ("bytes_per_agent", "bytes_per_tie_row", "bytes_per_alliance_row")
DENSITY = ("projects_per_row", "memberships_per_row")


def measure(found: Found, names: set[str], *, full: bool = False, territory: str = REGION, years: int = ROUNDS):
    """Measure what is asked of the region; the rate always comes with the density of its world."""
    months = MOST + YEAR * years
    tell(f"{territory}: {AFTER} months, then until the world is dense")
    started("synthetic:1", 1)[0].run(1)  # kernels are loaded before memory is counted
    before = resident()
    world, record = started(territory, months)
    if not run_until_dense(world, record, MOST):
        for name in names:
            found.missing(name, f"the world of {territory} is not dense after {MOST} months: {density(world)}")
        return
    memory(found, world)
    found.beside["resident_bytes_per_agent"] = (resident() - before) / world.agents
    if names & {"ledger_cost", "record_cost", RATE, *DENSITY}:
        twin, twin_record = started(territory, months)
        twin.run(world.month, twin_record)
        time_months(found, (world, record), (twin, twin_record), YEAR * years)


def time_months(found: Found, one: tuple, other: tuple, months: int) -> None:
    """Run both worlds month by month, in turn with and without one part."""
    began = one[0].month
    seen, whole, agents, parts = [density(one[0])], [], [], {"ledger": [], "record": []}
    without: dict[str, list[float]] = {"ledger": [], "record": []}
    for month in range(months):
        part, swap = ("ledger", "record")[month % 2], month // 2 % 2
        full = (other, one)[swap == 0]
        agents.append(full[0].agents)
        clocks = Clocks(full[0])
        times = {}
        for world, record in (one, other):
            if world is full[0]:
                times["full"] = busy(lambda w=world, r=record, c=clocks: c.month(w, r))
            else:
                times["bare"] = bare_month(world, record, part)
        clocks.stop(full[0])
        whole.append(times["full"])
        without[part].append(times["full"] / times["bare"] - 1)
        for name in parts:
            parts[name].append(clocks.seconds[name] / times["full"])
        if month % YEAR == YEAR - 1:
            seen.append(density(one[0]))
    rates = [sum(agents[y : y + YEAR]) / sum(whole[y : y + YEAR]) for y in range(0, len(whole), YEAR)]
    last = began + months - 1
    found.row(RATE, rates, f"{len(rates)} years of 12 months, months {began} to {last}; processor time of one thread")
    for name in seen[0]:
        values = [d[name] for d in seen]
        if name in DENSITY:
            found.rows[name], found.notes[name] = (
                min(values),
                f"the least of the timed years; the most: {max(values):.3g}",
            )
        else:
            found.beside[name] = min(values)
    found.beside["ns_per_agent_month"] = 1e9 / found.rows[RATE]
    for part, name in (("ledger", "ledger_cost"), ("record", "record_cost")):
        direct = statistics.median(parts[part])
        found.row(
            name, without[part], f"month with over month without, less 1; timed inside the month: {direct:.2%} of it"
        )
        found.beside[f"{part}_share_timed_inside"] = direct
    found.beside["same_bits_without_ledger_and_record"] = same_bits(one[0], other[0])


class Clocks:
    """Times the ledger and the recording inside a month that runs as always."""

    def __init__(self, world: Any):
        self.seconds = {"ledger": 0.0, "record": 0.0}
        self.timed(world.ledger, "open")
        self.timed(world.ledger, "close")

    def timed(self, ledger: Any, name: str) -> None:
        call = getattr(ledger, name)

        def clocked(*arguments, **options):
            began = time.process_time()
            call(*arguments, **options)
            self.seconds["ledger"] += time.process_time() - began

        setattr(ledger, name, clocked)

    def month(self, world: Any, record: Any) -> None:
        world.step()
        began = time.process_time()
        record.month(world)
        self.seconds["record"] += time.process_time() - began

    def stop(self, world: Any) -> None:
        del world.ledger.open, world.ledger.close


def bare_month(world: Any, record: Any, part: str) -> float:
    """Return the processor time of a month without the checks of the ledger, or without recording.

    What phases need of the ledger (flows of the month set to zero) is done before the clock starts, what the record
    reads of it and the next month opens with (what everybody holds) while it is stopped.
    """
    ledger = world.ledger
    if part == "record":
        seconds = busy(world.step)
        record.month(world)
        return seconds
    ledger.open(world.month, carry=True)
    ledger.open = ledger.close = lambda *arguments, **options: None
    try:
        seconds = busy(world.step)
    finally:
        del ledger.open, ledger.close
    ledger.close()
    return seconds + busy(lambda: record.month(world))


def same_bits(one: Any, other: Any) -> bool:
    """Return True when two worlds hold the same state."""
    return all(one.state[name].tobytes() == other.state[name].tobytes() for name in columns())


def memory(found: Found, world: Any) -> None:
    """Count the bytes of each table per living organisation, free rows included."""
    state, rows = world.state, world.organisations
    size = {table: sum(state[n].nbytes for n, c in columns().items() if c.table == table) for table in state.TABLES}
    alliances = size["projects"] + size["memberships"] + size["shares"] + size["innovations"] + size["lives"]
    p = state.projects
    living = int(((p.state == 1) & (p.members > 1)).sum())
    found.rows |= {
        "bytes_per_agent": (size["organisations"] + size["loans"]) / rows,
        "bytes_per_tie_row": (size["ties"] + size["memories"]) / rows,
        "bytes_per_alliance_row": alliances / rows,
    }
    work = sum(a.nbytes for a in arrays(vars(world.work).values()))
    found.beside |= {
        "bytes_of_state_per_agent": sum(size.values()) / world.agents,
        "bytes_of_work_per_agent": work / world.agents,
        "bytes_per_living_alliance": alliances / max(1, living),
        "bytes_per_row_of_projects": alliances / max(1, len(p)),
        "agents": world.agents,
        "organisations": rows,
    }


def resident() -> int:
    """Return the bytes that this process holds in memory now."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text(encoding="ascii").split()[1]) * resource.getpagesize() if pages.exists() else 0


def arrays(things: Any):
    """Yield the arrays among things, and in the tuples among them."""
    for thing in things:
        if hasattr(thing, "nbytes"):
            yield thing
        elif isinstance(thing, tuple):
            yield from arrays(thing)
