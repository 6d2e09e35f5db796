"""The state at month 0: who lives where, how rich, knowing whom.

    state = build(load_territory("Grand Poitiers"), load_parameters().values(), seed=1)

Everything that is drawn is keyed by the seed and by the identity of the one it is about, at the month INITIAL, so
that an organisation is the same in a run of its intermunicipality, of its region, or of France.

Numbers   parameters density, budget, persons, money, desire, meeting, value
"""

import numpy as np

from sim import accounts
from sim.agents.base import ENGAGEMENT, FINANCE, KNOWLEDGE, PERSONS, PRODUCTIVE, PUBLIC, SERVICES
from sim.alliances.terms import project_capacity
from sim.errors import InputError
from sim.kernels import initial as kernel
from sim.kernels import money
from sim.kernels.accounts import add_by_territory
from sim.state import State, columns

MODELS, SIZES, COHORTS = 7, 4, 10
MOST_PLACES = np.iinfo(columns()["organisations.territory"].dtype).max + 1
FUNDERS = ((PUBLIC, "public"), (FINANCE, "finance"), (PRODUCTIVE, "patronage"))  # in the order of the funds
BY_SIZE = {
    PUBLIC: "public_action", PRODUCTIVE: "firms", FINANCE: "finance", KNOWLEDGE: "knowledge", SERVICES: "services",
    ENGAGEMENT: "engagement",
}  # fmt: skip


def build(territory, values: dict, seed: int, scale: float = 1.0, *, strict: bool = False) -> State:
    """Return the state at the start of month 0; `scale` < 1 makes a smaller copy of the territory.

    With `strict` it has the columns that strict mode checks (sim/ledger.py).
    """
    if territory.n > MOST_PLACES:
        raise InputError(f"{territory.n:,} places are too many: the model numbers {MOST_PLACES:,} at most.")
    counts = np.zeros((territory.n, MODELS, SIZES), np.int64)
    expected = scale * expected_counts(territory, values)
    kernel.round_counts(expected, least_counts(), territory.ident, seed, counts)
    segments = segments_of(counts, slack(counts, values))
    state = State(
        organisations=int(segments.max()),
        cohorts=COHORTS * territory.n,
        territories=territory.n,
        projects=project_capacity(counts.sum(axis=(0, 2)), values),
        segments=segments,
        strict=strict,
    )
    table = np.rint(scale * accounts.tables(territory, values).table).astype(np.int64)
    _settle(state, territory, values, seed, counts, table)
    _people(state, territory, values, scale, table)
    _places(state, values, table)
    return state


# How many organisations


def expected_counts(territory, values: dict) -> np.ndarray:
    """Return the expected number of organisations by place, model and size."""
    people = territory.population / 1000.0
    where = (territory.population, territory.density, territory.centre_share)
    small, large, services = (
        _per_resident(values[f"density.law_{name}"], *where) for name in ("firms_small", "firms_large", "services")
    )
    alone = values["density.firms_alone"] / 1000.0 / national_mean("firms_small", values) * small
    by_services = services / national_mean("services", values)
    out = np.zeros((territory.n, MODELS, SIZES))
    for model in (PUBLIC, FINANCE, KNOWLEDGE, SERVICES, ENGAGEMENT):
        out[:, model] = people[:, None] * values[f"density.{BY_SIZE[model]}"]
    out[:, SERVICES] *= by_services[:, None]
    out[:, FINANCE] *= by_services[:, None]
    out[:, PUBLIC, 0] = territory.n_communes
    out[:, PRODUCTIVE, 0] = territory.population * (small + alone)
    out[:, PRODUCTIVE, 1:] = (territory.population * large)[:, None] * values["density.large_split"]
    return out


def national_mean(law: str, values: dict) -> float:
    """Return the mean over the residents of France of what a law gives per resident."""
    place = accounts.france_places()
    given = _per_resident(values[f"density.law_{law}"], *place)
    return kernel.weighted_mean(given, place[0])


def _per_resident(law, population, density, centre):
    out = np.empty(population.size)
    kernel.per_resident(law, population, density, centre, out)
    return out


