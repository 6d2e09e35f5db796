"""The needs kernels agree with their naive twins, come back after a shock, and tip only above the bound."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels import needs
from tests import naive

DOMAINS = 16
SETTINGS = settings(deadline=None, derandomize=True, max_examples=60)
LOGIT = st.floats(-5, 5)
LOGITS = st.lists(LOGIT, min_size=DOMAINS, max_size=DOMAINS)


def run(x, months, *, rest=0.0, coupling=0.4, recovery=1 / 48, drift=0.0, relieved=0.0):
    x, rest, relieved = np.array(x, float), np.full(DOMAINS, rest), np.full(DOMAINS, relieved)
    for _ in range(months):
        needs.step(x, rest, coupling, recovery, drift, relieved)
    return x


@SETTINGS
@given(LOGIT)
def test_level(x):
    assert needs.level(x) == pytest.approx(naive.needs.level(x), rel=1e-12)


@SETTINGS
@given(st.floats(0, 1e9), st.integers(0, 10**7), st.floats(0.05, 0.5), st.floats(0.1, 100), st.booleans())
def test_relief(delivered, residents, strength, scale, linear):
    found = needs.relief(delivered, residents, strength, scale, linear)
    expected = naive.needs.relief(delivered, residents, strength, scale, linear)
    assert found == pytest.approx(expected, abs=1e-12, rel=1e-12)


@SETTINGS
@given(
    LOGITS,
    LOGITS,
    st.floats(0, 1.5),
    st.floats(0.005, 0.1),
    st.floats(-0.01, 0.01),
    st.lists(st.floats(0, 0.1), min_size=16, max_size=16),
)
def test_step(x, rest, coupling, recovery, drift, relieved):
    found = np.array(x)
    needs.step(found, np.array(rest), coupling, recovery, drift, np.array(relieved))
    expected = naive.needs.step(x, rest, coupling, recovery, drift, relieved)
    assert list(found) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@SETTINGS
@given(LOGITS, LOGITS, st.floats(-1, 1), st.floats(1, 60))
def test_feel(felt, x, opinion, lag):
    found = np.array(felt)
    needs.feel(found, np.array(x), opinion, lag)
    assert list(found) == pytest.approx(naive.needs.feel(felt, x, opinion, lag), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("rest", [0.0, 0.26])
def test_drift_alone_leads_to_its_steady_state(rest):
    """Without coupling: drift of d a year, recovery delta a month, so x rests at d / (12 delta) above its rest."""
    x = run(np.full(DOMAINS, rest), 3000, rest=rest, coupling=0.0, drift=0.03 / 12)
    assert x == pytest.approx(rest + 0.03 / (12 / 48), abs=1e-9)


def test_a_shock_decays_with_the_half_life_of_recovery():
    months = round(math.log(2) * 120)
    x = run([1.0] + [0.0] * 15, months, coupling=0.0, recovery=1 / 120)
    assert x[0] == pytest.approx(0.5, abs=0.003)
    assert np.all(x[1:] == 0.0)


@pytest.mark.parametrize("rest", [-0.8, 0.0, 0.26])
def test_below_the_bound_needs_come_back(rest):
    for shock in (0.2, 2.0, -2.0):
        x = run(np.full(DOMAINS, rest + shock), 12_000, rest=rest, coupling=0.9)
        assert x == pytest.approx(rest, abs=1e-3)


@pytest.mark.parametrize("rest", [0.0, 0.26])
def test_above_the_bound_they_tip_and_stay_bounded(rest):
    x = run(np.full(DOMAINS, rest + 0.2), 12_000, rest=rest, coupling=1.5)
    n = 1 / (1 + math.exp(-rest))
    assert np.all(x > rest + 0.5)
    assert np.all(x <= rest + 1.5 / (4 * n * (1 - n)))


def test_near_rest_a_common_shock_decays_at_the_rate_of_the_coupling():
    """To first order x' = x - delta (1 - k) x, whatever the level of rest."""
    for coupling in (0.0, 0.4, 0.8):
        x = run(np.full(DOMAINS, 0.26 + 1e-4), 100, rest=0.26, coupling=coupling)
        assert (x[0] - 0.26) / 1e-4 == pytest.approx((1 - (1 - coupling) / 48) ** 100, rel=1e-3)


