"""From a question to a result: configuration -> territory and parameters -> World -> tables -> summary.

result = sim.run("Grand Poitiers", seed=1, months=84)
result.summary["horizons"]["84"]["premium"], result.frame("monthly")
"""

import platform
import time
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.code_id import code_id
from sim.config import RunConfig
from sim.errors import InputError, RunError
from sim.results import Result, all_digests, building, digest_of, holds, identity, load, read_summary, write

LEAST_COPY = 2_000  # residents: below, alliances of a copy differ from those of the whole by more than 5 %


class Prepared:
    """A run that is ready to start: its territory and parameters are read, its name is known."""

    def __init__(self, config: RunConfig, territory=None, scenarios=None, threads: int | None = None):
        from sim.parameters import load_parameters
        from sim.scenarios import combine, load_scenario
        from sim.territory import load_territory

        self.config, self.threads = config, threads  # results, and the name of a run, do not depend on threads
        self.territory = load_territory(config.territory, around=config.around) if territory is None else territory
        refuse_tiny_copy(self.territory, config.scale)
        scenarios = [load_scenario(name) for name in config.scenario] if scenarios is None else scenarios
        parameters = load_parameters().with_values(config.values)
        self.parameters = parameters = combine(scenarios, config.start).apply(parameters) if scenarios else parameters
        self.run_id = identity(
            {
                "code_id": code_id(),
                "territory": self.territory.digest,
                "parameters": parameters.digest,
                "seed": config.seed,
                "start": config.start,
                "scale": config.scale,
                "around": config.around,
            }
        )

    def world(self):
        """Return the world at month 0."""
        from sim.engine import World

        c = self.config
        return World(
            self.territory, self.parameters, seed=c.seed, start=c.start, strict=c.strict, scale=c.scale,
            threads=self.threads,
        )  # fmt: skip

    def is_shared(self) -> bool:
        """Return whether threads are going to share the rows of the world, as far as can be told before it is built."""
        from numba import config

        from sim.initial import expected_counts, slack
        from sim.threads import SMALL

        values = self.parameters.at(0, self.config.start)
        counts = self.config.scale * expected_counts(self.territory, values)
        rows = counts.sum() + slack(counts, values).sum()
        return bool(rows >= SMALL and (self.threads or config.NUMBA_NUM_THREADS) > 1)

    def shadow_wage(self) -> float:
        """Return what an hour of a volunteer counts for in consolidated means, EUR."""
        return float(self.parameters.at(0, self.config.start)["accounts.shadow_wage"])

    def run(self, each_month: Callable[[int], None] = lambda month: None) -> Result:
        """Run every month and return the tables and their summary; `each_month` hears of the progress."""
        from sim.record import Record

        started = time.perf_counter()
        world = self.world()
        organisations, agents = world.organisations, world.agents
        record = Record(world, self.config.months)
        ready = time.perf_counter()
        for month in range(self.config.months):
            world.run(1, record)
            each_month(month + 1)
        ended = time.perf_counter()
        seconds = {"setup": ready - started, "run": ended - ready, "write": 0.0}
        ledger = {"max_residual_cents": world.ledger.max_residual, "checks": world.ledger.checks}
        del world  # the largest thing there is: results are put together without it
        return self._result(record, ledger, organisations, agents, seconds)

    def _result(self, record, ledger: dict[str, int], organisations: int, agents: int, seconds) -> Result:
        from sim.indicators import horizons

        c, tables = self.config, record.tables()
        digest, digests = all_digests(tables)
        summary = {
            "run_id": self.run_id,
            "digest": digest,
            "digests": digests,
            "months": c.months,
            "start": c.start,
            "seed": c.seed,
            "scale": c.scale,
            "around": c.around,
            "territory": {
                "kind": self.territory.kind,
                "code": self.territory.code,
                "name": self.territory.name,
                "population": int(self.territory.population[self.territory.core].sum()),
            },
            "scenario": list(c.scenario),
            "agents": agents,
            "organisations": organisations,
            "ledger": ledger,
            "horizons": horizons(tables, c.start, c.months, self.shadow_wage()),
            "code_id": code_id(),
            "platform": dict(machine()),
            "seconds": dict(seconds),
            "config": c.model_dump(),
        }
        return Result(tables, summary)


