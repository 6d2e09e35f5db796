"""The value kernels agree with their naive twins, find the known answers and keep the invariances."""

import math
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels import terms as kernel_terms
from sim.kernels import units, value
from tests import naive

FUNCTIONS = 5
SETTINGS = settings(deadline=None, derandomize=True, max_examples=60)


NOTHING = {name: kind() for name, kind in kernel_terms.Terms.__annotations__.items()}
USUAL = {"price": 1.6, "sigma": 0.5, "overhead": 0.2, "poolable": 0.15, "fixed_cost": 200.0, "form_a": False}


def Terms(**changed):
    """Return what value.coalition_value reads of the terms.

    The tuple of the model itself: the cache of compiled code remembers the class of its arguments, and one that is
    defined here could not be found again outside the tests.
    """
    return kernel_terms.Terms(**NOTHING | USUAL | changed)


class Team(NamedTuple):
    """Members as lists; `arrays` are what kernels take."""

    efficiency: list
    budget: list
    weight: list
    pair_cost: list

    def arrays(self):
        return tuple(np.array(x, float) for x in self)


EUR = st.one_of(st.sampled_from([0.0, 100.0, 1000.0]), st.floats(1, 1e6))
EFFICIENCY = st.one_of(st.sampled_from([0.35, 1.0]), st.floats(0.1, 1))
PRICE = st.one_of(st.sampled_from([1.0, 1.6, 6.0]), st.floats(1, 6))
SIGMA = st.one_of(st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0]), st.floats(0.1, 8).filter(lambda s: abs(s - 1) > 1e-3))
SHARE = st.floats(0, 0.9)
WEIGHTS = st.lists(
    st.one_of(st.just(0.0), st.floats(0.01, 1)), min_size=FUNCTIONS, max_size=FUNCTIONS
).filter(any)  # fmt: skip


@st.composite
def teams(draw, most=5):
    m = draw(st.integers(1, most))
    rows = st.lists(EFFICIENCY, min_size=FUNCTIONS, max_size=FUNCTIONS)
    pair_cost = np.zeros((m, m))
    for i, j in combinations(range(m), 2):
        pair_cost[i, j] = pair_cost[j, i] = draw(st.floats(0, 500))
    return Team(
        draw(st.lists(rows, min_size=m, max_size=m)),
        draw(st.lists(EUR, min_size=m, max_size=m)),
        draw(WEIGHTS),
        pair_cost.tolist(),
    )


TERMS = st.builds(
    Terms, price=PRICE, sigma=SIGMA, overhead=st.floats(0, 0.35), poolable=st.floats(0, 0.3),
    fixed_cost=st.floats(0, 2000), form_a=st.booleans(),
)  # fmt: skip


def scratch():
    return np.full((value.SCRATCH, FUNCTIONS), np.nan)


def costs(efficiency, price):
    """Return what one unit of each function costs each member."""
    found = np.empty(efficiency.shape)
    value.fill_costs(efficiency, 0, len(efficiency), price, found)
    assert found.tolist() == naive.value.fill_costs(efficiency.tolist(), price)
    return found


def worth(team, mask, terms, *, extra=0.0, fit=1.0, saved=0.0, hub=False, engineering=0.0):
    """Return v(mask) by the kernel."""
    efficiency, budget, weight, pair_cost = team.arrays()
    return value.coalition_value(
        mask, len(budget), budget, extra, efficiency, weight, fit, pair_cost, saved, hub, engineering, terms, scratch()
    )


def game(team, terms, **options):
    return [worth(team, mask, terms, **options) for mask in range(1 << len(team.budget))]


def rate(v):
    """Return the premium rate of everyone together."""
    alone = sum(v[1 << i] for i in range(len(v).bit_length() - 1))
    return v[-1] / alone - 1


def specialists(budgets, *, general=0.35, links=0.0):
    """One member for each function, in turn; equal weights."""
    m = len(budgets)
    rows = [[1.0 if k == i % FUNCTIONS else general for k in range(FUNCTIONS)] for i in range(m)]
    return Team(rows, list(budgets), [1 / FUNCTIONS] * FUNCTIONS, (np.full((m, m), links) * (1 - np.eye(m))).tolist())


# twins


