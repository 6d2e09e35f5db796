"""The inception cohort: projects whose diagnose falls in the first months, followed to the end of the run.

A project of the cohort that has ended leaves the table of projects, so that its row can serve again; what studies
need to know of it goes to the archive. Others are read where they are.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial

import numpy as np

from sim.alliances.terms import KEPT_MONTHS
from sim.doors import given
from sim.kernels import record as kernel

BATCH = 32  # projects that leave together: to take a few numbers out of forty columns each month costs more
EVERY = 4  # months between two looks at who may leave
IN_MEMORY = 50_000  # projects: a larger cohort waits on the disk for the end of the run

WIDE = {  # studies compute with them
    "started": np.int32, "implemented": np.int32, "ended": np.int32, "months": np.int32, "plan": np.int64,
    "hours": np.int64,
}  # fmt: skip

OWN = {"strategy", "phase", "aside", "deployed"}  # of innovations
VALUES = "alone", "premium", "gain", "perceived", "coordination", "means_alone"  # of lives
COUNTS = (
    "own", "grants_public", "grants_finance", "grants_patronage", "programme", "premium_paid", "hours", "months",
)  # fmt: skip
LIFE = {"founder_uid", *VALUES, *COUNTS}

Columns = dict[str, np.ndarray]


def may_leave(month: int) -> bool:
    """Return whether `retire` looks at the projects of the cohort this month. None leaves while the cohort is opening:
    until then projects lie in the order in which they opened.
    """
    return month >= KEPT_MONTHS and month % EVERY == 0


def retire(world) -> None:
    """Move to the archive the projects of the cohort that ended before last month: nothing more happens to them.

    Those of last month may still have a contract to settle (sim/alliances/policies.py). A few wait for others.
    """
    p = world.state.projects
    n = world.crew.call(_list_ended, world.month - 1)
    if n >= BATCH:
        rows = world.work.projects[:n]
        world.archive.append(_columns(world, rows[world.core[p.territory[rows]]]))
        p.state[rows] = 0
        if sum(part["uid"].size for part in world.archive if part["uid"].flags.writeable) > IN_MEMORY:
            parts = world.archive
            world.archive = [laid_down((name, _joined(parts, name)) for name in parts[0])]


@given(kernel.list_ended)
def _list_ended(world):
    p = world.state.projects
    return p.state, p.ended, world.work.projects


def cohort(world) -> Columns:
    """Return the inception cohort as it stands: one row per project of the core, in order of identity."""
    return dict(_whole(world))


def snapshot(world) -> Columns:
    """Return the same, laid down on the disk when it is large."""
    p = world.state.projects
    living = np.count_nonzero(p.started[p.state > 0] < KEPT_MONTHS)
    large = living + sum(part["uid"].size for part in world.archive) > IN_MEMORY
    return laid_down(_whole(world)) if large else cohort(world)


def laid_down(columns: Iterable[tuple[str, np.ndarray]]) -> Columns:
    """Write columns one at a time to a temporary file and return them mapped; it goes with the last reader."""
    places = {}
    with tempfile.TemporaryFile() as file:
        for name, column in columns:
            file.seek(-(-file.tell() // 64) * 64)  # where a value of any type may begin
            places[name] = file.tell(), column.nbytes, column.dtype
            file.write(column.data)
        file.flush()
        mapped = np.memmap(file, np.uint8, "r")
    return {name: np.asarray(mapped[at : at + size]).view(kind) for name, (at, size, kind) in places.items()}


def _whole(world) -> Iterator[tuple[str, np.ndarray]]:
    p = world.state.projects
    rows = np.flatnonzero((p.state > 0) & (p.started < KEPT_MONTHS) & world.core[p.territory])
    makers = _makers(world, rows)
    order = np.argsort(np.concatenate([*(part["uid"] for part in world.archive), makers["uid"]()]))
    for name, make in makers.items():
        yield name, np.concatenate([*(part[name] for part in world.archive), make()])[order]


def _joined(parts: list[Columns], name: str) -> np.ndarray:
    return np.concatenate([part[name] for part in parts])


def _columns(world, rows) -> Columns:
    return {name: make() for name, make in _makers(world, rows).items()}


def _makers(world, rows) -> dict[str, Callable[[], np.ndarray]]:
    """Return what makes each column for these rows: those of a large cohort are never all in memory."""
    p, own, life = world.state.projects, world.state.innovations, world.state.lives
    living, shares = p.state[rows] == 1, cache(partial(_shares, world, rows))
    innovation, mine = p.innovation[rows], p.life[rows]
    found = {
        "uid": p.uid, "founder_uid": life.founder_uid, "territory": p.territory, "domain": p.domain, "kind": p.kind,
        "strategy": own.strategy, "phase": own.phase, "aside": own.aside, "deployed": own.deployed,
        "started": p.started, "implemented": p.implemented, "ended": p.ended, "end": p.end, "members": p.members,
        "members_first": p.members_first, "members_max": p.members_max, "engineered": p.engineered,
        "seeking": p.seeking, "setup_months": p.setup, "plan": p.plan, "plan_value": p.plan_value,
        "value": p.delivered, **{name: life.values[:, at] for at, name in enumerate(VALUES)},
        **{name: life.counts[:, at] for at, name in enumerate(COUNTS)},
    }  # fmt: skip
    places = {name: innovation if name in OWN else mine if name in LIFE else rows for name in found}
    return {
        **{
            name: partial(_taken, c, places[name], WIDE.get(name, c.dtype))
            for name, c in found.items()
        },
        "reinvented": lambda: own.origin[innovation] > 0,
        "value_now": lambda: np.where(living, p.value[rows], 0.0),
        "at_work": lambda: living & (p.step[rows] == 5),
        "unfair": lambda: shares()[0], "content": lambda: shares()[1],
    }  # fmt: skip


def _taken(column: np.ndarray, rows: np.ndarray, dtype) -> np.ndarray:
    return column[rows].astype(dtype, copy=False)


def _shares(world, rows) -> tuple[np.ndarray, np.ndarray]:
    """Return, for living alliances, the largest gap between a share and its Shapley value (over the value that is
    shared), and how many members have at least what they would deliver alone; 0 for other projects.

    A part s of value is shared alike: share = (1 - s) phi + s v / m, so that share - phi = s (v / m - share) / (1 - s).
    """
    p, shares, alike = world.state.projects, world.state.shares, world.terms.shared
    unfair, content = np.zeros(rows.size), np.zeros(rows.size, np.int64)
    allied = np.flatnonzero((p.state[rows] == 1) & (p.members[rows] >= 2) & (p.share_value[rows] > 0))
    if not allied.size:
        return unfair, content
    rows = rows[allied]
    (at, there), value = world.state.seats_of(rows), p.share_value[rows]
    share = shares.share[at]
    even = (value / p.members[rows])[:, None]
    gap = np.where(there, np.abs(even - share), 0.0).max(axis=1, initial=0.0) / value
    unfair[allied] = gap * (alike / (1 - alike) if alike < 1 else np.nan)
    content[allied] = (there & (share >= shares.solo[at] * (1 - 1e-9))).sum(axis=1)
    return unfair, content
