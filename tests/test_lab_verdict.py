"""From runs to verdicts, on an invented economy whose effects are known; and what must stop a verdict."""

import json
import re
from functools import partial

import numpy as np
import pytest
from scipy.stats import binom

import sim
from sim.errors import InputError, RunError
from sim.lab import design, discovery, uncertainty, verdict
from sim.lab.answers import Question
from sim.lab.claims import load_claims, unscaled
from sim.lab.design import ALL_CLAIMS, load_study
from sim.lab.table import Table
from sim.lab.wording import amount, number
from tests.lab_worlds import Invented, first_study, planted, simulate

RUNS = 2 * 48 * (5 + 3)  # places, draws, worlds of the first seed and of the second
KEYS = (
    "claim", "statement", "statement_fr", "claimed_by", "estimand", "unit", "estimate", "interval", "claimed",
    "reference_value", "direction", "size", "p0", "prior_driven", "evidence_level", "conditions_fr", "conditions_en",
    "text_fr", "text_en", "seeds", "draws", "forms", "runs", "assumptions",
)  # fmt: skip


@pytest.fixture(scope="module")
def study():
    """The first study, small, with the ranges in force."""
    places = [{"key": "a", "kind": "rural", "territory": "epci:244600573"}]
    places.append({"key": "b", "kind": "town", "territory": "epci:200069854"})
    return first_study(
        ranges_hash=sim.load_parameters().ranges_hash,
        places=places,
        quick={"draws": 48, "seeds": 2},
        long={"place": "a", "months": 336, "draws": 4, "seeds": 2},
    )


def judged(study, **options):
    """Run the study in this process on the invented economy."""
    settings = {"workers": 1, "progress": False, "simulate": simulate} | options
    return verdict.run_verdict(study=study, **settings)


@pytest.fixture(scope="module")
def small(study):
    """A quarter of it: enough where no condition is looked for."""
    size = study.quick.model_copy(update={"draws": 12})
    return study.model_copy(update={"quick": size})


@pytest.fixture(scope="module")
def verdicts(study, tmp_path_factory):
    """The verdicts of the invented economy, and their folder."""
    folder = tmp_path_factory.mktemp("verdict")
    return judged(study, out=folder), folder


def by_name(found):
    return {v["claim"]: v for v in found}


def test_every_verdict_has_the_keys_that_other_programs_read(verdicts):
    found, folder = verdicts
    assert [v["claim"] for v in found[:9]] == [f"H0{letter}" for letter in "abcdefghi"]
    assert [v["claim"] for v in found[9:]] == ["H1a", "H1b", "H1c", "H2", "H3", "H4a", "H4b"]
    for entry in found:
        assert set(KEYS) <= set(entry), entry["claim"]
        assert len(entry["interval"]) == 3
        assert entry["evidence_level"] == "A"
    assert json.loads((folder / "verdict.json").read_text(encoding="utf-8"))[9]["claim"] == "H1a"


def test_controls_hold_on_an_honest_economy(verdicts):
    assert verdict.controls_hold(verdicts[0])


def test_planted_effects_are_recovered(study, verdicts):
    found = by_name(verdicts[0])
    h3 = found["H3"]
    assert h3["interval"][0] < 1.5 < h3["interval"][1] + 0.1
    assert h3["direction"] == "supported"
    assert h3["size"] == "refuted"
    assert found["H1b"]["estimate"] == pytest.approx(0.6)
    assert found["H1b"]["size"] == "supported"
    assert found["H4b"]["beside"]["gross"][0] == pytest.approx(5.0, rel=0.01)
    assert found["H4b"]["estimate"] == pytest.approx(0.0, abs=0.01)
    assert found["H4b"]["direction"] == "refuted"
    assert found["H4a"]["estimate"] == pytest.approx(1 + found["H4b"]["estimate"])


def test_an_effect_planted_through_one_parameter_gives_the_condition(verdicts):
    found = by_name(verdicts[0])["H2"]
    assert found["direction"] == "depends_on"
    low, high = found["condition"]["limits"]["value.price_out"]
    assert low == pytest.approx(2.5, rel=0.10)
    assert high is None
    assert "prix d'une fonction achetée au-dehors" in found["text_fr"]
    assert found["assumptions"][0] == "value.price_out"
    assert found["size"] == "refuted"


def test_an_effect_is_planted_by_a_parameter_not_by_a_result(verdicts):
    """Two times through p_out alone: found supported, with that size inside the interval."""
    found = by_name(verdicts[0])["H1a"]
    assert found["carriers"][0]["name"] == "value.price_out"
    assert found["carriers"][0]["rank_correlation"] > 0.95


