"""Small territories: runs of a sweep per second and core, a live run, a live fan of paired seeds.

There is no sweep engine yet: a run of a sweep is one call of sim.run on a territory that is loaded once, with its
indicators, written to its own folder (parquet and JSON).
"""

import multiprocessing
import os
import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from benchmarks.measuring import MIB, ROUNDS, Found, busy, environment, tell, wall
from benchmarks.worlds import MIDDLE, SMALL

MONTHS, SEEDS, SCENARIO = 336, 8, "engineering"


@cache
def place(name: str):
    """Load a territory once in a process."""
    import sim

    return sim.load_territory(name)


def one(name: str, seed: int, scenario: tuple[str, ...] = (), months: int = MONTHS) -> dict:
    """Run a territory, its indicators in memory; return its summary."""
    import sim

    return sim.run(place(name), scenario, seed=seed, months=months).summary


def stored(name: str, seed: int, folder: Path, months: int = MONTHS) -> None:
    """Run a territory and write the run."""
    import sim

    sim.run(place(name), seed=seed, months=months).save(folder / str(seed))


def measure(found: Found, names: set[str], *, full: bool = False, months: int = MONTHS) -> None:
    """Measure what is asked."""
    if "runs_per_second_per_core" in names:
        tell("a sweep of a territory of 20,000 inhabitants")
        with tempfile.TemporaryDirectory() as folder:
            stored(SMALL, 0, Path(folder), months)
            before = peak_mib()
            seconds = [busy(lambda s=s: stored(SMALL, s, Path(folder), months)) for s in range(1, 2 * ROUNDS + 1)]
            grown = (peak_mib() - before) / len(seconds)
        found.row(
            "runs_per_second_per_core", (1 / s for s in seconds),
            f"one call of sim.run a run, {months} months, written to its own folder; no sweep engine yet",
        )  # fmt: skip
        found.beside["sweep_peak_mib"], found.beside["sweep_peak_growth_mib_per_run"] = before, grown
    if "live_ms" in names:
        tell("live: a territory of 50,000 inhabitants")
        one(MIDDLE, 0, (), months)
        found.row("live_ms", (1000 * wall(lambda s=s: one(MIDDLE, s, (), months)) for s in range(1, ROUNDS + 1)))
    if "live_fan_seconds" in names:
        fan(found, months)


def fan(found: Found, months: int) -> None:
    """Time 8 pairs of runs (with and without a scenario) on as many warm worker processes as there are cores."""
    cores = os.cpu_count() or 1
    tell(f"live fan: {2 * SEEDS} runs on {cores} processes")
    os.environ.update({name: value for name, value in environment(1).items() if name.endswith("NUM_THREADS")})
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
        runs = [(MIDDLE, seed, scenario, months) for seed in range(1, SEEDS + 1) for scenario in ((), (SCENARIO,))]

        def pairs():
            return list(pool.map(one, *zip(*runs, strict=True)))

        pairs()  # every worker has its territory and its kernels
        times = [wall(pairs) for _ in range(ROUNDS)]
    found.row("live_fan_seconds", times, f"{cores} warm worker processes of one thread")


def peak_mib() -> float:
    """Return the most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MIB