@SETTINGS
@given(EFFICIENCY, PRICE)
def test_make_or_buy(efficiency, price):
    assert value.make_or_buy(efficiency, price) == naive.value.make_or_buy(efficiency, price)


@SETTINGS
@given(teams(), PRICE, st.data())
def test_what_a_team_can_make_and_at_what_cost(team, price, data):
    efficiency, budget, _, _ = team.arrays()
    mask = data.draw(st.integers(1, (1 << len(budget)) - 1))
    rows = [team.efficiency[i] for i in naive.members_of(mask)]
    budgets = [team.budget[i] for i in naive.members_of(mask)]
    q, cost, m = naive.value.team_costs(rows, price), costs(efficiency, price), len(budget)
    for k in range(FUNCTIONS):
        supply = value.supply_at(q[k], k, mask, m, cost, budget, 0.0, price)
        assert supply == pytest.approx(naive.value.supply_at(q[k], k, rows, budgets, price))
        assert value.next_cost(q[k], k, mask, m, cost, price) == naive.value.next_cost(q[k], k, rows, price)


@SETTINGS
@given(st.floats(0.01, 100), st.one_of(st.sampled_from([-1.0, 0.5, 1.0, 2.0]), st.floats(-7, 7)))
def test_power(x, r):
    assert value.power(x, r) == pytest.approx(naive.value.power(x, r), rel=1e-14)


@SETTINGS
@given(
    st.lists(st.one_of(st.just(0.0), st.floats(0.1, 1e6)), min_size=FUNCTIONS, max_size=FUNCTIONS),
    WEIGHTS,
    st.one_of(st.sampled_from([-3.0, -1.0, 0.0, 0.5, 1.0]), st.floats(-6, -0.1), st.floats(0.1, 0.9)),
)
def test_power_mean(x, w, r):
    found = value.power_mean(np.array(x), np.array(w), r)
    assert found == pytest.approx(naive.value.power_mean(x, w, r), rel=1e-9)


@SETTINGS
@given(st.lists(PRICE, min_size=FUNCTIONS, max_size=FUNCTIONS), WEIGHTS, SIGMA)
def test_unit_cost(q, w, sigma):
    assert value.unit_cost(np.array(q), np.array(w), sigma) == pytest.approx(naive.value.unit_cost(q, w, sigma))


@SETTINGS
@given(teams(), PRICE, SIGMA, st.floats(0.01, 1))
def test_unit_cost_within_means(team, price, sigma, spent):
    efficiency, budget, weight, _ = team.arrays()
    money, mask = spent * float(budget.sum()) + 1e-6, (1 << len(budget)) - 1
    work, cost, m = scratch(), costs(efficiency, price), len(budget)
    found = value.unit_cost_within_means(money, mask, m, cost, budget, 0.0, price, weight, sigma, work)
    expected = naive.value.unit_cost_within_means(money, team.efficiency, team.budget, price, team.weight, sigma)
    assert found == pytest.approx(expected, rel=1e-8)

    q = np.array(naive.value.team_costs(team.efficiency, price))
    best = value.unit_cost(q, weight, sigma)
    supply = np.empty(FUNCTIONS)
    value.best_makers(mask, m, cost, budget, 0.0, price, found_q := np.empty(FUNCTIONS), supply)
    assert list(found_q) == list(q)
    assert list(supply) == [value.supply_at(q[k], k, mask, m, cost, budget, 0.0, price) for k in range(FUNCTIONS)]
    if value.suffices(money, price, weight, sigma, q, supply, np.empty(FUNCTIONS)):
        assert naive.value.suffices(money * 0.999999, team.efficiency, team.budget, price, team.weight, sigma)
        assert found == best, "when no budget is too small, limits must change no bit"
    else:
        assert not naive.value.suffices(money * 1.000001, team.efficiency, team.budget, price, team.weight, sigma)
        work[0] = q
        walked = value.spread_over_makers(
            money, mask, m, cost, budget, 0.0, price, weight, sigma, work[0], supply, work[1:]
        )
        assert walked == found
        assert np.all(work[0] >= q), "a marginal cost fell below the best cost"
        assert best * (1 - 1e-12) <= found <= price * (1 + 1e-12), "limits made work cheaper, or dearer than outside"


