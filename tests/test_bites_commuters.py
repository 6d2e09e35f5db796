"""Commuters, residents away and guests: what each moves, that it moves nothing when off, and tables that balance."""

import math

import numpy as np
import pytest

import sim
from sim import accounts as table
from sim import spreading
from sim.agents.base import OUTSIDE, PERSONS, PRODUCTIVE
from sim.errors import ParameterError
from sim.kernels import accounts
from sim.record import Record
from tests import naive
from tests.compare import agree

MONTHS = 6
PLACE = "epci:244600573"  # the smallest: 3,888 residents
OFF = {"residential.near_work": 0.0, "residential.away": 0.0, "residential.visitors": 0.0}


def flow(payer, receiver):
    return lambda tables: float(tables["flows"]["cents"].reshape(MONTHS, 8, 8)[:, payer, receiver].sum())


# mechanism: (what both runs share, what switches it on, metric, direction: up, down, moves)
MECHANISMS = {
    "jobs as in the census": ({"commuters.strength": 0}, {"commuters.strength": 1}, flow(OUTSIDE, PERSONS), "moves"),
    "reach of towns nearby": ({}, {"commuters.reach": 20}, flow(PRODUCTIVE, PERSONS), "moves"),
    "a place's own jobs": ({"commuters.own": 0}, {"commuters.own": 0.3}, flow(PRODUCTIVE, PERSONS), "moves"),
    "spent near work": (OFF, {"residential.near_work": 0.1}, flow(PERSONS, PRODUCTIVE), "moves"),
    "spent while away": (OFF, {"residential.away": 0.15}, flow(PERSONS, OUTSIDE), "up"),
    "spent at home is less": (OFF, {"residential.away": 0.15}, flow(PERSONS, PRODUCTIVE), "down"),
    "visitors from abroad": (OFF, {"residential.visitors": 0.1}, flow(OUTSIDE, PRODUCTIVE), "moves"),
    "a place's own second homes": (
        {"residential.own": 0}, {"residential.own": 1.5}, flow(OUTSIDE, PRODUCTIVE), "moves",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    """Return what a small place records under some values; each world is played once, in strict mode."""
    place, done = sim.load_territory(PLACE), {}

    def of(values: dict):
        key = tuple(sorted(values.items()))
        if key not in done:
            world = sim.World(place, sim.load_parameters().with_values(values), seed=1, strict=True)
            record = Record(world, MONTHS)
            world.run(MONTHS, record)
            done[key] = record.tables()
        return done[key]

    return of


@pytest.fixture(scope="module")
def values():
    return sim.load_parameters().values()


def nation(values, **changes):
    return table.nation({**values, **{name.replace("__", "."): value for name, value in changes.items()}})


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_switched_on_it_moves_what_it_declares(mechanism, results):
    base, change, metric, direction = MECHANISMS[mechanism]
    before, after = (metric(results(chosen)) for chosen in (base, {**base, **change}))
    assert math.isfinite(before) and math.isfinite(after)
    moved = {"up": after > before, "down": after < before, "moves": after != before}[direction]
    assert moved, f"{mechanism}: {before} -> {after}"


# Off


def same(one, other) -> bool:
    return all(
        np.array_equal(one[name][column], other[name][column])
        for name in ("monthly", "flows", "needs")
        for column in one[name]
        if column != "date"
    )


def test_no_commuters_beyond_the_law_of_jobs_is_the_model_without_them(results, monkeypatch):
    sleeping = {"commuters.own": 0.4, "commuters.reach": 5}
    assert same(results({"commuters.strength": 0}), results({"commuters.strength": 0, **sleeping}))
    monkeypatch.setattr(accounts, "add_commuters", None)  # nothing of it is called
    chosen = spreading.choices({**sim.load_parameters().values(), "commuters.strength": 0.0, "residential.own": 0.0})
    population, density, centre = table.france_places()
    factors = spreading.beyond_the_laws(chosen, population * 1.0, population * 1.0, population, density, centre)
    assert (np.stack(factors) == 1.0).all()


def test_nobody_away_and_no_guest_is_the_table_without_these_lines(results, values, monkeypatch):
    """To the cent in all 1,255 places, and to the bit in a run: where second homes are does not matter then."""
    off = nation(values, residential__near_work=0.0, residential__away=0.0, residential__visitors=0.0).tables.table
    kept = tuple(line for line in table.LINES if not line.of)
    at = {line.name: k for k, line in enumerate(kept)}
    margins = tuple(
        m._replace(lines=tuple(at[table.LINES[k].name] for k in m.lines if table.LINES[k].name in at))
        for m in table.MARGINS
    )
    monkeypatch.setattr(table, "LINES", kept)
    monkeypatch.setattr(table, "MARGINS", margins)
    table._nation.cache_clear()
    without = nation(values).tables.table
    table._nation.cache_clear()
    assert (off == without).all()
    monkeypatch.undo()
    assert same(results(OFF), results({**OFF, "residential.own": 1.5}))


# Laws


def test_ras_finds_the_table_of_known_totals():
    """Known answer: rows 3 and 7, columns 4 and 6, from equal cells: the product of margins; odds are kept else.

    From ((1, 2), (3, 4)) with odds 4 / 6, to rows 4 and 6, columns 5 and 5: x (1 + x) = 4/6 (4 - x) (5 - x), the
    positive root of x^2 + 21 x - 40.
    """
    found = spreading.balanced("equal", np.ones((2, 2)), np.array([300, 700]), np.array([400, 600]))
    assert found.cells.tolist() == [[120, 180], [280, 420]]
    assert (found.rounds, found.factors.sum() > 0) == (1, True)
    rows, columns = np.array([4, 6]) * 10**9, np.array([5, 5]) * 10**9
    found = spreading.balanced("odds", np.array([[1, 2], [3, 4]]), rows, columns)
    x = (math.sqrt(21 * 21 + 4 * 40) - 21) / 2
    assert found.cells.ravel() / 1e9 == pytest.approx([x, 4 - x, 5 - x, 1 + x], abs=1e-8)
    assert (found.cells.sum(axis=0) == columns).all() and (found.cells.sum(axis=1) == rows).all()
    assert 1 < found.rounds < 30 and found.gap < 1e-10


def test_what_cannot_balance_is_refused_and_says_why():
    with pytest.raises(ParameterError, match="same total"):
        spreading.balanced("x", np.ones((2, 2)), np.array([3, 7]), np.array([4, 7]))
    with pytest.raises(ParameterError, match="does not balance: after 500 rounds a place is"):
        spreading.balanced("x", np.eye(2), np.array([300, 700]), np.array([400, 600]))


def test_cents_are_whole_and_none_is_lost():
    rng = np.random.default_rng(4)
    for _ in range(30):
        n, m = rng.integers(2, 200), rng.integers(2, 9)
        rows = rng.integers(10**5, 10**9, n)
        columns = table.largest_remainder(int(rows.sum()), rng.integers(1, 100, m))
        found = spreading.balanced("x", rng.uniform(0.5, 2, (n, m)), rows, columns)
        assert (found.cells.sum(axis=1) == rows).all() and (found.cells.sum(axis=0) == columns).all()
    assert spreading.whole_cents(10, np.array([3.4, 3.3, 3.3])).tolist() == [4, 3, 3]


def test_a_place_of_nowhere_is_scaled_as_the_nation_was():
    """A copy of a place of the nation has its cells: to a cent of rounding."""
    rng = np.random.default_rng(5)
    cells, rows = rng.uniform(0.5, 2, (40, 5)), rng.integers(10**8, 10**9, 40)
    found = spreading.balanced("x", cells, rows, table.largest_remainder(int(rows.sum()), rng.integers(1, 9, 5)))
    copies = spreading.balance_like(found, cells[:3], rows[:3])
    assert (copies.sum(axis=1) == rows[:3]).all()
    assert np.abs(copies - found.cells[:3]).max() <= 40 + 1  # the largest line took the cents


def test_without_own_deviations_towns_nearby_take_jobs(values):
    """The law, as it is written: with no own deviation, a town of twice the pull has exp(coefficient) of the jobs."""
    law, one = (0.1, -0.02, 0.05, 0.3, -0.28), np.ones(2)
    out, ratio = np.empty(2), np.array([0.9, 0.9])
    accounts.add_commuters(1.0, law[4], 0.0, np.array([1.0, 2.0]), one, 0.4 * one, 0.4 * one, ratio, out)
    assert out == pytest.approx([0.9 * math.exp(-0.28), 0.9 * math.exp(-0.56)])
    accounts.add_commuters(0.5, law[4], 0.0, np.array([1.0, 2.0]), one, 0.4 * one, 0.4 * one, ratio, out)
    assert out == pytest.approx(np.sqrt([0.9 * math.exp(-0.28), 0.9 * math.exp(-0.56)]))


def test_own_deviations_are_centred_wide_as_said_and_smaller_in_large_places():
    ident, own = np.arange(1, 4001), np.empty((2, 4000))
    accounts.draw_own(ident, np.full(4000, 1000), own)
    assert own.mean(axis=1) == pytest.approx([0, 0], abs=0.05)
    assert own.std(axis=1) == pytest.approx([1, 1], abs=0.04)
    assert np.quantile(own[0], [0.05, 0.95]) == pytest.approx([-1.87, 1.31], abs=0.1)  # leans to the left
    large = np.empty((2, 4000))
    accounts.draw_own(ident, np.full(4000, 800_000), large)
    assert large[0] == pytest.approx(own[0] / 2)


def test_what_some_spend_away_others_receive(values):
    """Residents' stays and guests' spending add up to the cent over the 1,255; what is paid away leaves whole."""
    found = nation(values)
    names = [line.name for line in table.LINES]
    away, guests, near = (names.index(n) for n in ("spent_away", "visitors", "spent_near_work"))
    tables = found.tables
    for k in (away, guests, near):
        assert int(tables.paid[:, k].sum()) == int(tables.received[:, k].sum()) == int(found.cents[k]) > 0
    total = found.cents[names.index("consumption")] + found.cents[near] + found.cents[away]
    assert found.cents[away] / total == pytest.approx(float(values["residential.away"]), rel=1e-6)
    assert (tables.table[:, PERSONS, OUTSIDE] >= tables.paid[:, away]).all()
    assert (tables.table[:, OUTSIDE, PRODUCTIVE] >= tables.received[:, [away, guests]].sum(axis=1)).all()
    of_sales = tables.received[:, [away, guests]].sum(axis=1) / tables.table[:, :, PRODUCTIVE].sum(axis=1)
    low, middle, high = np.quantile(of_sales, [0.05, 0.5, 0.95])
    assert low < 0.01 < middle < 0.1 < 0.2 < high, "some live on guests, most do not"


def test_guests_come_where_second_homes_are(values):
    """With nothing of their own, places where the law sees twice the second homes for each resident sell twice."""
    found = nation(values, residential__own=0.0)
    sold = found.tables.received[:, [line.name for line in table.LINES].index("visitors")] / found.population
    density = table.france_places()[1]
    assert np.corrcoef(np.argsort(np.argsort(sold)), np.argsort(np.argsort(density)))[0, 1] < -0.6
    assert found.own[table.INDEXES.index("second_homes")].std() == 0


# Twins


def test_kernels_agree_with_their_plain_twins():
    rng = np.random.default_rng(7)
    for k in range(20):
        n, m = rng.integers(2, 9), rng.integers(2, 5)
        own, out = rng.normal(size=n), np.zeros(n)
        agree(
            accounts.pull,
            naive.accounts.pull,
            (rng.uniform(100, 9000, n), rng.uniform(-1, 8, n), rng.uniform(46, 46.8, n), 5.0 + k, out),
        )
        agree(
            accounts.draw_own,
            naive.accounts.draw_own,
            (rng.integers(1, 2 * 10**8, n), rng.integers(60, 10**6, n), np.zeros((2, n))),
        )
        agree(accounts.scale_by_own, naive.accounts.scale_by_own, (0.1 * k, own, out))
        agree(
            accounts.add_commuters,
            naive.accounts.add_commuters,
            (0.05 * k, -0.3, 0.2, rng.uniform(0, 3, n), own, *rng.uniform(0.2, 1, (3, n)), out),
        )
        cells = rng.uniform(0, 1, (n, m)) * (rng.uniform(size=(n, m)) > 0.1)
        rows = rng.uniform(1, 5, n) * (rng.uniform(size=n) > 0.1)
        agree(accounts.balance, naive.accounts.balance, (
            rows, np.full(m, rows.sum() / m), 1 + k, 1e-9, cells, np.zeros(m), np.zeros(2)))  # fmt: skip
