"""How fast the simulator is on this machine: `sim bench`. What is measured, and results kept, are in benchmarks/."""

import os
import subprocess
import sys
import time
from typing import Any, NamedTuple

from sim.running import Prepared, configured, machine
from sim.state import columns


class Case(NamedTuple):
    """One place at full scale."""

    name: str
    territory: str
    months: int


EPCI = Case("EPCI of 100,000 inhabitants", "epci:200067874", 336)
REGION = Case("region of 6 million inhabitants", "reg:75", 24)


def measure(*, quick: bool = False) -> dict[str, Any]:
    """Return the speed of a run, the memory of an agent and the time to start."""
    Prepared(configured("synthetic:1", months=2)).run()  # compiles the kernels, or loads them
    cases = (EPCI._replace(months=24),) if quick else (EPCI, REGION)
    return {
        "runs": [speed(case) for case in cases],
        "start": start_up(),
        "platform": machine() | {"cores": os.cpu_count()},
    }


def speed(case: Case) -> dict[str, Any]:
    """Run one place and return what a month of an agent costs.

    The rate is by second of processor: kernels are serial, and what else the machine does must not show.
    """
    prepared = Prepared(configured(case.territory, months=case.months))
    began = time.perf_counter()
    world = prepared.world()
    ready, busy = time.perf_counter(), time.process_time()
    world.run(case.months)
    seconds, busy = time.perf_counter() - ready, time.process_time() - busy
    projects = world.state.projects
    living = projects.state == 1
    return {
        "case": case.name,
        "territory": case.territory,
        "months": case.months,
        "agents": world.agents,
        "set_up_seconds": ready - began,
        "run_seconds": seconds,
        "processor_seconds": busy,
        "agent_months_per_second_per_core": world.agents * case.months / busy,
        "bytes_per_agent": state_bytes(world.state) / world.agents,
        "memberships_per_agent": float(projects.members[living].sum()) / world.agents,
        "alliances": int((living & (projects.members > 1)).sum()),
    }


def state_bytes(state) -> int:
    """Return the memory of every column."""
    return sum(state[name].nbytes for name in columns())


def start_up() -> dict[str, float]:
    """Return the seconds that fresh processes take to import the package and to make a first run, kernels cached."""
    run = "from sim.cli import code_of; code_of(['run', '--territory', 'synthetic:1', '--months', '1', '--json'])"
    return {"import_seconds": process_seconds("import sim"), "first_run_seconds": process_seconds(run)}


def process_seconds(code: str) -> float:
    """Return the best of three wall times of a fresh interpreter."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - began)
    return best


def as_text(measured: dict[str, Any]) -> str:
    """Return the measures as a person reads them."""
    lines = []
    for run in measured["runs"]:
        lines.append(
            f"{run['case']}: {run['agents']:,} agents, {run['months']} months in {run['run_seconds']:.2f} s "
            f"({run['agent_months_per_second_per_core'] / 1e6:.2f} million agent-months a second a core), "
            f"set-up {run['set_up_seconds']:.2f} s, {run['bytes_per_agent']:.0f} bytes an agent, "
            f"{run['memberships_per_agent']:.3f} memberships an agent at the end"
        )
    start = measured["start"]
    lines.append(f"start: import {start['import_seconds']:.2f} s, first run {start['first_run_seconds']:.2f} s")
    return "\n".join(lines)
