"""The lab on the real engine: a study of two small places, in worker processes, from runs to page."""

import json

import pytest

import sim
from sim.errors import RunError
from sim.lab import controls, design, runner, verdict
from sim.parameters import load_parameters
from tests.conftest import BUSY
from tests.lab_worlds import first_study

EXACT = ("H0a", "H0b", "H0d", "H0f", "H0h")  # these hold whatever the luck of so few runs


@pytest.fixture(scope="module")
def short():
    """Two small places, twelve draws, three years."""
    tests = {name: test.model_dump() | {"horizon": 36} for name, test in first_study().tests.items()}
    return first_study(
        months=36,
        horizons=[18, 36],
        places=[
            {"key": "a", "kind": "rural", "territory": "epci:244600573"},
            {"key": "b", "kind": "synthetic", "territory": "synthetic:1", "scale": 0.1},
        ],
        quick={"draws": 12, "seeds": 2},
        long={"place": "a", "months": 36, "draws": 1, "seeds": 2},
        tests=tests,
    )


@pytest.fixture(scope="module")
def finished(short, tmp_path_factory):
    """The study, run by two workers, and its folder."""
    folder = tmp_path_factory.mktemp("study")
    return verdict.run_study(short, short.quick, True, folder, workers=2, progress=False), folder


def test_the_exact_controls_hold_on_the_engine(finished):
    runs, _ = finished
    found = {v["claim"]: v for v in verdict.answer(runs, [])}
    for control in EXACT:
        assert found[control]["direction"] == "supported", found[control]["text_en"]


def test_types_of_partnership_give_nothing_where_all_are_alike(short):
    """Types that save overheads or answer better are drawn too: left on, they are a reason to ally between equals."""
    unit = design.control_units(short, short.quick, load_parameters())[1]
    types = BUSY | {"desire.mean": 0.2, "partnership.practices": 0.3, "partnership.innovation": 0.3}
    found = controls.run_controls(unit._replace(values=unit.values | types), short, runner.simulate)
    assert found["alliances"] > 0
    assert found["winners"] == 0


def test_worlds_of_one_seed_share_their_past_and_differ_by_the_policy(finished):
    runs, _ = finished
    whole = [o for o in runs.outcomes if len(o["worlds"]) == 5]
    # in a place this small, some draws have no alliance on which engineering could act
    unit = next(o for o in whole if len(set(o["digests"].values())) == 5)
    programme = {world: sums["36"]["e_all"] for world, sums in unit["worlds"].items()}
    assert programme["W0"] == programme["W1"] == 0
    assert programme["W2"] > 0


def test_the_study_gives_claims_and_a_page_that_json_can_say(finished, short):
    _, folder = finished
    found = verdict.run_verdict(study=short, out=folder, workers=1, progress=False)
    assert json.loads((folder / "verdict.json").read_text(encoding="utf-8"))[0]["claim"] == "H0a"
    assert json.loads((folder / "page.json").read_text(encoding="utf-8"))["study"]["draws"] == 12
    if verdict.controls_hold(found):
        assert {"H1a", "H2", "H3", "H4b"} <= {v["claim"] for v in found}


def test_each_world_is_a_run_that_anyone_can_make(finished):
    """The digest that a worker kept with a unit is that of sim.run here, with the same values."""
    from sim.lab import design, worlds

    runs, _ = finished
    unit = design.units(runs.study, runs.size, runs.parameters)[-1]
    values = unit.values | worlds.world_values("W2", runs.study.dose)
    kept = next(o for o in runs.outcomes if (o["place"], o["draw"], o["repeat"]) == ("a", unit.draw, unit.repeat))
    again = sim.run(unit.place.territory, seed=unit.seed, months=36, start=runs.study.start, values=values)
    assert again.summary["digest"] == kept["digests"]["W2"]


def vanish(unit, study, simulate):
    """A task whose worker is stopped from outside."""
    import os

    os._exit(1)


def test_a_worker_that_is_stopped_is_said_and_leaves_no_traceback(short):
    from sim.lab import design, runner
    from sim.lab.store import Store

    units = design.units(short, short.quick, sim.load_parameters())[:2]
    with pytest.raises(RunError, match="A worker process was stopped"):
        runner.run_units(units, short, Store(), code="test", workers=2, task=vanish)
