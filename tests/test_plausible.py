"""Twenty-eight years of the trend on real territories: nothing impossible, nothing that runs away, and why we think so.

The bands are wide on purpose: they are what the model may not leave without somebody explaining why, not a calibration.
"""

import numpy as np
import pytest

from sim.engine import World
from sim.indicators import INDICATORS
from sim.parameters import load_parameters
from sim.record import Record
from sim.territory import load_territory

MONTHS = 336
PLACES = {  # three sizes: a rural CC, a CU of 200,000 inhabitants, a métropole at a tenth
    "rural": ("epci:200044469", 1.0),
    "town": ("Grand Poitiers", 1.0),
    "metropolis": ("epci:243500139", 0.1),
}
BANDS = {  # indicator: (low, high, from month, why)
    "performance": (
        0.3,
        1.0,
        84,
        "a euro of a competent deliverer makes 1 ref EUR, of a generalist who buys at 1.6 half",
    ),
    "frugality": (1.0, 3.4, 84, "the inverse of performance"),
    "premium": (-0.5, 1.0, 84, "members can leave what costs them half of what they do; 1 would be twice the value"),
    "premium_seen": (0.3, 1.3, 84, "links are seen within months; those who see a part only may see too much"),
    "survival": (
        0.4,
        0.95,
        84,
        "some are abandoned in set-up, organisations close 3 to 12 % a year, most are completed",
    ),
    "losses": (0.005, 0.2, 84, "organisations close 3 to 12 % a year, and a project may outlive one of them"),
    "desire": (0.25, 0.9, 1, "half of organisations wish to ally at the start; nobody convinces everybody"),
    "confidence": (0.35, 0.75, 1, "half at the start; barometers of opinion drift by less than a point a year"),
    "alliances": (0.5, 18.0, 84, "1.2 million partnerships (stock or flow: a ceiling) are 18 per 1,000 inhabitants"),
    "innovation": (0.0, 2000.0, 1, "fewer innovations deployed than one resident in fifty"),
    "need": (5.0, 6.6, 1, "scores of 2022 are 5.6 to 5.7; a drift of 0.01 logit a year makes tenths in 28 years"),
    "need_felt": (5.0, 6.6, 1, "felt follows measured"),
    "flow_contribution": (13_000, 22_000, 12, "16,200 EUR a head of taxes and contributions in France, in real terms"),
    "flow_consumption": (5_000, 14_000, 12, "13,600 EUR a head in France, where people live or elsewhere"),
    "flow_endowment": (3_800, 8_000, 12, "4,850 EUR a head in France; outlays do not follow where residents leave"),
}
CASH = (0.4, 2.5, "nothing makes money: a model that saves for 28 years or lives on its reserves is a drift")
BANKS = (0.1, 4.0, "the smallest model in cash, which bears the losses of all the others")
WITHIN = {  # monthly column: (least, most) of its value at the start, over 28 years
    "residents": (0.75, 1.3, "totals of EPCI move by -0.9 to +1.4 % a year, and migration fades"),
    "organisations": (0.7, 1.4, "births bring their number back to the usual one"),
    "cash_public_action": CASH, "cash_persons": CASH, "cash_productive": CASH, "cash_financial": BANKS,
    "cash_knowledge": CASH, "cash_public_services": CASH, "cash_engagement": CASH,
}  # fmt: skip


@pytest.fixture(scope="module", params=PLACES)
def trend(request):
    territory, scale = PLACES[request.param]
    world = World(load_territory(territory), load_parameters(), seed=3, scale=scale)
    record = Record(world, MONTHS)
    world.run(MONTHS, record)
    return world, record.tables()


@pytest.mark.parametrize("name", BANDS)
def test_headlines_stay_where_a_reason_keeps_them(trend, name):
    low, high, since, why = BANDS[name]
    compute = next(i.compute for i in INDICATORS if i.name == name)
    for month in (1, 12, 18, 36, 84, 168, 252, MONTHS):
        if month >= since:
            value = compute(trend[1], month, 12.0)
            assert low <= value <= high, f"{name} is {value:.4g} at month {month}: {why}"