def least_counts() -> np.ndarray:
    """Return the least number of organisations by model and size: every level of government, one of each model."""
    least = np.zeros((MODELS, SIZES), np.int64)
    least[[PRODUCTIVE, FINANCE, KNOWLEDGE, SERVICES, ENGAGEMENT], 0] = 1
    least[PUBLIC] = 1
    return least


def slack(counts, values: dict) -> np.ndarray:
    """Return the free rows kept for newborns by place and model.

    Births b and exits x a year hold the number of organisations n at (b / x)^(2/3) of the start, with a variance of
    n / 1.5 (docs/odd/80-initial.md): six standard deviations of chance come on top, and the rows that closed in a
    month, which nobody takes before the next.
    """
    usual = counts.sum(axis=2)
    more = max(1.0, float(values["life.entry"]) / max(1e-9, float(values["life.exit"])))
    level = min(4.0, np.cbrt(more * more)) * usual
    waiting = level * float(values["life.exit"]) / 12.0
    rows = np.ceil(level + 2.0 * waiting - usual + 5.0 * np.sqrt(level)).astype(np.int64)
    return rows * (values["density.turnover"] > 0)


def segments_of(counts, free) -> np.ndarray:
    """Return (start, stop) of the rows of each model of each place, models one after the other."""
    length = (counts.sum(axis=2) + free).T
    stop = np.cumsum(length.ravel()).reshape(length.shape)
    return np.stack((stop - length, stop), axis=2).astype(np.int64)


