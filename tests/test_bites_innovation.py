"""Each mechanism of innovation moves the metric that it declares, and at strength zero it moves nothing at all."""

import networkx as nx
import numpy as np
import pytest

import sim
from sim.cohort import cohort
from sim.record import Record
from sim.results import digests_of
from tests.conftest import BUSY, village

MONTHS = 72
# Short phases, open gates, many who look elsewhere: three touching places where innovations are born, refused, lost and
# taken up within six years.
LIVELY = BUSY | {
    "innovation.share_kind": [0.05, 0.05, 0.85, 0.05], "innovation.research_months": 6.0,
    "innovation.qualification_months": 6.0, "innovation.deployment_months": 6.0, "innovation.gate": 0.5,
    "innovation.gate_solution": 0.5, "innovation.gate_functioning": 0.5, "innovation.gate_model": 0.5,
    "innovation.payer_most": 1.0, "innovation.adoption_rate": 0.2, "innovation.settled_months": 3,
    "projects.exit_hazard": 0.005, "life.exit": 0.03,
}  # fmt: skip
RISKS = {f"innovation.risk_{name}": 0.0 for name in ("research", "qualification", "deployment")}
SUPPORT = {"innovation.support": 1000.0, "innovation.support_fit": 1.0, "innovation.support_half": 200.0}

# mechanism: (what is changed from LIVELY before, then after; the metric, a sum over the months; which way it goes)
BITES = {
    "length of research": ({}, {"innovation.research_months": 12.0}, "gates_tried", "falls"),
    "length of qualification": ({}, {"innovation.qualification_months": 12.0}, "innovations_phase_2", "falls"),
    "length of deployment": ({}, {"innovation.deployment_months": 20.0}, "innovations_phase_2", "rises"),
    "gate of research": ({"innovation.gate": 0.1}, {"innovation.gate": 0.6}, "innovations_phase_1", "rises"),
    "gate: solution": ({"innovation.gate_solution": 0.05}, {"innovation.gate_solution": 0.6}, "held_solution", "falls"),
    "gate: functioning": (
        {"innovation.gate_functioning": 0.05}, {"innovation.gate_functioning": 0.6}, "held_functioning", "falls",
    ),
    "gate: model": ({"innovation.gate_model": 0.05}, {"innovation.gate_model": 0.6}, "held_model", "falls"),
    "functions to gather": ({}, {"innovation.functions_least": 3}, "innovations_phase_2", "falls"),
    "funded beyond one payer": ({}, {"innovation.payer_most": 0.5}, "innovations_phase_2", "falls"),
    "valley of death": (RISKS, {**RISKS, "innovation.risk_research": 0.05}, "innovations_lost", "rises"),
    "growth crisis": (RISKS, {**RISKS, "innovation.risk_qualification": 0.05}, "innovations_lost", "rises"),
    "quantum leap": (RISKS, {**RISKS, "innovation.risk_deployment": 0.05}, "innovations_lost", "rises"),
    "functions of each phase": ({"innovation.tilt": 0.0}, {"innovation.tilt": 1.0}, "value_solo", "moves"),
    "functions of research": ({}, {"innovation.weights_research": [1.0] * 5}, "value_solo", "moves"),
    "functions of qualification": ({}, {"innovation.weights_qualification": [1.0] * 5}, "value_solo", "moves"),
    "functions of deployment": ({}, {"innovation.weights_deployment": [1.0] * 5}, "value_solo", "moves"),
    "strategies": ({}, {"innovation.share_strategy": [0.0, 0.0, 0.0, 1.0]}, "innovations_invention", "rises"),
    "complexity and duration": ({}, {"innovation.complexity_months": 0.7}, "gates_tried", "moves"),
    "complexity and gates": ({}, {"innovation.complexity_gate": 0.7}, "gates_passed", "moves"),
    "complexity and reach": ({}, {"innovation.complexity_fit": 0.5}, "value_solo", "moves"),
    "complexity and reinvention": ({}, {"innovation.complexity_cost": 0.7}, "innovations_phase_3", "moves"),
    "social utility beside the first needs": ({}, {"innovation.mismatch": 0.5}, "value_solo", "falls"),
    "first needs": ({}, {"innovation.first_needs": 16}, "innovations_aside", "falls"),
    "learning from told failures": ({}, {"innovation.story": 0.5}, "deployed", "rises"),
    "evaluation costs": ({}, {"innovation.evaluation": 0.1}, "value_solo", "falls"),
    "telling": (
        {"innovation.evaluation": 0.1, "innovation.story": 0.5, "innovation.evaluation_tell": 0.0},
        {"innovation.evaluation": 0.1, "innovation.story": 0.5, "innovation.evaluation_tell": 20.0},
        "innovations_phase_2", "rises",
    ),
    "counting ourselves": (
        {"innovation.evaluation": 0.1, "innovation.evaluation_ourselves": 0.0},
        {"innovation.evaluation": 0.1, "innovation.evaluation_ourselves": 20.0}, "innovations_phase_2", "rises",
    ),
    "counting": (
        {"innovation.evaluation": 0.1, "innovation.evaluation_count": 0.0},
        {"innovation.evaluation": 0.1, "innovation.evaluation_count": 20.0}, "spread", "rises",
    ),
    "support": ({}, {"innovation.support": 1000.0}, "innovation_support", "rises"),
    "support that fits": (
        {"innovation.support": 1000.0, "innovation.support_fit": 0.0},
        {"innovation.support": 1000.0, "innovation.support_fit": 1.0}, "innovations_phase_2", "rises",
    ),
    "half effect of support": (
        {"innovation.support": 1000.0, "innovation.support_half": 50.0},
        {"innovation.support": 1000.0, "innovation.support_half": 5000.0}, "gates_tried", "rises",
    ),
    "mix of supports": (
        SUPPORT, SUPPORT | {"innovation.support_mix": [0.0, 0.0, 1.0, 0.0]}, "innovations_phase_2", "rises",
    ),
    "supports in the right phase": (
        SUPPORT | {"innovation.support_match": [2, 2, 2, 2]}, SUPPORT | {"innovation.support_match": [1, 1, 1, 1]},
        "innovations_phase_2", "rises",
    ),
    "cost of reinvention": (
        {"innovation.reinvention_cost": 0.1}, {"innovation.reinvention_cost": 0.8}, "innovations_phase_3", "falls",
    ),
    "looking elsewhere": ({"innovation.adoption_rate": 0.005}, {}, "spread", "rises"),
    "nearness": ({"innovation.spread_near": 0.0}, {"innovation.spread_near": 2.0}, "spread", "falls"),
    "likeness": ({"innovation.spread_size": 0.0}, {"innovation.spread_size": 2.0}, "spread", "falls"),
    "renown": ({"innovation.spread_prestige": 0.0}, {"innovation.spread_prestige": 2.0}, "spread", "falls"),
    "what counts as deployed": ({}, {"innovation.settled_months": 20}, "deployed", "falls"),
}  # fmt: skip

