"""Where the time of a month goes, by phase and by kernel: python -m benchmarks.profile [--territory T] [--after M]

Times are of the processor, on one thread, in a living world; a kernel's holds all that it calls.
"""

import argparse
import csv
import importlib
import os
import pkgutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.worlds import REGION, run_until_dense, started

MONTHS, MOST = 12, 60
FILE = Path(__file__).with_name("profile.csv")
COLUMNS = ("label", "date", "code_id", "territory", "kind", "name", "ns_per_agent_month")
Wrap = Callable[[str, Callable], Callable]


def wrap_kernels(wrap: Wrap) -> None:
    """Put `wrap(name, kernel)` in the place of every kernel that Python calls, for the rest of the process.

    A world that has run before keeps what it called: `world.crew.doors.clear()`.
    """
    from sim import kernels
    from sim.doors import Given

    for info in pkgutil.iter_modules(kernels.__path__):
        module = importlib.import_module(f"sim.kernels.{info.name}")
        wrapped = {
            name: wrap(f"{info.name}.{name}", thing) if hasattr(thing, "py_func") else thing
            for name, thing in vars(module).items()
        }
        stand_in = SimpleNamespace(**wrapped)
        for user, used in [
            (user, used)
            for user, used in list(sys.modules.items())
            if user.startswith("sim.") and not user.startswith("sim.kernels") and used is not None
        ]:
            for name, thing in list(vars(used).items()):
                if thing is module:
                    setattr(used, name, stand_in)
                elif isinstance(thing, Given):
                    if thing.kernel.__module__ == module.__name__:
                        thing.kernel = wrapped[thing.kernel.__name__]
                elif hasattr(thing, "py_func") and thing.py_func.__module__ == module.__name__:
                    setattr(sys.modules[user], name, wrapped[thing.py_func.__name__])


def profile(
    territory: str, after: int, months: int = MONTHS
) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Return nanoseconds per agent-month by phase, by kernel, and in all."""
    world, record = started(territory, MOST + after + months)
    world.run(after, record)
    run_until_dense(world, record, after + MOST)
    by_phase, by_kernel, total, agents = Counter(), Counter(), 0.0, 0

    def timed(counter: Counter, name: str, call: Callable) -> Callable:
        def run(*arguments: Any, **options: Any) -> Any:
            began = time.process_time()
            try:
                return call(*arguments, **options)
            finally:
                counter[name] += time.process_time() - began

        return run

    wrap_kernels(lambda name, kernel: timed(by_kernel, name, kernel))
    world.crew.doors.clear()
    phases = []
    for phase in world.phases:
        run = timed(by_phase, phase.title, phase)
        run.title, run.reads, run.writes = phase.title, phase.reads, phase.writes
        phases.append(run)
    world.phases = tuple(phases)
    world.ledger.open = timed(by_phase, "ledger", world.ledger.open)
    world.ledger.close = timed(by_phase, "ledger", world.ledger.close)
    record.month = timed(by_phase, "record", record.month)
    for _ in range(months):
        agents += world.agents
        began = time.process_time()
        world.step()
        record.month(world)
        total += time.process_time() - began
    by_phase["between phases"] = total - sum(by_phase.values())
    to_ns = 1e9 / agents
    return (
        {name: seconds * to_ns for name, seconds in by_phase.most_common()},
        {name: seconds * to_ns for name, seconds in by_kernel.most_common()},
        {"month": total * to_ns, "kernels": sum(by_kernel.values()) * to_ns},
    )


def keep(label: str, territory: str, tables: dict[str, dict[str, float]]) -> None:
    """Add the lines to profile.csv; those under the same label go."""
    from sim.code_id import code_id

    old = list(csv.reader(FILE.open(encoding="utf-8"))) if FILE.exists() else [list(COLUMNS)]
    head = (label, date.today().isoformat(), code_id(), territory)
    new = [[*head, kind, name, f"{ns:.2f}"] for kind, found in tables.items() for name, ns in found.items()]
    with FILE.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows([line for line in old if line[0] != label] + new)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--territory", default=REGION)
    parser.add_argument("--after", type=int, default=24)
    parser.add_argument("--keep", metavar="LABEL", help="add the lines to profile.csv under this label")
    asked = parser.parse_args()
    os.environ["NUMBA_NUM_THREADS"] = "1"  # before numba is imported: months of one thread
    phases, kernels, total = profile(asked.territory, asked.after)
    if asked.keep:
        keep(asked.keep, asked.territory, {"total": total, "phase": phases, "kernel": kernels})
    print(f"{asked.territory}: {total['month']:.0f} ns an agent-month, {total['kernels']:.0f} of them in kernels")
    for title, found in (("phase", phases), ("kernel", kernels)):
        print(f"\n| {title} | ns | share |\n|---|---|---|")
        for name, ns in found.items():
            if ns >= 0.5:
                print(f"| `{name}` | {ns:.1f} | {ns / total['month']:.1%} |")


if __name__ == "__main__":
    main()
