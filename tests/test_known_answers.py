"""The table of known answers names tests that exist; a line of the design without a test says that it is missing."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from sim.kernels import value
from sim.lab import curve, mix, opinion

ROOT = Path(__file__).parents[1]
LINES = [
    line.strip("|").split("|")
    for line in (ROOT / "docs/known-answers.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| [ABCDP][\w-]* \|", line)
]


def test_no_line_of_the_design_is_forgotten():
    wanted = [f"A{n}" for n in range(1, 10)] + [f"B{n}" for n in range(10, 21)] + [f"C{n}" for n in range(21, 29)]
    wanted += ["D-currency", "D-labels", "D-members", "D-half-step", "D-scale", "P9"]
    assert [line[0].strip() for line in LINES] == wanted


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0].strip())
def test_each_line_is_held_by_tests_that_exist(line):
    named = re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", line[2])
    assert bool(named) != line[2].strip().startswith("missing"), f"{line[0]} has no test, or is not missing any more"
    for file, test in named:
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert test == "" or f"def {test}(" in text, f"{file} has no {test}"


# Where the lab's own code must find the answer


def net_of_engineering(s, half, cost=0.3, phi=0.8):
    """Return N(s) = 1 - s - c (1 - phi (1 - 2^(-s/s50))): what is left of a euro when a share s pays engineering."""
    return np.array([1 - x - cost * (1 - phi * value.engineering_effect(float(x), 1.0, half)) for x in s])


def test_the_response_curve_finds_the_best_share_of_engineering():
    """Known answer 7, as H5 reads its curves; the optimum moves with s50 by the analytic factor, and says so."""
    shares = np.linspace(0, 0.6, 601)
    assert curve.best_of(shares, net_of_engineering(shares, 0.07)).at == pytest.approx(0.08742, abs=1e-3)
    for factor in (0.25, 4.0):
        half = 0.07 * factor
        best = max(0.0, half * math.log2(0.3 * 0.8 * math.log(2) / half))
        assert curve.best_of(shares, net_of_engineering(shares, half)).at == pytest.approx(best, abs=1e-3)
    coarse = np.array([0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])  # the shares that are run
    found = curve.best_of(coarse, net_of_engineering(coarse, 0.07))
    assert found.low <= 0.08742 <= found.high


MIXES = [(0.3, (0.313, 0.241, 0.446)), (1.0, (0.6, 0.25, 0.15)), (3.0, (0.931, 0.067, 0.002))]


def worth_of_mix(mixes, sigma, a=(0.6, 0.25, 0.15), price=(1.0, 1.0, 3.0)):
    """Return what mixes of spending give: a constant elasticity sigma over what each lever buys."""
    a, bought = np.array(a), np.maximum(np.atleast_2d(mixes), 1e-9) / np.array(price)
    if sigma == 1.0:
        return np.exp((a * np.log(bought)).sum(axis=1))
    power = (sigma - 1) / sigma
    return (a * bought**power).sum(axis=1) ** (1 / power)


def answers_mix(estimate, sigma, best):
    """Say whether an estimate is the best mix within 4 points, names the leading lever and is worth as much."""
    tried = mix.lattice(10)
    found = estimate(tried, worth_of_mix(tried, sigma))
    near = np.abs(found - best).max() <= 0.04 and int(np.argmax(found)) == int(np.argmax(best))
    return bool(near and worth_of_mix(found, sigma)[0] > 0.99 * worth_of_mix(best, sigma)[0])


@pytest.mark.parametrize(("sigma", "best"), MIXES)
def test_the_surface_of_mixes_finds_the_best_mix(sigma, best):
    """Known answer 8, as H7 reads its mixes: x_j in proportion to a_j^sigma p_j^(1-sigma)."""
    assert answers_mix(lambda tried, y: mix.optimum(mix.krige(tried, y)), sigma, best)


@pytest.mark.parametrize(("sigma", "best"), MIXES)
def test_a_fixed_mix_or_a_quadratic_surface_is_not_an_answer(sigma, best):
    """Whatever is answered without looking, and the surface that everybody fits, fail the same test."""
    assert not answers_mix(lambda tried, y: np.array([0.5, 0.3, 0.2]), sigma, best)
    assert not answers_mix(mix.quadratic_optimum, sigma, best)


def test_a_constant_desire_is_answered_by_constant_shares():
    """Known answer 20: without effects of wording, surveys of people who do not change find no change."""
    shares = opinion.answered([0.8] * 5, [0.0] * 5)
    assert np.ptp(shares) == 0.0
    assert np.ptp(opinion.answered([0.8] * 5, [0.0, 0.3, -0.3, 0.0, 0.0])) > 0.1