def pools(segments: np.ndarray, region: np.ndarray, ident: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return where partners from afar are drawn: (territories by region, rows before each and in all, first, last).

    `first` and `last` are the places, in that order, of the region of each territory.
    """
    order = np.lexsort((ident, region))  # by identity: the order of places in the table cannot matter
    rows = (segments[:, order, 1] - segments[:, order, 0]).sum(axis=0)
    rows -= segments[PERSONS, order, 1] - segments[PERSONS, order, 0]
    before = np.concatenate(([0], np.cumsum(rows))).astype(np.int64)
    first = np.searchsorted(region[order], region, side="left").astype(np.int64)
    last = np.searchsorted(region[order], region, side="right").astype(np.int64)
    return order.astype(np.int64), before, first, last


# What they are


def _settle(state, territory, values, seed, counts, table):
    o, ties = state.organisations, state.ties
    kernel.settle(state.segments, counts, territory.ident, o.alive, o.model, o.size, o.territory, o.uid, o.born)
    traits = (o.domain, o.domain_second, o.main_function, o.efficiency, o.desire, o.disposition, o.threshold)
    kernel.draw_all(o.alive, o.uid, o.model, seed, traits, functions(values), temper(values))
    kernel.share_budgets(
        state.segments, counts, table[:, :MODELS].sum(axis=2), class_weights(counts, values),
        float(values["density.budget_spread"]), o.uid, seed, np.zeros(len(o)), o.base,
    )  # fmt: skip
    per_cent = staff(values)
    _refuse_giants(state, per_cent)
    kernel.endow(o.alive, o.model, o.size, o.base, float(values["money.reserve"]) + 1.0, per_cent, o.cash, o.fte)
    kernel.meet_all(
        o.uid, seed, o.alive, o.model, o.size, o.territory, o.births, ties.neighbour, ties.generation, state.segments,
        (territory.indptr, territory.neighbours), likeness(values),
    )  # fmt: skip
    state.territories.usual[:] = counts.sum(axis=2)
    firms = rows_of(state, PRODUCTIVE)
    add_by_territory(o.fte[firms], o.territory[firms], state.territories.firm_staff)


def rows_of(state, model: int) -> slice:
    """Return the rows of all the organisations of a model."""
    segment = state.segments[model]
    return slice(int(segment[:, 0].min()), int(segment[:, 1].max()))


def _refuse_giants(state, per_cent):
    """Raise InputError where an organisation would have more staff than its column holds."""
    for model in range(MODELS):
        largest = state.organisations.base[rows_of(state, model)].max(initial=0)
        if 1000.0 * per_cent[model].max() * largest > np.iinfo(state.organisations.fte.dtype).max:
            raise InputError(
                f"budget.wage: at this wage an organisation would have {per_cent[model].max() * largest:,.0f} jobs, "
                "and 2 million are the most.\n  Give a higher wage, or smaller territories."
            )


def functions(values: dict) -> np.ndarray:
    """Return the cumulated shares of the five functions as main function, by model."""
    out = np.ones((MODELS, 5))
    for model, name in BY_SIZE.items():
        out[model] = np.cumsum(values[f"density.functions_{name}"])
    return out


def temper(values: dict) -> tuple[float, ...]:
    """Return what traits are drawn with: general efficiency, desire and threshold with their spreads."""
    names = ("value.general_efficiency", "desire.mean", "desire.sd", "desire.threshold_mean", "desire.threshold_sd")
    return tuple(float(values[name]) for name in names)


def likeness(values: dict) -> tuple[float, ...]:
    """Return what first meetings are drawn with: share in neighbouring territories, likeness in size and model."""
    return tuple(float(values[f"meeting.{n}"]) for n in ("neighbour_share", "similarity_size", "similarity_model"))


def class_weights(counts, values: dict) -> np.ndarray:
    """Return how each model's outlay is shared over its size classes in each place.

    Firms, associations ...: organisations times the relative budget of their class. Public actors: fixed shares,
    since each level of government has its budget however many bodies it has.
    """
    out = counts.astype(float)
    for model, name in BY_SIZE.items():
        if model != PUBLIC:
            out[:, model] *= values[f"density.weight_{name}"]
    local = float(values["budget.local_share"])
    out[:, PUBLIC] = (counts[:, PUBLIC] > 0) * np.append(local * values["density.local_split"], 1.0 - local)
    return out


def staff(values: dict) -> np.ndarray:
    """Return the FTE per cent of normal monthly outlay, by model and size. Small associations have no staff."""
    wage, share = values["budget.wage"], accounts.payroll(values)
    per_cent = np.divide(share, 100.0 * wage, out=np.zeros(MODELS), where=wage > 0)
    out = np.repeat(per_cent[:, None], SIZES, axis=1)
    whole = values["density.engagement"] * values["density.weight_engagement"]
    out[ENGAGEMENT] *= whole.sum() / whole[1:].sum()  # others pay all the wages of the model
    out[ENGAGEMENT, 0] = 0.0
    return out


# Residents and pools


def _people(state, territory, values, scale, table):
    c = state.cohorts
    place, age = np.divmod(np.arange(len(c)), COHORTS)
    c.territory[:], c.age[:] = place, age
    c.uid[:] = (territory.ident.astype(np.uint64)[place] << np.uint64(31)) | (np.uint64(PERSONS) << np.uint64(28))
    c.uid[:] |= age.astype(np.uint64) << np.uint64(8)
    pyramid = np.rint(values["persons.pyramid"] * 1e6).astype(np.int64)
    residents = np.rint(scale * territory.population).astype(np.int64)
    spending = np.rint(values["persons.pyramid"] * values["persons.spending_index"] * 1e6).astype(np.int64)
    for t in range(territory.n):
        rows = slice(t * COHORTS, (t + 1) * COHORTS)
        c.persons[rows] = accounts.largest_remainder(int(residents[t]), pyramid)
        c.base[rows] = accounts.largest_remainder(int(table[t, PERSONS].sum()), spending)
    c.cash[:] = np.floor((float(values["money.reserve"]) + 1.0) * c.base + 0.5).astype(np.int64)
    c.confidence[:] = float(values["confidence.start"])


def _places(state, values, table):
    """Give places what the outside pays them, how outlays are shared, and full funds."""
    place = state.territories
    place.exports[:] = table[:, 7]
    place.spread[:] = accounts.shares(table, money.WHOLE).reshape(len(place), -1)
    o = state.organisations
    for fund, (model, name) in enumerate(FUNDERS):
        rows = rows_of(state, model)
        money.add_budget(
            o.alive[rows], o.territory[rows], o.base[rows], float(values[f"funders.share_{name}"]), place.fund[:, fund]
        )
