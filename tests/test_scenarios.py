"""A scenario is data that bites, says why and who pays; mistakes are told; contradictions are refused."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.errors import ScenarioError
from sim.parameters import load_parameters
from sim.scenarios import Scenario, combine, list_scenarios, load_scenario

LIBRARY = [scenario.name for scenario in list_scenarios()]

GOOD = """
title_fr: Des prix plus hauts
title_en: Higher prices
question_fr: Et si acheter au-dehors coûtait deux fois plus ?
question_en: What if buying outside cost twice as much?
changes:
  - parameter: value.price_out
    since: 2027-01
    value: 3.1
    unit: ratio
    because: assumption of the test
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "dear.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def scenario(*changes: dict, name: str = "test") -> Scenario:
    words = {f"{key}_{lang}": "x" for key in ("title", "question") for lang in ("fr", "en")}
    return Scenario.model_validate({"name": name, **words, "changes": [{"because": "test", **c} for c in changes]})


# The library


def test_the_library_holds_the_worlds_of_the_claims():
    assert LIBRARY[0] == "trend"
    assert {"no_alliances", "engineering", "cash_placebo", "inert_engineering", "austerity", "crisis"} <= set(LIBRARY)


@pytest.mark.parametrize("name", LIBRARY)
def test_every_named_scenario_bites_and_says_its_cost(name):
    parameters, named = load_parameters(), load_scenario(name)
    after = named.apply(parameters)
    if named.trend:
        assert after.digest == parameters.digest
        return
    assert after.digest != parameters.digest
    for entry in named.changes:
        month = entry.change.months(date(2026, 1, 1))[0]
        assert after.at(month, "2026-01")[entry.parameter] != parameters.at(month, "2026-01")[entry.parameter]
        assert parameters[entry.parameter].used_by, f"{entry.parameter} is read by nothing"
    assert named.cost is not None, "a measure without its cost is a wish"


def test_the_three_paid_worlds_spend_the_same_euros():
    """W2, W3 and W4 differ by what the money buys, never by how much there is."""
    parameters = load_parameters()
    worlds = [load_scenario(name).apply(parameters) for name in ("engineering", "cash_placebo", "inert_engineering")]
    at = [world.at(0, "2026-01") for world in worlds]
    assert len({v["engineering.dose"] for v in at}) == 1
    assert [v["engineering.mode"] for v in at] == [0, 1, 2]
    for name in parameters:
        if name != "engineering.mode":
            assert len({str(v[name]) for v in at}) == 1, f"the paid worlds also differ by {name}"


def test_a_crisis_ends():
    parameters = load_parameters()
    crisis = load_scenario("crisis").apply(parameters)
    assert crisis.change_months("2026-01") == [24, 36]
    before, during, later = (crisis.at(month, "2026-01")["money.income_sd"] for month in (23, 24, 36))
    assert before == later < during


@pytest.fixture(scope="module")
def runs() -> dict:
    """Three years of a small territory under each named scenario, with the same luck."""
    return {name: sim.run("synthetic:1", scenario=name, seed=1, months=36) for name in LIBRARY}


@pytest.mark.parametrize("name", LIBRARY[1:])
def test_every_named_scenario_changes_a_run(name, runs):
    assert runs[name].summary["digest"] != runs["trend"].summary["digest"], "the engine does not feel this scenario"


def test_before_a_crisis_the_two_runs_are_equal_to_the_bit(runs):
    crisis, trend = runs["crisis"].tables["monthly"], runs["trend"].tables["monthly"]
    for column in trend:
        assert np.array_equal(crisis[column][:24], trend[column][:24]), f"{column} felt it beforehand"
    assert any(not np.array_equal(crisis[column][24:], trend[column][24:]) for column in trend)


def test_without_alliances_nobody_joins(runs):
    assert runs["trend"].tables["monthly"]["joined"].sum() > 0
    assert runs["no_alliances"].tables["monthly"]["joined"].sum() == 0


