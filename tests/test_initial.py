"""Month 0: as many organisations as the statistics say, each itself wherever it is simulated, budgets to the cent."""

from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest

import sim
from sim import accounts, initial
from sim.agents.base import ENGAGEMENT, KNOWLEDGE, MODELS, PERSONS, PRODUCTIVE, PUBLIC
from sim.errors import InputError
from sim.kernels import units
from tests import naive


@pytest.fixture(scope="module")
def values(parameters):
    return parameters.values()


@pytest.fixture(scope="module")
def place():
    return sim.load_territory("Grand Poitiers")


@pytest.fixture(scope="module")
def state(place, values):
    return initial.build(place, values, 1)


@pytest.fixture(scope="module")
def national(values):
    return initial.expected_counts(sim.load_territory("france"), values)


def rows_of(state, model, place=0):
    start, stop = state.segments[model, place]
    return np.arange(start, stop)


# How many


def test_france_has_about_six_million_organisations(national):
    assert 5.5e6 < national.sum() < 6.5e6


def test_numbers_resemble_the_statistics(national):
    """Establishments with staff 0.0431 * population^0.966 in all; associations 1.3 to 1.5 million; 34,900 communes."""
    people = 68.3e6
    assert 30 < 1000 * national[:, PRODUCTIVE].sum() / people < 70
    assert 4.0 < 1000 * national[:, PRODUCTIVE, 1:].sum() / people < 6.0  # 10 staff or more: 5.1
    assert 1.3e6 < national[:, ENGAGEMENT].sum() < 1.6e6
    assert 34_800 < national[:, PUBLIC, 0].sum() < 35_000
    assert national[:, ENGAGEMENT, 0].sum() / national[:, ENGAGEMENT].sum() == pytest.approx(0.9, abs=0.005)  # F004-063


def test_a_town_of_20000_has_about_1800_rows(values):
    town = sim.load_territory("synthetic:1")
    assert 1_500 < initial.build(town, values, 1).organisations.alive.sum() < 2_100


def test_counts_are_expected_counts_rounded_by_chance(place, values, state):
    expected = initial.expected_counts(place, values)[0]
    for model in range(7):
        rows = rows_of(state, model)
        alive = rows[state.organisations.alive[rows] == 1]
        found = np.bincount(state.organisations.size[alive], minlength=4)
        least = initial.least_counts()[model]
        assert ((found == least) | (np.abs(found - expected[model]) < 1)).all(), MODELS[model].name
    runs = [initial.build(place, values, seed).organisations.alive.sum() for seed in range(2, 6)]
    assert len(set(runs)) > 1


def test_every_level_of_government_and_every_model_is_there(values):
    hamlet = nx.path_graph(2)
    nx.set_node_attributes(hamlet, {0: 60, 1: 900}, "population")
    state = initial.build(sim.load_territory(hamlet), values, 1)
    for place in (0, 1):
        for model in (m for m in range(7) if m != PERSONS):
            rows = rows_of(state, model, place)
            sizes = set(state.organisations.size[rows[state.organisations.alive[rows] == 1]].tolist())
            assert sizes == {0, 1, 2, 3} if model == PUBLIC else sizes, MODELS[model].name
    assert state.cohorts.persons.sum() == 960


def test_free_rows_wait_for_newborns(state, values):
    for model in range(7):
        rows = rows_of(state, model)
        free = rows[state.organisations.alive[rows] == 0]
        if values["density.turnover"][model] > 0:
            assert free.size >= max(1, 0.05 * (rows.size - free.size))
            assert (state.organisations.base[free] > 0).all()  # what a newborn would spend
            assert (free > rows[0]).all() and (np.diff(free) == 1).all()
        else:
            assert free.size == 0
    assert not state.organisations.cash[state.organisations.alive == 0].any()


# Who


def test_identities_are_unique_and_fit_in_61_bits(state, place):
    uid = state.organisations.uid
    assert np.unique(uid).size == uid.size
    assert int(uid.max()) < 2**61
    assert (uid >> np.uint64(31) == place.ident[0]).all()
    assert ((uid >> np.uint64(28)) & np.uint64(7) == state.organisations.model).all()


TRAITS = (
    "alive", "size", "domain", "domain_second", "main_function", "efficiency", "desire", "disposition", "threshold",
    "base", "cash", "fte",
)  # fmt: skip


