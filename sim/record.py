"""What a run leaves behind: tables of columns, filled month after month, write-only during the run.

monthly        one row a month: residents, organisations, projects, value, means, premium, cash (core territories)
flows          one row a month, payer and receiver: cents that moved (core territories)
needs          one row a month and domain: objective and felt need (0 to 10), value delivered
projects_<h>   one row per project of the inception cohort (diagnose in months 0..23), as it stands after h months
Only core territories are recorded; those that --around adds are scenery.
"""

from functools import partial

import numpy as np

from sim.agents.public_action import PURSES
from sim.alliances import innovation
from sim.alliances.production import TOTALS
from sim.cohort import snapshot
from sim.doors import given
from sim.indicators import ENDS, KINDS, STEPS, STRATEGIES
from sim.kernels import innovation as innovations
from sim.kernels import record as kernel
from sim.ledger import MODELS

SNAPSHOTS = (18, 36, 84, 336)
DOMAINS = 16
MODEL_NAMES = ("public_action", "persons", "productive", "financial", "knowledge", "public_services", "engagement")
INTEGER_TOTALS = {"own", "programme", "hours", "grants_public", "grants_finance", "grants_patronage"}

LINKS = (  # pairs of members of living alliances, in all and alike; what chance would give; who opened mixed ones
    "links_all", "links_size", "links_model", "links_size_chance", "links_model_chance", "mixed", "mixed_engagement",
)  # fmt: skip
# The monthly table, in blocks that are filled at once: the type that they are counted in, and their columns in order.
# A kernel may count what nobody reads: it has no name here. One kernel fills from `flows` to `purses`, and from
# `delivered` to `means`, one after the other.
BLOCKS: dict[str, tuple[type, tuple[str, ...]]] = {
    "living": (
        np.int64,
        ("organisations", *(f"organisations_{m}" if m != "persons" else "" for m in MODEL_NAMES), "willing",
         "without_staff"),
    ),
    "counts": (np.int64, ("tipped", "opened", "joined", "innovations_aside")),
    "phases": (np.int64, tuple(f"innovations_phase_{k}" for k in range(len(innovation.PHASES)))),
    "innovation_steps": (np.int64, tuple(f"innovations_step_{s}" for s in innovation.STEPS)),
    "strategies": (np.int64, tuple(f"innovations_{s}" for s in STRATEGIES)),
    "ends": (np.int64, ("", *(f"ended_{e}" for e in ENDS))),
    "abandoned": (np.int64, tuple(f"abandoned_{s}" for s in STEPS[:5])),
    "projects": (  # as `count_projects` counts them
        np.int64,
        (*(f"{who}_{s}" for who in ("solo", "allied") for s in STEPS), *(f"alliances_{k}" for k in KINDS), *LINKS,
         "invested"),
    ),
    "flows": (np.int64, ("",) * (MODELS + 1) ** 2),  # blocks without names are tables of their own
    "accounts": (
        np.int64,
        (*(f"cash_{m}" for m in MODEL_NAMES), "residents", "", "", "debt", "hours_lent", "hours_bound", "hours_given",
         "hours_served"),
    ),
    "tally": (np.int64, innovation.TALLY),
    "told": (
        np.int64,
        ("paid_by_levy", "paid_by_cut", "paid_by_outside", "contracts_reached", "contracts_missed", "defaults",
         "unpaid"),
    ),
    "catalysts": (np.int64, ("catalysts",)),
    "purses": (np.int64, tuple(f"purse_{name}" for name in PURSES)),
    "delivered": (np.float64, ("",) * DOMAINS),
    "totals": (np.float64, tuple(f"{t}_{who}" for who in ("solo", "allied") for t in TOTALS)),
    **dict.fromkeys(("objective", "felt"), (np.float64, ("",) * DOMAINS)),
    "means": (np.float64, ("confident", "seen", "maturity")),
}  # fmt: skip
WHOLE = {f"{t}_{who}" for t in INTEGER_TOTALS for who in ("solo", "allied")}  # added up with numbers that are not
BY_CHANCE = {name for name in LINKS if name.endswith("chance")}  # counted in whole parts of a pair
MONTHLY = {
    name: np.int64 if name in WHOLE else np.float64 if name in BY_CHANCE else kind
    for kind, names in BLOCKS.values() for name in names if name
}  # fmt: skip


