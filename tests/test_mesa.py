"""To Mesa our model is a model like any other, and to us it is the same run to the bit."""

import gc
import subprocess
import sys
import warnings
import weakref

import mesa
import networkx as nx
import numpy as np
import pytest
from mesa.agent import AgentSet

import sim
from sim import model as windows
from sim.errors import InputError, RunError
from sim.model import AGENTS, EngagementEconomy, Persons, ProductiveEconomy, TerritoryModel
from sim.state import columns


@pytest.fixture(scope="module")
def model():
    """A model after three months; tests of this module only read it."""
    found = TerritoryModel("synthetic:1", seed=4)
    for _ in range(3):
        found.step()
    return found


@pytest.fixture
def fresh():
    """A model at month 0."""
    return TerritoryModel("synthetic:1", scale=0.2)


def bits(state) -> dict[str, bytes]:
    return {name: state[name].tobytes() for name in columns()}


# the same run


def test_the_facade_and_the_world_give_the_same_bits(model, parameters):
    world = sim.World(sim.load_territory("synthetic:1"), parameters, seed=4)
    world.run(3)
    assert bits(model.world.state) == bits(world.state)


def test_looking_changes_nothing(fresh, parameters):
    other = TerritoryModel("synthetic:1", scale=0.2)
    for _ in range(2):
        fresh.step()
        other.agents.shuffle_do(lambda agent: agent.cash)
        other.random.random(), other.rng.random()
        other.step()
    assert bits(fresh.world.state) == bits(other.world.state)


def test_a_scenario_a_seed_and_a_scale_are_those_of_a_run():
    configured = TerritoryModel("synthetic:1", "no_alliances", seed=7, scale=0.5, start="2027-01").config
    assert (configured.scenario, configured.seed, configured.scale) == (("no_alliances",), 7, 0.5)
    assert configured.start == "2027-01"


# agents


def test_agents_are_those_of_the_state(model):
    state = model.world.state
    organisations, cohorts = int(state.organisations.alive.sum()), len(state.cohorts)
    assert len(model.agents) == organisations + cohorts
    assert len(list(model.agents)) == len(model.agents)
    assert isinstance(model.agents, AgentSet)
    assert all(isinstance(agent, mesa.Agent) and agent.model is model for agent in model.agents)
    names = model.agents.get("unique_id")
    assert len(set(names)) == len(names)


def test_the_seven_classes_share_the_agents_between_them(model):
    sets = model.agents_by_type
    assert list(sets) == model.agent_types == list(AGENTS)
    assert sum(map(len, sets.values())) == len(model.agents)
    assert min(map(len, sets.values())) > 0, "a class of agents is empty in a territory of 20,000 inhabitants"
    for kind, agents in sets.items():
        assert {type(agent) for agent in agents} == {kind}
        assert kind.__doc__
    assert [kind.__name__ for kind in AGENTS] == [
        "PublicAction", "Persons", "ProductiveEconomy", "FinancialEconomy", "KnowledgeEconomy", "PublicServices",
        "EngagementEconomy",
    ]  # fmt: skip


def test_an_agent_shows_its_row(model):
    firm = model.agents_by_type[ProductiveEconomy][0]
    table = model.world.state.organisations
    assert (firm.cash, firm.desire, firm.fte) == tuple(table.__dict__[c][firm.row] for c in ("cash", "desire", "fte"))
    assert firm.efficiency == pytest.approx(table.efficiency[firm.row] / 255) and max(firm.efficiency) == 1.0
    assert isinstance(firm.cash, int)
    assert firm.size_name in ("very small firm", "small or medium firm", "mid-size firm", "large firm")
    assert ProductiveEconomy.number == table.model[firm.row]
    cohort = model.agents_by_type[Persons][-1]
    assert cohort.persons == model.world.state.cohorts.persons[-1]


def test_the_three_pillars_of_an_organisation_are_there(model):
    association = model.agents_by_type[EngagementEconomy].sort("hours")[0]
    assert association.hours > 0, "no association receives volunteer hours"
    assert association.cash is not None
    assert all(model.world.state.organisations.alive[row] for row in association.acquaintances)
    assert association.links_seen >= 0


def test_get_and_agg_read_columns_and_agree_with_the_agents(model):
    firms = model.agents_by_type[ProductiveEconomy]
    for name in ("cash", "size", "desire", "efficiency", "unique_id"):
        assert firms.get(name) == [getattr(agent, name) for agent in firms]
    assert model.agents.get(["unique_id", "cash"]) == [[a.unique_id, a.cash] for a in model.agents]
    assert firms.agg("cash", sum) == sum(firms.get("cash"))
    assert firms.agg("size", [min, max, np.mean]) == [min(s := firms.get("size")), max(s), np.mean(s)]
    assert firms.agg("size", sum) == sum(firms.get("size")), "a sum of small integers wrapped"


def test_a_misspelt_attribute_is_said(model):
    with pytest.raises(AttributeError, match="casj"):
        model.agents.get("casj")
    with pytest.raises(AttributeError):
        model.agents.get("persons")  # organisations have no such column
    assert set(model.agents.get("persons", handle_missing="default", default_value=-1)) > {-1}