@SETTINGS
@given(PRICE, st.floats(0.01, 1), SIGMA, st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_piece_starts_where_the_last_one_ended(cost, share, sigma, supply, made, spent):
    """Demand at the start of the piece is what is made already, at its end what all its makers can make."""
    walk = np.zeros((6, 1))
    walk[3, 0], walk[4, 0] = made, spent
    value.start_piece(0, cost, share, sigma, supply, walk)
    start, slope, end = walk[0, 0], walk[1, 0], walk[2, 0]
    assert start + slope * (made * cost**sigma / share) == pytest.approx(spent, abs=1e-6, rel=1e-9)
    assert start + slope * end == pytest.approx(spent + supply, abs=1e-6, rel=1e-9)


@SETTINGS
@given(st.floats(0, 1e6), st.integers(0, 28), st.floats(5, 500))
def test_engineering_effect(money, links, half):
    found = value.engineering_effect(money, float(links), half)
    assert found == pytest.approx(naive.value.engineering_effect(money, links, half))
    assert 0 <= found <= 1


@SETTINGS
@given(teams(), st.floats(0, 2000), SHARE, st.booleans(), st.data())
def test_coordination_cost(team, fixed, saved, hub, data):
    mask = data.draw(st.integers(0, (1 << len(team.budget)) - 1))
    members = naive.members_of(mask)
    found = value.coordination_cost(mask, len(team.budget), np.array(team.pair_cost), fixed, saved, hub)
    assert found == pytest.approx(naive.value.coordination_cost(members, team.pair_cost, fixed, saved, hub))
    assert found == 0 or len(members) > 1, "a member alone paid coordination"


@SETTINGS
@given(
    st.floats(0, 1e6),
    st.floats(0, 1e5),
    st.floats(0, 1e5),
    PRICE,
    st.floats(0, 0.35),
    st.floats(0, 0.3),
    st.integers(1, 8),
)
def test_form_b_and_overheads(budget, coordination, engineering, unit, overhead, poolable, size):
    factor = value.overhead_factor(overhead, poolable, size)
    assert factor == pytest.approx(naive.value.overhead_factor(overhead, poolable, size))
    arguments = (budget, coordination, engineering, unit, 0.9, overhead, poolable, size)
    assert value.form_b(*arguments) == pytest.approx(naive.value.form_b(*arguments))


@SETTINGS
@given(teams(), TERMS, st.floats(0, 1e4), st.floats(0, 1e4))
def test_form_a(team, terms, coordination, extra):
    efficiency, budget, weight, _ = team.arrays()
    found = value.form_a(
        (1 << len(budget)) - 1, len(budget), efficiency, budget, extra, coordination, weight, 0.9, terms.sigma,
        terms.overhead, terms.poolable, len(budget), np.empty(FUNCTIONS),
    )  # fmt: skip
    budgets = [b + extra for b in team.budget]
    expected = naive.value.form_a(
        team.efficiency, budgets, coordination, team.weight, 0.9, terms.sigma, terms.overhead, terms.poolable
    )
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@SETTINGS
@given(teams(), TERMS, SHARE, st.booleans(), st.floats(0, 1000), st.floats(0, 500), st.data())
def test_coalition_value(team, terms, saved, hub, engineering, extra, data):
    mask = data.draw(st.integers(0, (1 << len(team.budget)) - 1))
    found = worth(team, mask, terms, extra=extra, fit=1.1, saved=saved, hub=hub, engineering=engineering)
    budgets = [b + extra for b in team.budget]
    expected = naive.value.coalition_value(
        naive.members_of(mask),
        team.efficiency,
        budgets,
        team.weight,
        1.1,
        team.pair_cost,
        saved,
        hub,
        engineering,
        terms,
    )
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-9)


@SETTINGS
@given(teams(), TERMS, st.floats(0, 500), st.floats(0, 500), st.integers(-1, 3), st.data())
def test_worth(team, terms, links, extra, kind, data):
    """The value of a coalition whose unit costs and links are known."""
    terms, m = terms._replace(practices=0.2, proposition=0.1), len(team.budget)
    mask = data.draw(st.integers(1, (1 << m) - 1))
    efficiency, budget, weight, _ = team.arrays()
    found = value.worth(
        mask, m, budget, extra, efficiency, costs(efficiency, terms.price), weight, 1.1, links, 0.0, terms, scratch(),
        kind,
    )  # fmt: skip
    members, means = naive.members_of(mask), [b + extra for b in team.budget]
    expected = naive.value.worth(members, team.efficiency, means, team.weight, 1.1, links, 0.0, terms, kind)
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-9)


