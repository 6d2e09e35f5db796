"""One run, from its configuration to its result: the function behind `sim run` and `sim.run`."""

import platform
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.code_id import code_id
from sim.config import RunConfig
from sim.results import Result, digest_of, digests_of, identity


def run(
    territory: Any,
    scenario: str | Sequence[str] = (),
    *,
    seed: int = 1,
    months: int = 84,
    start: str = "2026-01",
    values: dict[str, float] | None = None,
    around: int = 0,
    scale: float = 1.0,
    strict: bool = False,
    progress=None,
) -> Result:
    """Simulate a territory (a name, a code, a graph or a Territory) and return its tables and summary.

    `values` sets parameters by name, within their ranges, under the scenario. `progress(month)` is called after
    each month. Raises InputError for what cannot be understood and RunError for what cannot be completed.
    """
    from sim.engine import World
    from sim.parameters import load_parameters
    from sim.record import Record
    from sim.scenarios import combine
    from sim.territory import Territory, load_territory

    began = time.perf_counter()
    given = territory if isinstance(territory, str) else "an object of the caller's"
    config = RunConfig(
        territory=given, around=around, scenario=scenario, seed=seed, start=start, months=months, scale=scale,
        values=values or {}, strict=strict,
    )  # fmt: skip
    place = territory if isinstance(territory, Territory) else load_territory(territory, around=around)
    parameters = load_parameters()
    if config.values:
        parameters = parameters.with_values(dict(config.values))
    if config.scenario:
        parameters = combine(list(config.scenario)).apply(parameters)
    world = World(place, parameters, seed=config.seed, start=config.start, strict=config.strict, scale=config.scale)
    record = Record(world, config.months)
    organisations, agents = world.organisations, world.agents
    ready = time.perf_counter()
    for month in range(config.months):
        world.step()
        record.month(world)
        if progress is not None:
            progress(month + 1)
    tables = record.tables()
    done = time.perf_counter()
    summary = _summary(config, place, parameters, world, tables, organisations, agents)
    summary["seconds"] = {"setup": ready - began, "run": done - ready, "write": 0.0}
    return Result(tables, summary)


def _summary(config, place, parameters, world, tables, organisations, agents) -> dict[str, Any]:
    """Return what run.json holds and `sim run --json` prints; everything but `seconds` is determined by the inputs."""
    from sim.indicators import horizons

    what = {
        "code_id": code_id(), "territory": place.digest, "parameters": parameters.digest, "seed": config.seed,
        "start": config.start, "scale": config.scale, "around": config.around,
    }  # fmt: skip
    wage = float(world.values["accounts.shadow_wage"])
    core = np.asarray(place.core, bool)
    return {
        "run_id": identity(what),
        "digest": digest_of(tables),
        "digests": digests_of(tables),
        "months": config.months,
        "start": config.start,
        "seed": config.seed,
        "scale": config.scale,
        "around": config.around,
        "territory": {
            "kind": place.kind, "code": place.code, "name": place.name,
            "population": int(np.asarray(place.population)[core].sum()),
        },
        "territory_spec": config.territory,
        "scenario": list(config.scenario),
        "values": dict(config.values),
        "agents": agents,
        "organisations": organisations,
        "ledger": {"max_residual_cents": world.ledger.max_residual, "checks": world.ledger.checks},
        "horizons": horizons(tables, config.start, config.months, wage),
        "code_id": code_id(),
        "platform": platform.platform(),
    }  # fmt: skip
