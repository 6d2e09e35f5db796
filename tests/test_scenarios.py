"""A scenario is data that bites, says why and who pays; mistakes are told; contradictions are refused."""

import runpy
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.errors import ScenarioError
from sim.kernels import projects
from sim.parameters import load_parameters
from sim.record import Record
from sim.scenarios import Scenario, combine, list_scenarios, load_scenario
from tests.conftest import BUSY, village

ROOT = Path(__file__).parent.parent
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


AFTER = 16  # months that a scenario has to show something


def start_of(one: Scenario) -> date:
    """What has a calendar date is played from the year before it, to save months."""
    dated = [entry.since for entry in one.changes if isinstance(entry.since, date)]
    return date(min(dated).year - 1, 7, 1) if len(dated) == len(one.changes) > 0 else date(2026, 1, 1)


def first_month(one: Scenario) -> int:
    return int(min(entry.change.months(start_of(one))[0] for entry in one.changes))


WHERE = {"catalysts": "epci:244600573"}  # few territories get one: this one does, with this seed

LATE = {"tipping": 84}  # months before it shows: a territory takes years to tip


def played(name: str, months: int, start: date = date(2026, 1, 1), where: str | None = None) -> dict:
    """Play a scenario in strict mode in a small place where much happens; return its tables."""
    parameters = load_scenario(name).apply(load_parameters().with_values(BUSY))
    place = sim.load_territory(where) if where else village("a")
    world = sim.World(place, parameters, seed=1, start=f"{start:%Y-%m}", strict=True)
    record = Record(world, months)
    world.run(months, record)
    return record.tables()


@pytest.fixture(scope="module")
def trend():
    """The trend, long enough for every scenario to be compared with it."""
    return played("trend", max(first_month(one) for one in list_scenarios() if one.changes) + AFTER)


