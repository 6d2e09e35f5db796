"""What the twin records: the same tables as the simulator, a row a month, through Mesa's collector."""

import math

import mesa
import numpy as np

from benchmarks.plain_mesa import needs
from benchmarks.plain_mesa.innovation import RESEARCH, months_of
from benchmarks.plain_mesa.projects import IMPLEMENT, LIVING
from sim.agents.base import ENGAGEMENT, HAS_ORGANISATIONS, PRODUCTIVE
from sim.agents.public_action import PURSES
from sim.alliances.innovation import PHASES, TALLY
from sim.alliances.innovation import STEPS as INNOVATION_STEPS
from sim.alliances.production import TOTALS
from sim.alliances.terms import KEPT_MONTHS
from sim.cohort import COUNTS, VALUES, WIDE
from sim.indicators import ENDS, KINDS, STEPS, STRATEGIES
from sim.record import DOMAINS, LINKS, MODEL_NAMES, MONTHLY, SNAPSHOTS
from sim.state import columns

NEEDS = ("objective", "felt", "delivered")
PAIRS = 1e9  # parts of a pair of members, in which chances are added up


def collector() -> mesa.DataCollector:
    """Return a collector of the tables of a run."""
    return mesa.DataCollector(
        tables={"monthly": list(MONTHLY), "flows": ["cents"], "needs": list(NEEDS)}
    )  # fmt: skip


def month(model):
    """Record the month that has just ended."""
    core = [place for place in model.places if place.core]
    row = {}
    for part in (people, links, project_counts, innovations, totals, policies, credit, cash):
        row |= part(model, core)
    model.datacollector.add_table_row("monthly", row)
    for payer in range(8):
        for receiver in range(8):
            cents = sum(place.flow[payer][receiver] for place in core)
            model.datacollector.add_table_row("flows", {"cents": cents})
    for domain in zip(*need_scores(core), strict=True):
        model.datacollector.add_table_row("needs", dict(zip(NEEDS, domain, strict=True)))
    months = len(model.datacollector.tables["monthly"]["residents"])
    if months in SNAPSHOTS:
        model.snapshots[months] = cohort(model)


def need_scores(core) -> tuple[list[float], ...]:
    """Return the mean need and the mean felt need of residents, on a scale of 0 to 10, and what was delivered."""
    objective, felt, delivered, people = [0.0] * DOMAINS, [0.0] * DOMAINS, [0.0] * DOMAINS, 0.0
    for place in core:
        residents = place.population()
        people += residents
        for k in range(DOMAINS):
            objective[k] += residents * 10.0 / (1.0 + math.exp(-place.need[k]))
            felt[k] += residents * 10.0 / (1.0 + math.exp(-place.felt[k]))
            delivered[k] += place.delivered[k]
    people = max(people, 1.0)
    return [x / people for x in objective], [x / people for x in felt], delivered


def people(model, core) -> dict:
    """Residents and organisations."""
    counts, willing = [0] * 7, 0
    for one in model.organisations:
        if one.home.core:
            counts[one.number] += 1
            if one.desire >= 0.0:
                willing += 1
    residents = confident = 0.0
    for place in core:
        for one in place.residents:
            residents += one.persons
            confident += one.persons / (1.0 + math.exp(-one.confidence))
    seen = 0.0
    for place in core:
        seen += place.seen
    firms = [one for one in everybody(model, PRODUCTIVE) if one.home.core]
    associations = [one for one in everybody(model, ENGAGEMENT) if one.home.core]
    return {
        "residents": int(residents), "organisations": sum(counts), "willing": willing, "confident": confident,
        **{f"organisations_{MODEL_NAMES[k]}": counts[k] for k in HAS_ORGANISATIONS},
        "seen": seen / max(1, len(core)), "tipped": needs.tipped(model),
        "maturity": sum(place.maturity for place in core) / max(1, len(core)),
        "hours_given": sum(one.hours_given for place in core for one in place.residents),
        "hours_served": sum(one.hours_served for place in core for one in place.residents),
        "hours_lent": sum(one.hours_lent for one in firms),
        "hours_bound": sum(one.hours_bound for one in associations),
        "opened": model.opened, "joined": model.joined,
    }  # fmt: skip


def everybody(model, k: int):
    """Return the organisations of a model that worked this month, those that closed since too."""
    yield from (one for place in model.places for one in place.living[k])
    yield from (one for one in model.closed_now if one.number == k)


