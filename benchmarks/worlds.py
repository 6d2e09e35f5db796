"""Worlds that measures run, and how dense they are."""

from typing import Any

import numpy as np

REGION, CAPITAL, NATION = "reg:75", "reg:11", "france"  # Nouvelle-Aquitaine, Île-de-France, all of it
SMALL, MIDDLE = "epci:200036549", "epci:242900801"  # 19,993 and 50,011 inhabitants
AFTER = 24  # months before anything is timed
LEAST_PROJECTS, LEAST_MEMBERSHIPS = 0.05, 0.15  # per row: an empty world cannot win


def started(territory: str, months: int, seed: int = 1):
    """Return a world at month 0 and the record of so many months."""
    from sim.record import Record
    from sim.running import Prepared, configured

    world = Prepared(configured(territory, months=months, seed=seed)).world()
    return world, Record(world, months)


def density(world: Any) -> dict[str, float]:
    """Return living projects and memberships per living row, those of alliances (two members or more) apart.

    A membership is one organisation in one living project; a founder that looks for partners or works alone is one.
    """
    p, rows = world.state.projects, world.agents
    living, allied = p.state == 1, (p.state == 1) & (p.members > 1)
    return {
        "projects_per_row": np.count_nonzero(living) / rows,
        "memberships_per_row": float(p.members[living].sum()) / rows,
        "alliances_per_row": np.count_nonzero(allied) / rows,
        "memberships_in_alliances_per_row": float(p.members[allied].sum()) / rows,
    }


def dense(world: Any) -> bool:
    """Return True when the world may be timed."""
    found = density(world)
    return found["projects_per_row"] >= LEAST_PROJECTS and found["memberships_per_row"] >= LEAST_MEMBERSHIPS


def run_until_dense(world: Any, record: Any, most: int) -> bool:
    """Run to month AFTER, then until the world is dense; False when it is not after `most` months."""
    world.run(AFTER - world.month, record)
    while not dense(world) and world.month < most:
        world.run(1, record)
    return dense(world)
