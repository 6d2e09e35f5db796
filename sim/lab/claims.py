"""What is claimed and by whom, and how each claim reads the sums of paired worlds."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from sim.errors import InputError
from sim.lab import durability, frugality, leverage, premium
from sim.parameters.loader import explain_mistake, read_yaml

FILE = Path(__file__).with_name("claims.yaml")
Sums = Mapping[str, object]
Worlds = Mapping[str, Sums]  # sums by world, and by pair of worlds under "W2|W3"
Words = dict[Literal["fr", "en"], str]


class Claim(BaseModel):
    """A sentence of the promoters, and the words of each answer to it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statement: str
    statement_fr: str
    claimed_by: Words
    form: Literal["percent", "times", "euros"]
    direction: dict[str, Words]
    size: dict[str, Words] = {}
    beside: Words | None = None  # another reading of the same runs, said with every answer
    note: Words | None = None  # said with every answer


@cache
def load_claims(file: Path = FILE) -> dict[str, Claim]:
    """Read the registry of claims."""
    try:
        return {name: Claim.model_validate(entry) for name, entry in read_yaml(file, InputError).items()}
    except ValidationError as problem:
        raise InputError(explain_mistake(file.name, problem, "See sim/lab/claims.yaml.")) from None


# How each claim reads paired worlds, and the scale on which its effects are averaged over seeds and corrected for
# chance: ratios as logarithms; amounts that may be negative and far from zero as asinh, which is linear near zero and
# logarithmic far from it. A share is averaged as it is.

SCALES = {"H1a": "asinh", "H1b": "share", "H2": "log", "H3": "log", "H4a": "asinh", "H4b": "asinh"}
THERE = {"log": np.log, "asinh": np.arcsinh, "share": np.asarray}
BACK = {"log": np.exp, "asinh": np.sinh, "share": lambda shares: np.clip(shares, 0.0, 1.0)}
SAME = {"H1a": 0.0, "H1b": 0.0, "H2": 1.0, "H3": 1.0, "H4a": 1.0, "H4b": 0.0}  # the value that means no difference
CONTRASTS = {"H1a": "W1-alone", "H1b": "W1-alone", "H2": "W2-W3", "H3": "W2-W3", "H4a": "W2-W1", "H4b": "W2-W1"}


def effect(claim: str, worlds: Worlds, wage: float) -> float:
    """Return the effect that a claim speaks of, in one set of paired worlds, on the claim's own scale."""
    match claim:
        case "H1a":
            return premium.rate(worlds["W1"])
        case "H1b":
            return premium.unseen_share(worlds["W1"])
        case "H2":
            return frugality.of_places(worlds["W3"], worlds["W2"], wage)
        case "H3":
            return durability.rate_ratio(worlds["W3"], worlds["W2"])
        case "H4a":
            return leverage.in_all(leverage.additional(worlds["W2"], worlds["W1"], wage))
        case "H4b":
            return leverage.additional(worlds["W2"], worlds["W1"], wage)
    raise InputError(f"No claim is called '{claim}'.\n  They are {', '.join(load_claims())}.")


def beside(claim: str, horizon: int, wage: float) -> dict[str, Callable[[Worlds], float]]:
    """Return what is shown beside the verdict and never mixed with it, each as a reading of paired worlds."""
    add = leverage.in_all if claim == "H4a" else float
    match claim:
        case "H1a":
            return {
                "T_W1_W0": lambda w: premium.rate_of_places(w["W1"], w["W0"], wage),
                "with_engineering": lambda w: premium.rate(w["W2"]),
                "alliances_losing": lambda w: w["W1"]["p_losing"] / max(1.0, w["W1"]["p_alliances"]),
            }
        case "H1b":
            return {"with_engineering": lambda w: premium.unseen_share(w["W2"])}
        case "H2":
            return {
                "F_P": lambda w: frugality.of_projects(w["W2"], wage),
                "F_A": lambda w: frugality.of_same_projects(w["W2|W3"], wage),
                "W2_W1": lambda w: frugality.of_places(w["W1"], w["W2"], wage),
                "W1_W0": lambda w: frugality.of_places(w["W0"], w["W1"], wage),
                "W4_W3": lambda w: frugality.of_places(w["W3"], w["W4"], wage),
                "engineering_share": lambda w: leverage.share_of_means(w["W2"], wage),
            }
        case "H3":
            return {
                "service_months": lambda w: durability.service_ratio(w["W2|W3"], horizon)[0],
                "service_months_ceiling": lambda w: durability.service_ratio(w["W2|W3"], horizon)[1],
                "alliances_only": lambda w: durability.rate_ratio(w["W3"], w["W2"], ("allied",)),
                "W1_W0": lambda w: durability.rate_ratio(w["W0"], w["W1"]),
                "failures_per_year_W3": lambda w: durability.failure_rate(w["W3"]),
            }
        case "H4a" | "H4b":
            return {
                "gross": lambda w: add(leverage.gross(w["W2"], wage)),
                "additional": lambda w: add(leverage.additional(w["W2"], w["W1"], wage)),
                "net": lambda w: add(leverage.net(w["W2"], w["W1"], wage)),
                "placebo_additional": lambda w: add(leverage.additional(w["W3"], w["W1"], wage)),
            }
    return {}


def scaled(claim: str, values: np.ndarray) -> np.ndarray:
    """Return effects on the scale in which they are averaged and corrected."""
    return THERE[SCALES[claim]](np.asarray(values, float))


def unscaled(claim: str, values):
    """Return effects on the scale in which they are said and compared."""
    return BACK[SCALES[claim]](values)