class Record:
    """Grows by one row a month; `tables()` gives columns of exactly the months run."""

    def __init__(self, world, months: int):
        self.size = months
        self.months = 0
        self.monthly = {kind: np.zeros((months, len(_names(kind))), kind) for kind in (np.int64, np.float64)}
        self.snapshots: dict[int, dict[str, np.ndarray]] = {}
        self.start = world.start
        # the month at hand, and its blocks: what kernels write in
        self._now = {kind: np.zeros(len(_names(kind)), kind) for kind in self.monthly}
        self._at, ends = {}, dict.fromkeys(self._now, 0)
        for block, (kind, names) in BLOCKS.items():
            self._at[block] = slice(ends[kind], ends[kind] + len(names))
            ends[kind] += len(names)
        self._row = {block: self._blocks(block, block) for block in BLOCKS}
        places = len(world.core)
        self._counts = np.zeros((MODELS, places, 6), np.int64)  # of count_organisations
        self._among = np.zeros((places, 4 + MODELS))  # of list_living
        w, c, place, books = world.work, world.state.cohorts, world.state.territories, world.ledger.found
        # what is counted and measured by territory, and where its sums go
        self._counted = (place.flow, books, w.tally, w.told, place.catalysts.reshape(-1, 1), w.purse), place.purse
        self._measured = place.delivered, w.totals.reshape(places, -1)
        self._needs = place.need, place.felt, place.rest, books
        self._residents = c.persons, c.confidence, c.territory, place.seen, place.maturity
        self._sums = self._blocks("flows", "purses"), self._blocks("delivered", "means")
        self._ended = self._blocks("ends", "abandoned")

    def _blocks(self, first: str, last: str) -> np.ndarray:
        """Return the memory of the month at hand from one block to another."""
        return self._now[BLOCKS[first][0]][self._at[first].start : self._at[last].stop]

    def month(self, world):
        """Record the month that has just ended."""
        row = self._row
        world.crew.segments(_count_organisations, self._counts)
        world.crew.call(kernel.list_living, self._counts, world.core, self._among, row["living"])
        _projects(world, self._among, row["projects"])
        aside, tipped = world.crew.together(partial(_innovations, world, row), partial(self._places, world))
        w = world.work
        self._ended[:] = w.finished
        counts = row["counts"]
        counts[0], counts[1], counts[2], counts[3] = tipped, w.opened, w.joined, aside
        for kind, columns in self.monthly.items():
            columns[self.months] = self._now[kind]
        self.months += 1
        if self.months in SNAPSHOTS:
            self.snapshots[self.months] = snapshot(world)

    def _places(self, world) -> int:
        """Add up what is counted by territory, and residents; return how many territories have tipped."""
        return world.crew.call(
            kernel.add_places, *self._counted, self._measured, self._needs, self._residents, world.core,
            float(world.values["needs.tipped_excess"]), *self._sums,
        )  # fmt: skip

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """Return every table of results as columns."""
        n = self.months
        month = np.arange(n)
        monthly = {"month": month, "date": self._dates(n)}
        for kind, columns in self.monthly.items():
            named = zip(_names(kind), columns[:n].T, strict=True)
            monthly |= {name: column.astype(MONTHLY[name]) for name, column in named if name}
        for name in BY_CHANCE:
            monthly[name] /= kernel.PAIRS
        payer, receiver = np.divmod(np.arange((MODELS + 1) ** 2), MODELS + 1)
        tables = {
            "monthly": monthly,
            "flows": {
                "month": np.repeat(month, payer.size), "payer": np.tile(payer, n), "receiver": np.tile(receiver, n),
                "cents": self._table("flows"),
            },
            "needs": {
                "month": np.repeat(month, DOMAINS), "domain": np.tile(np.arange(DOMAINS), n),
                **{name: self._table(name) for name in ("objective", "felt", "delivered")},
            },
        }  # fmt: skip
        return tables | {f"projects_{h}": table for h, table in self.snapshots.items()}

    def _table(self, block: str) -> np.ndarray:
        """Return a block that is a table of its own as one column, month after month."""
        return self.monthly[BLOCKS[block][0]][: self.months, self._at[block]].reshape(-1)

    def _dates(self, n: int) -> np.ndarray:
        return (np.datetime64(self.start, "M") + np.arange(n)).astype(str).astype(object)


def _names(kind: type) -> list[str]:
    """Return the columns that are counted in a type, in the order of blocks."""
    return [name for of, names in BLOCKS.values() if of is kind for name in names]


@given(kernel.count_organisations)
def _count_organisations(world):
    o = world.state.organisations
    return world.state.segments, o.alive, o.size, o.desire, o.lean


def _projects(world, among, counts) -> None:
    """Count projects and who is allied with whom."""
    counts.fill(0)
    world.crew.total(_count_projects, len(world.state.projects), counts, among)


@given(kernel.count_projects)
def _count_projects(world):
    s = world.state
    o, p = s.organisations, s.projects
    return (
        (p.state, p.members, p.step, p.kind, p.founder, p.territory, p.contract), p.seat, s.memberships.member,
        world.core, (o.size, o.model, o.territory),
    )  # fmt: skip


def _innovations(world, row) -> int:
    """Count innovations; return how many answer none of the first felt needs of their territory."""
    return world.crew.call(
        _census, world.work.listed, row["phases"], row["innovation_steps"], row["strategies"]
    )  # fmt: skip


@given(innovations.census)
def _census(world):
    p, i = world.state.projects, world.state.innovations
    return (
        world.work.innovations,
        (p.state, p.step, p.innovation, i.phase, i.phase_left, i.strategy, i.aside, p.territory, p.domain),
        world.state.territories.stories, world.core, world.recorded_course,
    )  # fmt: skip