def project_counts(model, core) -> dict:
    """Projects alone and allied, by step; alliances by type; ends."""
    by_step, by_kind = [[0] * len(STEPS), [0] * len(STEPS)], [0] * len(KINDS)
    for project in model.projects:
        if project.home.core:
            allied = len(project.members) > 1
            by_step[allied][project.step] += 1
            if allied:
                by_kind[project.kind] += 1
    row = {f"solo_{step}": by_step[0][k] for k, step in enumerate(STEPS)}
    row |= {f"allied_{step}": by_step[1][k] for k, step in enumerate(STEPS)}
    row |= {f"alliances_{kind}": by_kind[k] for k, kind in enumerate(KINDS)}
    row |= {f"ended_{end}": model.ends[k + 1] for k, end in enumerate(ENDS)}
    return row | {f"abandoned_{step}": model.abandoned[k] for k, step in enumerate(STEPS[:5])}


def links(model, core) -> dict:
    """Pairs of members: in all and alike, and what chance would give; alliances of a firm and an association."""
    sizes = {place: [0.0] * 4 for place in model.places}
    models = {place: [0.0] * 7 for place in model.places}
    for one in model.organisations:
        sizes[one.home][one.size] += 1.0
        models[one.home][one.number] += 1.0
    size_share = {place: shares(counts) for place, counts in sizes.items()}
    model_share = {place: shares(counts) for place, counts in models.items()}
    out = [0] * len(LINKS)
    for project in model.projects:
        if len(project.members) < 2 or not project.home.core:
            continue
        members = [member.organisation for member in project.members]
        for a, one in enumerate(members):
            for other in members[:a]:
                out[0] += 1
                out[1] += one.size == other.size
                out[2] += one.number == other.number
                out[3] += pair_parts(size_share[other.home][one.size] + size_share[one.home][other.size])
                out[4] += pair_parts(model_share[other.home][one.number] + model_share[one.home][other.number])
        numbers = {one.number for one in members}
        if PRODUCTIVE in numbers and ENGAGEMENT in numbers:
            out[5] += 1
            out[6] += project.founder.number == ENGAGEMENT
    out[3], out[4] = out[3] / PAIRS, out[4] / PAIRS
    return dict(zip(LINKS, map(float, out), strict=True))


def pair_parts(both: float) -> int:
    """Return the mean of two shares, given their sum, in whole parts of a pair: such sums are the same in any order."""
    return math.floor(both * (0.5 * PAIRS) + 0.5)


def shares(counts: list[float]) -> list[float]:
    """Return the share of each class; 0 where nobody is."""
    total = sum(counts)
    return [count / total if total > 0.0 else 0.0 for count in counts]


def innovations(model, core) -> dict:
    """Innovations by phase, step and strategy, and what happened to them."""
    by_phase, by_step, by_strategy, aside = [0] * len(PHASES), [0] * len(INNOVATION_STEPS), [0] * len(STRATEGIES), 0
    for project in model.innovations:
        if project.state == LIVING and project.home.core:
            by_strategy[project.strategy] += 1
            aside += project.aside
            if project.step == IMPLEMENT:
                by_phase[project.phase] += 1
                by_step[step_of(project, model.course)] += 1
    row = {f"innovations_phase_{k}": count for k, count in enumerate(by_phase)}
    row |= {f"innovations_step_{name}": by_step[k] for k, name in enumerate(INNOVATION_STEPS)}
    row |= {f"innovations_{name}": by_strategy[k] for k, name in enumerate(STRATEGIES)}
    row |= {name: sum(place.tally[k] for place in core) for k, name in enumerate(TALLY)}
    return row | {"innovations_aside": aside}


def step_of(project, course) -> int:
    """Return which of five steps an innovation at work is in."""
    if project.phase != RESEARCH:
        return project.phase + 1
    told = project.home.stories[project.domain]
    return 2 * project.phase_left < months_of(RESEARCH, project.strategy, told, course)


def totals(model, core) -> dict:
    """What projects did this month, alone and allied."""
    row = {}
    for who, label in ((0, "solo"), (1, "allied")):
        for k, name in enumerate(TOTALS):
            total = 0.0
            for place in core:
                total += place.totals[who][k]
            row[f"{name}_{label}"] = total
    return row


def policies(model, core) -> dict:
    """Who paid policies, what left each purse, contracts, catalysts."""
    spent = [sum(place.opening_purse[k] - place.purse[k] for place in core) for k in range(len(PURSES))]
    return {
        **{f"paid_by_{who}": sum(getattr(place, name) for place in core)
           for who, name in (("levy", "levied"), ("cut", "cut"), ("outside", "outside"))},
        **{f"purse_{name}": cents for name, cents in zip(PURSES, spent, strict=True)},
        "contracts_reached": sum(place.reached for place in core),
        "contracts_missed": sum(place.missed for place in core),
        "invested": sum(project.contract for project in model.contracts if project.home.core),
        "catalysts": sum(place.catalysts for place in core),
    }  # fmt: skip


def credit(model, core) -> dict:
    """What is owed, what was lost this month, and who goes on without staff."""
    return {
        "debt": sum(one.debt for one in model.organisations if one.home.core),
        "defaults": sum(place.defaults for place in core), "unpaid": sum(place.unpaid for place in core),
        "without_staff": sum(one.lean > 0 for one in everybody(model, ENGAGEMENT) if one.home.core),
    }  # fmt: skip


