"""The first run on a machine compiles the kernels: a second process takes those of the end of the month.

The run starts at the beginning of the month, the other process at its end, with a small world that nobody looks at;
each writes what it compiles where the other finds it (sim/kernels/__init__.py), and they meet in the middle. Later runs
find them compiled (sim/loading.py).
"""

import os
import subprocess
import sys
from contextlib import contextmanager


@contextmanager
def compiled_by_two(prepared):
    """While a run goes on, let another process compile backwards; only where nothing is compiled yet.

    prepared  sim.running.Prepared: where threads share the rows of a world, they call what is compiled apart
    """
    from sim import kernels

    if not kernels.COLD or cores() < 2:
        yield
        return
    code = f"from sim.warming import compile_backwards; compile_backwards({prepared.is_shared()})"
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    other = subprocess.Popen([sys.executable, "-c", code], **quiet)
    try:
        yield
    finally:
        other.terminate()
        other.wait()


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compile_backwards(shared: bool = False) -> None:
    """Record a small world, then run the phases of its month from the last: kernels are compiled in that order.

    The phase that takes longest to compile goes first: where both processes come to a phase, both compile it.
    """
    from sim import threads
    from sim.alliances import production
    from sim.engine import World
    from sim.loading import look_for_dead_objects_less, without_linear_algebra
    from sim.parameters import load_parameters
    from sim.record import Record
    from sim.schedule import PHASES
    from sim.territory import load_territory

    look_for_dead_objects_less()
    without_linear_algebra()
    threads.SMALL = 0 if shared else threads.SMALL
    world = World(load_territory("synthetic:1"), load_parameters(), seed=1, threads=2)
    world.parameters_are_new = False
    world.draw()
    world.ledger.open(0)
    Record(world, 1).month(world)
    longest = PHASES.index(production.produce)
    for k in (longest, *(k for k in reversed(range(len(PHASES))) if k != longest)):
        world.phases[k](world)
    world.ledger.recount()  # a month upside down does not balance: volunteers gave after associations received
    world.month = 1
    world.run(1)
