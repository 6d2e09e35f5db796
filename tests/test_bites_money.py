"""Mechanisms of money: what each moves when it is on, that it moves nothing when off, and laws with known answers."""

import math

import numpy as np
import pytest
from numba import njit

import sim
from sim.agents import circuit, productive_economy, public_action
from sim.agents.base import ENGAGEMENT, FINANCE, PRODUCTIVE, PUBLIC
from sim.indicators import INDICATORS
from sim.kernels import chance, credit, engagement, money, policies, projects
from sim.kernels import decisions as d
from sim.record import Record
from tests import naive
from tests.compare import agree
from tests.conftest import village

MONTHS = 30
SHORT = {"money.income_sd": 0.4, "money.persistence": 0.9, "money.fixed_share": 0.9, "money.reserve": 0.5}  # of cash


def total(name):
    return lambda monthly: float(monthly[name].sum())


def hours_in_projects(monthly):
    return float(monthly["hours_solo"].sum() + monthly["hours_allied"].sum())


def patronage_granted(monthly):
    return float(monthly["grants_patronage_solo"].sum() + monthly["grants_patronage_allied"].sum())


def granted(monthly):
    return sum(float(monthly[f"grants_public_{who}"].sum()) for who in ("solo", "allied"))


def last(name):
    return lambda monthly: float(monthly[name][-1])