@SETTINGS
@given(PRICE)
def test_known_costs(price):
    """What a byte says of an efficiency costs as much as that efficiency, to the bit."""
    found = np.empty(value.KNOWN)
    value.fill_known_costs(price, found)
    assert found.tolist() == pytest.approx(naive.value.fill_known_costs(price), rel=1e-15)
    assert found[1:].tolist() == [min(1.0 / (units.BYTE * e), price) for e in range(1, 256)]


@SETTINGS
@given(teams(), TERMS, st.floats(0, 500), st.floats(0, 500), st.data())
def test_worth_alone(team, terms, paid, extra, data):
    """Of any member of a team, as if there were nobody else."""
    i = data.draw(st.integers(0, len(team.budget) - 1))
    efficiency, budget, weight, _ = team.arrays()
    found = value.worth_alone(
        i, budget, extra, efficiency, costs(efficiency, terms.price), weight, 1.1, terms, scratch(), paid
    )
    expected = naive.value.worth_alone(team.efficiency[i], team.budget[i] + extra, team.weight, 1.1, terms, paid)
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-9)


# known answers (numbers worked out by hand)


@pytest.mark.parametrize("sigma", [0.2, 0.5, 1.0, 2.0, 5.0, math.inf])
def test_form_a_of_five_functions_is_worth_its_effort(sigma):
    """Uniform profile, ten euros: two in each function, whatever can replace what."""
    one = Team([[1.0] * 5], [10.0], [0.2] * 5, [[0.0]])
    terms = Terms(form_a=True, sigma=sigma, overhead=0.0, fixed_cost=0.0)
    assert worth(one, 1, terms) == pytest.approx(value.SCALE_A * 2, abs=1e-9)


@pytest.mark.parametrize("sigma", [0.2, 0.5, 1.0, 2.0, math.inf])
def test_form_a_without_costs_identical_members_gain_nothing(sigma):
    terms = Terms(form_a=True, sigma=sigma, overhead=0.0, fixed_cost=0.0)
    same = Team([[1.0, 0.35, 0.35, 0.2, 0.5]] * 4, [10.0, 20.0, 5.0, 7.0], [0.1, 0.2, 0.3, 0.2, 0.2], [[0.0] * 4] * 4)
    assert rate(game(same, terms)) == pytest.approx(0.0, abs=1e-9)


def test_form_a_when_anything_replaces_anything_nobody_gains():
    terms = Terms(form_a=True, sigma=math.inf, overhead=0.0, fixed_cost=0.0)
    assert rate(game(specialists([10.0, 20.0, 5.0]), terms)) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("sigma", "cost"),
    [(1e-12, 1.8), (0.5, 1.7725483399593906), (1.0, 1.7411011265922482), (2.0, 5 / 3), (math.inf, 1.0)],
)
def test_form_b_unit_costs(sigma, cost):
    q, w = np.array([1.0, 2.0, 2.0, 2.0, 2.0]), np.full(5, 0.2)
    assert value.unit_cost(q, w, sigma) == pytest.approx(cost, abs=1e-9)
    assert value.unit_cost(np.ones(5), w, sigma) == 1.0
    assert value.unit_cost(np.full(5, 1.6), w, sigma) == 1.6


@pytest.mark.parametrize(("price", "frugality"), [(1.25, 1.20), (1.5, 1.39), (2.0, 1.77), (3.0, 2.51)])
def test_five_specialists_without_costs(price, frugality):
    """Each owns one of five functions; alone, each buys the four others."""
    terms = Terms(price=price, overhead=0.0, fixed_cost=0.0)
    v = game(specialists([1000.0] * 5, general=0.1), terms)
    alone = naive.value.unit_cost([1.0] + [price] * 4, [0.2] * 5, 0.5)
    assert 1 + rate(v) == pytest.approx(alone, rel=1e-9)
    assert 1 + rate(v) == pytest.approx(frugality, abs=0.005)