@pytest.mark.parametrize("column", WITHIN)
def test_levels_do_not_run_away(trend, column):
    low, high, why = WITHIN[column]
    values = trend[1]["monthly"][column] / float(trend[1]["monthly"][column][0])
    assert low <= values.min() and values.max() <= high, (
        f"{column} goes from {values.min():.2f} to {values.max():.2f} times its start: {why}"
    )


def test_the_last_years_are_no_faster_than_the_ones_before(trend):
    """Stocks build up in the first years; then growth slows down or is steady: no explosion is under way."""
    for name in ("value_solo", "value_allied"):
        yearly = trend[1]["monthly"][name].reshape(-1, 12).sum(axis=1)
        assert yearly[-7:].mean() < 1.6 * yearly[-14:-7].mean(), name


def test_no_stock_is_below_nothing(trend):
    state = trend[0].state
    for name in (
        "organisations.fte", "organisations.hours", "cohorts.persons", "cohorts.hours_given", "territories.market",
        "territories.fund", "territories.purse", "territories.free_fte", "territories.delivered", "projects.reserve",
        "projects.delivered", "memberships.effort",
    ):  # fmt: skip
        assert state[name].min() >= 0, name


def test_overdrafts_are_those_that_banks_lend(trend):
    """An organisation below nothing is within its credit, or fails within months: few are, and not by much."""
    o = trend[0].state.organisations
    living = o.alive.astype(bool)
    below = living & (o.cash < 0)
    assert below.sum() < 0.1 * living.sum()
    assert -o.cash[below].sum() < 0.02 * o.cash[living].sum()


def test_every_cent_is_accounted_for(trend):
    assert trend[0].ledger.max_residual == 0
    assert trend[0].ledger.checks >= MONTHS


# Each state, pushed by a fifth, comes back

PUSHED = (
    "territories.need", "territories.felt", "cohorts.confidence", "organisations.desire", "organisations.cash",
    "cohorts.cash", "memories.kept", "memories.broken",
)  # fmt: skip
LATER = (24, 264)  # months: when it is pushed, when it is looked at


def means(world) -> dict[str, float]:
    """Return the mean of each state that can be pushed."""
    rows = {"memories": len(world.state.organisations)}  # most have none, and the table grows
    return {c: float(world.state[c].sum() / rows.get(c.partition(".")[0], len(world.state[c]))) for c in PUSHED}


@pytest.fixture(scope="module")
def undisturbed():
    """Return the means at both dates of a world that nobody pushes."""
    world, found = World(load_territory("synthetic:1"), load_parameters(), seed=5), []
    for months in (LATER[0], LATER[1] - LATER[0]):
        world.run(months)
        found.append(means(world))
    return found


@pytest.mark.parametrize("column", PUSHED)
@pytest.mark.parametrize("push", (-0.2, 0.2))
def test_a_state_that_is_pushed_comes_back(undisturbed, column, push):
    """Push one state by 20 % of its mean size after two years: twenty years later most of the gap is gone."""
    world = World(load_territory("synthetic:1"), load_parameters(), seed=5)
    world.run(LATER[0])
    values = world.state[column]
    values += (np.abs(values).mean() * push if values.dtype.kind == "f" else np.rint(values * push)).astype(
        values.dtype
    )
    if column.startswith("memories"):
        np.maximum(values, 0, out=values)  # nobody keeps fewer than no promises
        values[world.state.memories.taken == 0] = 0
    world.ledger.recount()  # money changed hands by hand
    before = abs(means(world)[column] - undisturbed[0][column])
    world.run(LATER[1] - LATER[0])
    after = abs(means(world)[column] - undisturbed[1][column])
    assert after < 0.3 * before, f"{column}: a gap of {before:.4g} is still {after:.4g}"
