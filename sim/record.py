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
from sim.alliances import innovation, needs
from sim.alliances.production import TOTALS
from sim.cohort import snapshot
from sim.indicators import ENDS, KINDS, STEPS, STRATEGIES
from sim.kernels import innovation as innovations
from sim.kernels import record as kernel
from sim.kernels.accounts import add_by_territory
from sim.ledger import BOUND, DEBT, LENT, MODELS

SNAPSHOTS = (18, 36, 84, 336)
DOMAINS = 16
MODEL_NAMES = ("public_action", "persons", "productive", "financial", "knowledge", "public_services", "engagement")
INTEGER_TOTALS = {"own", "programme", "hours", "grants_public", "grants_finance", "grants_patronage"}

LINKS = (  # pairs of members of living alliances, in all and alike; what chance would give; who opened mixed ones
    "links_all", "links_size", "links_model", "links_size_chance", "links_model_chance", "mixed", "mixed_engagement",
)  # fmt: skip
MONTHLY = {
    "residents": np.int64, "organisations": np.int64,
    **{f"organisations_{m}": np.int64 for m in MODEL_NAMES if m != "persons"},
    "willing": np.int64, "confident": np.float64, "seen": np.float64,
    "tipped": np.int64, "maturity": np.float64, "hours_given": np.int64, "hours_served": np.int64,
    "hours_lent": np.int64, "hours_bound": np.int64, "opened": np.int64, "joined": np.int64,
    **{f"innovations_phase_{k}": np.int64 for k in range(len(innovation.PHASES))},
    **{f"innovations_step_{s}": np.int64 for s in innovation.STEPS},
    **{f"innovations_{s}": np.int64 for s in STRATEGIES}, "innovations_aside": np.int64,
    **{name: np.int64 for name in innovation.TALLY},
    **{f"ended_{e}": np.int64 for e in ENDS}, **{f"abandoned_{s}": np.int64 for s in STEPS[:5]},
    **{name: np.float64 if name.endswith("chance") else np.int64 for name in LINKS},
    **{f"solo_{s}": np.int64 for s in STEPS}, **{f"allied_{s}": np.int64 for s in STEPS},
    **{f"alliances_{k}": np.int64 for k in KINDS},
    **{f"{t}_{who}": np.int64 if t in INTEGER_TOTALS else np.float64 for t in TOTALS for who in ("solo", "allied")},
    **{f"cash_{m}": np.int64 for m in MODEL_NAMES},
    "invested": np.int64, "contracts_reached": np.int64, "contracts_missed": np.int64,
    "debt": np.int64, "defaults": np.int64, "unpaid": np.int64, "without_staff": np.int64,
    **{f"paid_by_{who}": np.int64 for who in ("levy", "cut", "outside")},
    **{f"purse_{name}": np.int64 for name in PURSES}, "catalysts": np.int64,
}  # fmt: skip


class Record:
    """Grows by one row a month; `tables()` gives columns of exactly the months run."""

    def __init__(self, world, months: int):
        self.size = months
        self.months = 0
        self.monthly = {name: np.zeros(months, dtype) for name, dtype in MONTHLY.items()}
        self.flows = np.zeros((months, MODELS + 1, MODELS + 1), np.int64)
        self.objective, self.felt, self.delivered = np.zeros((3, months, DOMAINS))
        self.snapshots: dict[int, dict[str, np.ndarray]] = {}
        self.start = world.start

    def month(self, world):
        """Record the month that has just ended."""
        n, s, core = self.months, world.state, world.core
        self.flows[n] = world.ledger.matrix(core)
        population = _residents(s)
        kernel.score(s.territories.need, population, core, self.objective[n])
        kernel.score(s.territories.felt, population, core, self.felt[n])
        kernel.add_up(s.territories.delivered, core, self.delivered[n])
        row: dict[str, int | float] = {}
        who = np.empty((MODELS, len(core), 6), np.int64)  # organisations by size, those who wish, those without staff
        o = s.organisations
        world.crew.segments(kernel.count_organisations, s.segments, o.alive, o.size, o.desire, o.lean, who)
        living = np.empty((len(core), 4 + MODELS))  # organisations by size, then by model
        living[:, :4], living[:, 4:] = who[:, :, :4].sum(axis=0), who[:, :, :4].sum(axis=2).T
        world.crew.together(
            partial(_projects, world, row, living),
            partial(_people, world, row, who),
            *(partial(part, world, row) for part in (_innovations, _totals, _policies, _credit)),
        )
        for m, cents in zip(MODEL_NAMES, world.ledger.closing[core].sum(axis=0), strict=True):
            row[f"cash_{m}"] = cents
        for name, column in self.monthly.items():
            column[n] = row[name]
        self.months = n + 1
        if self.months in SNAPSHOTS:
            self.snapshots[self.months] = snapshot(world)

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """Return every table of results as columns."""
        n = self.months
        month = np.arange(n)
        monthly = {"month": month, "date": self._dates(n)}
        monthly |= {name: column[:n] for name, column in self.monthly.items()}
        payer, receiver = np.divmod(np.arange((MODELS + 1) ** 2), MODELS + 1)
        tables = {
            "monthly": monthly,
            "flows": {
                "month": np.repeat(month, payer.size), "payer": np.tile(payer, n), "receiver": np.tile(receiver, n),
                "cents": self.flows[:n].reshape(-1),
            },
            "needs": {
                "month": np.repeat(month, DOMAINS), "domain": np.tile(np.arange(DOMAINS), n),
                "objective": self.objective[:n].reshape(-1), "felt": self.felt[:n].reshape(-1),
                "delivered": self.delivered[:n].reshape(-1),
            },
        }  # fmt: skip
        return tables | {f"projects_{h}": table for h, table in self.snapshots.items()}

    def _dates(self, n: int) -> np.ndarray:
        return (np.datetime64(self.start, "M") + np.arange(n)).astype(str).astype(object)