NO_CREDIT = {**SHORT, "finance.loans_refused": 1.0}
QUICK = {"projects.setup_months": 3.0, "projects.length_months": 12.0, "projects.start_rate": 0.5, "desire.mean": 0.3}
CONTRACT = {"fund.dose": 6.0, "fund.instrument": 3, **QUICK}
SCARCE = {**SHORT, **QUICK, "funders.share_patronage": 0.0002, "life.exit": 0.12, "life.entry": 0.03}
LENT, ORDERED = {"patronage.share": 0.02}, {"orders.shift": 0.2}
# mechanism: (what both runs share, what switches it on, metric, direction: up, down, moves)
MECHANISMS = {
    "persistent luck": ({**SHORT, "money.persistence": 0.0}, {"money.persistence": 0.9}, total("defaults"), "up"),
    "loans": ({**SHORT, "finance.credit_limit": 0.0}, {"finance.credit_limit": 3.0}, total("debt"), "up"),
    "loans keep organisations alive": (
        {**SHORT, "finance.credit_limit": 0.0}, {"finance.credit_limit": 6.0}, total("organisations"), "up",
    ),
    "interest": (SHORT, {"finance.rate": 0.1}, total("cash_financial"), "moves"),
    "time to pay back": (SHORT, {"finance.loan_months": 120.0}, total("debt"), "up"),
    "deposits bound loans": (SHORT, {"finance.deposits_lent": 0.0}, total("debt"), "down"),
    "cash after a loan": (SHORT, {"finance.in_hand": 3.0}, total("debt"), "moves"),
    "loans refused": (SHORT, {"finance.loans_refused": 1.0}, total("debt"), "down"),
    "volunteers instead of closing": ({**NO_CREDIT, "finance.fallback": 0}, {"finance.fallback": 1},
                                      total("without_staff"), "up"),
    "outlay of a volunteer model": (NO_CREDIT, {"finance.volunteer_share": 0.9}, total("cash_engagement"), "moves"),
    "time to a volunteer model": (NO_CREDIT, {"finance.volunteer_months": 1.0}, total("cash_engagement"), "moves"),
    "month of the budget": ({"money.public_drift": -0.02}, {"funders.budget_month": 6}, granted, "moves"),
    "grants decided once a year": ({}, {"funders.decisions": 1}, granted, "moves"),
    "consolidation": ({"money.public_drift": -0.02, "money.income_sd": 0.4}, {"funders.response": 1.0},
                      granted, "moves"),
    "expansion": ({"money.public_drift": -0.02, "money.income_sd": 0.4}, {"funders.response": -1.0},
                  granted, "moves"),
    "impact contract": ({"fund.dose": 6.0, **QUICK}, {"fund.instrument": 3}, total("contracts_reached"), "up"),
    "impact contract: investors pay first": ({"fund.dose": 6.0, **QUICK}, {"fund.instrument": 3}, total("invested"),
                                             "up"),
    "result asked": (CONTRACT, {"fund.target": 3.0}, total("contracts_reached"), "down"),
    "reward of investors": (CONTRACT, {"fund.reward": 0.9}, total("cash_financial"), "moves"),
    "branches follow staff": (SCARCE, {"heads.branch": 1.0}, patronage_granted, "moves"),
    "two heads of public action": ({"money.income_sd": 0.4}, {"heads.local": 1.0}, granted, "moves"),
    "general interest": (QUICK, {"heads.general_interest": 1.0}, total("value_solo"), "moves"),
    "civic service": ({}, {"civic.dose": 2.0}, total("hours_served"), "up"),
    "civic service reaches projects": ({}, {"civic.dose": 20.0}, hours_in_projects, "up"),
    "civic service paid by the State": ({"civic.dose": 2.0, "civic.payer": 0}, {"civic.payer": 1},
                                        total("paid_by_cut"), "up"),
    "a dearer indemnity": ({"civic.dose": 2.0}, {"civic.indemnity": 1200.0}, total("hours_served"), "down"),
    "longer service": ({"civic.dose": 2.0}, {"civic.hours": 150.0}, total("hours_served"), "up"),
    "skills patronage": ({}, {"patronage.share": 0.01}, total("hours_lent"), "up"),
    "skills patronage is paid by firms": ({"patronage.deduction": 0.0}, {"patronage.share": 0.02},
                                          total("cash_productive"), "moves"),
    "the State gives a part back": ({"patronage.share": 0.02, "patronage.deduction": 0.0}, {"patronage.deduction": 0.6},
                                    total("paid_by_cut"), "up"),
    "cost of an hour lent": (LENT, {"patronage.wage": 60.0}, total("paid_by_cut"), "up"),
    "hours of a full-time post": (LENT, {"patronage.full_time": 151.0}, total("hours_lent"), "up"),
    "from subsidies to orders": ({}, {"orders.shift": 0.2}, last("hours_bound"), "up"),
    "orders leave fewer hours to projects": ({"orders.price": 10.0}, {"orders.shift": 0.2}, hours_in_projects, "down"),
    "price of an hour ordered": (ORDERED, {"orders.price": 60.0}, last("hours_bound"), "down"),
    "subsidies that may move": (ORDERED, {"orders.subsidies": 0.05}, last("hours_bound"), "down"),
}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    """Return what a small place records under some values; each world is played once, in strict mode if asked."""
    place, done = village("a"), {}

    def of(values: dict, strict=False):
        key = (tuple(sorted(values.items())), strict)
        if key not in done:
            world = sim.World(place, sim.load_parameters().with_values(values), seed=1, strict=strict)
            record = Record(world, MONTHS)
            world.run(MONTHS, record)
            done[key] = record.tables()["monthly"], world
        return done[key]

    return of


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_switched_on_it_moves_what_it_declares(mechanism, results):
    base, change, metric, direction = MECHANISMS[mechanism]
    before, after = (metric(results(values)[0]) for values in (base, {**base, **change}))
    assert math.isfinite(before) and math.isfinite(after)
    moved = {"up": after > before, "down": after < before, "moves": after != before}[direction]
    assert moved, f"{mechanism}: {before} -> {after}"


# Off


def same(one, other) -> bool:
    return all(np.array_equal(one[name], other[name]) for name in one if name != "date")


def test_credit_that_lends_nothing_changes_nothing_to_the_bit(results):
    off = {**SHORT, "finance.credit_limit": 0.0}
    sleeping = {"finance.in_hand": 3.0, "finance.loan_months": 120.0, "finance.rate": 0.1, "finance.deposits_lent": 0.1}
    assert same(results(off)[0], results({**off, **sleeping})[0])
    assert not results(off)[0]["debt"].any()


def test_refusing_nobody_and_no_fallback_leave_staff_where_it_is(results):
    off = {**SHORT, "finance.fallback": 0}
    assert same(results(off)[0], results({**off, "finance.volunteer_share": 0.5, "finance.volunteer_months": 1.0})[0])
    assert not results(off)[0]["without_staff"].any()


def test_budgets_that_look_at_nothing_are_those_of_the_trend(results):
    steady = {"money.public_drift": 0.0}
    assert same(results(steady)[0], results({**steady, "funders.budget_month": 9, "funders.response": 0.0})[0])


