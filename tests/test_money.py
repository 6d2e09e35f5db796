"""The circuit of money: closed to the cent, steady when nothing happens, and nobody's luck is another's loss unseen."""

import math

import networkx as nx
import numpy as np
import pytest

import sim
from sim.agents import circuit, engagement_economy, financial_economy, life, persons, productive_economy, public_action
from sim.agents.base import ENGAGEMENT, FINANCE, KNOWLEDGE, OUTSIDE, PERSONS, PRODUCTIVE, PUBLIC
from sim.errors import AccountError, CapacityError
from sim.kernels import money as kernel
from sim.record import Record
from sim.state import columns
from tests.conftest import noted

QUIET = {  # everything that moves money but the circuit itself, off
    "money.income_sd": 0.0, "money.public_drift": 0.0, "life.exit": 0.0, "life.entry": 0.0, "projects.start_rate": 0.0,
    "persons.demography": 0, "funders.decisions": 12, "finance.credit_limit": 0.0, "finance.fallback": 0,
}  # fmt: skip
MONEY = (
    public_action.fill_fund, financial_economy.fill_fund, productive_economy.fill_fund,
    public_action.collect_policies, circuit.spend, circuit.earn,
)  # fmt: skip


def hold(world, values):
    """Give a world values outside the ranges of studies: a mechanism at strength zero."""
    world.values = {**world.values, **values}
    return world


@pytest.fixture
def quiet(parameters, smallest):
    """A world where nothing happens but the circuit."""

    def make(territory=smallest, strict=False, **values):
        world = sim.World(territory, parameters, seed=1, strict=strict)
        hold(world, QUIET | values)
        world.phases = MONEY
        return world

    return make


def wealth(world):
    return world.ledger.money().sum(axis=0)


def incomes(world):
    o, c = world.state.organisations, world.state.cohorts
    out = np.bincount(o.model, weights=o.income, minlength=7)
    out[PERSONS] = c.income.sum()
    return out


# Known answers


def test_without_shocks_every_model_stays_as_rich_for_336_months(quiet):
    """Known answer 15: wealth over income of every model moves less than 0.5 %."""
    world = quiet()
    world.step()
    before = wealth(world) / incomes(world)
    world.run(335)
    assert wealth(world) / incomes(world) == pytest.approx(before, rel=0.005)
    assert world.ledger.max_residual == 0


def test_net_lending_of_models_is_that_of_the_outside(parameters, smallest):
    """Known answer 15: what all models together gain is what the outside pays less what it receives. Every month."""
    world = sim.World(smallest, parameters, seed=2)
    for _ in range(24):
        before = int(wealth(world).sum())
        world.step()
        flow = world.ledger.matrix(world.core)
        assert int(wealth(world).sum()) - before == int(flow[OUTSIDE].sum() - flow[:, OUTSIDE].sum())


def test_a_closed_circuit_converges_to_its_perron_vector(quiet):
    """Known answer 14: stocks follow I - diag(a) + P' diag(a); the float twin ends on its Perron vector.

    The circuit in whole cents stays with the float twin, and loses no cent.
    """
    world = quiet(**{"money.fixed_share": 0.0, "money.reserve": 0.5})
    s = world.state
    closed = close_the_outside(s)
    s.territories.fund[:] = 0  # a fund that nobody uses does not circulate
    rate = circuit.outlay_rate(world.values)
    assert rate == pytest.approx(1 / 1.5)
    world.phases = (circuit.spend, circuit.earn)
    o = s.organisations
    o.cash[o.model == PRODUCTIVE] *= 3  # far from balance
    start = wealth(world)
    step = np.eye(7) * (1 - rate) + rate * closed.T
    total = start.sum()

    def follow(months):
        twin = start.astype(float)
        for _ in range(months):
            twin = step @ twin
        return twin

    world.run(40)
    assert wealth(world).sum() == total
    # Cents are rounded row by row: a row at a time loses at most half a cent, and never the total.
    assert np.abs(wealth(world) - follow(40)).max() / total < 1e-6
    values, vectors = np.linalg.eig(step)
    perron = np.real(vectors[:, np.argmax(np.real(values))])
    twin = follow(336)
    assert twin / twin.sum() == pytest.approx(perron / perron.sum(), abs=1e-12)
    assert twin.sum() == pytest.approx(total, rel=1e-12)


