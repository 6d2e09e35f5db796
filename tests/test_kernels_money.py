"""The kernels of money, residents, life and the initial state agree with their naive twins.

Arguments are those of a real run in three small places where money is short and everything changes hands: births,
failures, estates, a levy, common and own luck. Each month is played once more by the twin.
"""

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sim
from sim.kernels import chance, credit, engagement, initial, life, money, persons, split
from sim.kernels import decisions as d
from sim.kernels.stack import BLOCK
from sim.parameters import Change
from tests import naive, naive_money
from tests.compare import Recorder, agree, copied, plain, stand_in

SETTINGS = settings(deadline=None, derandomize=True, max_examples=200)
HARD_TIMES = {
    "money.income_sd": 0.6, "money.common_share": 0.5, "money.reserve": 0.5, "money.credit_months": 0,
    "money.fixed_share": 0.95, "money.failure_months": 1, "life.exit": 0.12, "life.entry": 0.15,
    "promoters.protection": 0.4, "engineering.dose": 5, "civic.dose": 2.0, "patronage.share": 0.01, "orders.shift": 0.2,
    "confidence.gain": 0.1, "persons.migration_spread": 0.05,
    "funders.response": 0.5, "finance.loans_refused": 0.3,
}  # fmt: skip
MONTHS = 30
KERNELS = (
    (money.spend, naive.money.spend),
    (money.deliver, naive.money.deliver),
    (money.trade, naive.money.trade),
    (money.pay, naive.money.pay),
    (money.fill, naive.money.fill),
    (money.add_means, naive.money.add_means),
    (money.add_budget, naive.money.add_budget),
    (money.levy, naive.money.levy),
    (money.cut_outlays, naive.money.cut_outlays),
    (money.fill_purses, naive.money.fill_purses),
    (money.pay_out, naive.money.pay_out),
    (credit.lend, naive.credit.lend),
    (credit.list_borrowers, naive.credit.list_borrowers),
    (credit.repay, naive.credit.repay),
    (credit.settle_debts, naive.credit.settle_debts),
    (credit.let_staff_go, naive.credit.let_staff_go),
    (persons.live, naive.persons.live),
    (persons.volunteer, naive.persons.volunteer),
    (persons.receive_hours, naive.persons.receive_hours),
    (engagement.lend_staff, naive.engagement.lend_staff),
    (engagement.give_back, naive.engagement.give_back),
    (engagement.serve, naive.engagement.serve),
    (engagement.pay_orders, naive.engagement.pay_orders),
    (engagement.bind, naive.engagement.bind),
    (life.list_closing, naive.life.list_closing),
    (life.shield, naive.life.shield),
    (life.settle, naive.life.settle),
    (life.list_births, naive.life.list_births),
    (life.be_born, naive.life.be_born),
    (life.hire, naive.life.hire),
    (life.grow_up, naive.life.grow_up),
    (initial.per_resident, naive.initial.per_resident),
    (initial.weighted_mean, naive.initial.weighted_mean),
    (initial.round_counts, naive.initial.round_counts),
    (initial.settle, naive.initial.settle),
    (initial.draw_all, naive.initial.draw_all),
    (initial.share_budgets, naive.initial.share_budgets),
    (initial.endow, naive.initial.endow),
    (initial.meet_all, naive.initial.meet_all),
)
ALIVE, CASH = 2, 4  # among the columns that `life.settle` takes
NAMES = [f"{kernel.py_func.__module__.split('.')[-1]}.{kernel.__name__}" for kernel, _ in KERNELS]


@pytest.fixture(scope="module")
def places():
    graph = nx.path_graph(3)
    nx.set_node_attributes(graph, {0: 700, 1: 1500, 2: 400}, "population")
    return sim.load_territory(graph)


