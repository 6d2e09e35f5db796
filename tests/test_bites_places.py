"""Territories and residents: maturity, modes, engagement; what each moves, and that it sleeps at coefficient 0."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.alliances import places
from sim.kernels import places as kernel
from sim.territory import load_territory
from tests import naive
from tests.compare import agree
from tests.conftest import BUSY

MONTHS = 72


def played(values=None, months=MONTHS):
    """Return what a small real place records under some values."""
    return sim.run("epci:200044469", seed=2, months=months, values={**BUSY, **(values or {})}, strict=False).tables


@pytest.fixture(scope="module")
def usual():
    return played()


def setup_months(tables):
    return float(tables["projects_36"]["setup_months"].mean())


def being_set_up(tables):
    """Return project-months of set-up in the last two years: the longer it takes, the more of them."""
    steps = ("diagnose", "dialogue", "choose", "define", "commit")
    return float(sum(tables["monthly"][f"{who}_{step}"][-24:].sum() for who in ("solo", "allied") for step in steps))


MATURE = {"places.maturity_levels": (0.01, 0.02, 0.03)}  # from the first alliances completed
BITES = {  # what is switched on: (values, metric, which way)
    "maturity that eases": (MATURE | {"places.maturity_effect": 0.5}, being_set_up, "falls"),
    "maturity that burdens": (MATURE | {"places.maturity_effect": -0.5}, being_set_up, "rises"),
    "interpersonal": ({"places.mode_interpersonal": 0.5}, setup_months, "falls"),
    "agile": ({"places.mode_agile": 0.5}, setup_months, "moves"),
    "entrepreneurial": ({"places.mode_entrepreneurial": 0.5}, setup_months, "rises"),
    "processes": ({"places.mode_processes": 0.5}, setup_months, "rises"),
    "confidence that engages": (
        {"persons.engagement_pull": 1.0, "confidence.gain": 0.1},
        lambda tables: float(tables["monthly"]["hours_given"][-12:].sum()), "rises",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BITES)
def test_switched_on_it_moves_what_it_declares(usual, name):
    """The place is rural: its communes are small, above the nation in the first class and below in the last two."""
    values, metric, way = BITES[name]
    base = usual
    if metric is not setup_months:
        shared = {name: value for name, value in values.items() if name in ("confidence.gain", *MATURE)}
        base = played(shared)
    before, after = metric(base), metric(played(values))
    assert {"falls": after < before, "rises": after > before, "moves": after != before}[way], (before, after)


def test_asleep_they_change_no_bit(usual):
    """At coefficient 0 neither thresholds nor the mix of communes change anything but the levels recorded."""
    other = played({"places.maturity_levels": (0.01, 0.02, 0.03)})
    for column, values in usual["monthly"].items():
        if column != "maturity":
            assert np.array_equal(values, other["monthly"][column]), column
    assert other["monthly"]["maturity"].max() == 4.0 > usual["monthly"]["maturity"][0] == 1.0


# Laws


def ripened(completed, residents=10_000, effect=0.0, modes=(0, 0, 0, 0), mix=places.NATIONAL_MIX):
    maturity, ease = np.zeros(1, np.uint8), np.zeros(1)
    kernel.ripen(
        np.array([completed]), np.array([residents]), np.array([0.5, 2.5, 10.0]), effect, np.array(modes, float),
        np.array([mix]), np.array(places.NATIONAL_MIX), places.LEAST, places.MOST, maturity, ease,
    )  # fmt: skip
    return int(maturity[0]), float(ease[0])


@pytest.mark.parametrize(
    ("completed", "level"), [(0, 1), (4, 1), (5, 2), (24, 2), (25, 3), (99, 3), (100, 4), (10**6, 4)]
)
def test_levels_are_reached_at_their_thresholds(completed, level):
    assert ripened(completed)[0] == level
    assert ripened(completed)[1] == 1.0
    assert ripened(completed, effect=0.3)[1] == pytest.approx(1 - 0.3 * (level - 1) / 3)


def test_at_the_national_mix_modes_change_nothing():
    assert ripened(0, modes=(0.5, -0.5, 0.2, 0.1))[1] == pytest.approx(1.0, abs=1e-12)
    assert ripened(0, modes=(0.5, 0, 0, 0), mix=(1, 0, 0, 0))[1] == pytest.approx(1 - 0.5 * 0.78)
    assert ripened(0, modes=(0.5, 0, 0, 0), mix=(0, 0, 0, 1))[1] == pytest.approx(1 + 0.5 * 0.22)


def test_modes_are_exchangeable():
    """One law for the four coefficients: names of classes can be permuted."""
    parameters = sim.load_parameters()
    laws = {(p.low, p.high, p.law, p.value) for p in (parameters[f"places.mode_{name}"] for name in places.MODES)}
    assert len(laws) == 1 and laws.pop()[0] == -0.5


def test_the_national_mix_is_that_of_the_shipped_table():
    france = load_territory("france")
    mix = (france.commune_mix * france.population[:, None]).sum(axis=0) / france.population.sum()
    assert mix == pytest.approx(places.NATIONAL_MIX, abs=0.01)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.integers(0, 500), st.integers(0, 30_000), st.floats(-0.5, 0.5),
    st.lists(st.floats(-0.5, 0.5), min_size=4, max_size=4), st.lists(st.floats(0.01, 1), min_size=4, max_size=4),
)  # fmt: skip
def test_ripen(completed, residents, effect, modes, mix):
    mix = np.array(mix) / sum(mix)
    levels, national = np.array([0.5, 2.5, 10.0]), np.array(places.NATIONAL_MIX)
    found, expected = ((np.zeros(1, np.uint8), np.zeros(1)) for _ in range(2))
    fixed = (np.array([completed]), np.array([residents]), levels, effect, np.array(modes), mix[None, :], national)
    kernel.ripen(*fixed, 0.25, 4.0, *found)
    naive.places.ripen(*fixed, 0.25, 4.0, *expected)
    assert found[0] == expected[0]
    assert found[1] == pytest.approx(expected[1])


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(8, 10), st.integers(0, 3), st.integers(0, 1)), max_size=30))
def test_count_completed(rows):
    end, ended, members, place = np.array(rows, np.int64).reshape(-1, 4).T
    found, expected = np.zeros((2, 2), np.int64)
    for count, out in ((kernel.count_completed, found), (naive.places.count_completed, expected)):
        count(np.zeros(len(rows), np.uint8), end, ended, members, place, 9, out)
    assert (found == expected).all()


def test_alliances_of_the_month_are_counted_before_levels():
    """One alliance completed in this very month is enough for the second level of a place of a thousand."""
    state, ended, members, home = (
        np.full(3, 2, np.uint8),
        np.array([9, 8, 9]),
        np.array([2, 2, 1]),
        np.zeros(3, np.int32),
    )
    project = state, np.ones(3, np.uint8), ended, members, home
    place = np.zeros(1, np.int64), np.array([1000])
    laws = np.array([1.0, 2.5, 10.0]), 0.3, np.zeros(4), np.array([places.NATIONAL_MIX]), np.array(places.NATIONAL_MIX)
    arguments = (*project, *place, *laws, 0.25, 4.0, np.zeros(1, np.uint8), np.zeros(1), 9)
    *_, maturity, ease, _ = agree(kernel.month, naive.places.month, arguments)
    assert maturity[0] == 2 and ease[0] == pytest.approx(0.9)


def test_generations_pass_on_a_part_of_what_their_elders_feel():
    """Over 28 years everybody under 30 is new: what an early gain of confidence leaves depends on what is inherited."""

    def left(inherited):
        values = {"confidence.inherited": inherited, "confidence.half_life": 240.0, "confidence.gain": 0.1}
        tables = played(values, months=336)["monthly"]
        return float(tables["confident"][-1] / tables["residents"][-1])

    assert left(0.9) > left(0.0)