def test_paid_engagement_that_nobody_pays_changes_nothing_to_the_bit(results):
    sleeping = {
        "civic.payer": 2, "civic.indemnity": 900.0, "civic.hours": 60.0, "patronage.wage": 60.0,
        "patronage.deduction": 0.1, "patronage.full_time": 110.0, "orders.subsidies": 1.0, "orders.price": 10.0,
    }  # fmt: skip
    assert same(results({})[0], results(sleeping)[0])
    assert not any(results({})[0][name].any() for name in ("hours_served", "hours_lent", "hours_bound"))


def test_a_fund_without_contracts_and_models_without_heads_change_nothing_to_the_bit(results):
    assert same(results({})[0], results({"fund.instrument": 3, "fund.target": 2.0, "fund.reward": 0.5})[0])
    assert not any(results({})[0][name].any() for name in ("invested", "contracts_reached", "contracts_missed"))


# Laws


def test_luck_without_persistence_is_the_luck_of_the_month():
    luck, weight = played(0.0, 40)
    expected = [
        money.luck_of(sum(int(w) >> 16 for w in words[2:]) + sum(int(w) % 2**16 for w in words[2:]))
        for words in (chance.block(3, 7, month, d.EACH_MONTH, 0) for month in range(40))
    ]
    assert luck == expected, "to the bit: the same draws as a model without persistence"
    assert weight == [100 * max(0.0, 1 + 0.2 * e) for e in expected]


@pytest.mark.parametrize("lasting", [0.5, 0.9, 0.95])
def test_persistence_keeps_the_variance_and_gives_the_autocorrelation(lasting):
    luck = np.array([played(lasting, 400, uid)[0] for uid in range(1, 200)])[:, 100:]
    assert luck.mean() == pytest.approx(0.0, abs=0.1)
    assert luck.std() == pytest.approx(1.0, abs=0.05)
    assert (luck[:, 1:] * luck[:, :-1]).mean() == pytest.approx(lasting, abs=0.05)


def played(lasting, months, uid=7):
    """Return the luck and the weight of one organisation, month after month."""
    alive, base, uids, luck = np.ones(1, np.uint8), np.array([100]), np.array([uid], np.uint64), np.zeros(1)
    lucks, weights, weight, words = [], [], np.zeros(1), tuple(np.zeros((3, 1), np.uint32))
    for month in range(months):
        chance.blocks(3, uids, d.EACH_MONTH, words, month, 0, 1)
        money.weigh_luck(0, 1, alive, base, luck, 0.2, lasting, words[2], weight)
        lucks.append(float(luck[0]))
        weights.append(float(weight[0]))
    return lucks, weights


def test_the_dead_leave_their_luck_behind(results):
    world = results(SHORT)[1]
    o = world.state.organisations
    circuit.earn(world)
    assert o.luck[o.alive == 1].any() and not o.luck[o.alive == 0].any()


def bank(cash, base=(100, 100, 50), alive=(1, 1, 1)):
    """Return the arguments of one place: a firm, an association, a bank."""
    segments = np.zeros((7, 1, 2), np.int64)
    segments[:, 0] = [[0, 0], [0, 0], [0, 1], [2, 3], [3, 3], [3, 3], [1, 2]]
    n = len(cash)
    return {
        "segments": segments, "alive": np.array(alive, np.uint8), "base": np.array(base, np.int64),
        "uid": np.arange(1, n + 1, dtype=np.uint64), "cash": np.array(cash, np.int64),
        **{name: np.zeros(n, np.int64) for name in ("outlay", "settled", "given", "room", "part")},
        "savings": np.full(10, 1000), "flow": np.zeros((1, 64), np.int64), "weight": np.zeros(n), "seed": 1,
        "model": np.array([2, 6, 3], np.uint8), "territory": np.zeros(n, np.uint16), "first": 0, "last": 1,
        **{name: np.zeros(1, np.int64) for name in ("owed", "lent", "paid")}, "askers": np.zeros((7, 1), np.int64),
        "loans": (np.arange(2, dtype=np.int32), *np.zeros((2, 2), np.int64)),
    }  # fmt: skip


LEND = ("segments", "alive", "base", "uid", "savings", "owed", "terms", "seed", "askers", "given", "room", "part",
        "cash", "settled", "flow", "lent", "loans", "first", "last")  # fmt: skip