def close_the_outside(state):
    """Send to the other models what went to the outside; return the shares [payer, receiver]."""
    place = state.territories
    place.exports[:] = 0
    spread = place.spread.reshape(-1, 7, 8)
    for t in range(len(place)):
        for i in range(7):
            local = spread[t, i, :7] / spread[t, i, :7].sum()
            whole = np.floor(local * 10**9).astype(np.int64)
            whole[np.argmax(whole)] += 10**9 - whole.sum()
            spread[t, i] = np.append(whole, 0)
    return spread[0, :, :7] / 10**9


def test_ruin_of_one_who_earns_nothing_comes_when_its_reserve_is_gone(quiet):
    """Known answer 11, without luck: with a reserve of 6 months that falls by 0.05 a month, cash is 0 at month 120."""
    base, cash, months = 100_000, 600_000, 0
    while cash > 0:
        outlay = kernel.planned(cash, base, base, 0.0)  # all costs fall due
        cash += base * 95 // 100 - outlay
        months += 1
    assert months == 120


# Behaviour


def test_the_poor_spend_less_and_the_rich_more(quiet):
    world = quiet()
    o = world.state.organisations
    firm, other, broke = np.flatnonzero((o.alive == 1) & (o.model == PRODUCTIVE) & (o.base > 1000))[:3]
    o.cash[firm], o.cash[other], o.cash[broke] = 8 * o.base[firm], 2 * o.base[other], 0
    world.ledger.open(0)
    circuit.spend(world)
    assert o.outlay[firm] > 1.2 * o.base[firm]
    due = np.floor(float(world.values["money.fixed_share"]) * o.base + 0.5)
    assert due[other] < o.outlay[other] < 0.9 * o.base[other]
    assert o.outlay[broke] == due[broke]
    assert o.cash[broke] < 0


def test_luck_moves_money_between_organisations_never_their_sum(quiet):
    world = quiet(**{"money.income_sd": 0.4, "money.common_share": 0.0})
    world.step()
    o = world.state.organisations
    firms = (o.alive == 1) & (o.model == PRODUCTIVE)
    ratio = o.income[firms] / o.base[firms]
    assert ratio.std() == pytest.approx(0.4, rel=0.15)
    assert o.income[firms].sum() == pytest.approx(o.base[firms].sum(), rel=1e-3)


def test_common_luck_is_shared_by_all_organisations_of_a_place(quiet):
    world = quiet(**{"money.income_sd": 0.4, "money.common_share": 0.8})
    gains = []
    for _ in range(60):
        world.step()
        o = world.state.organisations
        base = np.bincount(o.model, weights=o.base * o.alive, minlength=7)
        gains.append((incomes(world) / np.maximum(base, 1))[[PRODUCTIVE, ENGAGEMENT, FINANCE]])
    together = np.corrcoef(np.array(gains).T)
    assert together.min() > 0.6
    assert np.std(np.diff(np.array(gains), axis=0) / math.sqrt(2), axis=0) == pytest.approx(
        0.4 * math.sqrt(0.8), rel=0.5
    )


def test_two_places_do_not_share_their_luck(quiet, villages):
    world = quiet(villages, **{"money.income_sd": 0.4, "money.common_share": 1.0})
    world.step()
    trade = world.ledger.flow[:, OUTSIDE, PRODUCTIVE] / world.state.territories.exports[:, PRODUCTIVE]
    assert np.unique(trade).size == villages.size


def test_the_outside_is_never_a_place_to_drop_a_gap(quiet, smallest):
    """Exports are frozen and imports follow spending: whatever happens to cash, they do not close accounts."""
    world = quiet()
    o = world.state.organisations
    world.step()
    flow = world.ledger.matrix(world.core).copy()
    o.cash[o.model == PRODUCTIVE] += o.base[o.model == PRODUCTIVE] * o.alive[o.model == PRODUCTIVE]
    world.ledger.recount()
    world.step()
    after = world.ledger.matrix(world.core)
    assert (after[OUTSIDE] == world.state.territories.exports.sum(axis=0)).all()
    assert (flow[OUTSIDE] == after[OUTSIDE]).all()
    assert after[PRODUCTIVE, OUTSIDE] > flow[PRODUCTIVE, OUTSIDE]
    share = world.state.territories.spread.reshape(-1, 7, 8)[0, PRODUCTIVE, OUTSIDE] / 1e9
    assert after[PRODUCTIVE, OUTSIDE] / after[PRODUCTIVE].sum() == pytest.approx(share, abs=1e-8)