def test_sets_are_made_of_sets(model):
    agents = model.agents_by_type[ProductiveEconomy]
    rich = agents.select(lambda agent: agent.cash > 0)
    assert 0 < len(rich) <= len(agents)
    assert all(agent.cash > 0 for agent in rich)
    assert len(agents.select(at_most=0.5)) == len(agents) // 2
    assert len(agents.select(at_most=3)) == 3
    assert len(model.agents.select(agent_type=Persons)) == len(model.world.state.cohorts)
    ordered = agents.sort("cash", ascending=True).get("cash")
    assert ordered == sorted(agents.get("cash"))
    shuffled = agents.shuffle()
    assert shuffled.get("unique_id") != agents.get("unique_id")
    assert sorted(shuffled.get("unique_id")) == sorted(agents.get("unique_id"))
    sizes = agents.groupby("size")
    assert sum(sizes.count().values()) == len(agents)
    assert {size: set(group.get("size")) for size, group in sizes} == {size: {size} for size, _ in sizes}
    assert agents[0] in agents
    assert agents[0] not in model.agents_by_type[EngagementEconomy]
    assert [a.unique_id for a in agents[2:5]] == agents.get("unique_id")[2:5]
    seen = []
    assert agents.do(lambda agent: seen.append(agent.size)) is agents
    assert seen == agents.map(lambda agent: agent.size) == agents.get("size")


def test_agents_are_read_only(model):
    agent = model.agents_by_type[ProductiveEconomy][0]
    with pytest.raises(AttributeError, match="written by the phases"):
        agent.cash = 5
    with pytest.raises(AttributeError, match="declare a column"):
        agent.mood = "good"
    with pytest.raises(AttributeError, match="not by hand"):
        agent.remove()
    with pytest.raises(AttributeError, match="not by hand"):
        ProductiveEconomy.create_agents(model, 5)
    with pytest.raises(AttributeError, match="by hand"):
        model.remove_all_agents()
    with pytest.raises(AttributeError, match="rows of the state"):
        model.agents.add(agent)
    with pytest.raises(AttributeError, match="rows of the state"):
        model.agents.discard(agent)
    with pytest.raises(AttributeError, match="rows of the state"):
        model.agents = []


def test_a_window_raises_when_its_row_is_given_to_a_newborn(fresh):
    table = fresh.world.state.organisations
    firms = fresh.agents_by_type[ProductiveEconomy].select()
    kept = {agent.unique_id: agent for agent in firms}
    before = len(firms)
    for _ in range(60):
        fresh.step()
    reborn = [agent for agent in kept.values() if int(table.uid[agent.row]) != agent.unique_id]
    assert reborn, "in five years no closed firm was replaced"
    with pytest.raises(LookupError, match=f"agent {reborn[0].unique_id} has closed"):
        _ = reborn[0].cash
    assert len(firms) < before, "a set made earlier still holds firms that have closed"
    assert {agent.unique_id for agent in firms} <= set(kept), "a set made earlier holds newborn firms"


# what Mesa does with a model


def test_data_is_collected_at_month_0_and_after_each_step(fresh):
    for _ in range(4):
        fresh.step()
    frame = fresh.datacollector.get_model_vars_dataframe()
    assert len(frame) == 5
    assert list(frame.columns) == list(windows.REPORTERS)
    assert frame["organisations"].iloc[-1] == fresh.world.state.organisations.alive.sum()
    assert frame["mean_confidence"].between(0, 1).all()


def test_agent_reporters_work_and_are_refused_where_they_would_fill_the_memory(fresh, monkeypatch):
    fresh.datacollector = mesa.DataCollector(agent_reporters={"cash": "cash"})
    fresh.step()
    frame = fresh.datacollector.get_agent_vars_dataframe()
    assert frame["cash"].tolist() == fresh.agents.get("cash")
    monkeypatch.setattr(windows, "AGENT_REPORTERS_MOST", 10)
    with pytest.raises(RunError, match=r"sim\.run"):
        fresh.step()


def test_batch_run_ends_on_the_month_asked_for():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Mesa 3.5 announces changes
        rows = mesa.batch_run(
            TerritoryModel,
            {"territory": "synthetic:1", "scale": 0.1, "scenario": ["", "no_alliances"]},
            max_steps=12,
            display_progress=False,
        )
    assert [row["Step"] for row in rows] == [12, 12]
    assert rows[0]["organisations"] > 0
    alone = TerritoryModel("synthetic:1", "no_alliances", scale=0.1)
    for _ in range(12):
        alone.step()
    assert {name: rows[1][name] for name in windows.REPORTERS} == {
        name: reporter(alone) for name, reporter in windows.REPORTERS.items()
    }


@pytest.mark.parametrize("territory", [nx.path_graph(5), sim.Scenario, 3], ids=["a graph", "a class", "a number"])
def test_what_batch_run_would_take_apart_is_refused(territory):
    with pytest.raises(InputError, match="strings and numbers"):
        TerritoryModel(territory)


def test_a_model_is_freed():
    """Mesa 3.3 keeps for ever every model in which it has numbered an agent."""
    gone = weakref.ref(TerritoryModel("synthetic:1", scale=0.1))
    gc.collect()
    assert gone() is None


def test_mesa_is_not_needed_to_run():
    code = (
        "import sys; sys.modules['mesa'] = None; import sim; print(sim.run('synthetic:1', months=1).summary['months'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "1", done.stderr