REPAY = ("segments", "model", "territory", "alive", "base", "months", "rate", "weight", "part", "paid", "cash",
         "outlay", "settled", "flow", "loans")  # fmt: skip


def test_a_loan_fills_the_gap_and_half_a_month_and_a_bank_pays_it():
    a = bank([-40, 500, 1000])
    credit.lend(*({**a, "terms": (1.5, 0.5, 0.8, 0.0)}[k] for k in LEND))
    assert a["cash"].tolist() == [50, 500, 910]
    assert a["given"].tolist() == [90, 0, 0] and a["lent"][0] == 90
    assert a["flow"][0, FINANCE * 8 + 2] == 90
    assert a["settled"].tolist() == [0, 0, -90]


def test_nobody_owes_more_than_the_limit_nor_banks_lend_more_than_they_hold_or_may():
    a = bank([-400, -400, 1000])
    credit.lend(*({**a, "terms": (1.5, 0.5, 0.8, 0.0)}[k] for k in LEND))
    assert a["given"].tolist() == [150, 150, 0], "the limit"
    a = bank([-400, -400, 150])
    credit.lend(*({**a, "terms": (1.5, 0.5, 0.8, 0.0)}[k] for k in LEND))
    assert a["given"].tolist() == [50, 50, 0], "a month of its outlay stays in the bank"
    a = bank([-400, -400, 1000])
    credit.lend(*({**a, "terms": (1.5, 0.5, 0.01, 0.0)}[k] for k in LEND))
    assert a["given"].tolist() == [50, 50, 0], "1 % of 10,000 deposited"
    a = bank([-400, -400, 1000])
    credit.lend(*({**a, "terms": (1.5, 0.5, 0.8, 1.0)}[k] for k in LEND))
    assert not a["given"].any(), "refused"
    a = bank([-400, -400, 1000])
    a["loans"][1][:] = 149, 100
    credit.lend(*({**a, "terms": (1.5, 0.5, 0.8, 0.0)}[k] for k in LEND))
    assert a["given"].tolist() == [1, 50, 0], "the limit, less what they owe"


def test_a_debt_is_paid_back_with_interest_and_fades():
    """Known answer: 2,400 owed over 24 months at 1 % a month: 24 of interest and 100 of principal, then 2,300 owed."""
    a = bank([5000, 0, 0])
    _, debt, borrowed = a["loans"]
    debt[0] = 2400
    arguments = {**a, "months": 24.0, "rate": 0.01}
    credit.repay(*(arguments[k] for k in REPAY))
    assert (debt[0], borrowed[0], a["outlay"][0], a["cash"][0], a["cash"][2]) == (2300, -100, 24, 4876, 124)
    assert a["flow"][0, 2 * 8 + FINANCE] == 124
    for _ in range(600):
        credit.repay(*(arguments[k] for k in REPAY))
    assert debt[0] == 0, "paid back to the last cent"
    assert a["cash"].sum() == 5000


def test_who_bears_a_default():
    """An organisation that closes pays its loan first; what is missing is lost by the bank, and no money moves."""
    for held, paid, lost in ((500, 300, 0), (200, 200, 100), (-50, 0, 300)):
        a = bank([held, 0, 0])
        _, debt, borrowed = a["loans"]
        debt[0] = 300
        unpaid, red = np.zeros(1, np.int64), np.zeros(3, np.uint8)
        credit.settle_debts(
            np.array([0]), a["segments"], a["model"], a["territory"], a["alive"], a["base"], a["weight"], a["part"],
            a["cash"], a["settled"], red, a["flow"], unpaid, a["loans"], 1,
        )  # fmt: skip
        assert (borrowed[0], a["settled"][0], unpaid[0], debt[0]) == (-300, lost, lost, 0)
        assert a["settled"][2] == paid and red.tolist() == [int(lost > 0), 0, 0]
        assert a["cash"].tolist() == [held - paid, 0, paid]


