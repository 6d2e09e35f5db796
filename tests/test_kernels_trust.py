"""The trust kernels agree with their naive twins and find the known answers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels import trust
from tests import naive

SETTINGS = settings(deadline=None, derandomize=True)
COUNT = st.floats(0, 1000)
MONTHS = st.floats(1, 120)


@SETTINGS
@given(MONTHS)
def test_keep_share(half_life):
    assert trust.keep_share(half_life) == pytest.approx(naive.trust.keep_share(half_life), rel=1e-14)


@SETTINGS
@given(COUNT, COUNT, st.booleans(), st.floats(1, 4), st.floats(0.8, 1))
def test_after_month(kept, broken, is_kept, asymmetry, share):
    found = trust.after_month(kept, broken, is_kept, asymmetry, share)
    assert found == naive.trust.after_month(kept, broken, is_kept, asymmetry, share)


@SETTINGS
@given(COUNT, COUNT, st.floats(0, 1), st.floats(0.1, 10))
def test_mean(kept, broken, prior, prior_weight):
    found = trust.mean(kept, broken, prior, prior_weight)
    assert found == pytest.approx(naive.trust.mean(kept, broken, prior, prior_weight))
    assert 0 <= found <= 1
    assert (
        trust.mean(kept + 1, broken, prior, prior_weight) >= found >= trust.mean(kept, broken + 1, prior, prior_weight)
    )


def test_three_promises_kept_and_one_broken():
    assert trust.mean(3.0, 1.0, 0.5, 2.0) == pytest.approx(4 / 6, abs=1e-12)


def test_half_is_forgotten_after_a_half_life():
    count = 8.0
    for _ in range(24):
        count *= trust.keep_share(24.0)
    assert count == pytest.approx(4.0, abs=1e-12)


def test_one_promise_a_month_for_ever():
    """Memory of 24 months holds 35.1 promises, so that one betrayal is felt however long the friendship."""
    kept, broken, share = 0.0, 0.0, trust.keep_share(24.0)
    for _ in range(2000):
        kept, broken = trust.after_month(kept, broken, True, 2.0, share)
    assert kept == pytest.approx(1 / (1 - 2 ** (-1 / 24)), abs=1e-9)
    assert kept == pytest.approx(35.1, abs=0.05)
    before = trust.mean(kept, broken, 0.5, 2.0)
    assert before - trust.mean(*trust.after_month(kept, broken, False, 2.0, share), 0.5, 2.0) > 0.04
