"""The twin in plain Mesa (benchmarks/plain_mesa) does the same months as the kernels, to the bit, in any world."""

import random
from pathlib import Path

import mesa
import networkx as nx
import pytest

import sim
from benchmarks.plain_mesa import collect, measure
from benchmarks.plain_mesa.agents import Organisation, Persons
from benchmarks.plain_mesa.chance import Philox, Ready, Recorder
from benchmarks.plain_mesa.start import from_world
from benchmarks.plain_mesa.world import PHASES
from sim import cohort
from sim.errors import RunError
from sim.record import Record
from sim.results import digests_of
from sim.scenarios import combine, load_scenario
from sim.state import columns
from tests.conftest import BUSY

MONTHS = 24
SCENARIOS = sorted(path.stem for path in (Path(sim.__file__).parent / "scenarios").glob("*.yaml"))
FORMS = {
    "form.value": (0, 1), "form.network": (0, 1), "form.perception": (0, 1), "form.contagion": (0, 1),
    "form.dissolution": (0, 1, 2), "form.returns": (0, 1), "form.closure": (0, 1), "engineering.mode": (0, 1, 2),
    "value.substitution": (0.5, 1.0, 2.0, 0.7), "alliances.branching": (0.0, 0.3),
    "partnership.cooperation": (0.0, 0.4), "partnership.patronage": (0.0, 0.5), "innovation.tilt": (0.5, 0.0),
    "third_places.growth": (9.0, 0.0), "heads.local": (0.0, 0.5), "heads.branch": (0.0, 0.5),
    "promoters.protection": (0.0, 0.5),
}  # fmt: skip


def places(number: int):
    """Return invented places of some 3,000 inhabitants: the first two touch, the third is alone."""
    made = nx.Graph()
    for at, name in enumerate("abc"[:number]):
        made.add_node(name, population=2_500 + 500 * at, lon=0.1 * at, lat=46.0)
    if number > 1:
        made.add_edge("a", "b")
    return sim.load_territory(made)


def drawn(number: int) -> dict:
    """Return one small world: where, which scenarios, which forms, which seed. Each number is one world for ever."""
    luck = random.Random(number)
    values = {name: luck.choice(choices) for name, choices in FORMS.items() if luck.random() < 0.5}
    return {
        "places": luck.choice((1, 2, 3)), "scenarios": luck.sample(SCENARIOS, 2), "seed": luck.randrange(2**40),
        "values": values | (BUSY if luck.random() < 0.7 else {}),
    }  # fmt: skip


def world_of(case: dict):
    """Return the world of the kernels; of two scenarios that do not combine, the first alone."""
    parameters = sim.load_parameters().with_values(case["values"])
    both = [load_scenario(name) for name in case["scenarios"]]
    try:
        parameters = combine(both, "2026-01").apply(parameters)
    except sim.errors.SimError:
        parameters = combine(both[:1], "2026-01").apply(parameters)
    return sim.World(places(case["places"]), parameters, seed=case["seed"])


def both(world, months: int, chance=None):
    """Run the kernels and the twin from the same state; return the twin and the digests of the two."""
    twin, record = from_world(world, chance), Record(world, months)
    world.run(months, record)
    twin.run(months)
    return twin, digests_of(record.tables()), digests_of(collect.tables(twin))


@pytest.mark.parametrize("number", range(12))
def test_the_twin_gives_the_same_bits(number):
    """Every column of monthly, flows, needs and projects_18, in worlds and scenarios drawn at random."""
    case = drawn(number)
    _, kernels, plain = both(world_of(case), MONTHS)
    assert plain == kernels, case


def test_the_twin_settles_contracts_of_projects_that_left():
    values = {
        "fund.dose": 6.0, "fund.instrument": 3, "projects.setup_months": 3.0, "projects.length_months": 12.0,
        "projects.start_rate": 0.5, "desire.mean": 0.3, "projects.exit_hazard": 0.1,
    }  # fmt: skip
    world = sim.World(places(2), sim.load_parameters().with_values(values), seed=1)
    _, kernels, plain = both(world, 36)
    assert plain == kernels


def test_the_twin_begins_at_any_month_in_any_real_place(monkeypatch):
    """With neighbours around it, long enough for mandates to end and for the kept cohort to be complete."""
    monkeypatch.setattr(cohort, "BATCH", 1)  # so few that ended would wait for others
    territory = sim.load_territory("epci:244600573")
    parameters = sim.load_parameters().with_values(BUSY)
    parameters = combine([load_scenario("mandate_2032"), load_scenario("fund_impact_contract")], "2030-01").apply(
        parameters
    )
    world = sim.World(territory, parameters, seed=3, start="2030-01", scale=0.5)
    world.run(16)
    twin, kernels, plain = both(world, 20)
    assert plain == kernels
    assert twin.archive, "projects of the cohort have ended and left their rows"
    again, kernels, plain = both(world, 18)
    assert plain == kernels
    assert again.archived_before and "projects_18" in plain


def test_draws_made_before_the_clock_starts_are_the_same_and_are_all_used():
    world = world_of(drawn(1))
    world.run(6)
    recorder = Recorder(world.seed)
    first = from_world(world, recorder)
    first.run(4)
    ready = Ready(recorder.kept)
    again = from_world(world, ready)
    again.run(4)
    assert digests_of(collect.tables(first)) == digests_of(collect.tables(again))
    with pytest.raises(StopIteration):
        ready.next()


def test_another_seed_is_seen():
    world = world_of(drawn(2))
    _, kernels, plain = both(world, 3, Philox(world.seed + 1))
    assert plain != kernels


def test_measures_compare_the_two_on_one_world():
    found = measure(territory="synthetic:1", warm=2, months=1, rounds=1)
    assert found["seconds_per_agent_month_philox"] > found["seconds_per_agent_month"] > 0.0
    assert found["vs_plain_mesa"] == found["seconds_per_agent_month"] / found["seconds_per_agent_month_kernels"]
    assert found["draws"] > found["agents"]


def test_it_is_a_mesa_model_of_agents():
    world = world_of(drawn(3))
    twin = from_world(world)
    twin.run(14)
    assert isinstance(twin, mesa.Model) and twin.steps == 14
    assert any(len(project.members) > 1 for project in twin.projects)
    living = [one for one in twin.agents if isinstance(one, Organisation)]
    assert set(living) == set(twin.organisations) and all(one.alive for one in living)
    assert len(twin.agents_by_type[Persons]) == 10 * len(twin.places)
    monthly = twin.datacollector.get_table_dataframe("monthly")
    assert monthly["organisations"].iloc[-1] == len(living)


def test_accounts_that_do_not_balance_are_refused():
    twin = from_world(world_of(drawn(3)))
    twin.open_month()
    for phase in PHASES.values():
        phase(twin)
    twin.organisations[0].cash += 1
    with pytest.raises(AssertionError, match="month 0, place 0"):
        twin.close_month()


def test_what_the_twin_does_not_know_is_refused(monkeypatch):
    world = world_of(drawn(3))
    world.phases = world.phases[:-1]
    with pytest.raises(RunError, match=r"life\.open"):
        from_world(world)
    world = world_of(drawn(3))
    more = {**columns(), "projects.new": columns()["projects.plan"]._replace(column="new")}
    monkeypatch.setattr("benchmarks.plain_mesa.start.columns", lambda: more)
    with pytest.raises(RunError, match=r"projects\.new"):
        from_world(world)