def test_an_organisation_is_itself_wherever_it_is_simulated(place, values, state):
    """In its intermunicipality or in its département, under the same seed."""
    wider = initial.build(sim.load_territory("dep:86"), values, 1)
    _, mine, theirs = np.intersect1d(state.organisations.uid, wider.organisations.uid, return_indices=True)
    assert mine.size == len(state.organisations)
    for name in TRAITS:
        column = f"organisations.{name}"
        assert (state[column][mine] == wider[column][theirs]).all(), name
    _, mine, theirs = np.intersect1d(state.cohorts.uid, wider.cohorts.uid, return_indices=True)
    assert mine.size == 10
    assert (state.cohorts.persons[mine] == wider.cohorts.persons[theirs]).all()
    assert (state.cohorts.cash[mine] == wider.cohorts.cash[theirs]).all()


def test_another_seed_draws_other_organisations(place, values, state):
    other = initial.build(place, values, 2)
    shared = min(len(state.organisations), len(other.organisations))
    assert (state.organisations.domain[:shared] != other.organisations.domain[:shared]).mean() > 0.8
    again = initial.build(place, values, 1)
    assert all((state[f"organisations.{name}"] == again[f"organisations.{name}"]).all() for name in TRAITS)
    assert (state.ties.neighbour == again.ties.neighbour).all()


def test_an_organisation_is_best_at_its_main_function(state, values):
    o = state.organisations
    alive = np.flatnonzero(o.alive)
    g = float(values["value.general_efficiency"])
    assert (o.efficiency[alive, o.main_function[alive]] == 255).all()
    others = np.ones((alive.size, 5), bool)
    others[np.arange(alive.size), o.main_function[alive]] = False
    e = o.efficiency[alive][others] / 255
    assert e.min() >= g**1.5 - 0.5 / 255 and e.max() <= g**0.5 + 0.5 / 255
    assert np.log(e).mean() == pytest.approx(np.log(g), rel=0.01)  # g^u, u in 0.5..1.5


def test_main_functions_and_domains_follow_their_shares(state, values):
    o = state.organisations
    firms = np.flatnonzero((o.alive == 1) & (o.model == PRODUCTIVE))
    found = np.bincount(o.main_function[firms], minlength=5) / firms.size
    assert found == pytest.approx(values["density.functions_firms"], abs=0.015)
    domains = np.bincount(o.domain[firms], minlength=16) / firms.size
    assert domains == pytest.approx(np.full(16, 1 / 16), abs=0.012)
    assert (o.domain[firms] != o.domain_second[firms]).all()
    assert o.domain_second[firms].max() < 16


def test_more_places_than_can_be_numbered_are_refused(values):
    with pytest.raises(InputError, match="65,536 at most"):
        initial.build(SimpleNamespace(n=65_537), values, 1)


def test_numbers_kept_in_parts_are_the_nearest_and_their_ends_are_exact():
    assert 255 * units.BYTE == 32767 * units.WORD == 1.0
    for x in np.linspace(0.0, 1.0, 1001).tolist():
        assert units.in_bytes(x) == naive.units.in_bytes(x) and abs(units.BYTE * units.in_bytes(x) - x) <= 0.5001 / 255
        wish = 2.0 * x - 1.0
        assert units.in_words(wish) == naive.units.in_words(wish)
        assert abs(units.WORD * units.in_words(wish) - wish) <= 0.5001 / 32767


def test_desires_and_thresholds_are_drawn_around_their_means(state, values):
    o = state.organisations
    alive = o.alive == 1
    assert o.desire[alive].mean() == pytest.approx(float(values["desire.mean"]), abs=0.01)
    assert o.desire[alive].std() == pytest.approx(float(values["desire.sd"]), rel=0.05)
    assert (units.WORD * o.disposition[alive]).astype(np.float32).tolist() == o.desire[alive].tolist()


# Money


def test_budgets_add_up_to_what_each_model_spends(state, place, values):
    spent = accounts.tables(place, values).table[0, :7].sum(axis=1)
    o = state.organisations
    for model in range(7):
        if model == PERSONS:
            assert state.cohorts.base.sum() == spent[model]
        else:
            assert o.base[(o.alive == 1) & (o.model == model)].sum() == spent[model], MODELS[model].name


def test_local_authorities_hold_19_percent_of_public_spending(state):
    o = state.organisations
    public = (o.alive == 1) & (o.model == PUBLIC)
    local = o.base[public & (o.size < 3)].sum() / o.base[public].sum()
    assert local == pytest.approx(0.19, abs=1e-9)  # F000-020