# A file of a user


def test_a_file_is_read_and_named_after_itself(tmp_path):
    mine = load_scenario(written(tmp_path, GOOD))
    assert mine.name == "dear"
    after = mine.apply(load_parameters())
    assert [after.at(month, "2026-01")["value.price_out"] for month in (11, 12)] == [1.6, 3.1]
    assert after.change_months("2026-01") == [12]


def test_factors_and_sums_act_on_what_is_in_force():
    parameters = load_parameters().with_values({"value.price_out": 2.0})
    both = scenario(
        {"parameter": "value.price_out", "since": 3, "factor": 1.5},
        {"parameter": "value.price_out", "since": 6, "add": -0.5, "unit": "ratio"},
    ).apply(parameters)
    assert [both.at(month, "2026-01")["value.price_out"] for month in (2, 3, 6)] == [2.0, 3.0, 2.5]


MISTAKES = {
    "wrong key": ("because:", "why:", r"malformed at 'changes.0.(because|why)'"),
    "wrong key at the top": ("title_fr:", "titre:", r"malformed at '(title_fr|titre)'"),
    "wrong type": ("value: 3.1", "value: high", r"valid number|given: 'high'"),
    "yes for a number": ("value: 3.1", "value: yes", r"malformed at 'changes.0.value"),
    "changes is no list": ("changes:\n  - parameter", "changes:\n    parameter", r"malformed at 'changes'"),
    "no unit": ("    unit: ratio\n", "", r"change of value.price_out has no unit"),
    "two amounts": ("value: 3.1", "value: 3.1\n    factor: 2", r"gives value and factor of value, factor, add"),
    "no amount": ("    value: 3.1\n", "", r"gives none of value, factor, add"),
    "no moment": ("since: 2027-01", "since: 2027-13", r"'2027-13' is no moment"),
    "a day": ("since: 2027-01", "since: 2027-01-15", r"is no moment"),
    "before the start": ("since: 2027-01", "since: -3", r"-3 is no moment"),
    "ends before it starts": ("since: 2027-01", "since: 2027-01\n    until: 2026-05", r"ends before it starts"),
    "no change": (GOOD[GOOD.index("changes") :], "changes: []", r"it changes nothing"),
    "trend with changes": ("changes:", "trend: true\nchanges:", r"it is the trend, yet it has changes"),
    "key twice": ("    unit: ratio", "    unit: ratio\n    unit: share", r"line 11: the key 'unit' is given twice"),
    "empty": (GOOD, "", r"holds no scenario"),
    "not YAML": ("changes:", "changes: [", r"line \d+: "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_file_is_told(mistake, tmp_path):
    before, after, message = MISTAKES[mistake]
    assert before in GOOD, "this case no longer changes the good file"
    with pytest.raises(ScenarioError, match=message) as caught:
        load_scenario(written(tmp_path, GOOD.replace(before, after, 1)))
    first, _, cure = str(caught.value).partition("\n")
    assert "dear.yaml" in first and cure.startswith("  ")


MISFITS = {
    "unknown parameter": (
        {"parameter": "value.price_oot"},
        r"No parameter is called .*\n.*Did you mean value.price_out",
    ),
    "wrong unit": ({"unit": "EUR"}, r"is in 'EUR', the parameter is in 'ratio'"),
    "too high": ({"value": 60.0}, r"60 ratio is above the highest value allowed, 6.\n  'sim explain value.price_out'"),
    "too low": ({"value": 0.5}, r"0.5 ratio is below the lowest value allowed, 1.05"),
    "a list for a number": ({"value": [2.0, 3.0]}, r"is not one number"),
    "nothing changes": ({"value": 1.6}, r"changes nothing, it is 1.6 already"),
}


@pytest.mark.parametrize("misfit", MISFITS)
def test_a_change_that_does_not_fit_its_parameter_is_refused(misfit):
    wrong, message = MISFITS[misfit]
    entry = {"parameter": "value.price_out", "since": "start", "value": 3.1, "unit": "ratio", **wrong}
    with pytest.raises(ScenarioError, match=message):
        scenario(entry).apply(load_parameters())


def test_a_factor_of_one_is_refused():
    with pytest.raises(ScenarioError, match="changes nothing"):
        scenario({"parameter": "value.price_out", "since": 0, "factor": 1.0}).apply(load_parameters())


def test_a_choice_outside_its_list_is_refused():
    entry = {"parameter": "engineering.mode", "since": 0, "value": 1.5, "unit": "code"}
    with pytest.raises(ScenarioError, match=r"1\.5 is not one of 0, 1, 2"):
        scenario(entry).apply(load_parameters())


@pytest.mark.parametrize("path", ["plan.py", "folder/plan.py", "plan.json", "folder/plan"])
def test_only_yaml_is_ever_read(path, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / path).write_text("raise SystemExit('executed')", encoding="utf-8")
    with pytest.raises(ScenarioError, match="no code is ever run"):
        load_scenario(str(tmp_path / path))


@pytest.mark.parametrize(
    ("name", "message"), [("enginering", "Did you mean engineering"), ("zzz", "There are austerity")]
)
def test_an_unknown_name_gets_near_ones(name, message):
    with pytest.raises(ScenarioError, match=message):
        load_scenario(name)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "none.yaml")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "folder.yaml")


