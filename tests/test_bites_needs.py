"""Needs: names, shocks, tipping, spill-over, mood; each moves what it declares, and nothing when it is off."""

import networkx as nx
import numpy as np
import pytest

import sim
from sim.alliances import needs
from sim.engine import World
from sim.kernels import needs as kernel
from sim.lab import targets
from sim.parameters import load_parameters
from sim.parameters.evidence import facts
from sim.territory import load_territory


@pytest.fixture(scope="module")
def villages():
    graph = nx.path_graph(4)
    nx.set_node_attributes(graph, {n: 2000 for n in graph}, "population")
    return load_territory(graph)


def after(place, months=36, **changed):
    values = {name.replace("__", "."): value for name, value in changed.items()}
    return sim.run(place, seed=4, months=months, values=values).tables


BITES = {  # what is changed: (values, column of the table of needs or of months, which way)
    "drift": ({"needs.drift": 0.03}, "objective", "rises"),
    "recovery": ({"needs.recovery": 0.08}, "objective", "moves"),
    "coupling": ({"needs.coupling": 0.9}, "objective", "rises"),
    "relief": ({"needs.relief": 0.5}, "objective", "falls"),
    "value scale": ({"needs.value_scale": 1.0}, "objective", "falls"),
    "spill-over": ({"needs.spillover": 0.4}, "objective", "moves"),
    "felt lag": ({"needs.felt_lag": 36}, "felt", "moves"),
    "mood": ({"needs.opinion_sd": 0.3}, "felt", "moves"),
    "shock": ({"needs.shock": 0.05}, "objective", "rises"),
    "tipping": ({"needs.tipping": 1.0, "needs.shock": 0.05}, "tipped", "rises"),
}


@pytest.fixture(scope="module")
def usual(villages):
    return after(villages)


def read(tables, column):
    return float(tables["monthly"][column].sum() if column == "tipped" else tables["needs"][column][-16:].mean())


@pytest.mark.parametrize("name", BITES)
def test_each_mechanism_moves_what_it_declares(villages, usual, name):
    values, column, way = BITES[name]
    found, before = read(sim.run(villages, seed=4, months=36, values=values).tables, column), read(usual, column)
    assert found != before
    if way != "moves":
        assert (found > before) == (way == "rises"), f"{name}: {before} then {found}"


def test_a_shock_hits_its_domain_and_its_share_of_places(villages):
    worlds = [World(villages, load_parameters().with_values(v), seed=4) for v in ({}, {
        "needs.shock": 1.0, "needs.shock_domain": 9.0, "needs.shock_places": 0.5, "needs.coupling": 0.0,
    }, {"needs.coupling": 0.0})]  # fmt: skip
    for world in worlds:
        world.step()
    gap = worlds[1].state.territories.need - worlds[2].state.territories.need
    hit = gap[:, 9] > 0.5
    assert 0 < hit.sum() < 4
    assert np.abs(np.delete(gap, 9, axis=1)).max() < 1e-12
    assert gap[hit, 9] == pytest.approx(1.0, abs=0.05)


def test_nothing_tips_in_the_trend_and_a_shocked_place_may_under_tipping(villages):
    """The same passing shock is absorbed below a coupling of 1, and stays above: that is what tipping means."""

    def run(**values):
        parameters = load_parameters().with_values({"needs.drift": 0.0, **values})
        world = World(villages, parameters.with_values({"needs.shock": 0.4}), seed=4)
        world.run(6)
        world.parameters = parameters
        world._read_parameters()
        world.run(330)
        place, excess = world.state.territories, float(parameters.values()["needs.tipped_excess"])
        return kernel.tipped(place.need, place.rest, world.core, excess)

    assert run() == 0
    assert run(**{"needs.coupling": 0.9}) == 0
    assert run(**{"needs.coupling": 0.9, "needs.tipping": 1.0}) == 4


@pytest.mark.parametrize("name", ["needs.shock", "needs.tipping", "needs.spillover", "needs.opinion_sd"])
def test_what_is_off_shifts_no_draw(villages, name):
    """At strength zero the other settings of a mechanism change nothing, to the bit."""
    others = {"needs.shock": {"needs.shock_domain": 3.0, "needs.shock_places": 0.2}, "needs.tipping": {},
              "needs.spillover": {}, "needs.opinion_sd": {}}[name]  # fmt: skip
    base = sim.run(villages, seed=4, months=12, values={name: 0.0}).summary["digest"]
    assert sim.run(villages, seed=4, months=12, values={name: 0.0, **others}).summary["digest"] == base


def test_money_does_not_depend_on_the_mood(villages):
    """What people feel opens projects; it touches no flow of the same month."""
    quiet, moody = (after(villages, months=1, needs__opinion_sd=sd)["flows"]["cents"] for sd in (0.0, 0.3))
    assert (quiet == moody).all()


def test_the_sixteen_domains_have_names_and_say_how_sure_they_are():
    domains = needs.domains()
    assert len(domains) == needs.DOMAINS == len({d.name for d in domains}) == len({d.fr for d in domains})
    assert [d.name for d in domains] == sorted(d.name for d in domains), "an order that says nothing of ranks"
    assert sum(d.standing == "named" for d in domains) == 14, "the documents name fourteen (F003-201)"
    for domain in domains:
        assert domain.standing in ("named", "candidate")
        assert (domain.standing == "candidate") == (domain.facts == "")
        assert all(fact in facts() for fact in domain.facts.split())


def test_targets_are_facts_and_no_parameter_reads_them():
    rows = targets.load()
    assert len(rows) == 18
    used = {fact for name in load_parameters() for s in load_parameters()[name].sources.values() for fact in s.facts}
    for row in rows:
        assert facts()[row.fact].kind == "target" and str(row.year) in facts()[row.fact].statement
        assert row.fact not in used, f"{row.fact} is a target: no parameter may come from it"
        assert row.item in {d.name for d in needs.domains()}


def test_felt_ranks_are_compared_with_the_survey_of_their_year(villages):
    run = sim.run(villages, seed=4, months=96, start="2015-01")
    found = targets.felt_ranks(run.tables, "2015-01")
    assert set(found) == {2015, 2019, 2022}
    assert all(-1 <= one["correlation"] <= 1 for one in found.values())
    assert {year: one["domains"] for year, one in found.items()} == {2015: 3, 2019: 7, 2022: 8}
    assert targets.felt_ranks(run.tables, "2023-01") == {}


def test_a_perfect_order_correlates_fully():
    """Known answer: felt needs in the order of the survey give 1, in the opposite order -1."""
    order = {row.item: row.value for row in targets.load() if row.year == 2022}
    felt = np.array([10.0 - order.get(d.name, 16) for d in needs.domains()])
    table = {"month": np.zeros(16, int), "domain": np.arange(16), "felt": felt}
    assert targets.felt_ranks({"needs": table}, "2022-12")[2022]["correlation"] == pytest.approx(1.0)
    table["felt"] = -felt
    assert targets.felt_ranks({"needs": table}, "2022-12")[2022]["correlation"] == pytest.approx(-1.0)