def test_a_claim_about_what_never_happens_is_undecided_in_words(small):
    found = by_name(judged(small, simulate=partial(simulate, planted=nothing)))["H1b"]
    assert found["direction"] == "undecided"
    assert found["estimate"] is None
    assert "Trop peu de projets comparables" in found["text_fr"]


def nothing(values):
    """An economy where nothing that is claimed happens."""
    return {"premium": 0.0, "frugal": 1.0, "durable": 1.0}


SHUFFLES = 40


@pytest.fixture(scope="module")
def shuffled(study, verdicts):
    """Answers to H2 and H3 when the labels of W2 and W3 are swapped at random, draw by draw, forty times."""
    runs = verdict.run_study(study, study.quick, True, verdicts[1], 1, False, simulate)  # read again, not run again
    found = []
    for seed in range(SHUFFLES):
        chance = np.random.Generator(np.random.Philox(seed))
        swap = {draw: chance.uniform() < 0.5 for draw in range(48)}
        outcomes = [swapped(outcome) if swap[outcome["draw"]] else outcome for outcome in runs.outcomes]
        table = Table(runs._replace(outcomes=outcomes))
        found.append({name: question(name, table) for name in ("H2", "H3")})
    return found


def swapped(outcome):
    """Return the outcome of a unit with the labels of W2 and W3 exchanged."""
    worlds = outcome["worlds"]
    return outcome | {"worlds": worlds | {"W2": worlds["W3"], "W3": worlds["W2"]}}


def question(name, table):
    """Return the direction that the procedure of the verdicts gives, and the box before shuffles are asked."""
    raw = table.effects(name, 84, 12)
    spread = uncertainty.spread(raw, table.seeds, table.forms)
    ends = tuple(float(unscaled(name, end)) for end in spread.interval(table.study.level))
    asked = Question(name, load_claims()[name], table, np.ones(48, bool), unscaled(name, spread.corrected), ends)
    return asked.decide(table.study.tests[name].bar)[0]


def test_shuffled_worlds_are_undecided_but_one_time_in_twenty_at_most(shuffled):
    """With a bound that an honest rule of 5 % passes 99 times in 100. Measured: see docs/verdicts.md."""
    answers = [answer for found in shuffled for answer in found.values()]
    assert {"supported", "refuted"}.isdisjoint(answers), "labels at random gave a direction"
    most = binom.ppf(0.99, len(answers), discovery.CHANCE)
    assert sum(answer == "depends_on" for answer in answers) <= most


def test_without_confirmation_shuffled_worlds_would_give_conditions(study, verdicts):
    """The rate above is small because boxes must be confirmed, not because none is ever found."""
    runs = verdict.run_study(study, study.quick, True, verdicts[1], 1, False, simulate)
    table, chance = Table(runs), np.random.Generator(np.random.Philox(5))
    half = np.array([design.first_half(draw) for draw in table.draws])
    effect = table.effects("H2", 84, 12).mean(axis=1)
    found = 0
    for _ in range(10):
        dealt = chance.permutation(effect)
        order = np.argsort(-np.abs(discovery.rank_correlations(table.points[half], dealt[half])))[: discovery.WIDEST]
        names = [table.names[k] for k in order]
        found += discovery.find(table.points[half][:, order], names, dealt[half] > np.median(effect)) is not None
    assert found >= 8


def test_where_nothing_happens_nothing_is_supported(small):
    found = by_name(judged(small, simulate=partial(simulate, planted=nothing)))
    assert found["H2"]["direction"] == "refuted"
    assert found["H3"]["direction"] == "refuted"
    assert found["H2"]["estimate"] == pytest.approx(1.0)


def test_the_card_of_a_study_too_small_for_conditions_says_so(small, tmp_path):
    from sim.views.scenes import card, normalised

    found = by_name(judged(small, out=tmp_path, claims=["H2"]))["H2"]
    assert found["power"]["confirming"] == 0
    assert "il faut au moins 24 jeux" in found["power_fr"]
    assert found["direction"] != "depends_on"
    page = json.loads((tmp_path / "page.json").read_text(encoding="utf-8"))
    assert "il faut au moins 24 jeux" in card(normalised([found])[0], page, [])