def test_the_documented_case_goes_from_685_to_150_in_nine_months():
    """All staff leave at once; in nine months the outlay is 22 % of what it was; a newborn of the row is whole."""
    a = bank([0, -1, 0], base=(100, 685_000, 50))
    fte = np.array([0, 10_000, 0])
    hired, free = np.zeros(3, np.int64), np.zeros(1, np.int64)
    lean, full = np.zeros(3, np.uint8), np.zeros(3, np.float32)
    terms = (1, 1.0, 1.0, 0.22, 9.0)

    def month():
        credit.let_staff_go(
            a["segments"][ENGAGEMENT], a["alive"], a["uid"], terms, 1, a["base"], a["cash"], fte, hired, free,
            lean, full, 0, 1,
        )  # fmt: skip

    month()
    assert (fte[1], hired[1], free[0], a["base"][1]) == (0, -10_000, 10_000, 685_000)
    assert money.falls_due(a["base"][1], full[1], 0.6, 0.22) == 90_420
    outlays = []
    for _ in range(12):
        month()
        outlays.append(int(a["base"][1]))
    assert outlays[8:] == [150_700] * 4 and outlays == sorted(outlays, reverse=True)
    a["alive"][1] = 0
    month()
    assert (a["base"][1], lean[1], full[1]) == (685_000, 0, 0)
    assert money.falls_due(a["base"][1], full[1], 0.6, 0.22) == 411_000


def test_accounts_hold_when_many_borrow_fail_and_let_staff_go(results):
    monthly, world = results({**SHORT, "finance.loans_refused": 0.5}, strict=True)
    assert monthly["defaults"].sum() > 0 and monthly["unpaid"].sum() > 0
    assert monthly["without_staff"].max() > 0 and monthly["debt"].max() > 0
    o = world.state.organisations
    assert not o.fte[(o.lean > 0) & (o.alive == 1)].any(), "nobody is hired again"


def test_credit_agrees_with_its_plain_twin():
    rng = np.random.default_rng(5)
    for k in range(40):
        a = bank(rng.integers(-900, 3000, 3), base=rng.integers(1, 500, 3), alive=rng.integers(0, 2, 3))
        a["loans"][1][:] = rng.integers(0, 400, 2) * a["alive"][:2]
        a["owed"][:] = a["loans"][1].sum()
        a["cash"] *= a["alive"]
        lending = {**a, "terms": (rng.uniform(0, 6), rng.uniform(0, 2), rng.uniform(0, 0.2), 0.3 * (k % 2)), "seed": k}
        agree(credit.lend, naive.credit.lend, tuple(lending[name] for name in LEND))
        paying = {**a, "months": rng.uniform(6, 60), "rate": rng.uniform(0, 0.01)}
        agree(credit.repay, naive.credit.repay, tuple(paying[name] for name in REPAY))
        banks = (a["segments"][FINANCE], a["alive"], a["base"], a["weight"], a["part"], a["cash"], a["settled"])
        agree(credit.pay_banks, naive.credit.pay_banks, (0, int(rng.integers(1, 900)), *banks))


def test_loans_keep_the_order_of_rows_and_are_forgotten_when_paid(world):
    s = world.state
    for rows, cents in (([7, 40], [5, 6]), ([3, 7, 90], [1, 2, 3])):
        s.owe(np.array(rows), np.array(cents))
    assert s.loans.holder.tolist() == [3, 7, 40, 90]
    assert s.loans.debt.tolist() == s.loans.borrowed.tolist() == [1, 7, 6, 3]
    assert [credit.loan_of(i, s.loans.holder) for i in (0, 3, 7, 39, 40, 90, 91)] == [-1, 0, 1, -1, 2, 3, -1]
    s.loans.debt[[0, 2]] = 0
    s.forget_loans()
    assert (s.loans.holder.tolist(), s.loans.debt.tolist()) == ([7, 90], [7, 3]) and not s.loans.borrowed.any()


@pytest.fixture
def world():
    return sim.World(village("a"), sim.load_parameters(), seed=1)


@pytest.mark.parametrize(("response", "cash", "expected"), [
    (0.0, 0.5, 1.0), (1.0, 1.0, 1.0), (1.0, 0.8, 0.8), (-1.0, 0.8, 1.2), (1.0, 0.1, 0.5), (0.5, 1.2, 1.1),
])  # fmt: skip
def test_budgets_consolidate_or_expand_with_public_cash(world, response, cash, expected):
    o = world.state.organisations
    public = (o.model == PUBLIC) & (o.alive == 1)
    o.cash[public] = cash * (float(world.values["money.reserve"]) + 1) * o.base[public]
    world.values = {**world.values, "funders.response": response}
    assert public_action.stance(world) == pytest.approx([expected], abs=1e-6)