# Several at once


def test_scenarios_combine_in_order():
    both = combine([load_scenario("engineering"), load_scenario("austerity")])
    after = both.apply(load_parameters()).at(0, "2026-01")
    assert (after["engineering.dose"], after["money.public_drift"]) == (2, -0.02)
    assert both.name == "engineering+austerity"
    assert both.cost.what_en.startswith("2 EUR per inhabitant and year. Public money")


def test_the_trend_adds_nothing():
    trend, engineering = load_scenario("trend"), load_scenario("engineering")
    assert combine([trend, engineering]).changes == engineering.changes
    for nothing in ([], [trend, trend]):
        assert combine(nothing).apply(load_parameters()).digest == load_parameters().digest


def test_scenarios_that_contradict_each_other_are_refused():
    with pytest.raises(ScenarioError, match=r"'cash_placebo' \(value 1.0\).*both change engineering.mode at start"):
        combine([load_scenario("cash_placebo"), load_scenario("inert_engineering")])


def test_two_factors_at_the_same_date_are_refused():
    """Applied once or twice? Nobody could tell."""
    one, two = (scenario({"parameter": "value.price_out", "since": "2027-01", "factor": 1.5}, name=n) for n in "ab")
    with pytest.raises(ScenarioError, match=r"both change value\.price_out at 2027-01"):
        combine([one, two])


def test_the_same_change_asked_twice_is_made_once():
    same = {"parameter": "value.price_out", "since": 3, "value": 2.0, "unit": "ratio"}
    assert len(combine([scenario(same, name="a"), scenario(same, name="b")]).changes) == 1


# What a scenario may never do


@settings(max_examples=30)
@given(since=st.integers(1, 60), length=st.integers(1, 40), value=st.floats(1.7, 6))
def test_before_and_after_its_changes_the_two_worlds_have_the_same_numbers(since, length, value):
    parameters = load_parameters()
    entry = {"parameter": "value.price_out", "since": since, "until": since + length, "value": value, "unit": "ratio"}
    other = scenario(entry).apply(parameters)
    same = parameters.at(0, "2026-01")["value.price_out"]
    seen = [
        other.at(m, "2026-01")["value.price_out"] for m in (0, since - 1, since, since + length - 1, since + length)
    ]
    assert seen == [same, same, value, value, same]
    assert other.change_months("2026-01") == [since, since + length]


def test_nothing_can_be_changed_in_place():
    with pytest.raises(ValueError, match="frozen"):
        load_scenario("engineering").name = "other"