def cash(model, core) -> dict:
    """What each model holds."""
    held = [row for place, row in zip(model.places, model.accounts.money, strict=True) if place.core]
    return {f"cash_{name}": sum(row[k] for row in held) for k, name in enumerate(MODEL_NAMES)}


# the inception cohort


def cohort(model) -> dict[str, np.ndarray]:
    """Return the projects that began in the first months as they stand, in order of identity."""
    found = [
        project for project in (*model.projects, *model.ended, *model.archive)
        if project.started < KEPT_MONTHS and project.home.core
    ]  # fmt: skip
    as_stored = {
        "uid": "uid", "founder_uid": "founder_uid", "domain": "domain", "kind": "kind", "strategy": "strategy",
        "phase": "phase", "aside": "aside", "deployed": "deployed", "started": "started",
        "implemented": "implemented", "ended": "ended", "end": "end", "members_first": "members_first",
        "members_max": "members_max", "engineered": "engineered", "seeking": "seeking", "setup_months": "setup",
        "plan": "plan", "plan_value": "plan_value", "value": "sum_value", "alone": "sum_alone",
        "premium": "sum_premium", "gain": "sum_gain", "perceived": "sum_perceived",
        "coordination": "sum_coordination", "own": "sum_own", "programme": "sum_programme",
        "premium_paid": "sum_paid", "hours": "sum_hours", "means_alone": "sum_means_alone", "months": "sum_months",
    }  # fmt: skip
    table = {
        name: np.array([getattr(project, source) for project in found], dtype_of(name, source))
        for name, source in as_stored.items()
    }
    table["territory"] = np.array([project.home.index for project in found], np.int32)
    table["members"] = np.array([len(project.members) for project in found], np.uint8)
    table["reinvented"] = np.array([project.origin > 0 for project in found], bool)
    table["value_now"] = np.array([project.value if project.state == LIVING else 0.0 for project in found])
    table["at_work"] = np.array([project.state == LIVING and project.step == IMPLEMENT for project in found], bool)
    for k, name in enumerate(("public", "finance", "patronage")):
        table[f"grants_{name}"] = np.array([project.sum_grants[k] for project in found], np.int64)
    fair = [fairness(project, model.terms.shared) for project in found]
    table["unfair"] = np.array([unfair for unfair, _ in fair], float)
    table["content"] = np.array([content for _, content in fair], np.int64)
    for name, kind in WIDE.items():
        table[name] = table[name].astype(kind)
    parts = [*model.archived_before, table]
    order = np.argsort(np.concatenate([part["uid"] for part in parts]))
    return {name: np.concatenate([part[name] for part in parts])[order] for name in table}


def dtype_of(name: str, source: str) -> str:
    """Return the type of a column of the cohort: that of projects or innovations, or that of sums over a life."""
    if name in ("value", *VALUES):
        return "float64"
    if name in COUNTS:
        return "int64"
    tables = ("projects", "innovations", "lives")
    return next(columns()[f"{t}.{source}"].dtype for t in tables if f"{t}.{source}" in columns())


def fairness(project, alike: float) -> tuple[float, int]:
    """Return the largest gap between a share and its Shapley value, and how many have what they would have alone."""
    members, value = project.members, project.share_value
    if project.state != LIVING or len(members) < 2 or not value > 0:
        return 0.0, 0
    gap = max(abs(value / len(members) - member.share) for member in members) / value
    content = sum(member.share >= member.solo * (1 - 1e-9) for member in members)
    return gap * (alike / (1 - alike) if alike < 1 else math.nan), content


def tables(model) -> dict[str, dict[str, np.ndarray]]:
    """Return every table as columns, as the simulator writes them (sim/record.py)."""
    found, months = model.datacollector.tables, len(model.datacollector.tables["monthly"]["residents"])
    month = np.arange(months)
    dates = (np.datetime64(model.start, "M") + month).astype(str).astype(object)
    payer, receiver = np.divmod(np.arange(64), 8)
    return {
        "monthly": {"month": month, "date": dates}
        | {name: np.array(found["monthly"][name], dtype) for name, dtype in MONTHLY.items()},
        "flows": {
            "month": np.repeat(month, 64), "payer": np.tile(payer, months), "receiver": np.tile(receiver, months),
            "cents": np.array(found["flows"]["cents"], np.int64),
        },
        "needs": {
            "month": np.repeat(month, DOMAINS), "domain": np.tile(np.arange(DOMAINS), months),
            **{name: np.array(found["needs"][name], float) for name in NEEDS},
        },
        **{f"projects_{after}": table for after, table in model.snapshots.items()},
    }  # fmt: skip