def test_half_steps_give_the_same_needs():
    """Two half months against one: less than 2 % of the way."""
    start = np.linspace(-1, 1, DOMAINS)
    whole = run(start, 84, drift=0.02 / 12, relieved=0.01)
    halves = run(start, 168, drift=0.01 / 12, relieved=0.005, recovery=1 / 96)
    assert np.abs(whole - halves).max() < 0.02 * np.abs(whole - start).max()


def test_felt_need_lags_by_its_time_constant():
    felt, x = np.zeros(DOMAINS), np.ones(DOMAINS)
    for _ in range(9):
        needs.feel(felt, x, 0.0, 9.0)
    assert felt == pytest.approx(1 - math.exp(-1), abs=1e-12)
    for _ in range(1000):
        needs.feel(felt, x, 0.25, 9.0)
    assert felt == pytest.approx(1.25)


# Which domain is high, spill-over, shocks, tipping

PLACES = st.integers(1, 5)
IDENT = np.array([200067872, 243500139, 7, 200044469, 1], np.int64)


@SETTINGS
@given(PLACES, st.integers(0, 2**62), st.floats(-1, 1), st.floats(0, 1))
def test_order_at_rest(n, seed, high, gap):
    found, expected = np.zeros((2, n, DOMAINS))
    needs.order_at_rest(IDENT[:n], np.uint64(seed), high, gap, found)
    naive.needs.order_at_rest(IDENT[:n], seed, high, gap, expected)
    assert found == pytest.approx(expected, abs=1e-12)


def test_no_domain_is_favoured_at_the_start():
    """Over many territories each domain is as high as any other: ranks are for the model to find, not to be told."""
    rest = np.zeros((4000, DOMAINS))
    needs.order_at_rest(np.arange(1, 4001), np.uint64(1), 0.5, 1.0, rest)
    assert np.sort(rest[0])[::-1] == pytest.approx(np.linspace(0.5, -0.5, DOMAINS))
    spread = rest.std(axis=0).mean() / math.sqrt(len(rest))
    assert np.abs(rest.mean(axis=0)).max() < 4 * spread


LINKS = (np.array([0, 1, 3, 4, 4]), np.array([1, 0, 2, 1]))  # three places in a row, and one apart


@SETTINGS
@given(st.lists(st.floats(0, 1e6), min_size=8, max_size=8), st.floats(0, 1))
def test_spill(amounts, share):
    delivered = np.array(amounts).reshape(4, 2)
    found, expected = np.zeros((2, 4, 2))
    needs.spill(delivered, *LINKS, share, found)
    naive.needs.spill(delivered, *LINKS, share, expected)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)
    assert found.sum(axis=0) == pytest.approx(delivered.sum(axis=0)), "nothing is lost on the way"
    assert (found[3] == delivered[3]).all(), "who has no neighbour keeps all"


@SETTINGS
@given(PLACES, st.integers(0, 2**62), st.floats(-1, 1), st.integers(-1, 15), st.floats(0, 1))
def test_strike(n, seed, size, domain, places):
    found, expected = np.zeros((2, n, DOMAINS))
    hit = needs.strike(found, IDENT[:n], size, domain, places, np.uint64(seed))
    assert hit == naive.needs.strike(expected, IDENT[:n], size, domain, places, seed)
    assert (found == expected).all()
    assert np.count_nonzero(found) == (hit * (DOMAINS if domain < 0 else 1) if size else 0)


@SETTINGS
@given(st.lists(LOGITS, min_size=1, max_size=4), LOGIT, st.integers(0, 15), st.floats(0.02, 0.5))
def test_tipped(need, rest, who, excess):
    need, rest = np.array(need), np.full((len(need), DOMAINS), rest)
    core = np.array([who >> t & 1 for t in range(len(need))], bool)
    assert needs.tipped(need, rest, core, excess) == naive.needs.tipped(need, rest, core, excess)