def test_budgets_are_set_once_a_year_and_grants_decided_in_their_months(world):
    world.values = {**world.values, "money.public_drift": -0.02, "funders.budget_month": 4, "funders.decisions": 4}
    efforts, filled = [], []
    for world.month in range(24):
        world.state.territories.fund[:] = 0
        world.ledger.open(world.month)
        public_action.fill_fund(world)
        efforts.append(float(world.state.territories.effort[0]))
        filled.append(bool(world.state.territories.fund[0, 0]))
    assert efforts[0] == 1.0 and efforts[15] == pytest.approx(0.98 ** (15 / 12))
    assert len(set(efforts)) == 3, "January of the start, then two Aprils"
    assert [m for m in range(24) if filled[m]] == [0, 3, 6, 9, 12, 15, 18, 21]


def test_a_year_of_grants_is_the_same_money_however_often_it_is_decided(world):
    got = []
    for decisions in (1, 2, 4, 6, 12):
        world.values = {**world.values, "funders.decisions": decisions, "money.public_drift": 0.0}
        paid = 0
        world.state.organisations.cash[:] = 10**12
        for world.month in range(12):
            world.state.territories.fund[:] = 0
            public_action.fill_fund(world)
            paid += int(world.state.territories.fund[:, 0].sum())
        got.append(paid)
    assert got == pytest.approx([got[0]] * 5, rel=1e-3)


def test_staff_lent_is_paid_by_its_firm_and_the_state_gives_its_part_back():
    """Known answer: 1 % of ten full-time posts of 100 hours are 10 hours, at 30 euros 300; six tenths come back."""
    a = bank([50_000, 0, 9_000])
    a["segments"][2, 0], a["segments"][6, 0] = [0, 1], [1, 2]
    fte, market = np.array([10_000, 5_000, 5_000]), np.zeros((1, 8), np.int64)
    outlay, lent, cost, part = np.zeros((4, 3), np.int64)
    due, flow = np.zeros(1, np.int64), a["flow"]
    arguments = (a["segments"], a["alive"], fte, (0.01, 100.0, 3000.0, 0.6), a["cash"], outlay, lent, cost, due)
    engagement.lend_staff(*arguments, market, flow)
    assert (lent.tolist(), cost[0], due[0], a["cash"][0]) == ([10, 0, 0], 30_000, 18_000, 20_000)
    assert market[0, 1] == flow[0, 2 * 8 + 1] == 30_000
    engagement.give_back(due, a["segments"][2], cost, part, a["cash"], outlay, flow)
    assert (a["cash"][0], outlay[0], flow[0, 2]) == (38_000, 12_000, 18_000)
    engagement.lend_staff(*arguments, market, flow)
    assert lent[0] == 10 and a["cash"][0] == 8_000
    engagement.lend_staff(*arguments, market, flow)
    assert lent[0] == 0 and a["cash"][0] == 8_000, "who has not the cash lends nobody"
    a["cash"][0], a["alive"][1] = 50_000, 0
    engagement.lend_staff(*arguments, market, flow)
    assert lent[0] == 0, "nobody is lent where no association lives"


def test_orders_are_paid_for_work_and_bind_volunteers():
    """Known answer: two associations, 100 hours of staff and 100 of volunteers, 50 hours of volunteers; 30 euros."""
    segment, alive, fte = np.array([[0, 3]]), np.array([1, 1, 1], np.uint8), np.array([1000, 0, 0])
    hours, part, room, income, cash, bound = np.array([[100, 50, 0], *[[0] * 3] * 5])
    for due, paid, left in ((600_000, [480_000, 120_000, 0], 0), (900_000, [600_000, 150_000, 0], 150_000)):
        owed = np.array([due])
        income[:], cash[:], bound[:] = 0, 0, 0
        engagement.pay_orders(
            owed, segment, alive, fte, (100.0, 3000.0), hours, bound, np.zeros(3), room, part, income, cash
        )
        assert (cash.tolist(), owed[0]) == (paid, left), "in proportion to work, and never beyond it"
        assert income.tolist() == paid
    assert bound.tolist() == [100, 50, 0], "all volunteers are busy"
    mine = hours.copy()
    engagement.bind(mine, bound)
    assert not mine.any() and bound.tolist() == [100, 50, 0]


