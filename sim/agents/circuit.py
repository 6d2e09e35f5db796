"""The circuit of money: every model spends, and is paid. Nobody's stock is written by another.

Outlay    what falls due, and a part of the cash that is left; at the cash of a normal month it is the normal outlay.
          What is put into funds and purses is part of it.
Receivers each model of a territory splits its outlay over the others and the outside as in the normal month.
Income    what a territory spent on a model waits in `market`, then is paid to its living organisations by size and
          luck; what nobody can take stays there. Luck lasts: a customer lost this month is often missing in the next.
Outside   pays the frozen normal amount (exports), more or less the common luck of the territory, and keeps what is
          spent on it. Nothing adjusts to close a gap.

Numbers   parameters money, finance.volunteer_share
"""

import math

from sim.agents import engagement_economy
from sim.doors import given
from sim.kernels import money as kernel
from sim.phases import phase


def outlay_rate(values: dict) -> float:
    """Return the share of cash above fixed costs that is spent in a month.

    Such that holding the reserve and one month of income, an organisation spends its normal outlay.
    """
    fixed = float(values["money.fixed_share"])
    return (1.0 - fixed) / (float(values["money.reserve"]) + 1.0 - fixed)


def outlay_terms(values: dict) -> tuple[float, ...]:
    """Return the share of cash spent, that of outlay that falls due, and that of outlay kept without staff."""
    return outlay_rate(values), float(values["money.fixed_share"]), float(values["finance.volunteer_share"])


@phase(
    reads=(
        "cohorts.base", "organisations.alive", "organisations.base", "organisations.full", "territories.exports",
        "territories.spread",
    ),
    writes=(
        "organisations.cash", "organisations.outlay", "cohorts.cash", "cohorts.outlay", "territories.market",
        "territories.flow",
    ),
)  # fmt: skip
def spend(world):
    """Let everybody spend, and send it to those who will receive it; the outside buys and sells."""
    world.crew.segments(_spend)
    world.crew.places(_trade, world.month)


@given(kernel.spend)
def _spend(world):
    s = world.state
    o, c = s.organisations, s.cohorts
    return (
        s.segments, o.alive, o.base, o.full, world.from_values(outlay_terms), o.cash, o.outlay,
        (c.base, c.cash, c.outlay), world.work.spent,
    )  # fmt: skip


@given(kernel.trade)
def _trade(world):
    s = world.state
    o, place = s.organisations, s.territories
    return (
        world.work.spent, place.spread, place.exports, world.territory.ident, s.segments, o.alive, o.base,
        world.from_values(common_luck), place.market, place.flow, world.seed,
    )  # fmt: skip


def post_spending(world, amounts):
    """Send `amounts` [territory, model], cents already taken from rows, to the receivers of ordinary outlays."""
    world.crew.share(_deliver, len(world.state.territories), world.month, amounts)


@given(kernel.deliver)
def _deliver(world):
    place = world.state.territories
    return place.spread, world.territory.ident, place.market, place.flow, world.seed


@phase(
    reads=(
        "cohorts.base", "organisations.alive", "organisations.base", "organisations.fte", "organisations.hours",
        "territories.flow",
    ),
    writes=(
        "organisations.cash", "organisations.hours_engaged", "organisations.income", "organisations.luck",
        "cohorts.cash", "cohorts.income", "territories.market",
    ),
)  # fmt: skip
def earn(world):
    """Pay what waits for each model to its organisations and residents."""
    ordered = engagement_economy.orders(world) if engagement_economy.moved_to_orders(world) > 0.0 else None
    world.crew.segments(_pay)
    if ordered is not None:
        engagement_economy.pay_orders(world, ordered)


@given(kernel.pay)
def _pay(world):
    s, w = world.state, world.work
    o, c = s.organisations, s.cohorts
    return (
        s.segments, o.alive, o.base, o.luck, world.from_values(own_luck), float(world.values["money.persistence"]),
        w.drawn.luck, o.income, o.cash, (c.base, c.income, c.cash), s.territories.market,
    )  # fmt: skip


def common_luck(values: dict) -> float:
    """Return the standard deviation of the part of income shocks that a whole territory shares."""
    return float(values["money.income_sd"]) * math.sqrt(float(values["money.common_share"]))


def own_luck(values: dict) -> float:
    """Return the standard deviation of the part of income shocks that is each organisation's own."""
    return float(values["money.income_sd"]) * math.sqrt(1.0 - float(values["money.common_share"]))
