"""Is every number sourced, dated, in a known unit and in its range? Do messages help? One broken file per mistake."""

import math
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.errors import InputError, ParameterError
from sim.parameters import Change, Parameters, load_parameters, loader
from sim.parameters.collection import month_of
from sim.parameters.evidence import CLAIMED, facts
from sim.parameters.readers import readers

ROOT = Path(__file__).parents[1]

GOOD = """
join_rate:
  label_fr: Taux d'arrivée
  label_en: Rate of joining
  meaning: Share of idle organisations that join in a year
  meaning_fr: Part des organisations libres qui arrivent en un an
  unit: 1/year
  kind: assumption
  values: {2019-01-01: 0.1, 2022-01-01: 0.2}
  source:
    2019-01-01: {title: "assumption, chosen by the team: nothing held"}
    2022-01-01: {title: "order of magnitude, to be checked against Insee", facts: [F004-051]}
  low: 0.01
  high: 0.5
  law: log
"""


def loaded(folder: Path, text: str) -> Parameters:
    (folder / "test.yaml").write_text(text, encoding="utf-8")
    loader._load.cache_clear()  # a file is read once per process, and the folder of a test changes
    return load_parameters(folder)


# What is accepted


def test_a_good_file_is_read(tmp_path):
    one = loaded(tmp_path, GOOD)["test.join_rate"]
    assert (one.value, one.unit, one.low, one.high, one.law, str(one.date)) == (
        0.2,
        "1/year",
        0.01,
        0.5,
        "log",
        "2022-01-01",
    )
    assert one.source.facts == ("F004-051",)


# What is refused: (what is changed in the good file, into what, the message)

