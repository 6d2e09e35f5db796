"""Runs the units of a study: worker processes by `spawn`, one thread each, results as small sums.

A unit is one place, one draw, one seed in several worlds, so that what must be compared is computed side by side and
only sums travel. A unit that fails is an error that names it, never a hole in the results.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache, partial

import numpy as np

from sim.errors import RunError, SimError
from sim.lab import families, worlds
from sim.lab.design import Study, Unit
from sim.lab.families import MONTHS_SHOWN
from sim.lab.store import Store, key_of

PAIRED = (("W2", "W3"), ("W2", "W1"), ("W1", "W0"))  # whose common projects are followed
SERIES = ("performance", "innovation", "confidence")
Simulate = Callable[[Unit, Mapping[str, float]], object]


@cache
def territory_of(name: str):
    """Load a territory once per process."""
    from sim.territory import load_territory

    return load_territory(name)


def simulate(unit: Unit, values: Mapping[str, float], start: str, changes: tuple = ()):
    """Run one world of a unit and return its Result."""
    import sim

    return sim.run(
        territory_of(unit.place.territory),
        families.scenario(changes) if changes else (),
        seed=unit.seed,
        months=unit.months,
        start=start,
        values=dict(values),
        scale=unit.place.scale,
    )


def run_unit(unit: Unit, study: Study, simulate: Callable = simulate) -> dict:
    """Run every world of a unit and keep the sums of each, and of each pair."""
    results = {w: simulate(unit, unit.values | worlds.world_values(w, study.dose), study.start) for w in unit.worlds}
    horizons = [h for h in study.horizons if h <= unit.months]
    tables = {world: result.tables for world, result in results.items()}
    return {
        "place": unit.place.key,
        "draw": unit.draw,
        "repeat": unit.repeat,
        "seed": str(unit.seed),  # 63 bits: more than a JSON number keeps
        "form": unit.form,
        "worlds": {w: {str(h): worlds.collect(t, h) for h in horizons} for w, t in tables.items()},
        "pairs": {
            f"{a}|{b}": {str(h): worlds.collect_pair(tables[a], tables[b], h) for h in horizons}
            for a, b in PAIRED
            if a in tables and b in tables
        },
        "series": {w: series(t, study.shadow_wage) for w, t in tables.items()},
        "who": {w: net_receipts(t) for w, t in tables.items()},
        "digests": {w: result.summary["digest"] for w, result in results.items()},
        "residual": max(result.summary["ledger"]["max_residual_cents"] for result in results.values()),
        "checks": min(result.summary["ledger"]["checks"] for result in results.values()),
        "organisations": next(iter(results.values())).summary["organisations"],
        "population": next(iter(results.values())).summary["territory"]["population"],
    }


def run_family(unit: Unit, study: Study, simulate: Callable = simulate) -> dict:
    """Run every world of a family for one draw and seed, and keep what its claims read."""
    from sim.parameters import load_parameters

    family = study.families[unit.family]
    start = family.start or study.start
    known = {**load_parameters().values(), **unit.values}
    sums, residual, checks = {}, 0, []
    for name, world in families.worlds_of(unit.family, unit.grid, family.dose, known).items():
        values, changes = unit.values | world.values, {"changes": world.changes} if world.changes else {}
        result = simulate(unit, values, start, **changes)
        sums[name] = {str(unit.months): families.collect(unit.family, result.tables, unit.months, start)}
        residual = max(residual, result.summary["ledger"]["max_residual_cents"])
        checks.append(result.summary["ledger"]["checks"])
    return {
        "place": unit.place.key,
        "family": unit.family,
        "draw": unit.draw,
        "repeat": unit.repeat,
        "seed": str(unit.seed),
        "form": unit.form,
        "worlds": sums,
        "pairs": {},
        "residual": residual,
        "checks": min(checks),
    }


def series(tables: Mapping[str, Mapping[str, np.ndarray]], wage: float) -> dict[str, list[float | None]]:
    """Return the three indicators of a world at the months that charts show; None where one has no value yet."""
    from sim.indicators import INDICATORS

    shown = [m for m in MONTHS_SHOWN if m <= len(tables["monthly"]["month"])]
    chosen = [indicator for indicator in INDICATORS if indicator.name in SERIES]
    return {i.name: [i.compute(tables, month, wage) for month in shown] for i in chosen}


def net_receipts(tables: Mapping[str, Mapping[str, np.ndarray]]) -> np.ndarray:
    """Return euros received less euros paid by each of the seven models and the outside, over the run."""
    flows = tables["flows"]
    found = np.zeros(8)
    np.add.at(found, np.asarray(flows["receiver"], int), np.asarray(flows["cents"], float) / 100)
    np.add.at(found, np.asarray(flows["payer"], int), -np.asarray(flows["cents"], float) / 100)
    return found


def run_units(
    units: Iterable[Unit],
    study: Study,
    store: Store,
    *,
    code: str,
    workers: int = 2,
    progress: bool = False,
    simulate: Callable = simulate,
    task: Callable = run_unit,
) -> list[dict]:
    """Return what every unit gives to a task, running those that the store does not hold."""
    wanted = {key_of(unit, study.digest, code, task.__name__): unit for unit in units}
    missing = {key: unit for key, unit in wanted.items() if key not in store.units}
    job = partial(task, study=study, simulate=simulate)
    with showing(progress, len(wanted), len(wanted) - len(missing)) as advance:
        for key, outcome in outcomes(job, missing, workers):
            store.add(key, outcome)
            advance()
    return [store.units[key] for key in wanted]


def outcomes(task: Callable, wanted: Mapping[str, object], workers: int):
    """Yield (key, outcome) as they come, from this process or from workers."""
    if workers <= 1 or len(wanted) < 2:
        for key, unit in wanted.items():
            yield key, attempt(task, unit)
        return
    if multiprocessing.parent_process() is not None:
        raise RunError(
            "A study was started while a worker process was importing your script.\n"
            "  Put what you run under  if __name__ == '__main__':"
        )
    with one_thread_each(), ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        jobs = {pool.submit(attempt, task, unit): key for key, unit in wanted.items()}
        try:
            for job in as_completed(jobs):
                yield jobs[job], job.result()
        except BrokenProcessPool:
            raise RunError(
                "A worker process was stopped from outside (memory, or a signal); what it was running is lost.\n"
                "  Start the same command again: with --out, finished runs are kept and the study goes on from there."
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def attempt(task: Callable, unit: Unit) -> dict:
    """Run a unit; an error says which one it was."""
    try:
        return task(unit)
    except SimError as problem:
        raise RunError(
            f"Draw {unit.draw}, seed {unit.seed} on {unit.place.territory} did not end: {problem}\n"
            "  No verdict is given on a study with a failed run."
        ) from problem


@contextmanager
def one_thread_each():
    """Let worker processes compute on one thread: the study is the parallel loop."""
    wanted = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def showing(progress: bool, total: int, done: int):
    """Show a progress bar on stderr, and give the function that moves it."""
    if not progress:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("paired worlds"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total, completed=done)
        yield lambda: bar.advance(task)