@SETTINGS
@given(teams(), TERMS, st.booleans())
def test_a_member_alone_is_worth_the_same_to_the_bit_wherever_it_stands(team, terms, hub):
    """Its premium is 0 and its coordination nil, whatever the others, the links, the hub or the engineering."""
    for i in range(len(team.budget)):
        only = Team([team.efficiency[i]], [team.budget[i]], team.weight, [[0.0]])
        here = worth(team, 1 << i, terms, saved=0.3, hub=hub)
        assert here == worth(only, 1, terms)
        assert here - sum([here]) == 0.0


@SETTINGS
@given(teams(), SIGMA, st.floats(0, 100))
def test_when_nothing_costs_more_outside_only_costs_are_left(team, sigma, fixed):
    """All prices 1: F = 1 - C/B, to rounding."""
    terms = Terms(price=1.0, sigma=sigma, poolable=0.0, fixed_cost=fixed)
    v, total = game(team, terms), sum(team.budget)
    cost = naive.value.coordination_cost(list(range(len(team.budget))), team.pair_cost, fixed, 0.0, False)
    if total > cost:
        assert v[-1] == pytest.approx(sum(v[1 << i] for i in range(len(team.budget))) * (1 - cost / total), rel=1e-12)


@pytest.mark.parametrize("price", [1.05, 1.6, 6.0])
def test_homogeneous_members_lose_exactly_the_cost_of_coordination(price):
    m = 4
    same = Team(
        [[1.0] * 5] * m, [1000.0] * m, [0.3, 0.1, 0.2, 0.2, 0.2], (np.full((m, m), 50.0) * (1 - np.eye(m))).tolist()
    )
    v = game(same, Terms(price=price, poolable=0.0))
    assert rate(v) == pytest.approx(-(3 * 200.0 + 6 * 50.0) / (m * 1000.0), abs=1e-12)


def test_when_all_own_the_same_function_and_anything_replaces_anything_nobody_gains():
    rows = [[1.0, 0.35, 0.35, 0.35, 0.35]] * 3
    team = Team(rows, [1000.0, 500.0, 100.0], [0.2] * 5, [[0.0] * 3] * 3)
    v = game(team, Terms(sigma=math.inf, overhead=0.0, fixed_cost=0.0))
    assert rate(v) == pytest.approx(0.0, abs=1e-12)


@SETTINGS
@given(teams(4), TERMS)
def test_without_costs_joining_never_loses(team, terms):
    """v(S) >= v(T) + v(S - T) when coordination is free: what parts can do, the whole can do."""
    free = Team(team.efficiency, team.budget, team.weight, np.zeros_like(team.pair_cost).tolist())
    v = game(free, terms._replace(fixed_cost=0.0))
    for whole in range(1, len(v)):
        part = (whole - 1) & whole
        while part:
            assert v[whole] >= (v[part] + v[whole ^ part]) * (1 - 1e-9)
            part = (part - 1) & whole
    alone = sum(v[1 << i] for i in range(len(team.budget)))
    if not terms.form_a and alone > 0:
        pooled = value.overhead_factor(terms.overhead, 0.0, 1) / value.overhead_factor(
            terms.overhead, terms.poolable, 8
        )
        assert v[-1] / alone <= terms.price * pooled * (1 + 1e-9), "the gain exceeds the price of doing without"


def test_the_best_partition_is_never_worth_less_than_everyone_together():
    """The superadditive cover, by every partition of four members, with costs that make some unions lose."""
    v = game(specialists([3000.0, 800.0, 400.0, 100.0], links=150.0), Terms())

    def partitions(players):
        if not players:
            yield []
            return
        first, *rest = players
        for size in range(len(rest) + 1):
            for block in combinations(rest, size):
                for others in partitions([i for i in rest if i not in block]):
                    yield [(first, *block), *others]

    covers = [sum(v[sum(1 << i for i in block)] for block in blocks) for blocks in partitions([0, 1, 2, 3])]
    assert len(covers) == 15
    assert max(covers) >= v[-1]
    assert max(covers) > v[-1], "in this example a smaller alliance is better: the test must see it"