MISTAKES = {
    "field misspelt": ("low: 0.01", "lowest: 0.01", r"malformed at 'lowest': Extra inputs are not permitted"),
    "field missing": ("unit: 1/year", "", r"malformed at 'unit': Field required"),
    "no French label": ("label_fr: Taux d'arrivée", "label_fr: ''", r"malformed at 'label_fr'"),
    "unit unknown": ("unit: 1/year", "unit: per year", r"unit 'per year' is not in the list .*\n.*units.csv"),
    "kind unknown": ("kind: assumption", "kind: guess", r"malformed at 'kind': .*'guess'"),
    "law unknown": ("law: log", "law: normal", r"malformed at 'law': .*'normal'"),
    "day that does not exist": ("2019-01-01", "2019-06-40", r"day"),
    "value without source": ("2022-01-01: 0.2}", "2022-01-01: 0.2, 2023-01-01: 0.2}", r"2023-01-01 with no source"),
    "source without value": ("{2019-01-01: 0.1, ", "{", r"source on 2019-01-01 for no value"),
    "no value": ("values: {2019-01-01: 0.1, 2022-01-01: 0.2}", "values: {}", r"malformed at 'values'"),
    "key twice": ("unit: 1/year", "unit: 1/year\n  unit: 1/month", r"line 8: the key 'unit' is given twice"),
    "date twice": ("2019-01-01: 0.1, ", "2022-01-01: 0.1, ", r"the key '2022-01-01' is given twice"),
    "text for a number": ("2022-01-01: 0.2}", "2022-01-01: about 0.2}", r"valid number \(given: 'about 0.2'\)"),
    "yes for a number": ("2022-01-01: 0.2}", "2022-01-01: yes}", r"valid number \(given: 'True'\)"),
    "not a number": ("2022-01-01: 0.2}", "2022-01-01: .nan}", r"finite number"),
    "below its range": ("2022-01-01: 0.2}", "2022-01-01: 0.001}", r"is refused: 0.001 1/year is below .* 0.01"),
    "above its range": ("2022-01-01: 0.2}", "2022-01-01: 0.9}", r"0.9 1/year is above the highest value allowed, 0.5"),
    "half a range": ("  high: 0.5\n", "", r"one end of its range"),
    "empty range": ("high: 0.5", "high: 0.01", r"its range is empty"),
    "law without range": ("  low: 0.01\n  high: 0.5\n", "", r"law 'log' has no range"),
    "log of zero": ("low: 0.01", "low: 0", r"law 'log' needs a range above 0"),
    "choice without choices": ("law: log", "law: choice", r"law 'choice' has no choices"),
    "choices and range": ("law: log", "law: choice\n  choices: [0.1, 0.2]", r"choices beside a range"),
    "list drawn": ("2022-01-01: 0.2}", "2022-01-01: [0.1, 0.2]}", r"a list cannot be drawn"),
    "claim in the recipe": ("facts: [F004-051]", "recipe: a third of F002-038", r"F002-038, which is a claim"),
    "unknown fact": ("F004-051", "F009-999", r"cites 'F009-999', which is no known fact"),
    "claim as source": ("F004-051", "F002-033", r"F002-033, which is a claim to test: 'Investing in engineering"),
    "claim in the French title": ('nothing held"', 'nothing held", title_fr: "F001-009"', r"F001-009, which is a"),
    "claim in the title": ("against Insee", "against F000-041", r"F000-041, which is a claim to test"),
    "claimed number": ("2022-01-01: 0.2}", "2022-01-01: 0.15}", r"0.15 .* is also a claimed number \(H7"),
    "claimed third": ("2022-01-01: 0.2}", "2022-01-01: 0.3333333}", r"is also a claimed number \(H5"),
    "assumption in disguise": ("assumption, chosen by the team: nothing held", "Insee", r"reads as a reference"),
    "statistic that admits it is not": ("kind: assumption", "kind: statistic", r"but its kind is statistic"),
    "name inside": ("unit: 1/year", "unit: 1/year\n  name: x", r"is named by its key"),
    "name with spaces": ("join_rate:", "join rate:", r"parameter 'join rate' is named by its key"),
    "no fields": (GOOD, "join_rate: 0.2", r"has no fields, it holds 0.2"),
    "empty file": (GOOD, "", r"holds no parameter"),
    "not YAML": ("unit: 1/year", "unit: [1/year", r"line \d+: .*\n  Correct the YAML"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_its_cure(mistake, tmp_path):
    before, after, message = MISTAKES[mistake]
    assert before in GOOD, "this case no longer changes the good file"
    with pytest.raises(ParameterError, match=message) as caught:
        loaded(tmp_path, GOOD.replace(before, after, 1))
    first, _, cure = str(caught.value).partition("\n")
    assert "test.yaml" in first
    assert cure.startswith("  ") and len(cure) > 15, "the message does not say what to do"


def test_a_statistic_needs_a_source_that_can_be_followed(tmp_path):
    text = GOOD.replace("kind: assumption", "kind: statistic").replace(
        "assumption, chosen by the team: nothing held", "Insee"
    )
    text = text.replace("order of magnitude, to be checked against Insee", "Insee")
    with pytest.raises(ParameterError, match="nobody can follow its source 'Insee'"):
        loaded(tmp_path, text)


def test_a_calibrated_value_needs_its_record(tmp_path):
    text = GOOD.replace("kind: assumption", "kind: calibrated").replace(
        "assumption, chosen by the team: nothing held", "fit"
    )
    text = text.replace("order of magnitude, to be checked against Insee", "fit")
    with pytest.raises(ParameterError, match="calibrated without a record"):
        loaded(tmp_path, text)


def test_a_claimed_number_may_come_from_a_measure_or_with_a_reason(tmp_path):
    claimed = GOOD.replace("2022-01-01: 0.2}", "2022-01-01: 0.25}")
    reason = claimed + "  not_a_claim: a quarter for another reason\n"
    measured = claimed.replace("facts: [F004-051]", "recipe: mean of a column")
    assert loaded(tmp_path, reason).value("test.join_rate") == 0.25
    assert loaded(tmp_path, measured).value("test.join_rate") == 0.25


def test_a_fact_of_the_claimants_does_not_free_a_claimed_number(tmp_path):
    with pytest.raises(ParameterError, match="also a claimed number"):
        loaded(tmp_path, GOOD.replace("2022-01-01: 0.2}", "2022-01-01: 0.25}"))  # cites F004-051


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(ParameterError, match="holds no parameter file"):
        load_parameters(tmp_path / "none")


def test_claimed_numbers_are_those_of_the_claims():
    numbers = {round(number, 6) for number, _ in CLAIMED}
    assert {2, 3, 4, 7, 12, round(1 / 3, 6), 0.25, 0.6, 0.15, 18, 84, 336} <= numbers
    listed = (ROOT / "sim/parameters/claimed.csv").read_text(encoding="utf-8")
    for fact in re.findall(r"F\d{3}-\d{3}", listed):
        assert facts()[fact].kind == "hypothesis", f"{fact} is no claim"


def test_the_claims_named_by_the_design_are_denied():
    """The list of docs/model.md: no parameter may use one of them."""
    denied = [*range(33, 36), *range(37, 46)]
    for number in denied:
        assert facts()[f"F000-{number:03d}"].kind == "hypothesis"
    for fact in (
        "F001-003",
        "F001-033",
        "F001-034",
        "F001-040",
        "F001-042",
        "F001-122",
        "F002-012",
        "F002-018",
        "F003-177",
    ):
        assert facts()[fact].kind == "hypothesis"


# The parameters of the model


@pytest.fixture(scope="module")
def ours() -> Parameters:
    return load_parameters()


def test_every_parameter_is_read_by_the_model(ours):
    """A number that nothing reads would be drawn, hashed and shown for nothing."""
    idle = [name for name in ours if not [file for file in ours[name].used_by if not file.startswith("sim/views")]]
    assert not idle, f"nothing reads {idle}"


def test_readers_are_found_in_the_code(ours):
    assert "sim/alliances/terms.py" in ours["value.price_out"].used_by
    assert "sim/alliances/terms.py" in ours["engineering.channel_bids"].used_by, "a composed name is not found"
    assert readers("value.price") == ()


def test_no_parameter_is_read_that_does_not_exist(ours):
    read = re.compile(r'values\[f?"([a-z]+\.[a-z_0-9]+)"\]|\bv\["([a-z]+\.[a-z_0-9]+)"\]')
    for file in (ROOT / "sim").rglob("*.py"):
        for found in read.findall(file.read_text(encoding="utf-8")):
            name = found[0] or found[1]
            assert name in ours, f"{file.name} reads '{name}', which is in no parameter file"


def test_what_studies_draw_has_its_source_in_french(ours):
    """From the number to the assumption to its source, in the language of those who read verdicts."""
    assert not [name for name in ours.drawn if not ours[name].source.title_fr]


def test_rivals_have_the_same_law(ours):
    """Size and model (H11), and the four distances, must be exchangeable: their order is a claim."""
    for pair in (("meeting.similarity_size", "meeting.similarity_model"), *DISTANCES):
        one, two = (ours[name] for name in pair)
        assert (one.low, one.high, one.law, one.value) == (two.low, two.high, two.law, two.value)


DISTANCES = [("alliances.distance_silo", f"alliances.distance_{other}") for other in ("size", "place", "legal")]


# The table of ranges of the scientific design, fixed before any run. Four of its 58 lines wait for their mechanism:
# effects of an order and of a declaration, avoided cost and its lag.
TABLE = """
value.price_out 1.05 6 log             value.general_efficiency 0.1 1 log     value.substitution 0.25 4 log
value.weight_concentration 10 100 uniform  value.fit_spread 0 0.5 uniform     needs.relief 0.05 0.5 uniform
value.overhead 0.1 0.35 uniform        value.poolable 0 0.3 uniform           alliances.fixed_cost 20 2000 log
alliances.link_hours 0.5 80 log        engineering.coordination 0 0.9 uniform engineering.half_cost 5 500 log
engineering.hub_cost 200 5000 log      engineering.search 0 10 uniform        engineering.promises 0 0.5 uniform
engineering.bids 0 0.3 uniform         alliances.candidates 1 20 log          alliances.noise 0.05 0.4 uniform
alliances.visibility 0.02 0.5 log      projects.start_rate 0.02 0.5 log       projects.initiative_engagement 0.5 10 log
projects.setup_months 3 72 log         projects.exit_hazard 0.005 0.1 log     trust.prior 0.3 0.7 uniform
trust.half_life 6 60 log               trust.kept 0.7 0.98 uniform            trust.asymmetry 1 4 uniform
desire.contagion 0 1 uniform           desire.threshold_sd 0.1 0.4 uniform    desire.rate 0.005 0.05 log
meeting.similarity_size 0 2 uniform    meeting.similarity_model 0 2 uniform   confidence.gain -0.02 0.1 uniform
confidence.half_life 12 240 log        confidence.inherited 0 1 uniform       needs.drift 0 0.03 uniform
needs.recovery 0.0083333 0.0833333 log needs.coupling 0 0.9 uniform           money.reserve 0.5 12 log
money.income_sd 0.05 0.6 uniform       money.common_share 0 0.8 uniform       money.public_drift -0.02 0.01 uniform
money.credit_months 0 6 uniform        life.exit 0.03 0.12 uniform            life.entry 0.03 0.15 uniform
money.import_share 0.2 0.7 uniform     innovation.gate 0.05 0.6 uniform
innovation.research_months 6 60 log    innovation.qualification_months 6 60 log  innovation.deployment_months 6 60 log
innovation.reinvention_cost 0.1 0.8 uniform
"""
DESIGN = TABLE.split()


@pytest.mark.parametrize("line", range(0, len(DESIGN), 4), ids=lambda line: DESIGN[line])
def test_the_ranges_are_those_of_the_design(line, ours):
    name, low, high, law = DESIGN[line : line + 4]
    assert (ours[name].low, ours[name].high, ours[name].law) == (float(low), float(high), law)


def test_ranges_are_those_committed(ours):
    committed = (ROOT / "experiments/ranges.sha256").read_text(encoding="utf-8").strip()
    assert ours.ranges_hash == committed, (
        "a range changed since it was committed; if this is meant, write the new hash in experiments/ranges.sha256"
    )


def test_the_page_of_parameters_is_up_to_date():
    page = runpy.run_path(str(ROOT / "docs/parameters.py"))
    assert page["page"]() == page["PAGE"].read_text(encoding="utf-8"), "run: python docs/parameters.py"


def test_loading_parameters_loads_no_heavy_library():
    code = "import sys, sim; sim.load_parameters(); print({'pandas', 'scipy', 'numba', 'mesa'} & {*sys.modules})"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


# Values, dates and changes


def test_the_value_in_force_follows_the_dates(tmp_path):
    dated = loaded(tmp_path, GOOD)
    at = {month: dated.at(month, "2021-11")["test.join_rate"] for month in (0, 1, 2, 3)}
    assert at == {0: 0.1, 1: 0.1, 2: 0.2, 3: 0.2}
    assert dated.at(0, "2015-01")["test.join_rate"] == 0.1, "before the first date, the first value holds"
    assert dated.change_months("2021-11") == [2]
    assert dated.change_months("2026-01") == []


def test_changes_come_and_go(tmp_path):
    dated = loaded(tmp_path, GOOD).with_changes(
        [
            Change("test.join_rate", month_of("2026-07"), 12, "value", 0.3),
            Change("test.join_rate", 8, None, "factor", 0.5),
        ]
    )
    assert dated.change_months("2026-01") == [6, 8, 12]
    at = [dated.at(month, "2026-01")["test.join_rate"] for month in (5, 6, 8, 12)]
    assert at == [0.2, 0.3, 0.15, 0.1]


def test_a_change_dated_before_the_start_holds_from_the_start(tmp_path):
    dated = loaded(tmp_path, GOOD).with_changes([Change("test.join_rate", month_of("2024-03"), None, "value", 0.3)])
    assert dated.at(0, "2026-01")["test.join_rate"] == 0.3
    assert dated.change_months("2026-01") == []


def test_a_change_that_leaves_the_range_stops_the_run(tmp_path):
    dated = loaded(tmp_path, GOOD).with_changes([Change("test.join_rate", 3, None, "factor", 10.0)])
    assert dated.at(2, "2026-01")["test.join_rate"] == 0.2
    with pytest.raises(ParameterError, match="above the highest value allowed"):
        dated.at(3, "2026-01")


def test_values_given_for_a_run_are_checked(ours):
    other = ours.with_values({"value.price_out": 2.5})
    assert (other.value("value.price_out"), ours.value("value.price_out")) == (2.5, 1.6)
    for value, message in (
        (9, "above"), (0, "below"), (math.nan, "finite"), ("2", "finite"), (True, "finite"), ([2.0], "one number"),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=message):
            ours.with_values({"value.price_out": value})
    with pytest.raises(ParameterError, match=r"0\.5 is not one of 0, 1"):
        ours.with_values({"form.value": 0.5})
    with pytest.raises(ParameterError, match=r"Did you mean value.price_out"):
        ours.with_values({"value.price_ou": 2})


def test_numpy_values_are_accepted(ours):
    other = ours.with_values({"value.price_out": np.float64(2.5), "innovation.share_kind": np.full(4, 0.25)})
    assert other.value("value.price_out") == 2.5
    assert other.at(0, "2026-01")["innovation.share_kind"].tolist() == [0.25] * 4


def test_lists_cannot_be_written(ours):
    with pytest.raises(ValueError, match="read-only"):
        ours.values()["innovation.share_kind"][0] = 1.0


# Identity


def test_the_digest_sees_every_number_and_no_word(tmp_path, ours):
    assert ours.with_values({"value.price_out": 1.7}).digest != ours.digest
    assert ours.with_values({"value.price_out": 1.7}).with_values({"value.price_out": 1.7}).digest == (
        ours.with_values({"value.price_out": 1.7}).digest
    )
    change = Change("value.price_out", 3, None, "value", 2.0)
    assert ours.with_changes([change]).digest != ours.digest
    assert ours.with_changes([change._replace(until=9)]).digest != ours.with_changes([change]).digest
    first = loaded(tmp_path, GOOD)
    assert loaded(tmp_path, GOOD.replace("Rate of joining", "Joining")).digest == first.digest


def test_the_hash_of_ranges_sees_ranges_and_not_values(tmp_path):
    first = loaded(tmp_path, GOOD).ranges_hash
    assert loaded(tmp_path, GOOD.replace("2022-01-01: 0.2}", "2022-01-01: 0.3}")).ranges_hash == first
    assert loaded(tmp_path, GOOD.replace("high: 0.5", "high: 0.6")).ranges_hash != first
    assert loaded(tmp_path, GOOD.replace("law: log", "law: uniform")).ranges_hash != first
    assert loaded(tmp_path, GOOD.replace("law: log", "law: fixed")).ranges_hash != first


# Draws


def test_a_draw_is_known_for_ever():
    """The numbers themselves: a change of library, machine or order of files may not move them."""
    draw = load_parameters().draw(3, of=8, seed=11, names=["value.price_out", "form.dissolution", "trust.prior"])
    assert draw == pytest.approx(KNOWN_DRAW, rel=1e-12)


KNOWN_DRAW = {"value.price_out": 1.2195073624650712, "form.dissolution": 1.0, "trust.prior": 0.5555225619914614}


def test_each_part_of_each_law_is_met_once(ours):
    of, names = 40, ["value.price_out", "money.common_share", "alliances.distance_silo"]
    rows = [ours.draw(index, of=of, seed=5, names=names) for index in range(of)]
    for name in names:
        parts = sorted(quantile_of(ours[name], row[name]) * of for row in rows)
        assert [math.floor(part) for part in parts] == list(range(of)), f"{name} is not stratified"
    orders = [sorted(range(of), key=lambda i, name=name: rows[i][name]) for name in names]
    assert orders[0] != orders[1] != orders[2], "two parameters are drawn in the same order"


def quantile_of(one, value: float) -> float:
    """The share of a law below a value, written another way than in the code."""
    if one.law == "uniform":
        return (value - one.low) / (one.high - one.low)
    if one.law == "log":
        return math.log(value / one.low) / math.log(one.high / one.low)
    return (math.exp(-one.low) - math.exp(-value)) / (math.exp(-one.low) - math.exp(-one.high))


def test_choices_come_equally_often(ours):
    drawn = [ours.draw(index, of=30, seed=2, names=["form.dissolution"])["form.dissolution"] for index in range(30)]
    assert sorted(drawn) == [0] * 10 + [1] * 10 + [2] * 10


def test_weights_over_their_sum_follow_a_flat_dirichlet_law(ours):
    """Each share then has mean 1/4 and variance 3/80; a uniform law of weights would give about a third of that."""
    names = [f"alliances.distance_{kind}" for kind in ("silo", "size", "place", "legal")]
    rows = [list(ours.draw(index, of=4000, seed=9, names=names).values()) for index in range(4000)]
    shares = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    assert shares.mean(0) == pytest.approx(np.full(4, 0.25), abs=0.01)
    assert shares.var(0) == pytest.approx(np.full(4, 3 / 80), rel=0.06)


@given(index=st.integers(0, 15), seed=st.integers(0, 2**63 - 1))
def test_draws_stay_in_range_and_depend_on_nothing_else(index, seed):
    ours = load_parameters()
    row = ours.draw(index, of=16, seed=seed)
    assert set(row) == set(ours.drawn)
    assert ours.with_values(row).value("value.price_out") == row["value.price_out"]  # with_values checks every range
    alone = ours.draw(index, of=16, seed=seed, names=["trust.prior"])
    assert alone["trust.prior"] == row["trust.prior"]


def test_another_seed_or_size_is_another_design(ours):
    rows = [ours.draw(0, of=of, seed=seed)["value.price_out"] for of, seed in ((16, 1), (16, 2), (17, 1))]
    assert len(set(rows)) == 3


def test_a_draw_outside_its_design_is_refused(ours):
    with pytest.raises(ParameterError, match="no draw 8 among 8"):
        ours.draw(8, of=8, seed=1)


# Explanations


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_everything_that_has_a_name_is_explained(ours, lang):
    from sim.glossary import claims, columns, indicators, phases
    from sim.scenarios import list_scenarios

    for name in [*ours, *columns(), *(s.name for s in list_scenarios()), *claims(), *phases(), *indicators()]:
        text = sim.explain(name, lang)
        assert text.startswith(f"{name} (") and "\n" in text


def test_a_phase_called_as_a_parameter_is_explained_beside_it():
    text = sim.explain("needs.drift", "fr")
    assert text.startswith("needs.drift (paramètre)") and "\n\nneeds.drift (phase)" in text


def test_an_explanation_goes_from_the_number_to_its_source():
    text = sim.explain("value.overhead", "fr")
    for piece in (
        "0.2 share",
        "hypothèse de l'équipe",
        "0.1 à 0.35",
        "F004-051: Lower bound of the average share",
        "2019",
    ):
        assert piece in text


def test_an_unknown_name_gets_near_ones():
    with pytest.raises(InputError, match=r"Nothing is called 'value.price'.\n  Did you mean value.price_out"):
        sim.explain("value.price")
    with pytest.raises(InputError, match="Give fr or en"):
        sim.explain("value.price_out", "de")
