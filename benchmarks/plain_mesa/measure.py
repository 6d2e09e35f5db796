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
from pathlib import Path

from benchmarks.plain_mesa.chance import Philox, Ready, Recorder
from benchmarks.plain_mesa.start import from_world
from sim.engine import World
from sim.errors import RunError
from sim.parameters import load_parameters
from sim.record import Record
from sim.territory import load_territory

TERRITORY, SEED = "synthetic:2", 1
WARM, MONTHS, ROUNDS = 24, 6, 5  # months before, months timed, how many times
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
    twin = from_world(world, recorder)
    twin.run(months)
    seconds: dict[str, list[float]] = {"ready": [], "philox": [], "kernels": []}
    for turn in range(rounds):  # in turn, so that what else the machine does falls on all
        first = world.month
        seconds["ready"].append(clock(from_world(world, Ready(recorder.kept)).run, months))
        if turn < 2:
            seconds["philox"].append(clock(from_world(world, Philox(world.seed)).run, months))
        kernels = grown(territory, first)
        seconds["kernels"].append(clock(kernels.run, months, Record(kernels, months)))
    expected, found = cash_of(kernels), [one.cash for one in twin.organisations]
    if expected != found:
        raise RunError("The twin and the kernels do not end with the same cash: their times cannot be compared.")
    each = {name: statistics.median(times) / (months * kernels.agents) for name, times in seconds.items()}
    return {
        "vs_plain_mesa": each["ready"] / each["kernels"],
        "vs_plain_mesa_philox": each["philox"] / each["kernels"],
        "seconds_per_agent_month": each["ready"],
        "seconds_per_agent_month_philox": each["philox"],
        "seconds_per_agent_month_kernels": each["kernels"],
        "agents": kernels.agents, "months": months, "warm": warm, "draws": len(recorder.kept),
        "projects_per_row": len(twin.projects) / kernels.agents,
        "memberships_per_row": sum(len(project.members) for project in twin.projects) / kernels.agents,
    }  # fmt: skip


def cash_of(world: World) -> list[int]:
    """Return the cash of living organisations, in the order of rows."""
    o = world.state.organisations
    return o.cash[o.alive == 1].tolist()


def profile(territory: str = TERRITORY, warm: int = WARM, months: int = MONTHS) -> str:
    """Return where the time of the twin goes with ready draws, and write it beside this file."""
    world, recorder = grown(territory, warm), Recorder(SEED)
    from_world(world, recorder).run(months)
    twin, watch = from_world(world, Ready(recorder.kept)), cProfile.Profile()
    watch.runcall(twin.run, months)
    out = io.StringIO()
    stats = pstats.Stats(watch, stream=out).strip_dirs().sort_stats("tottime")
    stats.print_stats(LINES)
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    start = next(n for n, line in enumerate(lines) if "function calls" in line)
    head = f"{world.agents} agents of {territory}, {months} months after month {warm}, ready draws"
    text = "\n".join((head, *lines[start:])).rstrip() + "\n"
    PROFILE.write_text(text, encoding="utf-8")
    return text