def test_doubling_the_seeds_narrows_the_chance_of_a_draw(small):
    more = small.model_copy(update={"quick": small.quick.model_copy(update={"seeds": 4})})
    few, many = (by_name(judged(size, claims=["H3"]))["H3"] for size in (small, more))
    assert many["uncertainty"]["chance_standard_error"] < 0.85 * few["uncertainty"]["chance_standard_error"]


# What must stop a verdict


def leaking(unit, values, start):
    """An economy where one cent vanishes."""
    result = simulate(unit, values, start)
    return Invented(result.tables, result.summary | {"ledger": {"max_residual_cents": 1, "checks": 84}})


def unchecked(unit, values, start):
    """An economy whose books nobody checked."""
    result = simulate(unit, values, start)
    return Invented(result.tables, result.summary | {"ledger": {"max_residual_cents": 0, "checks": 0}})


def magical(unit, values, start):
    """An economy where organisations that are all alike gain by allying."""
    result = simulate(unit, values, start)
    if values["value.general_efficiency"] == 1.0:
        for name, table in result.tables.items():
            if name.startswith("projects"):
                table["premium"] = np.abs(table["premium"]) + (table["members_max"] > 1)
    return result


def generous(unit, values, start):
    """An economy where paid engineering without effect beats untied money."""
    result = simulate(unit, values, start)
    if values.get("engineering.mode") == 2.0:
        for who in ("solo", "allied"):
            result.tables["monthly"][f"value_{who}"] *= 2
    return result


@pytest.mark.parametrize(
    ("economy", "control"), [(leaking, "H0h"), (unchecked, "H0h"), (magical, "H0e"), (generous, "H0c")]
)
def test_a_failed_control_hides_every_other_verdict(small, economy, control, tmp_path):
    found = judged(small, simulate=economy, out=tmp_path)
    assert all(v["claim"].startswith("H0") for v in found)
    assert by_name(found)[control]["direction"] == "refuted"
    assert not verdict.controls_hold(found)
    page = json.loads((tmp_path / "page.json").read_text(encoding="utf-8"))
    assert "claims" not in page


def test_ranges_that_changed_since_the_registration_give_no_verdict(small):
    changed = small.model_copy(update={"ranges_hash": "0" * 64})
    with pytest.raises(RunError, match="not those registered"):
        judged(changed)


def test_a_verdict_on_nothing_or_on_a_deleted_store_fails_in_words(small, tmp_path):
    with pytest.raises(InputError, match="holds no verdict"):
        verdict.load_verdicts(tmp_path)
    runs = verdict.run_study(small, small.quick, True, None, 1, False, simulate)
    with pytest.raises(RunError, match="no run to answer from"):
        verdict.answer(runs._replace(outcomes=[]), ["H2"])
    with pytest.raises(RunError, match="The study lacks draw"):
        verdict.answer(runs._replace(outcomes=runs.outcomes[1:]), ["H2"])


def test_an_unknown_claim_is_refused(small):
    with pytest.raises(InputError, match="No claim is called 'H99'"):
        judged(small, claims=["H99"])


def test_claims_are_chosen_by_name_and_controls_always_come_first(small):
    found = judged(small, claims=["H4"])
    assert [v["claim"] for v in found if not v["claim"].startswith("H0")] == ["H4a", "H4b"]
    assert found[0]["claim"] == "H0a"


# Stores