@pytest.fixture(scope="module")
def calls(places, parameters):
    """Every call of every kernel in a run, by name."""
    later = Change("form.closure", MONTHS // 2, None, "value", 1.0)  # residents pay policies, then other public lines
    chosen = parameters.with_values(HARD_TIMES).with_changes([later])
    sim.World(places, chosen, seed=3).run(
        MONTHS // 2 + 1
    )  # compiles: a recorder cannot stand in a kernel that another one calls
    recorders = {}
    with pytest.MonkeyPatch.context() as patch:
        for module in (money, credit, persons, engagement, life, initial):
            for kernel, _ in KERNELS:
                if kernel.py_func.__module__ == module.__name__:
                    name = f"{module.__name__.split('.')[-1]}.{kernel.__name__}"
                    recorders[name] = Recorder(kernel)
                    recorders[name].listening = True
                    stand_in(patch, module, kernel.__name__, recorders[name])
        sim.World(places, chosen, seed=3, strict=True).run(MONTHS)
    return {name: recorder.calls for name, recorder in recorders.items()}


@pytest.mark.parametrize(("name", "pair"), list(zip(NAMES, KERNELS, strict=True)), ids=NAMES)
def test_every_month_of_a_run_agrees_with_the_twin(calls, name, pair):
    kernel, twin = pair
    assert calls[name], "the run never called it"
    for arguments in calls[name][:2] + calls[name][-2:]:
        agree(kernel, twin, arguments)


def test_the_run_met_every_branch(calls):
    """Losses and estates, births refused and made, luck on both sides: else the agreement above says little."""
    left = np.concatenate([organisations[CASH][rows[:n]] for rows, organisations, *_, n in calls["life.settle"]])
    losses, estates = (left < 0).sum(), (left > 0).sum()
    births = sum(int(a[-1] - a[-2]) for a in calls["life.grow_up"])
    assert losses > 0 and estates > 0 and births > 20
    assert any((a[5] < 0).any() for a in calls["money.spend"]), "nobody was ever in the red"
    assert any(a[0].any() for a in calls["money.levy"]) and any(a[0].any() for a in calls["money.cut_outlays"])


def test_without_a_bank_the_outside_bears_losses(calls):
    found = (a for a in calls["life.settle"] if (a[1][CASH][a[0][: a[-1]]] < 0).any())
    rows, organisations, _, banks, territories, _, n = arguments = copied(next(found))
    for start, stop in banks:
        organisations[ALIVE][start:stop] = 0
    _, after, _, _, (_, flow, *_), (_, losses, *_), _ = agree(life.settle, naive.life.settle, arguments)
    moved = (flow - territories[1]).reshape(-1, 8, 8)
    assert losses.any() and (moved[:, 7, :7] == losses).all()
    stay = np.setdiff1d(np.arange(organisations[CASH].size), rows[:n])
    assert (after[CASH][stay] == organisations[CASH][stay]).all()


def test_where_nobody_lives_money_waits(calls):
    arguments = copied(calls["money.pay"][5])
    segments, alive, market = arguments[0], arguments[1], arguments[-3]
    alive[segments[6, 1, 0] : segments[6, 1, 1]] = 0
    after = agree(money.pay, naive.money.pay, arguments)
    assert market[1, 6] > 0
    assert after[-3][1, 6] == market[1, 6]


@pytest.mark.parametrize("sd", [0.0, 0.4])
@pytest.mark.parametrize("amount", [0, 1, 10**9 + 7, -(10**6)])
@pytest.mark.parametrize(("living", "free"), [
    (0, 0), (0, 700), (1, 0), (1, 700), (BLOCK - 1, 0), (BLOCK, 0), (BLOCK, 1), (BLOCK + 1, BLOCK), (700, 0),
    (700, 300),
])  # fmt: skip
def test_rows_paid_in_blocks_are_paid_as_one_segment(living, free, amount, sd):
    """To the cent and the bit as if all weights were known before the first cent is cut; free rows come last."""
    chosen = np.random.default_rng(living + free)
    n = living + free + 2  # a row of others on both sides
    alive, base = (chosen.random(n) < 0.9).astype(np.uint8), chosen.integers(0, 10**8, n)
    alive[living + 1 : -1], alive[1 : min(2, living + 1)] = 0, 1
    luck, drawn = chosen.normal(size=n).astype(np.float32), chosen.integers(0, 2**18 - 4, n).astype(np.uint32)
    segments, market = np.zeros((7, 1, 2), np.int64), np.full((1, 8), amount)
    segments[2], segments[3:] = [1, n - 1], n - 1
    income, cash, residents = np.full(n, -7), np.arange(n), tuple(np.zeros((3, 10), np.int64))

    weight, lucky, parts = np.zeros(n), luck.copy(), income.copy()
    if sd:
        money.weigh_luck(1, n - 1, alive, base, lucky, sd, 0.9, drawn, weight[1:])
    else:
        money.weigh_size(1, n - 1, alive, base, lucky, weight[1:])
    left = split.by_running_weight(amount, weight, 1, n - 1, parts)

    money.pay(segments, alive, base, luck, sd, 0.9, drawn, income, cash, residents, market, 2, 3)
    assert (income == parts).all() and luck.tobytes() == lucky.tobytes()
    assert (cash[1:-1] == np.arange(1, n - 1) + parts[1:-1]).all() and (cash[[0, -1]] == [0, n - 1]).all()
    assert market[0, 2] == left == (0 if living else amount) == amount - income[1:-1].sum()


def test_residents_without_money_found_nothing(calls):
    arguments = list(copied(next(a for a in calls["life.be_born"] if a[1].any())))
    arguments[-6][1][:] = 0  # what residents hold
    after = agree(life.be_born, naive.life.be_born, tuple(arguments))
    assert not after[-3].any()


def test_a_full_segment_is_said(calls):
    arguments = list(copied(calls["life.list_births"][0]))
    arguments[2][:] = 1  # everybody lives
    arguments[6] = np.full(7, 1.0)
    *_, out, count, _, _, _, _ = agree(life.list_births, naive.life.list_births, tuple(arguments))
    assert count.min() == -1
    packed = arguments[0], count, out
    assert life.pack_births(*copied(packed)) == naive.life.pack_births(*plain(packed)) < 0


# One number at a time


@SETTINGS
@given(st.integers(0, 2**61), st.integers(0, 7), st.integers(0, 2**20 - 1), st.integers(0, 255))
def test_identity(ident, model, ordinal, births):
    place = ident % 2**30
    found = int(initial.identity(place, model, ordinal, births))
    assert found == naive.initial.identity(place, model, ordinal, births)
    assert found < 2**61
    assert (found >> 31, found >> 28 & 7, found >> 8 & (2**20 - 1), found & 255) == (place, model, ordinal, births)


@SETTINGS
@given(st.integers(-(10**12), 10**13), st.integers(0, 10**12), st.floats(0, 1), st.floats(0.25, 13))
def test_planned(cash, base, fixed_share, reserve):
    fixed = naive_money.nearest(fixed_share * base)
    rate = (1 - fixed_share) / (reserve + 1 - fixed_share)
    found = money.planned(cash, base, fixed, rate)
    assert found == naive.money.planned(cash, base, fixed, rate)
    assert found >= fixed >= 0
    normal = naive_money.nearest((reserve + 1) * base)
    assert money.planned(normal, base, fixed, rate) == pytest.approx(base, abs=2, rel=1e-12)


SHARES = st.lists(st.integers(0, 10**9), min_size=1, max_size=7).map(
    lambda cuts: np.diff([0, *sorted(cuts), 10**9]).tolist()
)


@SETTINGS
@given(st.integers(0, 2**50), SHARES, st.integers(0, 335))
@example(100, [333_333_333, 333_333_333, 333_333_334], 0)
@example(2**50, [0, 10**9], 1)
@example(0, [500_000_000, 500_000_000], 1)
def test_cut(amount, share, month):
    found, expected = np.zeros((2, 8), np.int64), [[0] * 8, [0] * 8]
    money.cut(amount, np.array(share), 5, np.uint64(2**61 + 3), month, 8, *found)
    naive.money.cut(amount, share, 5, 2**61 + 3, month, 8, *expected)
    assert found.tolist() == expected
    out, received = found
    assert out.sum() == amount and out.min() >= 0
    assert (received[:7] == out[:7]).all() and received[7] == 0, "the outside keeps its part"


def test_thirds_favour_nobody():
    """100 cents in thirds: 34/33/33 by keyed tie-break, always 100; over many splits each gets a third."""
    third = np.array([333_333_333, 333_333_333, 333_333_333, 1])
    total = np.zeros(4, np.int64)
    splits = 20_000
    for k in range(splits):
        out, received = np.zeros((2, 4), np.int64)
        money.cut(100, third, 1, np.uint64(2**61 + k), k % 336, 0, out, received)
        assert sorted(out[:3].tolist()) == [33, 33, 34]
        total += out
    extra = total[:3] - 33 * splits
    assert np.abs(extra - splits / 3).max() < 3 * math.sqrt(splits * (1 / 3) * (2 / 3))


def test_own_luck_is_standard():
    words = first, _, total = tuple(np.zeros(50_000, np.uint32) for _ in range(3))
    chance.blocks(7, np.arange(50_000, dtype=np.uint64), d.EACH_MONTH, words, 3, 0, 50_000)
    draws = np.array([money.luck_of(word) for word in total])
    assert abs(draws.mean()) < 4 / math.sqrt(draws.size)
    assert draws.std() == pytest.approx(1, abs=0.015)
    assert np.abs(draws).max() <= 2 * math.sqrt(3)
    assert abs(np.corrcoef(draws, first)[0, 1]) < 4 / math.sqrt(draws.size), "words of one block are independent"
    assert [naive.money.luck_of(word) for word in total[:50].tolist()] == pytest.approx(draws[:50].tolist(), abs=1e-12)


@SETTINGS
@given(st.integers(0, 6), st.integers(0, 3), st.integers(0, 10**12))
def test_staff_of(model, size, base):
    staff = np.linspace(0, 3e-6, 28).reshape(7, 4)
    found = initial.staff_of(model, size, base, staff)
    assert found == naive.initial.staff_of(model, size, base, staff.tolist())
    normal = initial.by_size(model, staff)
    assert normal == naive.initial.by_size(model, staff.tolist())
    assert found == initial.of_size(normal, size, base) == naive.initial.of_size(normal, size, base)


def test_traits_and_ties_of_one(calls):
    """What newborns draw, and all at the start, one at a time."""
    alive, uid, model, seed, traits, functions, t = calls["initial.draw_all"][0]
    row = int(np.flatnonzero(alive)[7])
    agree(initial.draw_traits, naive.initial.draw_traits, (row, uid, model, seed, traits, functions, t))
    uid, seed, alive, *rest = calls["initial.meet_all"][0]
    agree(initial.meet_first, naive.initial.meet_first, (row, uid, seed, alive, *rest))


@SETTINGS
@given(st.dictionaries(st.integers(0, 9), st.integers(0, 3)), st.dictionaries(st.integers(0, 9), st.integers(1, 9)))
@example({}, {})
@example({0: 1, 9: 2}, {0: 5, 4: 6, 9: 7})
@example({4: 1}, {0: 5, 9: 7})
def test_loans_stay_in_order_of_rows(owed, lent):
    columns = tuple(np.zeros(12, kind) for kind in (np.int32, np.int64, np.int64))
    for at, i in enumerate(sorted(owed)):
        columns[0][at], columns[1][at], columns[2][at] = i, owed[i], at
    rows = np.array(sorted(lent), np.int64)
    cents = np.array([lent[i] for i in sorted(lent)], np.int64)
    arrays = agree(credit.owe, naive.credit.owe, (*columns, len(owed), rows, cents, len(lent)))
    assert arrays[0][: len(owed | lent)].tolist() == sorted(owed | lent)
    agree(credit.forget, naive.credit.forget, (*arrays[:3], len(owed | lent)))