def of_two_functions(budgets):
    """Return unit cost and marginal costs: two functions that count, a specialist of the first and another member.

    Sigma 1, 100 euros, price 2.
    """
    efficiency = np.full((2, FUNCTIONS), 0.1)
    efficiency[0, 0] = 1.0
    weight, work = np.array([0.5, 0.5, 0.0, 0.0, 0.0]), scratch()
    cost = value.unit_cost_within_means(
        100.0, 3, 2, costs(efficiency, 2.0), np.array(budgets), 0.0, 2.0, weight, 1.0, work
    )
    return cost, work[0, :2].tolist()


def test_a_small_specialist_cannot_work_for_everyone():
    """Two functions, equal weights, sigma 1. Ten euros of a specialist, ninety of another member, price 2.

    All bought, 100 euros make 50 units. The specialist makes ten units of its function for ten euros instead of
    twenty: ten euros are saved, which buy five units. So 55 units, not the 100/sqrt(2) of an unlimited one.
    """
    cost, marginal = of_two_functions([10.0, 90.0])
    assert cost == pytest.approx(100 / 55, abs=1e-12)
    assert marginal == [2.0, 2.0], "at the margin both functions are bought"

    cost, _ = of_two_functions([90.0, 10.0])
    assert cost == pytest.approx(math.sqrt(2), abs=1e-12), "ninety euros of a specialist are enough"


def test_a_full_maker_stops_demand_before_the_next_cost_is_accepted():
    """Same two functions; the specialist has forty euros: forty units at 1; a forty-first is not worth 2.

    Unlimited, half of the 100 euros would go to it. Forty do, sixty buy thirty units: sqrt(40 * 30) * 2 units.
    """
    cost, marginal = of_two_functions([40.0, 60.0])
    assert cost == pytest.approx(100 / (2 * math.sqrt(40 * 30)), abs=1e-12)
    assert marginal[0] == pytest.approx(1.5), "the marginal cost lies between making and buying"


def test_mesh_and_hub():
    """Gain g(m) = 0.8 (1 - 0.8^(m-1)) a member, 0.05 a link, 0.3 for a hub."""

    def mesh(m):
        return value.coordination_cost((1 << m) - 1, m, np.full((m, m), 0.05), 0.0, 0.0, False)

    def hub(m):
        return value.coordination_cost((1 << m) - 1, m, np.full((m, m), 0.05), 0.0, 0.0, True) + 0.05 + 0.3

    def gain(m):
        return m * 0.8 * (1 - 0.8 ** (m - 1))

    sizes = range(2, 60)
    assert max(sizes, key=lambda m: (gain(m) - mesh(m)) / m) == 10
    assert max(m for m in sizes if gain(m) >= mesh(m)) == 32
    assert min(m for m in sizes if hub(m) < mesh(m)) == 6  # the hub's own link counted: as many links as members


@pytest.mark.parametrize(("cost", "half"), [(0.3, 0.07), (0.3, 0.02), (0.9, 0.1)])
def test_best_share_of_engineering(cost, half):
    """N(s) = 1 - s - c (1 - phi (1 - 2^(-s/s50))) has its best s at s50 log2(c phi ln 2 / s50), and no other peak."""
    phi, shares = 0.8, np.linspace(0, 1, 100_001)
    net = [1 - s - cost * (1 - phi * value.engineering_effect(s, 1.0, half)) for s in shares]
    assert shares[int(np.argmax(net))] == pytest.approx(half * math.log2(cost * phi * math.log(2) / half), abs=1e-5)


def test_best_share_of_engineering_numbers():
    assert 0.07 * math.log2(0.3 * 0.8 * math.log(2) / 0.07) == pytest.approx(0.08742, abs=1e-5)
    best = max(
        (s, half)
        for half in np.linspace(0.01, 0.6, 400)
        for s in [half * math.log2(max(1e-9, 0.906 * math.log(2) / half))]
    )  # fmt: skip
    assert best[0] == pytest.approx(1 / 3, abs=1e-3), "a third needs losses of 91 % of the value of action"
    s = np.linspace(0, 1, 20_001)
    net = [1 - x - 0.906 * (1 - value.engineering_effect(x, 1.0, float(best[1]))) for x in s]
    assert s[int(np.argmax(net))] == pytest.approx(1 / 3, abs=1e-3)


