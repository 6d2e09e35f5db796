"""How long a month takes, in the twin and in the kernels: the same world, the same months, one core.

The world is grown by the kernels until alliances live in it, then goes on in both. The twin is timed with draws made
before the clock starts (the same run, recorded), and with Philox in Python; the kernels draw inside their months, so
that the ratio with ready draws is below what it would be without their chance. Both record and check accounts.
"""

import cProfile
import gc
import io
import pstats
import statistics
import time
from itertools import pairwise
from pathlib import Path

from benchmarks.plain_mesa.chance import Philox, Ready, Recorder
from benchmarks.plain_mesa.start import from_world
from benchmarks.plain_mesa.world import PHASES
from sim.engine import World
from sim.errors import RunError
from sim.parameters import load_parameters
from sim.record import Record
from sim.territory import load_territory

TERRITORY, SEED = "synthetic:5", 1  # 100,000 residents, some 8,000 organisations
WARM, MONTHS, ROUNDS = 24, 12, 5  # months before, months timed, how many times
PHILOX_ROUNDS = 2
PROFILE = Path(__file__).with_name("profile.txt")
LINES = 30


def grown(territory: str = TERRITORY, warm: int = WARM) -> World:
    """Return a world in which alliances live, on one core."""
    world = World(load_territory(territory), load_parameters(), seed=SEED, threads=1)
    world.run(warm)
    return world


def clock(run, *given) -> float:
    """Return the seconds of this thread that a call takes, without the collection of garbage."""
    gc.collect()
    gc.disable()
    try:
        start = time.thread_time()
        run(*given)
        return time.thread_time() - start
    finally:
        gc.enable()


def measure(territory: str = TERRITORY, warm: int = WARM, months: int = MONTHS, rounds: int = ROUNDS) -> dict:
    """Return medians of seconds per agent-month, and the ratios of the twin to the kernels."""
    world = grown(territory, warm)
    recorder = Recorder(world.seed)
    first = from_world(world, recorder)
    first.run(months)
    kernels = grown(territory, warm)
    kernels.run(months, Record(kernels, months))  # not timed: compiled code is loaded
    refuse_other_bits(kernels, first)
    ready, philox, ours = [], [], []
    for turn in range(rounds):  # in turn, so that what else the machine does falls on all
        ready.append(clock(from_world(world, Ready(recorder.kept)).run, months))
        if turn < PHILOX_ROUNDS:
            philox.append(clock(from_world(world, Philox(world.seed)).run, months))
        for _ in range(2):  # short: twice as often
            kernels = grown(territory, warm)
            ours.append(clock(kernels.run, months, Record(kernels, months)))
    plain, plain_philox, compiled = (
        statistics.median(times) / (months * kernels.agents) for times in (ready, philox, ours)
    )
    return {
        "vs_plain_mesa": plain / compiled, "vs_plain_mesa_philox": plain_philox / compiled,
        "seconds_per_agent_month": plain, "seconds_per_agent_month_philox": plain_philox,
        "seconds_per_agent_month_kernels": compiled,
        "agents": kernels.agents, "months": months, "warm": warm, "draws": len(recorder.kept),
        "projects_per_row": len(first.projects) / kernels.agents,
        "memberships_per_row": sum(len(project.members) for project in first.projects) / kernels.agents,
    }  # fmt: skip


def refuse_other_bits(world: World, twin) -> None:
    """Raise RunError when both do not end with the same cash and desires: their times could not be compared."""
    o = world.state.organisations
    living = o.alive == 1
    both = ((o.cash, "cash"), (o.desire, "desire"))
    if any(column[living].tolist() != [getattr(one, name) for one in twin.organisations] for column, name in both):
        raise RunError("The plain-Mesa twin and the kernels do not end alike: their times cannot be compared.")


def profile(territory: str = TERRITORY, warm: int = WARM, months: int = MONTHS) -> str:
    """Return where the time of the twin goes with ready draws, and write it beside this file."""
    world, recorder = grown(territory, warm), Recorder(SEED)
    from_world(world, recorder).run(months)
    twin, watch = from_world(world, Ready(recorder.kept)), cProfile.Profile()
    watch.runcall(twin.run, months)
    out = io.StringIO()
    pstats.Stats(watch, stream=out).strip_dirs().sort_stats("tottime").print_stats(LINES)
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    start = next(n for n, line in enumerate(lines) if "function calls" in line)
    phases = by_phase(from_world(world, Ready(recorder.kept)), months)
    text = "\n".join((
        f"{world.agents} agents of {territory}, {months} months after month {warm}, ready draws.",
        "", "Microseconds per agent-month, by phase, without the profiler:", "", *phases,
        "", "By function, under cProfile (which slows small ones most):", "", *lines[start:],
    )).rstrip() + "\n"  # fmt: skip
    PROFILE.write_text(text, encoding="utf-8")
    return text


def by_phase(twin, months: int) -> list[str]:
    """Return a line for each phase of the twin, the longest first."""
    agents, spent = len(twin.organisations) + len(twin.cohorts), {name: 0.0 for name in PHASES}
    spent |= {"accounts and record": 0.0}
    gc.collect()
    gc.disable()
    for _ in range(months):
        moments = [time.thread_time()]
        twin.open_month()
        moments.append(time.thread_time())
        for phase in PHASES.values():
            phase(twin)
            moments.append(time.thread_time())
        twin.close_month()
        moments.append(time.thread_time())
        gone = [after - before for before, after in pairwise(moments)]
        for name, seconds in zip(PHASES, gone[1:-1], strict=True):
            spent[name] += seconds
        spent["accounts and record"] += gone[0] + gone[-1]
    gc.enable()
    each = {name: 1e6 * seconds / (months * agents) for name, seconds in spent.items()}
    ordered = sorted(each.items(), key=lambda one: -one[1])
    return [f"{micros:9.3f}  {name}" for name, micros in ordered] + [f"{sum(each.values()):9.3f}  together"]