@pytest.mark.parametrize("name", LIBRARY[1:])
def test_every_named_scenario_moves_what_it_declares_and_nothing_before(name, trend):
    """Strict mode holds all accounts; one declared headline moves at least; before the first date, not a bit does."""
    one = load_scenario(name)
    begins = first_month(one)
    where, after = WHERE.get(name), LATE.get(name, AFTER)
    tables = played(name, begins + after, start_of(one), where)
    if where or after > AFTER or start_of(one) != date(2026, 1, 1):
        trend = played("trend", begins + after, start_of(one), where)
    monthly, usual = tables["monthly"], trend["monthly"]
    for column in usual:
        assert np.array_equal(monthly[column][:begins], usual[column][:begins]), f"{column} felt it beforehand"
    for table in ("flows", "needs"):
        rows = begins * (len(tables[table]["month"]) // (begins + after))
        for column in tables[table]:
            assert np.array_equal(tables[table][column][:rows], trend[table][column][:rows]), f"{table} felt it"
    moved = [c for c in usual if c != "date" and not np.array_equal(monthly[c], usual[c][: begins + after])]
    if one.accounts_only:
        assert not moved, "a change of accounts moved a real flow"
        return
    assert set(one.moves) <= set(usual), "it declares what is not recorded"
    silent = [c for c in one.moves if c not in moved]
    assert one.moves and not silent, f"it declares that it moves {silent}, which did not"


def test_an_accounting_scenario_changes_what_is_counted():
    """Reading (a) of "4 tiers": the same world, other means."""
    runs = {name: sim.run("synthetic:1", scenario=name, seed=1, months=18) for name in ("trend", "four_thirds_valued")}
    one, other = (run.summary for run in runs.values())
    assert one["digest"] == other["digest"]
    assert one["horizons"] != other["horizons"]


def test_without_alliances_nobody_joins(trend):
    assert trend["monthly"]["joined"].sum() > 0
    assert played("no_alliances", 12)["monthly"]["joined"].sum() == 0


def test_the_library_says_what_it_has_to():
    """Twenty at least, each with its titles, its question, its reasons; a question ends as one."""
    found = list_scenarios()
    assert len(found) >= 20
    for one in found:
        for lang in ("fr", "en"):
            assert getattr(one, f"question_{lang}").endswith("?")
            titles = [getattr(other, f"title_{lang}") for other in found]
            assert titles.count(getattr(one, f"title_{lang}")) == 1
        assert set(one.excludes) <= set(LIBRARY) - {one.name}


def test_the_page_of_scenarios_is_up_to_date():
    page = runpy.run_path(str(ROOT / "docs/scenarios.py"))
    assert page["page"]() == page["PAGE"].read_text(encoding="utf-8"), "run: python docs/scenarios.py"


def test_the_list_of_scenarios_shows_title_and_question(capsys):
    from sim.cli import code_of

    assert code_of(["list", "scenarios"]) == 0
    told = capsys.readouterr().out
    for one in list_scenarios():
        assert one.title_en in told and one.question_en in told


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
    ("name", "message"), [("enginering", "Did you mean engineering"), ("zzz", "There are alliances_by_order")]
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


def price(name: str, value: float, since, until=None, **more) -> Scenario:
    entry = {"parameter": "value.price_out", "since": since, "until": until, "value": value, "unit": "ratio"}
    words = {f"{key}_{lang}": "x" for key in ("title", "question") for lang in ("fr", "en")}
    return Scenario.model_validate({"name": name, **words, "changes": [{"because": "test", **entry}], **more})


OVERLAPS = {
    "one inside the other": (price("a", 2.0, 0), price("b", 3.0, 6, 12), "from month 6 until month 12"),
    "one ends in the other": (price("a", 2.0, 0, 8), price("b", 3.0, 6, 12), "from month 6 until month 8"),
    "both for ever": (price("a", 2.0, 3), price("b", 3.0, 6), "from month 6 for ever"),
    "a date and a number": (price("a", 2.0, "2027-01"), price("b", 3.0, 6, 24), "from month 12 until month 24"),
}


@pytest.mark.parametrize("case", OVERLAPS)
def test_two_values_in_the_same_months_are_refused(case):
    one, two, when = OVERLAPS[case]
    for pair in ([one, two], [two, one]):
        with pytest.raises(ScenarioError, match=rf"both set value\.price_out, {when}\.\n  Give months"):
            combine(pair)


def test_values_that_follow_each_other_combine():
    both = combine([price("a", 2.0, 0, 6), price("b", 3.0, 6)]).apply(load_parameters())
    assert [both.at(month, "2026-01")["value.price_out"] for month in (0, 5, 6)] == [2.0, 2.0, 3.0]
    later = price("a", 2.0, "2027-01"), price("b", 3.0, 0, 6)
    assert combine(list(later)).changes  # month 12 when the run starts in 2026 ...
    with pytest.raises(ScenarioError, match="from month 4 until month 6"):
        combine(list(later), "2026-09")  # ... and month 4 here


def test_a_factor_acts_on_the_value_of_another_scenario():
    dearer = scenario({"parameter": "value.price_out", "since": 6, "factor": 1.5}, name="dearer")
    both = combine([price("a", 2.0, 0), dearer]).apply(load_parameters())
    assert [both.at(month, "2026-01")["value.price_out"] for month in (0, 6)] == [2.0, 3.0]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_scenarios_that_exclude_each_other_are_refused(order):
    pair = [load_scenario("commons_90_10_1"), load_scenario("commons_90_9_1")]
    with pytest.raises(ScenarioError, match=r"'commons_90_10_1' excludes 'commons_90_9_1'.*\n  Choose one"):
        combine([pair[k] for k in order])


def test_a_refusal_is_one_message_and_exit_code_2(capsys):
    from sim.cli import code_of

    arguments = ["run", "crisis", "refused_loan", "fund_grants", "fund_advances", "--territory", "synthetic:1"]
    assert code_of([*arguments, "--months", "1"]) == 2
    assert "'fund_advances' excludes 'fund_grants'" in capsys.readouterr().err


def test_measures_contexts_and_shocks_combine():
    mixed = combine([load_scenario(name) for name in ("premium", "measures_all", "future_closed_blocs", "crisis")])
    world = sim.World(village("a"), mixed.apply(load_parameters().with_values(BUSY)), seed=1, strict=True)
    world.run(26)
    assert world.state.lives.counts[:, projects.PAID].sum() > 0 and world.values["persons.volunteer_hours"] < 5


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