@pytest.mark.parametrize(
    ("sigma", "mix"), [(0.3, (0.313, 0.241, 0.446)), (3.0, (0.931, 0.067, 0.002)), (1.0, (0.6, 0.25, 0.15))]
)
def test_mix_of_spending(sigma, mix):
    """Spending is a_j^sigma p_j^(1-sigma), normalised: what the unit cost says when one price moves a little."""
    a, price = np.array([0.6, 0.25, 0.15, 0.0, 0.0]), np.array([1.0, 1.0, 3.0, 1.0, 1.0])  # the last two do not count
    for j in range(3):
        up, down = price.copy(), price.copy()
        up[j], down[j] = price[j] * 1.0001, price[j] / 1.0001
        share = math.log(value.unit_cost(up, a**sigma, sigma) / value.unit_cost(down, a**sigma, sigma))
        assert share / (2 * math.log(1.0001)) == pytest.approx(mix[j], abs=6e-4)


# invariances


@SETTINGS
@given(teams(), TERMS, SHARE)
def test_the_unit_of_money_does_not_matter(team, terms, saved):
    in_cents = Team(
        team.efficiency, [100 * b for b in team.budget], team.weight, [[100 * c for c in r] for r in team.pair_cost]
    )
    euros = game(team, terms, saved=saved)
    cents = game(in_cents, terms._replace(fixed_cost=100 * terms.fixed_cost), saved=saved)
    assert cents == pytest.approx([100 * x for x in euros], rel=1e-9, abs=1e-6)


@SETTINGS
@given(teams(4), TERMS, st.randoms(use_true_random=False))
def test_names_of_members_and_functions_do_not_matter(team, terms, random):
    everyone, functions = list(range(len(team.budget))), list(range(FUNCTIONS))
    random.shuffle(everyone)
    random.shuffle(functions)
    other = Team(
        [[team.efficiency[i][k] for k in functions] for i in everyone],
        [team.budget[i] for i in everyone],
        [team.weight[k] for k in functions],
        [[team.pair_cost[i][j] for j in everyone] for i in everyone],
    )
    v, w = game(team, terms), game(other, terms)
    for mask in range(len(v)):
        renamed = sum(1 << slot for slot, i in enumerate(everyone) if mask >> i & 1)
        assert w[renamed] == pytest.approx(v[mask], rel=1e-9, abs=1e-9)


@SETTINGS
@given(teams(4), TERMS)
def test_a_member_without_means_nor_better_ways_changes_nothing(team, terms):
    """No budget, no better at anything, no cost of link, nothing to pool: the same v to the bit."""
    terms = terms._replace(fixed_cost=0.0, poolable=0.0)
    worst = [min(row[k] for row in team.efficiency) for k in range(FUNCTIONS)]
    m = len(team.budget)
    pair_cost = np.zeros((m + 1, m + 1))
    pair_cost[:m, :m] = team.pair_cost
    larger = Team([*team.efficiency, worst], [*team.budget, 0.0], team.weight, pair_cost.tolist())
    v, w = game(team, terms), game(larger, terms)
    assert w[1 << m] == 0.0
    for mask in range(1, 1 << m):
        assert w[mask] == v[mask]
        assert w[mask | 1 << m] == v[mask]


def test_a_member_without_means_brings_nothing_even_when_it_is_the_best():
    """It owns a function but has no time for it: alone or not, nothing is made by it."""
    team = specialists([1000.0, 0.0], general=0.35)
    v = game(team, Terms(fixed_cost=0.0, poolable=0.0))
    assert v[3] == pytest.approx(v[1], rel=1e-12)


def test_every_order_of_the_same_members_has_the_same_value():
    rows = [[1.0, 0.35, 0.35, 0.35, 0.5], [0.35, 1.0, 0.35, 0.8, 0.35], [0.2, 0.35, 1.0, 0.35, 0.35]]
    found = set()
    for order in permutations(range(3)):
        team = Team(
            [rows[i] for i in order],
            [[900.0, 50.0, 30.0][i] for i in order],
            [0.3, 0.3, 0.2, 0.1, 0.1],
            [[0.0] * 3] * 3,
        )
        found.add(round(worth(team, 7, Terms()), 9))
    assert len(found) == 1


