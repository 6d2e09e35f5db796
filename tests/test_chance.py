"""Keyed chance: the published vectors, no pattern across keys, and counts that follow their laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from sim.kernels import chance, decisions, draws
from tests import naive
from tests.compare import agree

SETTINGS = settings(deadline=None, derandomize=True, max_examples=60)
WORD = st.integers(0, 2**63 - 1)
MONTH = st.integers(0, 2**32 - 1)
DECISION = st.integers(0, 999)
SUB = st.integers(0, 255)
KEY = st.tuples(WORD, WORD, MONTH, DECISION, SUB)
ONES = 2**32 - 1


# the generator


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((0,) * 6, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES,) * 6, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (  # digits of pi
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_published_vectors(words, expected):
    """The three vectors of Random123 (kat_vectors, philox4x32 10)."""
    assert tuple(int(w) for w in chance.philox(*words)) == expected
    assert naive.chance.philox(words[:4], words[4:]) == expected


@SETTINGS
@given(KEY, st.floats(0, 1), st.integers(1, 2**31 - 1))
def test_draws_of_one_key(key, probability, n):
    assert tuple(int(w) for w in chance.block(*key)) == naive.chance.block(*key)
    assert chance.uniform(*key) == naive.chance.uniform(*key)
    assert chance.happens(*key, probability) == naive.chance.happens(*key, probability)
    assert chance.below(*key, n) == naive.chance.below(*key, n)
    assert chance.normal(*key) == pytest.approx(naive.chance.normal(*key), rel=1e-12, abs=1e-12)
    words = chance.block(*key)
    a, b, *_ = words
    assert chance.as_uniform(a, b) == naive.chance.as_uniform(int(a), int(b)) == chance.uniform(*key)
    assert chance.as_below(a, n) == naive.chance.as_below(int(a), n) == chance.below(*key, n)
    assert chance.as_normal(*words) == chance.normal(*key)
    assert naive.chance.as_normal(*map(int, words)) == naive.chance.normal(*key)


@SETTINGS
@given(WORD, WORD, MONTH, st.lists(st.tuples(DECISION, st.integers(0, 255)), min_size=1, max_size=40))
def test_several_draws_of_one_are_those_of_each(seed, uid, month, wanted):
    what, words = np.array([256 * d + sub for d, sub in wanted], np.uint64), np.zeros((4, len(wanted)), np.uint64)
    *_, words = agree(chance.several, naive.chance.several, (seed, uid, month, what, len(wanted), words))
    assert words.T.tolist() == [[int(word) for word in chance.block(seed, uid, month, *one)] for one in wanted]


@SETTINGS
@given(WORD, st.lists(WORD, min_size=1, max_size=40), MONTH, DECISION)
def test_draws_of_all_at_once_are_those_of_each(seed, uid, month, decision):
    """To the bit, whatever the number of rows drawn together."""
    words = tuple(np.zeros(len(uid), np.uint32) for _ in range(3))
    arguments = (seed, np.array(uid, np.uint64), decision, words, month, 0, len(uid))
    *_, (first, second, rest), _, _, _ = agree(chance.blocks, naive.chance.blocks, arguments)
    each = [[int(word) for word in chance.block(seed, np.uint64(one), month, decision, 0)] for one in uid]
    assert [first.tolist(), second.tolist()] == [[words[k] for words in each] for k in (0, 1)]
    assert rest.tolist() == [(c >> 16) + c % 2**16 + (d >> 16) + d % 2**16 for _, _, c, d in each]


def test_certain_and_impossible():
    keys = [(seed, uid, 3, 4, 5) for seed in range(50) for uid in range(50)]
    assert all(chance.happens(*key, 1.0) for key in keys)
    assert not any(chance.happens(*key, 0.0) for key in keys)
    assert {chance.below(*key, 1) for key in keys} == {0}


def test_initial_states_have_a_month_of_their_own():
    assert chance.uniform(1, 2, decisions.INITIAL, 3, 0) != chance.uniform(1, 2, 0, 3, 0)


def test_decisions_are_numbered_once():
    numbers = {name: number for name, number in vars(decisions).items() if name.isupper() and name != "INITIAL"}
    assert len(set(numbers.values())) == len(numbers), "two decisions would draw the same luck"
    assert all(0 < number < 2**24 for number in numbers.values()), "decision * 256 + sub must fit in 32 bits"


# no pattern: each axis of the key by itself, and each against the others


@njit
def fill(seed, axis, n, out):
    """Write uniforms along one axis of the key: uid, month, decision, sub with uid, seed, high bits of uid."""
    for i in range(n):
        uid, month, decision, sub = np.int64(4211), np.int64(7), np.int64(40), np.int64(0)
        if axis == 0:
            uid = np.int64(i)
        elif axis == 1:
            month = np.int64(i)
        elif axis == 2:
            decision = np.int64(i)
        elif axis == 3:
            sub, uid = np.int64(i % 256), np.int64(i // 256)
        elif axis == 5:
            uid = np.int64(i) << np.int64(33)
        out[i] = chance.uniform(seed + i if axis == 4 else seed, uid, month, decision, sub)


AXES = {"uid": 0, "month": 1, "decision": 2, "sub": 3, "seed": 4, "high bits of uid": 5}


def along(axis, n=200_000, seed=20_260_101):
    out = np.empty(n)
    fill(seed, AXES[axis], n, out)
    return out


@pytest.mark.parametrize("axis", AXES)
def test_uniform_along_each_axis(axis):
    """Thresholds of one in ten thousand; seeds are fixed, so that the test is deterministic."""
    u = along(axis)
    assert u.min() >= 0
    assert u.max() < 1
    assert stats.chisquare(np.bincount((u * 256).astype(int), minlength=256)).pvalue > 1e-4
    assert stats.kstest(u, "uniform").pvalue > 1e-4
    low_bits = (u * 2**53).astype(np.int64) % 64
    assert stats.chisquare(np.bincount(low_bits, minlength=64)).pvalue > 1e-4


@pytest.mark.parametrize("axis", AXES)
def test_neighbours_are_independent(axis):
    """Each draw with the next ones: correlations within 4 s.e., and all cells of a 16 x 16 table as often."""
    u = along(axis)
    for lag in (1, 2, 3, 12, 256):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4 / math.sqrt(u.size)
    pairs = (u[:-1:2] * 16).astype(int) * 16 + (u[1::2] * 16).astype(int)
    assert stats.chisquare(np.bincount(pairs, minlength=256)).pvalue > 1e-4


def test_axes_are_independent_of_each_other():
    drawn = np.array([along(axis) for axis in AXES])
    off_diagonal = np.corrcoef(drawn) - np.eye(len(AXES))
    assert np.abs(off_diagonal).max() < 4.5 / math.sqrt(drawn.shape[1])


def test_the_chi_square_test_would_see_a_poor_generator():
    """The control of the tests above: a congruential sequence fails them."""
    i = np.arange(200_000, dtype=np.uint64)
    poor = (i * np.uint64(1664525) + np.uint64(1013904223)) % np.uint64(2**32) / 2**32
    pairs = (poor[:-1:2] * 16).astype(int) * 16 + (poor[1::2] * 16).astype(int)
    assert stats.chisquare(np.bincount(pairs, minlength=256)).pvalue < 1e-4


@njit
def normals(n, out):
    for i in range(n):
        out[i] = chance.normal(5, i, 3, 31, 0)


def test_normal():
    out = np.empty(200_000)
    normals(out.size, out)
    assert stats.kstest(out, "norm").pvalue > 1e-4
    assert abs(np.corrcoef(out[:-1], out[1:])[0, 1]) < 4 / math.sqrt(out.size)


# counts


@SETTINGS
@given(st.floats(1e-12, 1 - 1e-12))
def test_normal_quantile(u):
    assert draws.normal_quantile(u) == pytest.approx(naive.draws.normal_quantile(u), rel=1e-13, abs=1e-15)


@SETTINGS
@given(st.floats(-2, 2))
def test_ratio_of_polynomials(x):
    top, bottom = (1.5, -2.0, 3.0), (0.25, 1.0, 9.0)
    found = draws.ratio_of_polynomials(x, top, bottom)
    assert found == pytest.approx(naive.draws.ratio_of_polynomials(x, top, bottom), rel=1e-12)


@SETTINGS
@given(st.floats(1e-9, 1 - 1e-9), st.floats(30, 1e6), st.floats(-0.3, 0.3))
def test_near_normal(u, mean, skewness):
    found = draws.near_normal(u, mean, math.sqrt(mean), skewness)
    assert abs(found - naive.draws.near_normal(u, mean, math.sqrt(mean), skewness)) <= 1


@SETTINGS
@given(
    st.floats(0, 1, exclude_max=True), st.integers(0, 80), st.one_of(st.sampled_from([0.0, 1.0]), st.floats(1e-6, 1))
)
def test_small_binomial_is_exact(u, n, p):
    found = draws.binomial_quantile(u, n, p)
    if n * min(p, 1 - p) <= draws.LARGE:
        law = stats.binom(n, p)
        assert (
            found == naive.draws.binomial_quantile(u, n, p)
            or abs(law.cdf(min(found, naive.draws.binomial_quantile(u, n, p))) - u) < 1e-12
        )
    assert 0 <= found <= n


@SETTINGS
@given(st.floats(0, 1, exclude_max=True), st.floats(0.001, draws.LARGE))
def test_small_poisson_is_exact(u, mean):
    found, expected = draws.poisson_quantile(u, mean), naive.draws.poisson_quantile(u, mean)
    assert found == expected or abs(stats.poisson(mean).cdf(min(found, expected)) - u) < 1e-12


def implied_cdf(quantile, k):
    """Return the probability that a count is at most k, from its quantile function, by halving."""
    low, high = 0.0, 1.0
    for _ in range(45):
        middle = (low + high) / 2
        low, high = (middle, high) if quantile(middle) <= k else (low, middle)
    return low


@pytest.mark.parametrize(
    ("n", "p"), [(61, 0.5), (70, 0.45), (100, 0.7), (310, 0.1), (31_000, 0.001), (2_200_000, 0.001), (10**6, 0.9999)]
)
def test_large_binomial_is_near_the_exact_law(n, p):
    law = stats.binom(n, p)
    ks = np.unique(np.linspace(max(0, law.mean() - 6 * law.std()), min(n, law.mean() + 6 * law.std()), 60).astype(int))
    gaps = [abs(implied_cdf(lambda u: draws.binomial_quantile(u, n, p), k) - law.cdf(k)) for k in ks]
    assert max(gaps) < 5e-4


@pytest.mark.parametrize("mean", [30.5, 60.0, 1000.0, 1e6])
def test_large_poisson_is_near_the_exact_law(mean):
    law = stats.poisson(mean)
    ks = np.unique(np.linspace(mean - 5 * law.std(), mean + 6 * law.std(), 60).astype(int))
    gaps = [abs(implied_cdf(lambda u: draws.poisson_quantile(u, mean), k) - law.cdf(k)) for k in ks]
    assert max(gaps) < 5e-4


@SETTINGS
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 300), st.floats(0, 1), st.floats(0, 1))
def test_same_luck_in_two_worlds_gives_ordered_counts(u, n, p, q):
    """The world where an event is likelier never counts fewer, but for the rounding of the large law."""
    low, high = sorted((p, q))
    slack = 1 if n * min(high, 1 - low) > draws.LARGE / 2 else 0
    assert draws.binomial_quantile(u, n, low) <= draws.binomial_quantile(u, n, high) + slack


@SETTINGS
@given(KEY, st.integers(0, 40), st.floats(0.01, 0.99), st.floats(0.01, 20))
def test_counts_of_one_key(key, n, p, mean):
    assert draws.binomial(*key, n, p) == naive.draws.binomial(*key, n, p)
    assert draws.poisson(*key, mean) == naive.draws.poisson(*key, mean)


@pytest.mark.parametrize("u", [0.0, 1e-300, 0.5, 1 - 2**-53])
def test_extreme_luck_stays_in_the_law(u):
    for n in (0, 1, 50, 10**6):
        for p in (0.0, 1e-9, 0.3, 0.5, 0.9, 1.0):
            assert 0 <= draws.binomial_quantile(u, n, p) <= n
    for mean in (0.0, 1e-9, 5.0, 30.0, 31.0, 1e7):
        assert 0 <= draws.poisson_quantile(u, mean) < 2 * mean + 200
    assert draws.binomial_low(u, 50, 0.2) == draws.binomial_quantile(u, 50, 0.2)
