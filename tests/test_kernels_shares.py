"""The sharing kernels agree with their naive twins; shares add up, and no party is favoured."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from sim.kernels import decisions, shares
from tests import naive

SETTINGS = settings(deadline=None, derandomize=True, max_examples=60)
WORTH = st.floats(-1e6, 1e6)
WORD = st.integers(0, 2**62 + 2**61)
MONTH = st.integers(0, 2**32 - 1)


@st.composite
def games(draw, most=5):
    m = draw(st.integers(1, most))
    return m, [0.0, *draw(st.lists(WORTH, min_size=2**m - 1, max_size=2**m - 1))]


def shapley(v, m):
    out = np.full(m, np.nan)
    shares.shapley(np.array(v, float), m, out)
    return list(out)


def sampled(v, m, rounds=1, seed=1, uid=2, month=3):
    order, out = np.empty(m, np.int64), np.full(m, np.nan)
    shares.sampled(np.array(v, float), rounds, seed, uid, month, order, out)
    return list(out)


def table(m, worth):
    """Return the game v[mask] = worth(players)."""
    return [float(worth(naive.members_of(mask))) for mask in range(1 << m)]


def cut(amount, weight, seed=1, uid=2, month=3):
    out = np.full(len(weight), -1, np.int64)
    left = shares.largest_remainder(amount, np.array(weight, float), seed, uid, month, out)
    return out.tolist(), left


# twins


@SETTINGS
@given(st.integers(0, 2**40))
def test_bit_count(mask):
    assert shares.bit_count(mask) == naive.shares.bit_count(mask)


@SETTINGS
@given(games())
def test_shapley(case):
    m, v = case
    found = shapley(v, m)
    assert found == pytest.approx(naive.shares.shapley(v, m), rel=1e-9, abs=1e-6)
    assert sum(found) == pytest.approx(v[-1], rel=1e-9, abs=1e-6)


@SETTINGS
@given(games(), st.data())
def test_perceived(case, data):
    m, v = case
    i = data.draw(st.integers(0, m - 1))
    known = data.draw(st.integers(0, 2**m - 1)) | 1 << i
    found = shares.perceived(np.array(v), known, i)
    assert found == pytest.approx(naive.shares.perceived(v, known, i), rel=1e-9, abs=1e-6)
    assert shares.perceived(np.array(v), 1 << i, i) == v[1 << i], "who sees no link sees what it is worth alone"


@SETTINGS
@given(games(), st.integers(1, 3), WORD, WORD, st.integers(0, 400))
def test_sampled(case, rounds, seed, uid, month):
    m, v = case
    found = sampled(v, m, rounds, seed, uid, month)
    assert found == pytest.approx(naive.shares.sampled(v, m, rounds, seed, uid, month), rel=1e-9, abs=1e-6)
    assert sum(found) == pytest.approx(v[-1], rel=1e-9, abs=1e-6)


@SETTINGS
@given(st.integers(1, 12), WORD, WORD, st.integers(0, 400), st.integers(0, 200))
def test_shuffle(m, seed, uid, month, sub):
    order = np.empty(m, np.int64)
    shares.shuffle(order, seed, uid, month, sub)
    assert list(order) == naive.shares.shuffle(m, seed, uid, month, sub)


@SETTINGS
@given(WORD, WORD, MONTH, st.integers(0, 255))
def test_tie_break(seed, uid, month, i):
    assert shares.tie_break(seed, uid, month, i) == naive.shares.tie_break(seed, uid, month, i)
    assert decisions.TIE_BREAK == 6, "the number of a decision never changes"
    assert decisions.SHAPLEY_SAMPLE == 73, "the number of a decision never changes"


@SETTINGS
@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(0, 1000), min_size=1, max_size=8),
    WORD, WORD, MONTH,
)  # fmt: skip
def test_largest_remainder(amount, weight, seed, uid, month):
    """Whole weights whose sum is a power of two: quotas have no rounding, so that the twin is met exactly."""
    total = sum(weight)
    weight[0] += (1 << total.bit_length()) - total if total else 0
    found = cut(amount, weight, seed, uid, month)
    assert found == naive.shares.largest_remainder(amount, weight, seed, uid, month)


@SETTINGS
@given(st.integers(-(2**50), 2**50), st.lists(st.floats(0, 1e6), min_size=1, max_size=8))
def test_every_cent_is_given_and_nobody_is_a_cent_away(amount, weight):
    parts, left = cut(amount, weight)
    assert sum(parts) + left == amount
    assert left == (0 if any(weight) else amount)
    total = sum(Fraction(w) for w in weight)
    for part, w in zip(parts, weight, strict=True):
        if total:
            slack = Fraction(abs(amount), 2**50)  # the rounding of quotas, below a cent up to 2^50 cents
            assert abs(part - amount * Fraction(w) / total) < 1 + slack


# known answers


def test_glove_game():
    """One left glove, two right ones: a pair is worth 1."""
    v = table(3, lambda players: 0 in players and len(players) > 1)
    assert shapley(v, 3) == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-9)
    assert sampled(v, 3) == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-9)


def test_square_of_efforts():
    v = table(3, lambda players: sum((1, 2, 3)[i] for i in players) ** 2)
    assert shapley(v, 3) == pytest.approx([6, 12, 18], abs=1e-9)
    assert sampled(v, 3) == pytest.approx([6, 12, 18], abs=1e-9)


@pytest.mark.parametrize("method", [shapley, sampled])
def test_additive_game_gives_each_its_own(method):
    own = [3.0, 0.5, 7.25, 1.0, 2.0, 0.0]
    assert method(table(6, lambda players: sum(own[i] for i in players)), 6) == pytest.approx(own, abs=1e-9)


@pytest.mark.parametrize("method", [shapley, sampled])
def test_pair_costs_are_shared_by_halves(method):
    rng = np.random.default_rng(5)
    cost = np.triu(rng.uniform(0, 10, (6, 6)), 1)
    v = table(6, lambda players: -sum(cost[i, j] for i in players for j in players))
    halves = [-(cost[i].sum() + cost[:, i].sum()) / 2 for i in range(6)]
    assert method(v, 6) == pytest.approx(halves, abs=1e-9)


@pytest.mark.parametrize("method", [shapley, sampled])
def test_players_that_only_count_get_the_same(method):
    v = table(7, lambda players: len(players) ** 1.7)
    assert method(v, 7) == pytest.approx([v[-1] / 7] * 7, abs=1e-9)


def test_a_null_player_gets_nothing_to_the_bit_and_equal_players_the_same():
    """Player 3 never adds anything; players 0 and 1 are alike."""
    v = table(4, lambda players: len({0, 1} & set(players)) * 1.1 + (2 in players and 0.7 * len(players[:2])))
    null = table(4, lambda players: v[sum(1 << i for i in players if i != 3)])
    assert shapley(null, 4)[3] == 0.0
    assert sampled(null, 4, rounds=5)[3] == 0.0
    alike = table(4, lambda players: (len({0, 1} & set(players)) + 1) ** 2 * (1 + (2 in players)) - 1)
    found = shapley(alike, 4)
    assert found[0] == pytest.approx(found[1], abs=1e-12)
    assert found[3] == 0.0


def test_sampling_comes_near_the_exact_value():
    rng = np.random.default_rng(8)
    v = [0.0, *rng.uniform(0, 1, 2**8 - 1)]
    exact = np.array(shapley(v, 8))
    errors = [np.abs(np.array(sampled(v, 8, rounds)) - exact).max() for rounds in (1, 1000)]
    assert errors[1] < errors[0] / 5
    assert errors[1] < 0.01


def test_shares_rounded_to_cents_add_up_to_the_value():
    v = table(3, lambda players: 0 in players and 1000 * (len(players) > 1))
    parts, left = cut(1000, shapley(v, 3))
    assert sum(parts) == 1000
    assert left == 0
    assert parts[0] in (666, 667)
    assert sorted(parts[1:]) in ([166, 167], [167, 167])


@njit
def many_thirds(first, months):
    """Cut 100 cents in thirds, `months` times; return how often each party gets the odd cent."""
    got, parts, weight = np.zeros(3, np.int64), np.empty(3, np.int64), np.ones(3)
    for month in range(months):
        shares.largest_remainder(100, weight, 7, first, month, parts)
        for i in range(3):
            got[i] += parts[i] - 33
    return got


def test_no_party_is_favoured_by_the_odd_cent():
    splits = 1_000_000
    got = many_thirds(11, splits)
    assert got.sum() == splits, "34, 33 and 33 cents, always"
    error = (splits * (1 / 3) * (2 / 3)) ** 0.5
    assert np.all(np.abs(got - splits / 3) < 3 * error), got


def test_the_odd_cent_depends_on_who_and_when_only():
    again = [tuple(cut(100, [1, 1, 1], uid=uid, month=month)[0]) for uid in range(30) for month in (0, 5)]
    assert again == [tuple(cut(100, [2, 2, 2], uid=uid, month=month)[0]) for uid in range(30) for month in (0, 5)]
    assert len(Counter(again)) == 3
