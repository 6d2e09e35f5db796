"""An invented economy with known answers, in place of the engine: what the lab is told, it must find.

Projects of a cohort live with constant hazards and deliver value by rules planted here; worlds of one seed share
every draw. `planted` maps the values of a draw to the true effects.
"""

import hashlib
import json
from dataclasses import dataclass, field

import numpy as np

PROJECTS = 160
HORIZONS = (18, 36, 84, 336)


def first_study(**changes):
    """Return the claims of the registered study that the five worlds of engineering answer (H1 to H4), smaller.

    Its name is its own, so that its draws stay what tests of planted effects expect.
    """
    from sim.lab.design import Study, load_study

    registered = load_study().model_dump()
    own = {name: test for name, test in registered["tests"].items() if test["family"] is None}
    smaller = {"study": "first-verdicts-1", "tests": own, "families": {}, "quick": {"draws": 36, "seeds": 2}}
    return Study.model_validate(registered | smaller | changes)


@dataclass
class Invented:
    """What the lab reads of a result."""

    tables: dict
    summary: dict = field(default_factory=dict)


def planted(values: dict) -> dict:
    """Return the true effects: they grow with one parameter only."""
    price = values["value.price_out"]
    return {"premium": 0.25 * (price - 1) - 0.1, "frugal": 1 + 0.4 * (price > 2.5), "durable": 1.5}


def simulate(unit, values: dict, start: str, planted=planted) -> Invented:
    """Return the tables of one world: sums by month are spread evenly, effects are those planted."""
    world = world_of(values)
    true = planted(values)
    if values["value.general_efficiency"] == 1.0:  # organisations that are all alike only pay for coordination
        true = true | {"premium": -0.05}
    chance = np.random.Generator(np.random.Philox(unit.seed & (2**63 - 1)))
    months = unit.months
    n = PROJECTS
    started = chance.integers(0, 24, n)
    allied = (chance.uniform(size=n) < 0.5) & (world != "W0")
    means = chance.lognormal(9, 1, n) * months / 84
    base_hazard = 0.02
    hazard = np.full(n, base_hazard / (true["durable"] if world == "W2" else 1))
    life = np.ceil(-np.log(chance.uniform(size=n)) / hazard).astype(int)
    luck = np.exp(0.1 * chance.standard_normal(n))
    tables = {}
    for horizon in (h for h in HORIZONS if h <= months):
        seen = horizon - started
        over = life <= seen
        dose = 0.2 * means * allied if world in ("W2", "W3", "W4") else np.zeros(n)
        frugal = true["frugal"] if world == "W2" else 1.0
        if world == "W4":
            frugal = 1 / 1.25
        alone = means * luck * 0.8
        premium = np.where(allied, true["premium"] * alone, 0.0)
        value = (alone + premium + 0.8 * dose) * frugal
        share = horizon / months
        columns = {
            "uid": np.arange(n), "started": started, "end": np.where(over, 2, 0), "months": np.minimum(life, seen),
            "members_max": np.where(allied, 3, 1), "plan_value": alone / 36, "value": value * share,
            "alone": alone * share, "premium": premium * share, "gain": np.abs(premium) * share,
            "perceived": 0.4 * np.abs(premium) * share, "coordination": 0.05 * means * share * allied,
            "own": (means * 100 * share).astype(np.int64), "grants_public": np.zeros(n, np.int64),
            "grants_finance": np.zeros(n, np.int64), "grants_patronage": np.zeros(n, np.int64),
            "programme": (dose * 100 * share).astype(np.int64), "hours": np.zeros(n, np.int64),
            "means_alone": (means + dose) * share,
        }  # fmt: skip
        tables[f"projects_{horizon}"] = columns
    last = tables[f"projects_{max(h for h in HORIZONS if h <= months)}"]
    tables["monthly"] = monthly(last, allied, months)
    tables["flows"] = {"month": np.zeros(64, int), "payer": np.arange(64) // 8, "receiver": np.arange(64) % 8,
                       "cents": np.arange(64) * 100}  # fmt: skip
    digest = hashlib.sha256(json.dumps({k: np.asarray(v).tolist() for k, v in last.items()}).encode()).hexdigest()
    summary = {
        "digest": digest, "organisations": 1000, "ledger": {"max_residual_cents": 0, "checks": 84},
        "territory": {"population": 20_000},
    }  # fmt: skip
    return Invented(tables, summary)


def world_of(values: dict) -> str:
    """Tell which of the five worlds a set of values asks for."""
    if values["alliances.possible"] == 0:
        return "W0"
    if values["engineering.dose"] == 0:
        return "W1"
    return f"W{2 + int(values['engineering.mode'])}"


def monthly(last: dict, allied: np.ndarray, months: int) -> dict:
    """Spread the totals of the cohort over the months."""
    from sim.lab.worlds import TOTALS

    found = {"month": np.arange(months), "residents": np.full(months, 20_000), "confident": np.full(months, 9_000.0),
             "deployed": np.zeros(months)}  # fmt: skip
    for name in TOTALS:
        for who, chosen in (("solo", ~allied), ("allied", allied)):
            found[f"{name}_{who}"] = np.full(months, float(np.sum(last[name], where=chosen)) / months)
    return found
