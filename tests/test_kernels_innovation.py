"""Innovation: its kernels agree with their twins on tables drawn at random, and keep laws whose answer is known."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.alliances.innovation import course, in_force, lands, phase_weights
from sim.kernels import innovation as kernel
from sim.kernels import projects
from sim.kernels.terms import as_record
from tests import naive
from tests.compare import agree, copied, seated

SETTINGS = settings(deadline=None, derandomize=True, max_examples=40)
VALUES = sim.load_parameters().values()
USUAL, WEIGHTS = course(VALUES), phase_weights(VALUES)
SURE = USUAL._replace(gate=1.0, solution=1.0, functioning=1.0, model=1.0, payer_most=1.0, risk=(0.0, 0.0, 0.0))
LIVELY = USUAL._replace(
    months=(3.0, 2.0, 2.0), risk=(0.2, 0.1, 0.1), adoption=0.7, near=0.5, size=0.5, prestige=0.3, settled=2, story=0.4,
    evaluation=0.05, mismatch=0.3, by_months=0.4, by_gate=-0.3, by_fit=0.2, by_cost=0.5, support=50_000,
)  # fmt: skip
DOMAINS, PLACES = 16, 4


class Table:
    """Projects drawn at random, with members, in a few places in a row."""

    def __init__(self, seed, rows=80, places=PLACES):
        numbers = np.random.default_rng(seed)

        def column(dtype, most, least=0):
            return numbers.integers(least, most, rows, endpoint=True).astype(dtype)

        self.rows, self.row = rows, np.arange(rows, dtype=np.int32)
        self.uid = np.sort(numbers.choice(10**9, rows, replace=False)).astype(np.uint64) + np.uint64(2**62)
        self.state, self.kind = column(np.uint8, 2), column(np.uint8, 2, 1)
        self.state[numbers.random(rows) < 0.5] = 1
        self.step = np.where(numbers.random(rows) < 0.8, 5, column(np.uint8, 6)).astype(np.uint8)
        self.territory, self.domain = column(np.int32, places - 1), column(np.uint8, 2)
        self.started, self.length = column(np.int32, 20, 16), column(np.int16, 40)
        self.strategy, self.phase, self.left = column(np.uint8, 3), column(np.uint8, 3), column(np.int16, 3)
        self.gates, self.aside = column(np.uint8, 7), column(np.uint8, 1)
        self.fit, self.first = numbers.random((2, rows)) + 0.5
        self.weight = numbers.dirichlet(np.ones(5), rows).astype(np.float32)
        self.dirty, self.end = np.zeros((2, rows), np.uint8)
        self.implemented = column(np.int32, 10, -1)
        self.end_month = np.where(self.state == 1, -1, column(np.int32, 18, 16)).astype(np.int32)
        self.members = column(np.uint8, 4)
        member = numbers.integers(0, 30, (rows, 8)).astype(np.int32)
        self.seat, self.member, self.effort = seated(self.members, member, numbers.integers(0, 9999, (rows, 8)))
        self.main_function = numbers.integers(0, 5, 30).astype(np.uint8)
        self.org_territory = numbers.integers(0, places, 30).astype(np.int32)
        self.value, self.alone = numbers.random((2, rows)) * 1000
        self.life = np.arange(rows, 0, -1).astype(np.int32)  # what each has had since the start
        self.counts = numbers.integers(0, 10**5, (rows + 1, 8))
        self.counts[1:, projects.OWN] = column(np.int64, 10**6, -10)
        self.support = np.where(numbers.random(rows) < 0.5, 50_000, 0)
        self.stories = np.floor(numbers.random((places, DOMAINS)) * 4)
        self.felt = numbers.normal(size=(places, DOMAINS))
        known = (self.phase > 0) & (numbers.random(rows) < 0.3)
        self.origin = np.where(known, numbers.choice(self.uid, rows), 0).astype(np.uint64)
        self.home = np.where(known, column(np.int32, places - 1), 0).astype(np.int32)
        self.adoptions, self.deployed = column(np.int32, 5), (numbers.random(rows) < 0.2).astype(np.uint8)
        self.abroad = column(np.int16, 9)
        self.classes = numbers.integers(0, 4, places)
        self.near = _in_a_row(places)
        self.lands = lands(self.near)
        self.tally, self.out = np.zeros((places, 9), np.int64), np.zeros(rows, np.int64)
        self.listed = np.zeros(rows, np.int64)
        living = np.flatnonzero((self.kind == 2) & ((self.state == 1) | (self.end_month == 17)))
        self.n = living.size
        self.listed[: self.n] = living

    def begin(self, c, month=17):
        return (
            (self.state, self.uid, self.territory, self.domain, self.kind, self.started, self.length, self.strategy,
             self.left, self.aside, self.fit, self.first, self.weight, self.dirty, self.row),
            self.felt, self.stories, np.array([0.1, 0.2, 0.3, 0.4]), WEIGHTS, 5, month, as_record(c),
            self.listed, 0, self.rows,
        )  # fmt: skip

    def cross(self, c, month=17):
        return (
            self.listed,
            (self.state, self.uid, self.territory, self.domain, self.step, self.implemented, self.end, self.end_month,
             self.strategy, self.phase, self.left, self.gates, self.origin, self.aside, self.fit, self.first,
             self.weight, self.dirty, self.value, self.alone, self.row),
            (self.members, self.seat, self.member, self.effort, self.main_function, self.org_territory),
            (self.life, self.counts), self.support, self.stories, WEIGHTS, self.out, 5, month, as_record(c),
            month % 2 == 1, self.tally, 0, self.n,
        )  # fmt: skip

    def tell(self, c):
        return (
            self.listed, self.territory, self.domain, self.out, as_record(c), self.stories,
            np.full(self.rows, -1, np.int64), self.n,
        )  # fmt: skip

    def spread(self, c, month=17):
        return (
            self.listed, (self.state, self.step, self.uid, self.territory, self.domain),
            (self.row, self.phase, self.left, self.strategy, self.origin, self.home, self.adoptions, self.deployed,
             self.abroad, self.weight, self.dirty),
            self.stories, self.felt, self.near, self.lands, self.classes, WEIGHTS, as_record(c),
            (np.zeros(self.rows, bool), np.zeros(self.rows, np.int64), np.zeros(len(self.felt))), self.tally, 5,
            self.n, month,
        )  # fmt: skip


def cross(table, c, month=17):
    """Let the innovations of a table cross their zones and gates, in two parts as two threads would; tell failures."""
    *arguments, first, last = table.cross(c, month)
    for part in ((first, last // 2), (last // 2, last)):
        kernel.cross(*arguments, *part)
    kernel.tell(*table.tell(c))


def _in_a_row(places):
    """Places that touch the next; of four, the last touches nobody."""
    joined = places - (places == PLACES)
    beside = [[q for q in (p - 1, p + 1) if 0 <= q < joined and p < joined] for p in range(places)]
    return np.cumsum([0] + [len(b) for b in beside]), np.array([q for b in beside for q in b], np.int64)


def in_lands(seed, rows, places):
    """Return a table of places that touch at random, most of them in one land."""
    table, numbers = Table(seed, rows=rows, places=places), np.random.default_rng(seed + 1)
    touch = numbers.random((places, places)) < 1.5 / places
    touch = (touch | touch.T) & ~np.eye(places, dtype=bool)
    table.near = np.cumsum([0, *touch.sum(axis=1)]), np.nonzero(touch)[1]
    table.lands = lands(table.near)
    return table


# twins


@SETTINGS
@given(st.integers(0, 10**6), st.sampled_from([USUAL, LIVELY]))
def test_begin(seed, c):
    agree(kernel.begin, naive.innovation.begin, Table(seed).begin(c))


@SETTINGS
@given(st.integers(0, 10**6), st.sampled_from([USUAL, LIVELY, LIVELY._replace(functions_least=3, payer_most=0.5)]))
def test_cross(seed, c):
    for month in (16, 17):  # without and with new parameters
        table = Table(seed)
        agree(kernel.cross, naive.innovation.cross, table.cross(c, month))
        table.out[:] = np.random.default_rng(seed).integers(0, 4, table.rows)
        agree(kernel.tell, naive.innovation.tell, table.tell(c))


@SETTINGS
@given(st.integers(0, 10**6), st.sampled_from([USUAL, LIVELY]), st.sampled_from([1, PLACES]))
def test_spread(seed, c, places):
    agree(kernel.spread, naive.innovation.spread, Table(seed, places=places).spread(c))


@SETTINGS
@given(st.integers(0, 10**6), st.sampled_from([LIVELY, SURE._replace(near=0.0, size=0.0, prestige=0.0, adoption=1.0)]))
def test_spread_in_many_places(seed, c):
    """Lands of many places, lineages born anywhere: what a place corrects is what the twin looks at one by one."""
    agree(kernel.spread, naive.innovation.spread, in_lands(seed, rows=240, places=11).spread(c))


@SETTINGS
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_supports(seed, money):
    table, c = Table(seed), LIVELY._replace(support=money)
    fund = np.random.default_rng(seed).integers(0, 10**6, (PLACES, 3))
    asked, paid = np.zeros((2, PLACES), np.int64)
    arguments = (
        table.listed, table.n, table.state, table.step, table.phase, table.row, table.territory, fund, as_record(c),
        asked,
        table.support, paid,
    )  # fmt: skip
    *_, left, _, _, support, paid = agree(kernel.pay_supports, naive.innovation.pay_supports, arguments)
    assert np.array_equal(fund[:, 1] - left[:, 1], paid)
    assert np.all(left >= 0)
    assert support[table.listed[: table.n]].sum() == paid.sum()
    totals = np.zeros((PLACES, 2, 11))
    arguments = (
        table.listed, table.n, table.territory, table.members, np.where(table.kind == 2, support, 0), table.life,
        table.counts, totals, table.tally,
    )  # fmt: skip
    *_, totals, tally = agree(kernel.count_supports, naive.innovation.count_supports, arguments)
    assert totals.sum() == tally.sum() == paid.sum()


@SETTINGS
@given(st.floats(0, 1, exclude_max=True), st.lists(st.floats(0.01, 1), min_size=1, max_size=5))
def test_pick(u, parts):
    share = np.array(parts) / sum(parts)
    found = projects.pick(share, u)
    assert found == naive.projects.pick(share.tolist(), u)
    assert share[:found].sum() <= u + 1e-12


@SETTINGS
@given(st.integers(0, 10**6))
def test_census(seed):
    table = Table(seed)
    arguments = (
        table.listed,
        (table.state, table.step, table.row, table.phase, table.left, table.strategy, table.aside, table.territory,
         table.domain),
        table.stories, np.array([True, False, True, True]), as_record(LIVELY), table.n, np.zeros(4, np.int64),
        np.zeros(5, np.int64), np.zeros(4, np.int64),
    )  # fmt: skip
    agree(kernel.census, naive.innovation.census, arguments)


def test_the_tables_drawn_take_the_branches():
    """The comparison proves nothing about what did not happen."""
    seen = np.zeros(9, np.int64)
    abroad = 0
    for seed in range(40):
        table = Table(seed)
        cross(table, LIVELY)
        kernel.spread(*table.spread(LIVELY))
        seen += table.tally.sum(axis=0)
        one = Table(seed, places=1)
        kernel.spread(*one.spread(LIVELY))
        abroad += one.tally[0, kernel.DEPLOYED]
    assert np.all(np.delete(seen, kernel.SUPPORT) > 5), seen
    assert abroad > 5


# laws


class Alone:
    """Many innovations of one member and one territory that start their first month at work, and nothing else."""

    def __init__(self, rows, c, places=1, strategy=0):
        self.table = table = Table(1, rows=rows, places=places)
        table.state[:], table.kind[:], table.step[:], table.phase[:], table.members[:] = 1, 2, 5, 0, 1
        table.gates[:], table.aside[:], table.origin[:], table.implemented[:], table.end_month[:] = 0, 0, 0, 0, -1
        table.first[:], table.value[:], table.alone[:], table.counts[:], table.counts[:, projects.OWN] = 1, 9, 9, 0, 100
        table.strategy[:], table.stories[:], table.support[:] = strategy, 0, 0
        table.deployed[:], table.abroad[:], table.adoptions[:] = 0, 0, 0
        table.fit[:] = 1 - c.evaluation
        table.listed[:], table.n = np.arange(rows), rows
        table.left[:] = kernel.months_of(0, strategy, 0.0, c)
        self.c = c

    def entries(self, months, phase=2):
        """Return the month in which each innovation entered a phase (months + 1: not yet)."""
        at = np.full(self.table.rows, months + 1)
        for month in range(months):
            cross(self.table, self.c, month)
            kernel.spread(*self.table.spread(self.c, month))
            at = np.where((self.table.phase >= phase) & (at > months), month + 1, at)
        return at


@pytest.mark.parametrize("months", [(6.0, 10.0, 9.0), (12.0, 20.0, 18.0)])
def test_without_refusal_an_innovation_takes_the_months_of_its_phases(months):
    """Known answer: the sum of the phases; so twice the delays, twice the time."""
    c = SURE._replace(months=months, adoption=0.0)
    assert set(Alone(5, c).entries(60, phase=1)) == {int(months[0])}
    assert set(Alone(5, c).entries(60, phase=2)) == {int(sum(months[:2]))}
    assert set(Alone(5, c).entries(60, phase=3)) == {int(sum(months))}


def test_the_month_in_which_set_up_ends_is_no_month_of_research():
    """Known answer: work begins in month 3, so that six months of it end with month 8 (entered after 9 months)."""
    c = SURE._replace(months=(6.0, 10.0, 9.0), adoption=0.0)
    innovations = Alone(5, c)
    innovations.table.implemented[:] = 3
    assert set(innovations.entries(60, phase=1)) == {3 + 6}


def test_twice_the_delays_doubles_the_clock_of_innovation():
    """t50 of "deployed", refusals and spread included: the clock is made of the delays, not of a typed number."""
    t50 = []
    for twice in (1, 2):
        c = USUAL._replace(
            months=(6.0 * twice, 8.0 * twice, 6.0 * twice), payer_most=1.0, risk=(0.0, 0.0, 0.0),
            adoption=0.1 / twice, settled=6 * twice,
        )  # fmt: skip
        innovations, months = Alone(1500, c), 150 * twice
        at = np.full(1500, months + 1)
        for month in range(months):
            cross(innovations.table, c, month)
            kernel.spread(*innovations.table.spread(c, month))
            at = np.where((innovations.table.deployed == 1) & (at > months), month + 1, at)
        assert (at <= months).mean() > 0.6
        t50.append(np.median(at))
    assert t50[1] / t50[0] == pytest.approx(2, rel=0.06)


def test_a_gate_is_tried_one_over_its_probability_times():
    c = SURE._replace(gate=0.3, months=(1.0, 500.0, 1.0))
    innovations = Alone(4000, c)
    innovations.entries(60, phase=1)
    tried, passed = innovations.table.tally[0, kernel.TRIED], innovations.table.tally[0, kernel.PASSED]
    assert passed == 4000
    assert tried / passed == pytest.approx(1 / 0.3, rel=0.03)


@pytest.mark.parametrize(("grants", "exposed"), [(0, 1.0), (300, 0.25)])
def test_a_risk_zone_is_crossed_with_its_hazard(grants, exposed):
    """The second half of a phase of 12 months: (1 - h)^7 for those that nobody else pays (its middle month counts)."""
    c = SURE._replace(risk=(0.05, 0.0, 0.0), months=(12.0, 500.0, 1.0))
    innovations = Alone(6000, c)
    innovations.table.counts[:, projects.GRANTS] = grants  # members pay 100
    innovations.entries(11, phase=1)
    lost = innovations.table.end.astype(bool)
    zone = sum(2 * left < 12 for left in range(11, 0, -1))
    assert 1 - lost.mean() == pytest.approx((1 - 0.05 * exposed) ** zone, abs=0.02)


def test_failures_are_told_where_they_happened():
    c = SURE._replace(risk=(0.5, 0.0, 0.0), months=(1.0, 500.0, 1.0))
    innovations = Alone(500, c, places=3)
    table = innovations.table
    cross(table, c, 0)
    for place in range(3):
        for domain in range(DOMAINS):
            here = (table.territory == place) & (table.domain == domain) & (table.end == 2)
            assert table.stories[place, domain] == here.sum()
    assert table.stories.sum() > 100


def test_stories_shorten_phases_and_multiply_attempts_by_a_known_factor():
    c = USUAL._replace(story=0.5, months=(30.0, 30.0, 30.0))
    factor = 1 + 0.5 * np.log(4)
    assert kernel.knowledge(3.0, c) == pytest.approx(factor)
    assert kernel.months_of(0, 1, 3.0, c) == round(30 / factor)
    assert kernel.passing(0.2, factor) == pytest.approx(1 - 0.8**factor)
    assert kernel.passing(0.2, 2.0) == pytest.approx(0.36)


@pytest.mark.parametrize(
    ("change", "column"),
    [({"functions_least": 2}, kernel.HELD + 1), ({"payer_most": 0.99}, kernel.HELD + 2)],
)
def test_a_condition_that_does_not_hold_is_never_validated(change, column):
    """One member has one function and is one payer; without these conditions everybody passes at once."""
    c = SURE._replace(months=(1.0, 2.0, 1.0), **change)
    innovations = Alone(50, c)
    assert np.all(innovations.entries(40) == 41)
    assert innovations.table.tally[0, column] == innovations.table.tally[0, kernel.TRIED] - 50
    assert innovations.table.tally[0, kernel.HELD : kernel.HELD + 3].sum() == innovations.table.tally[0, column]


def test_worse_together_than_apart_is_no_solution():
    c = SURE._replace(months=(1.0, 2.0, 1.0))
    innovations = Alone(50, c)
    innovations.table.alone[:] = 9.01
    assert np.all(innovations.entries(40) == 41)


@pytest.mark.parametrize("name", ["by_months", "by_gate", "by_fit", "by_cost"])
def test_strategies_are_exchangeable(name):
    """The opposite coefficient on the opposite strategy is the same thing: no order of strategies is in the code."""
    one, other = USUAL._replace(**{name: 0.4}), USUAL._replace(**{name: -0.4})
    for s in range(4):
        assert kernel.months_of(0, s, 0.0, one) == kernel.months_of(0, 3 - s, 0.0, other)
        assert kernel.fit_of(1.1, 2, s, 0, one) == kernel.fit_of(1.1, 2, 3 - s, 0, other)
        assert kernel.reinvention_months(s, 0.0, one) == kernel.reinvention_months(3 - s, 0.0, other)
        assert one.by_gate * kernel.rank(s) == other.by_gate * kernel.rank(3 - s)
    assert sum(kernel.rank(s) for s in range(4)) == pytest.approx(0)


def test_turning_weights_from_phase_to_phase_depends_on_the_phase_only():
    drawn = np.random.default_rng(3).dirichlet(np.ones(5), 1).astype(np.float32)
    by_steps, at_once, back = drawn.copy(), drawn.copy(), drawn.copy()
    kernel.turn(0, -1, 0, by_steps, WEIGHTS, 0.7)
    kernel.turn(0, 0, 1, by_steps, WEIGHTS, 0.7)
    kernel.turn(0, -1, 1, at_once, WEIGHTS, 0.7)
    assert by_steps == pytest.approx(at_once, rel=1e-5)
    assert by_steps.sum() == pytest.approx(1)
    kernel.turn(0, -1, 2, back, WEIGHTS, 0.0)
    assert np.array_equal(back, drawn), "no tilt, no turn"


def test_near_alike_and_renowned_have_the_same_chance_to_matter():
    """The swap test: exchanging two weights exchanges what they act on."""
    near, size = USUAL._replace(near=2.0, size=0.5), USUAL._replace(near=0.5, size=2.0)
    prestige = USUAL._replace(near=0.5, size=1.0, prestige=2.0)
    assert kernel.appeal(0.0, 1.0, 1.0, near) == kernel.appeal(1.0, 0.0, 1.0, size)
    assert kernel.appeal(1.0, 1.0, 0.0, prestige) == kernel.appeal(1.0, 0.0, 1e18, near._replace(size=2.0))
    assert kernel.appeal(1.0, 1.0, 1e18, USUAL) == 1


def test_reinventing_costs_its_share_of_research_and_qualification():
    c = USUAL._replace(months=(20.0, 30.0, 9.0), reinvention=0.4)
    assert kernel.reinvention_months(1, 0.0, c) == 20


def test_an_innovation_taken_up_twice_is_deployed_once():
    """Two places take up the innovation of a third; a year in use later it counts, once, where it was born."""
    c = SURE._replace(adoption=1.0, near=0.0, size=0.0, prestige=0.0, months=(5.0, 5.0, 5.0), settled=12)
    innovations = Alone(3, c, places=3)
    table = innovations.table
    table.territory[:], table.domain[:] = [0, 1, 2], 4
    table.phase[:], table.left[:] = [3, 0, 1], [0, 5, 5]
    kernel.spread(*table.spread(c, 0))
    assert table.tally[:, kernel.SPREAD].tolist() == [0, 1, 1]
    assert table.origin.tolist() == [0, table.uid[0], table.uid[0]]
    assert (table.adoptions[0], list(table.left[1:]), list(table.phase)) == (2, [4, 4], [3, 1, 1])
    counted = []
    for month in range(1, 40):
        cross(table, c, month)
        kernel.spread(*table.spread(c, month))
        counted.append(table.tally[:, kernel.DEPLOYED].tolist())
    first = next(m for m, t in enumerate(counted, start=1) if any(t))
    assert counted[-1] == [1, 0, 0], "once, at home"
    assert first == 4 + 12, "four months of reinvention, then a whole year in use"
    assert table.deployed.all()


def test_only_other_territories_and_the_same_domain_are_looked_at():
    c = SURE._replace(adoption=1.0, near=0.0, size=0.0, prestige=0.0)
    table = Alone(4, c, places=3).table
    table.territory[:], table.domain[:] = [0, 0, 1, 1], [4, 4, 5, 4]
    table.phase[:] = [3, 0, 0, 0]
    kernel.spread(*table.spread(c, 0))
    assert (table.origin > 0).tolist() == [False, False, False, True]


WORK = 10  # among the arguments of `spread`: its work arrays


def test_what_is_taken_up_follows_its_law():
    """Known answer: those within reach compete by their appeal; none is with the chance that all are refused."""
    c = SURE._replace(adoption=1.0, near=1.2, size=0.9, prestige=1.5, count=0.0, evaluation=0.0)
    table = Alone(9, c, places=5).table
    table.territory[:], table.domain[:] = [1, 0, 0, 2, 3, 3, 1, 4, 2], 4
    table.near, table.lands = (np.array([0, 1, 3, 5, 6, 6]), np.array([1, 0, 2, 1, 3, 2])), None
    table.lands, table.classes[:] = lands(table.near), [0, 1, 3, 2, 1]
    table.phase[:], table.left[:] = [0, *[3] * 8], 0
    table.adoptions[:] = [0, 0, 3, 1, 0, 9, 4, 7, 2]
    table.origin[5], table.home[5] = 99, 1  # born where it is looked for, like 6; 7 is on an island
    likely = {
        1: math.exp(-0.9 / 3 - 1.5), 2: math.exp(-0.9 / 3 - 1.5 / 4), 3: math.exp(-0.9 * 2 / 3 - 1.5 / 2),
        4: math.exp(-1.2 - 0.9 / 3 - 1.5), 8: math.exp(-0.9 * 2 / 3 - 1.5 / 3),
    }  # fmt: skip
    some, tries, found = 1 - math.prod(1 - a for a in likely.values()), 20_000, Counter()
    for month in range(tries):
        taken = np.zeros(9, np.int64)
        one = (copied(part) for part in table.spread(c, month))
        kernel.spread(*(part if at != WORK else (part[0], taken, part[2]) for at, part in enumerate(one)))
        found[int(taken[0])] += 1
    expected = {q: a / sum(likely.values()) * some for q, a in likely.items()} | {-1: 1 - some}
    assert set(found) == set(expected)
    for q, p in expected.items():
        assert abs(found[q] - tries * p) < 4 * math.sqrt(tries * p * (1 - p)), (q, found[q] / tries, p)


def in_python(arguments):
    """Return arguments whose record has attributes in Python too."""
    return (a.view(np.recarray) if isinstance(a, np.ndarray) and a.dtype.names else a for a in arguments)


def test_looking_elsewhere_costs_in_proportion(monkeypatch):
    """Four times as many innovations in four times as many places: four times as many are weighed, not sixteen."""
    weighed, appeals = Counter(), kernel.appeals
    c = LIVELY._replace(adoption=1.0)

    class Counted:
        """Stands for the table of appeals and counts how often one is looked up."""

        def __init__(self, table):
            self.table = table

        def __getitem__(self, at):
            weighed[rows] += 1
            return self.table[at]

    monkeypatch.setattr(kernel, "appeals", lambda most, course: tuple(map(Counted, appeals.py_func(most, course))))
    for name in ("choose", "from_afar"):
        monkeypatch.setattr(kernel, name, getattr(kernel, name).py_func)
    for rows in (300, 1200):
        table = Alone(rows, c, places=rows // 20).table
        table.phase[::2], table.domain[:] = 2, 4
        kernel.spread.py_func(*in_python(table.spread(c)))
        assert table.tally[:, kernel.SPREAD].sum() > rows / 4, "few take up anything"
    assert weighed[1200] < 4.4 * weighed[300]
    everybody_here = Alone(300, c, places=2).table
    everybody_here.phase[::2], everybody_here.domain[:], everybody_here.territory[20:] = 2, 4, 0
    before, rows = weighed[300], 300
    kernel.spread.py_func(*in_python(everybody_here.spread(c)))
    assert weighed[300] - before < 16 * 150, "one large place is no exception"


def test_a_land_is_what_a_chain_of_neighbours_joins():
    land, alone = lands((np.array([0, 1, 3, 4, 4, 5, 6]), np.array([1, 0, 2, 1, 5, 4])))
    assert land.tolist() == [0, 0, 0, 3, 4, 4]
    assert alone.tolist() == [False, False, False, True, False, False]


def test_what_a_policy_spares_of_refusals_it_spares_at_every_gate():
    world = sim.World(sim.load_territory("synthetic:1"), sim.load_parameters(), seed=1)
    assert in_force(world) is world.course
    world.terms = world.terms._replace(gate=1 - 0.8 * (1 - world.terms.gate))
    now, usual = in_force(world), world.course
    for name in ("gate", "solution", "functioning", "model"):
        assert 1 - getattr(now, name) == pytest.approx(0.8 * (1 - getattr(usual, name)))


def test_a_support_that_does_not_fit_the_phase_is_money_only():
    c = USUAL._replace(fitting=(0.0, 1.0, 0.0))
    assert kernel.help_of(10**6, 0, c) == kernel.help_of(0, 1, c) == 0
    assert kernel.help_of(100 * c.support_half, 1, c) == pytest.approx(c.support_fit / 2)


def test_the_order_of_rows_does_not_matter():
    """Same innovations in other rows: the same thing happens to each."""
    table, other = Table(8), Table(8)
    order = np.random.default_rng(1).permutation(table.rows)
    for name, column in vars(table).items():
        if isinstance(column, np.ndarray) and column.shape[:1] == (table.rows,) and name not in ("listed", "row"):
            getattr(other, name)[:] = copied(column)[order]
    place = np.argsort(order)
    other.listed[: other.n] = np.sort(place[table.listed[: table.n]])
    for one in (table, other):
        cross(one, LIVELY)
        kernel.spread(*one.spread(LIVELY))
    for name in ("phase", "left", "origin", "deployed", "fit", "weight", "end", "adoptions"):
        assert np.array_equal(getattr(table, name), getattr(other, name)[place]), name
    assert np.array_equal(table.tally, other.tally)
