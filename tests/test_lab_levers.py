"""H7 from runs to verdict, on an invented economy where each lever's part in each impact is planted."""

import numpy as np
import pytest

import sim
from sim.lab import mix, prior, verdict
from sim.lab.answers import besides, claim_verdict
from sim.lab.design import Study, load_study
from sim.lab.table import Table
from tests.lab_worlds import Invented, simulate

MONTHS = 336
CLAIMED = ((0.6, 0.25, 0.15), (0.15, 0.6, 0.25), (0.25, 0.15, 0.6))  # parts of the levers, by impact
CLOCKS = (8.0, 40.0, 120.0)  # half-lives of the three impacts


def economy(parts=CLAIMED, clocks=CLOCKS):
    """Return a simulator: each impact grows with its own mix of levers, towards its last value."""

    def run(unit, values, start):
        if not unit.family:
            return simulate(unit, values, start)
        share = np.maximum([values[f"levers.share_{lever}"] for lever in mix.LEVERS], 1e-6)
        on = float(values["levers.budget"] > 0)
        month = np.arange(1, MONTHS + 1)
        luck = np.random.Generator(np.random.Philox(unit.seed)).normal(1, 0.01)
        gain = [
            on * luck * float(np.sqrt(share * part).sum()) * (1 - 2 ** (-month / clock))  # best where share = part
            for part, clock in zip(parts, clocks, strict=True)
        ]
        tables = simulate(unit, values | {"engineering.dose": 0.0}, start).tables
        monthly = tables["monthly"]
        cumulated = 1000.0 * month * (1 + gain[0])  # value over means is 1 + gain
        monthly["value_solo"], monthly["value_allied"] = np.diff(cumulated, prepend=0.0), np.zeros(MONTHS)
        for name in monthly:
            if name.startswith(("own", "grants", "programme", "hours")):
                monthly[name] = np.zeros(MONTHS)
        monthly["own_solo"] = np.full(MONTHS, 100_000.0)
        monthly["deployed"] = np.diff(10 * (1 + gain[1]), prepend=0.0)
        monthly["confident"] = 20_000 * (0.4 + 0.3 * gain[2])
        return Invented(tables, {"digest": "", "ledger": {"max_residual_cents": 0, "checks": MONTHS}})

    return run


@pytest.fixture(scope="module")
def study():
    """H7 alone, on the triangle in thirds, with the controls that every study needs."""
    registered = load_study().model_dump()
    tests = {name: registered["tests"][name] | {"family": "H7+H7delays", "needs": ()} for name in ("H7a", "H7b")}
    small = {"H7": {"draws": 12, "seeds": 2, "grid": [3]}, "H7delays": {"draws": 4, "seeds": 2}}
    families = {name: registered["families"][name] | {"quick": size} for name, size in small.items()}
    return Study.model_validate(
        registered
        | {
            "ranges_hash": sim.load_parameters().ranges_hash, "tests": tests, "families": families,
            "places": [{"key": "a", "kind": "rural", "territory": "epci:244600573"},
                       {"key": "b", "kind": "town", "territory": "epci:200069854"}],
            "quick": {"draws": 12, "seeds": 2}, "long": {"place": "a", "months": 336, "draws": 1, "seeds": 2},
        }
    )  # fmt: skip


def answers(study, simulator):
    """Return the verdicts of a study, controls first."""
    found = verdict.run_verdict(study=study, workers=1, progress=False, simulate=simulator)
    assert verdict.controls_hold(found)
    return {v["claim"]: v for v in found}


def direction(study, simulator, claim):
    """Return one verdict without controls, nor what ranges alone would say."""
    runs = verdict.run_study(study, study.quick, True, None, 1, False, simulator)
    delays = besides("H7delays", Table.of_family(runs, "H7delays"), 336)
    return claim_verdict(claim, Table.of_family(runs, "H7"), {}, delays)


def test_levers_planted_as_claimed_are_found_with_their_near_set_and_their_clocks(study, monkeypatch):
    monkeypatch.setattr(prior, "prior", lambda *_: {})  # what ranges alone say is tested elsewhere, and takes a minute
    found = answers(study, economy())
    assert found["H7a"]["direction"] == "supported"
    assert found["H7a"]["estimate"] > 0.5
    apart = found["H7a"]["beside"]
    for impact, lever in (("performance", "management"), ("innovation", "action"), ("confidence", "vision")):
        low, at, high = (apart[f"{impact}_{lever}{end}"][0] for end in ("_low", "", "_high"))
        assert low <= at <= high
        assert at == pytest.approx(0.6, abs=0.1)  # ten mixes in thirds
    assert found["H7b"]["direction"] == "supported"
    assert apart["t50_innovation"][0] == pytest.approx(CLOCKS[1], rel=0.15)


def test_levers_planted_in_another_order_refute_the_assignment_and_the_clocks(study):
    other = economy(CLAIMED[1:] + CLAIMED[:1], CLOCKS[::-1])
    assert direction(study, other, "H7a")["direction"] == "refuted"
    assert direction(study, other, "H7b")["direction"] == "refuted"


def test_levers_that_all_weigh_alike_give_no_assignment(study):
    found = direction(study, economy(((1 / 3,) * 3,) * 3), "H7a")
    assert found["direction"] == "undecided"
    assert found["estimate"] == 0.0