def test_money_that_changes_between_two_months_is_found(quiet):
    world = quiet()
    world.ledger.strict = False
    world.step()
    world.state.organisations.cash[0] += 1
    with pytest.raises(AccountError, match="unexplained"):
        world.step()


# Funds and the purses of policies


def test_funds_are_topped_up_to_their_budget_and_no_more(quiet, villages):
    world = quiet(villages, strict=True)
    place, o = world.state.territories, world.state.organisations
    budget, granted = place.fund.copy(), noted(world, public_action.collect_policies, "organisations.outlay")
    world.step()
    assert (place.fund == budget).all()
    assert not granted[0].any()
    place.fund[:, 0] -= budget[:, 0] // 3  # spent on projects by somebody
    o.cash[np.flatnonzero((o.model == PUBLIC) & (o.territory == 0))[0]] += budget[0, 0] // 3
    world.ledger.open(world.month)
    public_action.fill_fund(world)
    assert place.fund[:, 0] == pytest.approx(budget[:, 0], rel=1e-3)
    assert o.outlay[o.model == PUBLIC].sum() == pytest.approx(budget[:, 0].sum() // 3, rel=1e-2)
    assert not o.outlay[o.model != PUBLIC].any()


def test_what_is_granted_is_not_spent_again(quiet):
    world = quiet()
    place, o = world.state.territories, world.state.organisations
    place.fund[:] = 0
    granted = noted(world, public_action.fill_fund, "organisations.outlay")
    world.step()
    public = (o.alive == 1) & (o.model == PUBLIC)
    assert granted[0][public].sum() == granted[0].sum() > 0
    assert o.outlay[public].sum() == pytest.approx(o.base[public].sum(), rel=1e-6)


def test_public_funds_drift(quiet):
    world = quiet(**{"money.public_drift": -0.02})
    place = world.state.territories
    place.fund[:] = 0
    world.month = 120
    world.step()
    late = int(place.fund[0, 0])
    o = world.state.organisations
    budget = float(world.values["funders.share_public"]) * o.base[o.model == PUBLIC].sum()
    assert late == pytest.approx(budget * 0.98**10, rel=1e-3)


def test_a_self_financed_policy_is_paid_by_residents_alike(quiet, villages):
    world = quiet(villages, strict=True, **{"engineering.dose": 6.0, "form.closure": 0})
    world.step()
    c, flow = world.state.cohorts, world.ledger.flow
    residents = np.bincount(c.territory, weights=c.persons)
    assert flow[:, OUTSIDE, PUBLIC].tolist() == world.state.territories.exports[:, PUBLIC].tolist()
    purse = world.state.territories.purse
    assert purse[:, 0] == pytest.approx(residents * 50, abs=1)  # 6 EUR a year, in cents a month
    assert not purse[:, 1:].any()
    assert purse.sum() == c.levied.sum() == world.work.levied.sum()
    assert c.levied / c.persons == pytest.approx(np.full(len(c), 50.0), rel=1e-3)


def test_a_policy_paid_by_other_public_lines_lowers_them_by_as_much(quiet, villages):
    """Closure 1: what the policy gets is what public actors spend less on everything else, to the cent, that month."""
    worlds = [quiet(villages, strict=True, **{"engineering.dose": dose, "form.closure": 1}) for dose in (0.0, 6.0)]
    given = [noted(world, public_action.collect_policies, "organisations.outlay") for world in worlds]
    for world in worlds:
        world.step()
    without, policy = (world.state for world in worlds)
    public = without.organisations.model == PUBLIC
    otherwise, rest = (
        s.organisations.outlay[public] - g[0][public] for s, g in zip((without, policy), given, strict=True)
    )
    fallen = otherwise - rest
    assert (fallen >= 0).all()
    assert fallen.sum() == policy.territories.purse.sum() == worlds[1].work.cut.sum() > 0
    assert np.array_equal(fallen, given[1][0][public] - given[0][0][public])
    assert fallen / otherwise == pytest.approx(np.full(public.sum(), fallen.sum() / otherwise.sum()), rel=0.05)
    assert not policy.cohorts.levied.any()


def test_a_policy_financed_from_outside_costs_nobody_here(quiet, villages):
    world = quiet(villages, strict=True, **{"engineering.dose": 6.0, "policies.outside": 1})
    given = noted(world, public_action.collect_policies, "organisations.outlay")
    world.step()
    c, place = world.state.cohorts, world.state.territories
    assert not c.levied.any() and not given[0].any()
    paid = world.ledger.flow[:, OUTSIDE, PUBLIC] - place.exports[:, PUBLIC]
    assert (paid == place.purse[:, 0]).all() and (paid > 0).all()
    assert (paid == world.work.outside).all()


@pytest.mark.parametrize("closure", [0, 1])
def test_what_cannot_be_paid_is_not_made(quiet, villages, closure):
    """Residents without cash, public actors that owe all they hold: the policy gets what there is, and no more."""
    world = quiet(villages, strict=True, **{"engineering.dose": 600.0, "form.closure": closure})
    o, c, purse = world.state.organisations, world.state.cohorts, world.state.territories.purse
    public = o.model == PUBLIC
    o.cash[public], c.cash[:] = 17, 3
    c.cash[c.territory == 2] = 10**9
    world.ledger.open(0)
    public_action.collect_policies(world)
    world.ledger.close()
    residents = np.bincount(c.territory, weights=c.persons)
    if closure == 0:
        assert purse[:2, 0].tolist() == [30, 30], "ten cohorts with three cents each"
        assert purse[2, 0] == pytest.approx(residents[2] * 5000, abs=1)
        assert c.cash.min() == 0
    else:
        living = np.bincount(o.territory[public], weights=o.alive[public])
        assert (purse[:, 0] <= 17 * living).all() and purse.sum() > 0
        assert o.cash[public].min() >= 0


def test_several_policies_that_cannot_be_paid_share_what_there_is(quiet, villages, monkeypatch):
    world = quiet(villages, strict=True)
    asked = np.array([[300, 0, 700, *[0] * 6]] * 3)
    monkeypatch.setattr(public_action, "wanted", lambda world: asked.copy())
    world.state.cohorts.cash[:] = 10
    world.ledger.open(0)
    public_action.collect_policies(world)
    world.ledger.close()
    assert world.state.territories.purse[:, [0, 2]].tolist() == [[30, 70]] * 3


@pytest.mark.parametrize(("outside", "closure"), [(0, 0), (0, 1), (1, 0)])
def test_what_policies_spend_is_what_was_paid_for_them(busy_world, outside, closure):
    """Self-financed: outlay = levy, or cut, to the cent. From outside: the net transfer is the outlay."""
    dear = {"engineering.dose": 10.0, "policies.outside": outside, "form.closure": closure}
    world = busy_world(values=dear)
    record = Record(world, 18)
    world.run(18, record)
    table = record.tables()["monthly"]
    paid = {who: int(table[f"paid_by_{who}"].sum()) for who in ("levy", "cut", "outside")}
    payer = "outside" if outside else ("levy", "cut")[closure]
    assert [who for who, cents in paid.items() if cents] == [payer]
    spent, kept = int(table["purse_engineering"].sum()), int(world.state.territories.purse.sum())
    assert spent + kept == paid[payer] and spent > 0
    used = int(table["programme_allied"].sum() + table["programme_solo"].sum())
    assert spent == used + int(world.state.projects.reserve.sum())


def test_a_purse_is_spent_on_pay_and_purchases(quiet, villages):
    world = quiet(villages, strict=True)
    purse, market = world.state.territories.purse, world.state.territories.market
    purse[:, 3] = 1000
    world.ledger.open(0)
    before = market.copy()
    public_action.spend_purse(world, 3, np.array([10, 0, 999]), 0.7)
    world.ledger.close()
    assert purse[:, 3].tolist() == [990, 1000, 1]
    assert (market - before)[:, PERSONS].tolist() == [7, 0, 699]
    assert (market - before)[:, KNOWLEDGE].tolist() == [3, 0, 300]


def test_money_given_to_post_spending_arrives(quiet, villages):
    world = quiet(villages)
    world.ledger.open(0)
    amounts = np.arange(21, dtype=np.int64).reshape(3, 7) * 1_000_003
    before = world.state.territories.market.sum(axis=1)
    circuit.post_spending(world, amounts)
    flow = world.ledger.flow
    assert (flow.sum(axis=2)[:, :7] == amounts).all()
    arrived = world.state.territories.market.sum(axis=1) - before
    assert (arrived + flow[:, :, OUTSIDE].sum(axis=1) == amounts.sum(axis=1)).all()


# Life of organisations


@pytest.fixture
def hard_times(parameters, villages):
    world = sim.World(villages, parameters, seed=4, strict=True)
    world.draw()  # what a month draws first, for the phases that are called alone
    return hold(world, {"projects.start_rate": 0.0})


def fail(world, rows):
    """Put organisations beyond their overdraft, at the expense of residents' cash, before the month opens."""
    o = world.state.organisations
    o.cash[rows] = -3 * o.base[rows]
    o.red[rows] = 1


def test_debts_of_the_failed_are_borne_by_finance_and_estates_go_to_residents(hard_times):
    world = hard_times
    hold(world, {"life.exit": 1e-12, "life.entry": 0.0, "money.income_sd": 0.0})
    o, c = world.state.organisations, world.state.cohorts
    firms = np.flatnonzero((o.alive == 1) & (o.model == PRODUCTIVE))[:20]
    fail(world, firms)
    world.ledger.open(0)
    debt, staff = -int(o.cash[firms].sum()), int(o.fte[firms].sum())
    banks = (o.model == FINANCE) & (o.alive == 1)
    held = int(o.cash[banks].sum())
    life.close(world)
    world.ledger.close("life.close")
    assert not o.alive[firms].any() and not o.cash[firms].any() and not o.fte[firms].any()
    assert held - int(o.cash[banks].sum()) == debt
    assert world.ledger.flow[:, FINANCE, PRODUCTIVE].sum() == debt
    assert world.state.territories.free_fte.sum() == staff
    assert not c.settled.any()


def test_estates_go_to_residents(hard_times):
    world = hold(hard_times, {"life.exit": 0.5})
    o, c = world.state.organisations, world.state.cohorts
    world.ledger.open(0)
    held = o.cash.copy()
    life.close(world)
    world.ledger.close("life.close")
    closed = (held > 0) & (o.alive == 0)
    assert closed.sum() > 50
    assert c.settled.sum() == held[closed].sum()
    assert world.ledger.flow[:, :7, PERSONS].sum() == held[closed].sum()
    assert not closed[np.isin(o.model, [PUBLIC])].any(), "a government closed"


def test_one_bad_month_is_not_a_failure(hard_times):
    world = hold(hard_times, {"life.exit": 1e-12})
    o = world.state.organisations
    firm = np.flatnonzero((o.alive == 1) & (o.model == PRODUCTIVE))[0]
    o.cash[firm] = -3 * o.base[firm]
    world.ledger.open(0)
    life.close(world)
    assert o.alive[firm] and o.red[firm] == 1
    o.cash[firm] = -o.base[firm] // 2  # within its overdraft: the bank waits
    life.close(world)
    assert o.alive[firm] and o.red[firm] == 2
    o.cash[firm] = -2 * o.base[firm]
    life.close(world)
    assert not o.alive[firm]


def test_newborns_are_others_with_money_of_residents(hard_times):
    world = hold(hard_times, {"life.exit": 0.5, "life.entry": 0.0})
    o, c = world.state.organisations, world.state.cohorts
    world.ledger.open(0)
    life.close(world)
    life.open(world)
    closed = np.flatnonzero((o.alive == 0) & (o.born == -1) & (o.hired < 0))
    identities = o.uid[closed].copy()
    hold(world, {"life.exit": 1e-12, "life.entry": 0.9})
    world.ledger.open(1)
    world.month = 1
    life.open(world)
    world.ledger.close("life.open")
    newborn = np.flatnonzero(o.born == 1)
    assert newborn.size > 50
    assert (o.births[newborn] == 1).all()
    assert (o.cash[newborn] == np.floor(4 * o.base[newborn] + 0.5)).all()
    assert -c.settled.sum() == o.cash[newborn].sum() == world.ledger.flow[:, PERSONS].sum()
    assert np.unique(o.uid).size == o.uid.size
    again = np.isin(closed, newborn)
    assert again.any() and (o.uid[closed][again] != identities[again]).all()
    assert (o.slots[newborn] == -1).all() and not o.visible[newborn].any()
    assert (o.efficiency[newborn].max(axis=1) == 255).all()
    assert (o.hired >= 0).all() and 0 < o.fte[newborn].sum() <= o.hired.sum()


def test_a_row_never_changes_hands_within_a_month(parameters, smallest):
    world = hold(
        sim.World(smallest, parameters, seed=5), {"life.exit": 0.9, "life.entry": 0.9, "projects.start_rate": 0.0}
    )
    seen = []
    between = world.phases.index(life.open)

    def look(world):
        seen.append(np.flatnonzero((world.state.organisations.alive == 0) & (world.state.organisations.red == 255)))

    look.reads, look.writes, look.title = frozenset(), frozenset(), "look"
    world.phases = (*world.phases[:between], look, *world.phases[between:])
    for _ in range(6):
        world.step()
        assert seen[-1].size > 10
        assert not world.state.organisations.alive[seen[-1]].any()
        assert not (world.state.organisations.red == 255).any()


def test_numbers_of_organisations_are_steady(parameters, smallest):
    """Births and exits alike: after seven years as many as at the start, within six standard deviations."""
    world = hold(sim.World(smallest, parameters, seed=6), {"projects.start_rate": 0.0, "money.income_sd": 0.0})
    usual = world.state.territories.usual.sum(axis=0)
    world.run(84)
    o = world.state.organisations
    now = np.bincount(o.model[o.alive == 1], minlength=7)
    assert (o.births > 0).sum() > 50
    assert (np.abs(now - usual) <= 6 * np.sqrt(usual)).all()
    assert now[PUBLIC] == usual[PUBLIC]


def test_large_and_small_are_replaced_alike(parameters, villages):
    """Newborns take the places of all sizes: else large ones would slowly vanish from a territory."""
    world = hold(sim.World(villages, parameters, seed=6), {"projects.start_rate": 0.0, "money.income_sd": 0.0})
    hold(world, {"life.exit": 0.15, "life.entry": 0.15})
    o = world.state.organisations

    def shares():
        rows = (o.alive == 1) & (o.model == PRODUCTIVE)
        return np.bincount(o.size[rows], minlength=4) / rows.sum()

    before, staff = shares(), o.fte.sum()
    world.run(120)
    assert ((o.births > 0) & (o.alive == 1)).sum() > 0.5 * o.alive.sum()
    assert shares()[1] == pytest.approx(before[1], rel=0.1)
    assert shares()[2:].sum() == pytest.approx(before[2:].sum(), rel=0.35)  # a few dozen
    assert o.fte.sum() > 0.95 * staff  # and those who lost their job found another


def test_births_that_find_no_row_say_which_number_to_change(parameters, smallest):
    world = hold(sim.World(smallest, parameters, seed=7), {"life.exit": 1e-9, "life.entry": 0.98})
    with pytest.raises(CapacityError, match=r"life\.entry"):
        world.run(240)


# The whole


def test_everything_together_keeps_every_cent_in_strict_mode(parameters):
    graph = nx.path_graph(2)
    nx.set_node_attributes(graph, {0: 900, 1: 2500}, "population")
    chosen = parameters.with_values({
        "money.income_sd": 0.6, "money.common_share": 0.8, "money.reserve": 0.5, "money.credit_months": 0,
        "engineering.dose": 10, "projects.start_rate": 0.5,
    })  # fmt: skip
    world = sim.World(sim.load_territory(graph), chosen, seed=8, strict=True)
    world.run(12)
    assert world.ledger.max_residual == 0
    assert world.ledger.checks > 10_000


def test_residents_and_hours_are_phases_too(quiet, smallest):
    world = quiet(strict=True, **{"persons.demography": 1})
    world.phases = (persons.live, *MONEY, persons.volunteer, engagement_economy.receive_hours)
    world.run(3)
    assert world.ledger.max_residual == 0


def test_nobody_reads_what_was_received_the_month_before(busy_world):
    """Outside strict mode it is still there when a month opens: any other number there changes nothing."""
    values = {"partnership.cooperation": 0.5, "orders.shift": 0.2, "life.exit": 0.12, "life.entry": 0.15}
    one, other = (busy_world(strict=False, values=values) for _ in range(2))
    for _ in range(15):
        other.state.organisations.income[:] = 10**9 + 7
        one.step()
        other.step()
    assert one.state.organisations.income.any()
    assert all(one.state[name].tobytes() == other.state[name].tobytes() for name in columns())