def test_paid_engagement_balances_and_hours_come_from_somewhere(results):
    monthly, world = results({"civic.dose": 3.0, "patronage.share": 0.02, "orders.shift": 0.2}, strict=True)
    per_hour = 100 * world.values["civic.indemnity"] / world.values["civic.hours"]
    assert monthly["hours_served"] == pytest.approx(np.floor(monthly["purse_civic"] / per_hour), abs=1)
    o, c = world.state.organisations, world.state.cohorts
    assert o.hours.sum() + o.hours_engaged[o.model == ENGAGEMENT].sum() == (
        c.hours_given.sum() + c.hours_served.sum() + o.hours_engaged[o.model == PRODUCTIVE].sum()
    )
    plain = results({})[0]
    assert np.array_equal(plain["hours_given"][:1], monthly["hours_given"][:1]), "volunteers give as before"


@pytest.mark.parametrize(("delivered", "state", "purse", "paid"), [
    (900.0, 1, 5000, 1100), (899.0, 1, 5000, 0), (900.0, 1, 700, 700), (5000.0, 2, 5000, 0),
])  # fmt: skip
def test_an_impact_contract_pays_for_what_was_delivered_and_for_nothing_else(delivered, state, purse, paid):
    """Known answer: 1,000 put in for 100 a month in ten months; nine tenths of it are asked, a tenth more is paid."""
    a, one = bank([0, 0, 50]), np.array([1])
    contract, held, flow = np.array([1000]), np.array([purse]), np.zeros((1, 8, 8), np.int64)
    counts, totals = np.zeros((2, 8), np.int64), np.zeros((1, 2, 11))
    counts[1, projects.GRANTS + 1] = 1000
    reached, missed = np.zeros((2, 1), np.int64)

    def settle(step):
        table = (np.array([state]), np.array([step]), one, np.zeros(1, np.int32), np.array([10]), np.array([100.0]),
                 np.array([delivered]), contract)  # fmt: skip
        investors = (a["segments"][FINANCE], a["alive"], a["base"], a["weight"], a["part"], a["cash"], a["settled"])
        policies.settle_contracts(
            np.array([0]), table, (0.9, 0.1), investors, one, counts, held, flow, totals, reached, missed
        )

    if state == 1:
        settle(5)
        assert contract[0] == 1000, "nothing is settled while the project works"
    settle(6)
    assert (contract[0], a["cash"][2], held[0], flow[0, 0, 3]) == (0, 50 + paid, purse - paid, paid)
    assert (reached[0], missed[0]) == (int(paid > 0), int(paid == 0))
    assert counts[1, projects.GRANTS : projects.GRANTS + 3].tolist() == [paid, 1000 - min(paid, 1000), 0]


def test_investors_never_put_in_more_than_they_hold_nor_than_public_action_can_settle():
    """Known answers: a bank with 1,000 beyond a month; a purse of 660 settles 600 with a tenth more, 200 are bound."""
    a = bank([0, 0, 1050])
    for purse, contracts, able in ((660, [200], 400), (9_900, [0], 1000), (110, [500], 0)):
        out, room = np.zeros(1, np.int64), np.zeros(3, np.int64)
        policies.able_to_invest(
            a["segments"][FINANCE], a["alive"], a["base"], a["cash"], np.zeros(1, np.int32), np.array(contracts),
            np.array([purse]), 0.1, room, out,
        )  # fmt: skip
        assert out[0] == able


def test_no_impact_contract_is_forgotten():
    """Also those of projects that end early, and leave their row, after the months of the inception cohort."""
    values = sim.load_parameters().with_values({**CONTRACT, "fund.instrument": 3, "projects.exit_hazard": 0.1})
    world = sim.World(sim.load_territory("synthetic:1"), values, seed=1)
    p, signed, settled = world.state.projects, set(), 0
    for _ in range(40):
        world.step()
        settled += int(world.work.reached.sum() + world.work.missed.sum())
        signed |= set(p.uid[p.contract > 0].tolist())
    assert settled > 0 and settled == len(signed) - np.count_nonzero(p.contract)