def test_cash_in_hand_is_the_reserve_and_one_month(state, values):
    o = state.organisations
    alive = o.alive == 1
    months = float(values["money.reserve"]) + 1
    assert np.abs(o.cash[alive] - months * o.base[alive]).max() <= 0.5
    assert np.abs(state.cohorts.cash - months * state.cohorts.base).max() <= 0.5


def test_funds_start_full(state, values):
    o, place = state.organisations, state.territories
    for fund, (model, name) in enumerate(initial.FUNDERS):
        budget = float(values[f"funders.share_{name}"]) * o.base[(o.alive == 1) & (o.model == model)].sum()
        assert place.fund[0, fund] == pytest.approx(budget, rel=1e-3)
    assert not place.purse.any() and not place.market.any()


def test_staff_resemble_the_facts(values):
    """Associations: 1.3 million full-time equivalents (F004-061), none in the nine in ten without staff (F004-063)."""
    department = sim.load_territory("dep:86")
    state = initial.build(department, values, 1)
    o = state.organisations
    associations = (o.alive == 1) & (o.model == ENGAGEMENT)
    staff = o.fte[associations].sum() / 1000
    assert staff / department.population.sum() * 66.9e6 == pytest.approx(1.3e6, rel=0.05)
    assert not o.fte[associations & (o.size == 0)].any()
    everybody = o.fte.sum() / 1000 / department.population.sum()
    assert 0.30 < everybody < 0.42  # 25 of 67 million in France


# Ties and residents


def test_first_ties_are_living_neighbours(values):
    department = sim.load_territory("dep:86")
    state = initial.build(department, values, 1)
    o, neighbour = state.organisations, state.ties.neighbour
    assert (neighbour[o.alive == 0] == -1).all()
    i, s = np.nonzero(neighbour >= 0)
    j = neighbour[i, s]
    assert (o.alive[j] == 1).all() and (i != j).all()
    sorted_ties = np.sort(neighbour, axis=1)
    assert not ((np.diff(sorted_ties, axis=1) == 0) & (sorted_ties[:, 1:] >= 0)).any(), "an acquaintance twice"
    home, there = o.territory[i], o.territory[j]
    beside = {
        (t, int(n)) for t in range(department.n)
        for n in department.neighbours[department.indptr[t]:department.indptr[t + 1]]
    }  # fmt: skip
    away = home != there
    assert {(int(a), int(b)) for a, b in zip(home[away], there[away], strict=True)} <= beside
    assert 0.5 * float(values["meeting.neighbour_share"]) < away.mean() < 1.5 * float(values["meeting.neighbour_share"])
    assert (neighbour[o.alive == 1] >= 0).mean() > 0.8


def test_likeness_of_models_brings_ties_of_one_model(parameters, place):
    def same_model(weight):
        state = initial.build(place, parameters.with_values({"meeting.similarity_model": weight}).values(), 1)
        model, i, j = state.organisations.model, *_ties(state)
        small = model[i] == ENGAGEMENT
        return (model[i] == model[j])[small].mean()

    alike, indifferent = same_model(2.0), same_model(0.0)
    assert indifferent == pytest.approx(0.235, abs=0.03)  # the share of associations
    assert alike > indifferent + 0.3


def _ties(state):
    i, s = np.nonzero(state.ties.neighbour >= 0)
    return i, state.ties.neighbour[i, s]


def test_residents_follow_the_pyramid(state, place, values):
    c = state.cohorts
    assert c.persons.sum() == place.population.sum()
    assert c.persons / place.population[0] == pytest.approx(values["persons.pyramid"], abs=1e-5)
    assert (c.confidence == float(values["confidence.start"])).all()
    assert np.unique(np.concatenate((c.uid, state.organisations.uid))).size == len(c) + len(state.organisations)


def test_half_a_territory_is_half_of_everything(place, values, state):
    half = initial.build(place, values, 1, 0.5)
    assert half.cohorts.persons.sum() == pytest.approx(place.population[0] / 2, abs=1)
    assert half.organisations.alive.sum() == pytest.approx(state.organisations.alive.sum() / 2, rel=0.01)
    assert half.organisations.base[half.organisations.alive == 1].sum() == pytest.approx(
        state.organisations.base[state.organisations.alive == 1].sum() / 2, rel=1e-6
    )
    assert half.territories.exports == pytest.approx(state.territories.exports / 2, abs=1)
    schools = (half.organisations.alive == 1) & (half.organisations.model == KNOWLEDGE)
    assert schools.sum() < 120