def configured(territory: str, **fields: Any) -> RunConfig:
    """Return a checked configuration; a field that does not exist is said as any other mistake."""
    try:
        return RunConfig(territory=territory, **fields)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise InputError(f"{'.'.join(map(str, first['loc']))}: {first['msg']} ({first['input']!r}).") from None


def world_of(config: RunConfig):
    """Return the world of a configuration at month 0."""
    return Prepared(config).world()


def refuse_tiny_copy(territory, scale: float):
    """Raise InputError where a smaller copy no longer resembles the whole (tests/test_invariances.py)."""
    people = territory.population[territory.core]
    left = scale * float((people * people).sum()) / float(people.sum())  # in the place of the typical resident
    if scale < 1 and left < LEAST_COPY:
        raise InputError(
            f"scale: {scale:g} leaves {left:,.0f} residents to the typical place of {territory.name}. Below "
            f"{LEAST_COPY:,} a copy has other numbers of alliances than the whole.\n"
            f"  Give at least {min(1.0, scale * LEAST_COPY / left):.2g}, or 1 for the whole territory."
        )


def run(
    territory: Any,
    scenario: Any = (),
    *,
    seed: int = 1,
    months: int = 84,
    start: str = "2026-01",
    scale: float = 1.0,
    around: int = 0,
    values: Mapping[str, float] | None = None,
    strict: bool = False,
) -> Result:
    """Run one territory and return its Result.

    territory   a name, a code, a graph file, a networkx graph or a Territory
    scenario    a name, a YAML file or a Scenario, or several of them
    values      parameters by their name, before the scenario changes them
    """
    from sim.scenarios import Scenario, load_scenario
    from sim.territory import Territory, load_territory

    several = scenario if isinstance(scenario, (list, tuple)) else [scenario]
    scenarios = [one if isinstance(one, Scenario) else load_scenario(one) for one in several]
    place = None
    if not isinstance(territory, (str, Path)):
        place = territory if isinstance(territory, Territory) else load_territory(territory, around=around)
    config = configured(
        str(territory) if place is None else f"{place.kind}:{place.code}", around=around,
        scenario=[one.name if isinstance(one, Scenario) else str(one) for one in several],
        seed=seed, months=months, start=start, scale=scale, values=dict(values or {}), strict=strict,
    )  # fmt: skip
    return Prepared(config, place, scenarios).run()


def stored(prepared: Prepared, folder: Path, each_month: Callable[[int], None]) -> tuple[dict[str, Any], bool]:
    """Return the summary of a run kept in `folder`, and whether it was there already; run it if not."""
    state = holds(folder, {"run_id": prepared.run_id, "months": prepared.config.months})
    if state == "the same run":
        return read_summary(folder), True
    with building(folder) as temporary:
        result = prepared.run(each_month)
        if state == "its beginning":
            same_beginning(load(folder), result)
        write(result, temporary)
    return result.summary, False


def same_beginning(short: Result, long: Result) -> None:
    """Raise RunError unless every row that the shorter run wrote is in the longer one, to the bit."""
    for name, columns in short.tables.items():
        for column, values in columns.items():
            found = long.tables[name][column][: len(values)]
            if digest_of({name: {column: found}}) != digest_of({name: {column: values}}):
                raise RunError(
                    f"Run {long.summary['run_id']}: the months already stored and those just run differ "
                    f"(table '{name}', column '{column}').\n  The stored run comes from {short.summary['platform']}."
                )


def replayed(folder: Path) -> tuple[dict[str, Any], Result]:
    """Run again what a folder holds; return the stored summary and the new result."""
    summary = read_summary(folder)
    config = RunConfig(**summary["config"])
    prepared = Prepared(config)
    if prepared.run_id != summary["run_id"]:
        why = "the code has changed" if code_id() != summary["code_id"] else "the territory or the parameters have"
        raise RunError(
            f"Run {summary['run_id']} would now be run {prepared.run_id}: {why}.\n"
            f"  Replay it with the version that wrote it (code {summary['code_id']}, here {code_id()})."
        )
    return summary, prepared.run()


@cache
def machine() -> dict[str, str]:
    """Return what a result may depend on besides code: two runs are identical to the bit on the same platform."""
    return {
        "system": platform.platform(),
        "machine": platform.machine(),
        "libc": "-".join(platform.libc_ver()),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "numba": version("numba"),
    }