# strength zero: (the parameter and its zero, others that then may be anything, columns that only count)
OFF = {
    "tilt": ({"innovation.tilt": 0.0}, {"innovation.weights_research": [0.2, 3.0, 0.2, 0.2, 1.4]}, ()),
    "mismatch": ({"innovation.mismatch": 0.0}, {"innovation.first_needs": 1}, ("innovations_aside", "aside")),
    "evaluation": (
        {"innovation.evaluation": 0.0},
        {f"innovation.evaluation_{m}": 20.0 for m in ("tell", "ourselves", "count")}, (),
    ),
    "support": (
        {"innovation.support": 0.0},
        {"innovation.support_fit": 1.0, "innovation.support_half": 50.0, "innovation.support_match": [0, 0, 0, 0]}, (),
    ),
    "support without effect, whatever its match": (
        {"innovation.support": 500.0, "innovation.support_fit": 0.0}, {"innovation.support_match": [0, 0, 0, 0]}, (),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def place():
    """Three places in a row, of the same and of other sizes."""
    graph = nx.path_graph(3)
    nx.set_node_attributes(graph, {0: 1_900, 1: 2_100, 2: 1_800}, "population")
    return sim.load_territory(graph)


@pytest.fixture(scope="module")
def played(place):
    """Return the tables of a world, each played once."""
    known = {}

    def play(values, *, months=MONTHS, strict=False, without=(), stories=0.0):
        key = (str(sorted(values.items())), months, strict, without, stories)
        if key not in known:
            world = sim.World(place, sim.load_parameters().with_values(LIVELY | values), seed=5, strict=strict)
            world.phases = tuple(phase for phase in world.phases if phase.__name__ not in without)
            world.state.territories.stories[:] = stories
            record = Record(world, months)
            world.run(months, record)
            known[key] = record.tables()
        return known[key]

    return play


@pytest.mark.parametrize("mechanism", BITES)
def test_a_mechanism_bites(mechanism, played):
    before, after, metric, way = BITES[mechanism]
    least, most = (played(values)["monthly"][metric].sum() for values in (before, after))
    if way == "rises":
        assert most > least
    elif way == "falls":
        assert most < least
    else:
        assert most != least


@pytest.mark.parametrize("mechanism", OFF)
def test_at_strength_zero_it_moves_nothing(mechanism, played):
    zero, others, counted = OFF[mechanism]
    one, other = (without_columns(played(values), counted) for values in (zero, zero | others))
    assert digests_of(one) == digests_of(other)


def without_columns(tables, starts):
    """Return tables without the columns whose name starts so."""
    return {
        name: {column: values for column, values in table.items() if not column.startswith(starts or ("\0",))}
        for name, table in tables.items()
    }


def test_stories_without_effect_move_nothing(played):
    assert digests_of(played({"innovation.story": 0.0})) == digests_of(played({"innovation.story": 0.0}, stories=9.0))


def test_innovation_without_strength_leaves_the_rest_of_the_world_as_it_is(played):
    """No turn, no risk, no reach: innovations cross their gates, and no other number knows it."""
    nothing = {**RISKS, "innovation.tilt": 0.0}
    with_it, without = played(nothing), played(nothing, without=("cross", "spread"))
    own = ("innov", "gates_", "held_", "spread", "deployed", "phase", "strategy", "reinvented")
    assert digests_of(without_columns(with_it, own)) == digests_of(without_columns(without, own))
    assert digests_of(with_it) != digests_of(without)


def test_evaluation_that_begins_later_changes_nothing_before_and_the_fit_after(place):
    from sim.parameters.collection import Change

    plan = sim.load_parameters().with_values(LIVELY | RISKS | {"innovation.tilt": 0.0, "innovation.payer_most": 0.5})
    worlds = [sim.World(place, p, seed=4) for p in (plan, plan.with_changes(
        [Change("innovation.evaluation", 9, None, "value", 0.1)]))]  # fmt: skip
    for world in worlds:
        world.run(9)
    one, other = (world.state.projects for world in worlds)
    assert (one.fit == other.fit).all()
    for world in worlds:
        world.run(1)
    phase = worlds[0].state.innovations.phase[one.innovation]
    at_work = (one.state == 1) & (one.kind == 2) & (one.step == 5) & (phase < 3)
    at_work &= one.implemented < worlds[0].month  # who begins next month has done no research yet
    assert at_work.sum() > 5
    assert other.fit[at_work] == pytest.approx(0.9 * one.fit[at_work], rel=1e-12)


def test_every_account_balances_with_supports_and_risks(played):
    """Strict: every phase, every account, every row; supports leave the finance fund and reach people and knowledge."""
    values = {"innovation.support": 1500.0, "innovation.evaluation": 0.1, "innovation.story": 0.5}
    tables = played(values, strict=True, months=30)
    assert tables["monthly"]["innovation_support"].sum() > 0
    assert tables["monthly"]["innovations_lost"].sum() > 0


def test_a_place_that_nothing_joins_changes_no_innovation_elsewhere():
    """To the bit, whatever is invented, taken up and deployed there, as long as no project looks for partners afar."""
    found, local = [], {"projects.share_scale": [1.0, 0.0, 0.0, 0.0]}
    for names in ("a", "ab"):
        world = sim.World(village(*names), sim.load_parameters().with_values(LIVELY | local), seed=2)
        world.run(48)
        p = world.state.projects
        mine = np.flatnonzero((p.state == 1) & (p.territory == list(world.territory.names).index("a")) & (p.kind == 2))
        mine = mine[np.argsort(p.uid[mine])]
        own = world.state.innovations
        found.append([getattr(p, name)[mine].tolist() for name in ("uid", "fit", "delivered")])
        found[-1] += [getattr(own, name)[p.innovation[mine]].tolist() for name in (
            "adoptions", "phase", "phase_left", "gates", "abroad", "deployed")]  # fmt: skip
        ended = cohort(world)  # some lie in the table, some have left it
        theirs = (ended["territory"] == list(world.territory.names).index("a")) & (ended["kind"] == 2)
        found[-1] += [ended[name][theirs].tolist() for name in (
            "uid", "strategy", "phase", "aside", "deployed", "ended", "end", "value")]  # fmt: skip
        assert sum(found[-1][3]) > 0, "nothing spreads"
    assert found[0] == found[1]


def test_a_run_of_one_territory_counts_what_the_outside_takes_up():
    graph = nx.Graph()
    graph.add_node(0, population=4_000)
    world = sim.World(sim.load_territory(graph), sim.load_parameters().with_values(LIVELY), seed=1)
    record = Record(world, MONTHS)
    world.run(MONTHS, record)
    monthly = record.tables()["monthly"]
    assert monthly["spread"].sum() >= monthly["deployed"].sum() > 0
    assert not world.state.innovations.origin.any(), "nobody inside took up anything"
