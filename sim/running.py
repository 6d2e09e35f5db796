"""From a question to a result: configuration -> territory and parameters -> World -> tables -> summary.

result = sim.run("Grand Poitiers", seed=1, months=84)
result.summary["horizons"]["84"]["premium"], result.frame("monthly")
"""

import platform
import time
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.code_id import code_id
from sim.config import RunConfig
from sim.errors import InputError
from sim.results import Result, digest_of, digests_of, identity


class Prepared:
    """A run that is ready to start: its territory and parameters are read, its name is known."""

    def __init__(self, config: RunConfig, territory=None):
        from sim.parameters import load_parameters
        from sim.scenarios import combine, load_scenario
        from sim.territory import load_territory

        self.config = config
        self.territory = load_territory(config.territory, around=config.around) if territory is None else territory
        parameters = load_parameters()
        if config.scenario:
            parameters = combine([load_scenario(name) for name in config.scenario]).apply(parameters)
        if config.values:
            parameters = parameters.with_values(config.values)
        self.parameters = parameters
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
        return World(self.territory, self.parameters, seed=c.seed, start=c.start, strict=c.strict, scale=c.scale)

    def shadow_wage(self) -> float:
        """Return what an hour of a volunteer counts for in consolidated means, EUR."""
        return float(self.parameters.at(0, self.config.start)["accounts.shadow_wage"])

    def run(self, each_month: Callable[[int], None] = lambda month: None) -> Result:
        """Run every month and return the tables and their summary; `each_month` hears of the progress."""
        from sim.record import Record

        started = time.perf_counter()
        world = self.world()
        organisations = int(world.state.organisations.alive.sum())
        record = Record(world, self.config.months)
        ready = time.perf_counter()
        for month in range(self.config.months):
            world.run(1, record)
            each_month(month + 1)
        ended = time.perf_counter()
        seconds = {"setup": ready - started, "run": ended - ready, "write": 0.0}
        return self._result(world, record, organisations, seconds)

    def _result(self, world, record, organisations: int, seconds: Mapping[str, float]) -> Result:
        from sim.indicators import horizons

        c, tables = self.config, record.tables()
        summary = {
            "run_id": self.run_id,
            "digest": digest_of(tables),
            "digests": digests_of(tables),
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
            "agents": organisations + len(world.state.cohorts),
            "organisations": organisations,
            "ledger": {"max_residual_cents": world.ledger.max_residual, "checks": world.ledger.checks},
            "horizons": horizons(tables, c.start, c.months, self.shadow_wage()),
            "code_id": code_id(),
            "platform": machine(),
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


def run(
    territory: Any,
    scenario: str | Iterable[str] = (),
    *,
    seed: int = 1,
    months: int = 84,
    start: str = "2026-01",
    scale: float = 1.0,
    around: int = 0,
    values: Mapping[str, float] | None = None,
    strict: bool = False,
) -> Result:
    """Run one territory (a name, a code, a graph file, a networkx graph or a Territory) and return its Result."""
    fields = {
        "scenario": scenario if isinstance(scenario, str) else tuple(scenario), "seed": seed, "months": months,
        "start": start, "scale": scale, "around": around, "values": dict(values or {}), "strict": strict,
    }  # fmt: skip
    if isinstance(territory, (str, Path)):
        return Prepared(configured(str(territory), **fields)).run()
    place = _territory(territory)
    return Prepared(configured(f"{place.kind}:{place.code}", **fields), place).run()


def _territory(given: Any):
    from sim.territory import Territory, load_territory

    return given if isinstance(given, Territory) else load_territory(given)


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