@pytest.mark.parametrize("sigma", [0.25, 0.5, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("m", [2, 3, 5, 8])
def test_replicas_without_costs_gain_nothing_whatever_substitution(sigma, m):
    """m identical members, neither cost nor pooling: the premium is 0 for every sigma, in both forms."""
    row = [1.0, 0.35, 0.6, 0.2, 0.35]
    team = Team([row] * m, [700.0] * m, [0.3, 0.25, 0.2, 0.15, 0.1], [[0.0] * m] * m)
    for form_a in (False, True):
        v = game(team, Terms(fixed_cost=0.0, poolable=0.0, sigma=sigma, form_a=form_a))
        assert v[-1] == pytest.approx(m * v[1], rel=1e-12)


def test_returns_of_the_team():
    """At the scale both forms agree; below it decreasing returns give more, above less; exponent 1 changes no bit."""
    team = specialists([500.0, 400.0, 900.0])
    v = game(team, Terms())
    assert game(team, Terms(by_team=True, eta=1.0, team_scale=777.0)) == v
    found = game(team, Terms(by_team=True, eta=0.8, team_scale=600.0))
    assert found == pytest.approx([600.0 * (x / 600.0) ** 0.8 for x in v], rel=1e-12)
    assert value.returns_of_team(600.0, 600.0, 0.8) == 600.0


def test_returns_of_the_team_depend_on_the_unit_of_money_through_their_scale():
    """Science P1: with eta below 1 the premium rate changes with the unit of money, unless `scale` changes with it."""
    euros, cents = specialists([500.0, 500.0]), specialists([50_000.0, 50_000.0])
    terms = Terms(by_team=True, eta=0.8, team_scale=600.0, fixed_cost=50.0)
    converted = terms._replace(team_scale=60_000.0, fixed_cost=5_000.0)
    careless = terms._replace(fixed_cost=5_000.0)
    assert rate(game(cents, converted)) == pytest.approx(rate(game(euros, terms)), rel=1e-12)
    assert game(cents, careless)[-1] != pytest.approx(100 * game(euros, terms)[-1], rel=0.1)


def test_replicas_lose_when_returns_decrease_in_the_team():
    """Merging m equal teams of eta < 1 costs m^(eta - 1): the artefact that keeps this form from being the default."""
    team = Team([[1.0] * FUNCTIONS] * 4, [500.0] * 4, [0.2] * 5, [[0.0] * 4] * 4)
    v = game(team, Terms(by_team=True, eta=0.8, team_scale=600.0, fixed_cost=0.0, poolable=0.0))
    assert rate(v) == pytest.approx(4**-0.2 - 1, rel=1e-12)


def test_branching_of_links_over_places():
    """Three members, links of 10 each: in one place 30; in two 33; in three 36; a member alone 0."""
    costs = np.full((3, 3), 10.0)
    for homes, cost in ((0, 30.0), (1 << 4, 33.0), (1 << 4 | 2 << 8, 36.0)):
        assert value.coordination_cost(7, 3, costs, 0.0, 0.0, False, 0.1, homes) == pytest.approx(cost, rel=1e-12)
    assert value.coordination_cost(4, 3, costs, 5.0, 0.0, False, 0.1, 2 << 8) == 0.0
    assert value.towns(5, 3, 1 << 4 | 2 << 8) == 2
    assert value.towns(7, 3, 1 << 4 | 1 << 8) == 2


def test_partnership_types_act_on_several_members_only():
    team = Team([[1.0] * FUNCTIONS] * 2, [500.0] * 2, [0.2] * 5, [[0.0] * 2] * 2)
    terms = Terms(fixed_cost=0.0, poolable=0.0, practices=0.25, proposition=0.1)

    def v(mask, kind):
        efficiency, budget, weight, costs = team.arrays()
        return value.coalition_value(
            mask, 2, budget, 0.0, efficiency, weight, 1.0, costs, 0.0, False, 0.0, terms, scratch(), kind
        )

    assert v(1, value.PRACTICES) == v(1, value.INNOVATION) == v(1, value.PATRONAGE) == 500.0 / 1.2
    assert v(3, value.PRACTICES) == pytest.approx(1000.0 / 1.15, rel=1e-12)  # a quarter of an overhead of 0.2
    assert v(3, value.INNOVATION) == pytest.approx(1.1 * 1000.0 / 1.2, rel=1e-12)
    assert v(3, value.COOPERATION) == v(3, value.PATRONAGE) == pytest.approx(1000.0 / 1.2, rel=1e-12)