def test_a_killed_study_goes_on_from_its_whole_lines(study, verdicts, tmp_path):
    _, folder = verdicts
    lines = (folder / "units.jsonl").read_bytes()
    (tmp_path / "units.jsonl").write_bytes(lines[: len(lines) // 2])  # cut in the middle of a line
    ran = []

    def counting(unit, values, start):
        ran.append(unit)
        return simulate(unit, values, start)

    again = judged(study, out=tmp_path, simulate=counting)
    assert 0 < len(ran) < 0.7 * (RUNS + 8 + 16)
    for one, other in zip(verdicts[0], again, strict=True):
        assert one["estimate"] == other["estimate"]
    ran.clear()
    judged(study, out=tmp_path, simulate=counting)
    assert not ran


def test_numbers_of_a_verdict_are_recomputed_from_the_store_by_hand(verdicts):
    found, folder = verdicts
    effects = {}
    for line in (folder / "units.jsonl").read_text(encoding="utf-8").splitlines():
        unit = json.loads(line) if line else {}
        if len(unit.get("worlds", ())) >= 3:
            sums = {w: unit["worlds"][w]["84"] for w in ("W2", "W3")}
            effects.setdefault((unit["draw"], unit["repeat"]), []).append(sums)
    by_draw = {}
    for (draw, _), places in effects.items():
        rate = {}
        for world in ("W2", "W3"):
            lost = sum(p[world]["d_lost_solo"] + p[world]["d_lost_allied"] for p in places)
            years = sum(p[world]["d_years_solo"] + p[world]["d_years_allied"] for p in places)
            rate[world] = lost / years
        by_draw.setdefault(draw, []).append(np.log(rate["W3"] / rate["W2"]))
    bars = {bar["draw"]: bar["estimate"] for bar in by_name(found)["H3"]["comb"]}
    assert len(bars) == 48
    for draw, logs in by_draw.items():
        assert bars[draw] == pytest.approx(np.exp(np.mean(logs)))


# Words


BANNED = r"prévoi|prouve|démontre|impact avéré|probabilité que|\bva (?!dans|avec)\w+er\b|\bsera\b|\bseront\b"


def test_texts_promise_nothing_and_have_at_most_two_significant_digits(verdicts):
    for entry in verdicts[0]:
        assert not re.search(BANNED, entry["text_fr"]), entry["text_fr"]
        assert "{" not in entry["text_fr"] + entry["text_en"]
        if entry["claim"].startswith("H0"):
            continue
        for written in re.findall(r"\d+[,.]\d+", entry["text_fr"] + entry["text_en"]):
            assert len(re.sub(r"\D", "", written).lstrip("0")) <= 2 or written in ("3,25", "3.25", "4,25", "4.25")


@pytest.mark.parametrize(
    ("value", "fr", "en"),
    [
        (1.2345, "1,2", "1.2"),
        (0.997, "1", "1"),
        (-0.0421, "−0,042", "−0.042"),
        (1234, "1\u202f200", "1,200"),
        (0, "0", "0"),
    ],
)
def test_numbers_are_written_as_people_of_each_language_do(value, fr, en):
    assert (number(value, "fr"), number(value, "en")) == (fr, en)


def test_amounts_take_the_form_of_their_claim():
    assert amount(0.123, "percent", "fr") == "12\u202f%"
    assert amount(-3.2, "euros", "en") == "−€3.2"
    assert amount(1.31, "times", "fr") == "1,3"


def test_every_claim_has_words_for_every_answer_that_it_can_get():
    for name, claim in load_claims().items():
        if name == "H1c":
            continue
        assert set(claim.direction) == {"supported", "refuted", "undecided", "depends_on"}, name
        assert not claim.size or set(claim.size) == {"supported", "refuted", "undecided", "depends_on"}, name


# The page


def test_the_page_holds_what_the_charts_draw(study, verdicts):
    page = json.loads((verdicts[1] / "page.json").read_text(encoding="utf-8"))
    assert set(page) == {"study", "territories", "claims", "three_times", "survival", "premium", "who", "parameters"}
    assert page["study"]["runs"] == RUNS
    comb = page["claims"]["H2"]
    assert len(comb["bars"]) == 48
    assert sum(comb["counts"].values()) == 48
    assert page["survival"]["curves"][0]["alive"][0] == 1.0
    steps = {step["key"]: step for step in page["premium"]["steps"]}
    assert steps["premium"]["end"] == pytest.approx(100 * (1 + by_name(verdicts[0])["H1a"]["estimate"]), abs=2)
    named = {name for v in verdicts[0] for name in v["assumptions"]}
    assert named <= set(page["parameters"])
    assert page["three_times"][0]["months"][-1] == 336


def test_the_registered_study_is_read_whole():
    study = load_study()
    assert set(study.tests) == set(load_claims())
    assert study.quick.draws % len(design.FORMS) == 0
    assert max(study.horizons) <= study.months


def test_a_study_with_a_key_too_many_is_refused(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text(ALL_CLAIMS.read_text(encoding="utf-8") + "\nextra: 1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"study\.yaml is malformed at 'extra'"):
        load_study(file)


def test_planted_effects_depend_on_the_draw_only():
    assert planted({"value.price_out": 3.0})["frugal"] > planted({"value.price_out": 2.0})["frugal"]


def test_the_public_name_is_the_function_whatever_was_imported_before():
    assert sim.verdict is verdict.run_verdict


def test_the_study_is_registered_with_the_ranges_in_force():
    study = load_study()
    assert study.ranges_hash == sim.load_parameters().ranges_hash
    assert study.ranges_hash == (ALL_CLAIMS.parent / "ranges.sha256").read_text(encoding="utf-8").strip()