def test_impact_contracts_balance_to_the_cent(results):
    monthly, world = results({**CONTRACT, "fund.target": 1.0}, strict=True)
    assert monthly["contracts_reached"].sum() > 0 and monthly["contracts_missed"].sum() > 0
    assert monthly["invested"].max() > 0 and (world.state.projects.contract >= 0).all()


def test_each_head_of_public_action_looks_at_its_own_cash(world):
    """Known answer: only local authorities are short, by a fifth; they answer, the State does not."""
    o, reserve = world.state.organisations, float(world.values["money.reserve"])
    public, local = (o.model == PUBLIC) & (o.alive == 1), o.size <= public_action.LOCAL[1]
    o.cash[public] = (reserve + 1) * o.base[public]
    o.cash[public & local] = 0.8 * (reserve + 1) * o.base[public & local]
    part = o.base[public & local].sum() / o.base[public].sum()
    world.values = {**world.values, "heads.local": 1.0}
    assert public_action.stance(world) == pytest.approx([1.0 - 0.2 * part], abs=1e-6)
    world.values = {**world.values, "heads.local": -1.0, "funders.response": 1.0}
    assert public_action.stance(world) == pytest.approx([1.0], abs=1e-6)


def test_money_of_branches_follows_the_staff_of_firms(world):
    o = world.state.organisations
    world.values = {**world.values, "heads.branch": 0.5}
    assert productive_economy.by_branches(world) == pytest.approx([1.0])
    o.fte[o.model == PRODUCTIVE] = o.fte[o.model == PRODUCTIVE] // 2
    assert productive_economy.by_branches(world) == pytest.approx([0.75], abs=1e-3)


def test_associations_of_general_interest_go_where_need_is_greater(results):
    """Known answer: with all of them so, every project that an association opens answers the more felt of its two."""
    for share, always in ((0.0, False), (1.0, True)):
        values = {"heads.general_interest": share, "projects.start_rate": 0.5}
        world = sim.World(village("a"), sim.load_parameters().with_values(values), seed=1)
        o, p, opened = world.state.organisations, world.state.projects, []
        for month in range(6):
            world.step()
            felt = world.state.territories.felt[0]
            rows = np.flatnonzero((p.state == 1) & (p.started == month))
            mine = rows[o.model[p.founder[rows]] == ENGAGEMENT]
            most = np.maximum(felt[o.domain], felt[o.domain_second])[p.founder[mine]]
            opened += (felt[p.domain[mine]] == most).tolist()
        assert len(opened) > 10 and all(opened) == always


def test_volunteer_hours_have_a_value_beside_the_accounts(results):
    tables = {"monthly": results({})[0]}
    value = {i.name: i for i in INDICATORS}["hours_value"]
    hours = int(tables["monthly"]["hours_given"][:18].sum())
    assert [value.compute(tables, 18, wage) for wage in (0.0, 12.0, 25.0)] == [0.0, 12.0 * hours, 25.0 * hours]


@njit
def ruined(walkers, months, pool, reserve, drift, sd):
    """Return the share of pools whose mean cash ever falls below nothing, walked on the keyed chance of the model."""
    lost = 0
    for walker in range(walkers):
        held = reserve
        for month in range(months):
            for one in range(pool):
                held += (drift + sd * chance.normal(9, walker * pool + one, month, 30, 0)) / pool
            if held < 0.0:
                lost += 1
                break
    return lost / walkers


def test_ruin_of_one_and_of_a_pool_of_three():
    """Known answers: drift 0.05, sd 0.6, reserve 6: ever ruined 0.171 month by month, 0.189 without steps.

    Three that put their cash together: 0.0067 without steps, a little less month by month.
    """
    assert math.exp(-2 * 0.05 * 6 / 0.6**2) == pytest.approx(0.189, abs=5e-4)
    assert math.exp(-2 * 0.05 * 6 / (0.6**2 / 3)) == pytest.approx(0.0067, abs=5e-5)
    alone, together = ruined(8000, 1000, 1, 6.0, 0.05, 0.6), ruined(8000, 1000, 3, 6.0, 0.05, 0.6)
    assert alone == pytest.approx(0.171, abs=0.013), "three standard errors"
    assert 0.003 < together < 0.0067 + 0.003