def _residents(state) -> np.ndarray:
    out = np.zeros(len(state.territories), np.int64)
    add_by_territory(state.cohorts.persons, state.cohorts.territory, out)
    return out


def _people(world, row, who):
    s, core, c = world.state, world.core, world.state.cohorts
    here = who[:, core].sum(axis=1)
    row["willing"], row["without_staff"] = here[:, 4:].sum(axis=0)
    row["organisations"] = here[:, :4].sum()
    for m, count in zip(MODEL_NAMES, here[:, :4].sum(axis=1), strict=True):
        if m != "persons":
            row[f"organisations_{m}"] = count
    row["tipped"] = needs.tipped(world)
    row["maturity"] = s.territories.maturity[core].sum() / max(1, core.sum())
    for name in ("hours_given", "hours_served"):
        row[name] = s[f"cohorts.{name}"][core[c.territory]].sum()
    for name, held in (("hours_lent", LENT), ("hours_bound", BOUND)):
        row[name] = world.ledger.held[core, :, held].sum()
    confident, people = kernel.confident(c.persons, c.confidence, c.territory, core)
    row["confident"], row["residents"] = confident, people


def _projects(world, row, living):
    p, w, core = world.state.projects, world.work, world.core
    by_step, by_kind = np.zeros((2, len(STEPS)), np.int64), np.zeros(len(KINDS), np.int64)
    kernel.count_projects(p.state, p.members, p.step, p.kind, p.territory, core, by_step, by_kind)
    for k, step in enumerate(STEPS):
        row[f"solo_{step}"], row[f"allied_{step}"] = by_step[0, k], by_step[1, k]
    for k, kind in enumerate(KINDS):
        row[f"alliances_{kind}"] = by_kind[k]
    for k, end in enumerate(ENDS):
        row[f"ended_{end}"] = w.ends[k + 1]
    for step, count in zip(STEPS[:5], w.abandoned, strict=True):
        row[f"abandoned_{step}"] = count
    o, out = world.state.organisations, np.zeros(len(LINKS))
    kernel.count_links(
        p.state, p.members, p.founder, p.territory, world.state.memberships.member, core,
        (o.size, o.model, o.territory), living, out,
    )  # fmt: skip
    for name, count in zip(LINKS, out, strict=True):
        row[name] = count
    row["opened"], row["joined"] = w.opened, w.joined
    seen = np.zeros(1)
    kernel.add_up(world.state.territories.seen.reshape(-1, 1), core, seen)
    row["seen"] = seen[0] / max(1, core.sum())


def _innovations(world, row):
    p, w = world.state.projects, world.work
    by_phase, by_strategy = np.zeros((2, len(innovation.PHASES)), np.int64)
    by_step = np.zeros(len(innovation.STEPS), np.int64)
    row["innovations_aside"] = innovations.census(
        w.innovations, w.listed, (p.state, p.step, p.phase, p.phase_left, p.strategy, p.aside, p.territory, p.domain),
        world.state.territories.stories, world.core, world.course, by_phase, by_step, by_strategy,
    )  # fmt: skip
    for name, count in zip(innovation.STEPS, by_step, strict=True):
        row[f"innovations_step_{name}"] = count
    for k, count in enumerate(by_phase):
        row[f"innovations_phase_{k}"] = count
    for name, count in zip(STRATEGIES, by_strategy, strict=True):
        row[f"innovations_{name}"] = count
    for name, count in zip(innovation.TALLY, w.tally[world.core].sum(axis=0), strict=True):
        row[name] = count


def _policies(world, row):
    """Who paid policies this month, and what left each purse (what it held when filled less what is left)."""
    w, core = world.work, world.core
    for who, cents in (("levy", w.levied), ("cut", w.cut), ("outside", w.outside)):
        row[f"paid_by_{who}"] = cents[core].sum()
    spent = (w.purse - world.state.territories.purse)[core].sum(axis=0)
    for name, cents in zip(PURSES, spent, strict=True):
        row[f"purse_{name}"] = cents
    row["contracts_reached"], row["contracts_missed"] = w.reached[core].sum(), w.missed[core].sum()
    p, invested = world.state.projects, np.zeros(len(core), np.int64)
    add_by_territory(p.contract, p.territory, invested)
    row["invested"] = invested[core].sum()
    row["catalysts"] = world.state.territories.catalysts[core].sum()


def _credit(world, row):
    """What is owed, and what was lost this month."""
    w, core = world.work, world.core
    row["debt"] = world.ledger.held[core, :, DEBT].sum()
    row["defaults"], row["unpaid"] = w.defaults[core].sum(), w.unpaid[core].sum()


def _totals(world, row):
    for who, label in ((0, "solo"), (1, "allied")):
        out = np.zeros(len(TOTALS))
        kernel.add_up(np.ascontiguousarray(world.work.totals[:, who]), world.core, out)
        for k, name in enumerate(TOTALS):
            row[f"{name}_{label}"] = out[k]
