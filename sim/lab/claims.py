"""What is claimed and by whom, and how each claim reads the sums of paired worlds."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from sim.errors import InputError
from sim.lab import curve, durability, families, frugality, homophily, leverage, mix, opinion, premium, shock
from sim.lab.cohort import ratio
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
    form: Literal["percent", "times", "euros", "number"]
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

SCALES = {
    "H1a": "asinh", "H1b": "share", "H2": "log", "H3": "log", "H4a": "asinh", "H4b": "asinh", "H5a": "share",
    "H5b": "share", "H6a": "log", "H6b": "log", "H7a": "plain", "H7b": "log", "H8": "log", "H9": "asinh", "H10": "log",
    "H11": "plain", "H12a": "plain", "H12b": "plain", "H13": "share",
}  # fmt: skip
THERE = {"log": np.log, "asinh": np.arcsinh, "share": np.asarray, "plain": np.asarray}
BACK = {"log": np.exp, "asinh": np.sinh, "share": lambda shares: np.clip(shares, 0.0, 1.0), "plain": np.asarray}
SAME = {  # the value that means no difference
    "H1a": 0.0, "H1b": 0.0, "H2": 1.0, "H3": 1.0, "H4a": 1.0, "H4b": 0.0, "H5a": 1.0, "H5b": 1.0, "H6a": 1.0,
    "H6b": 1.0, "H7a": 0.0, "H7b": 1.0, "H8": 1.0, "H9": 0.0, "H10": 1.0, "H11": 0.0, "H12a": 0.0, "H12b": 0.0,
    "H13": 0.5,
}  # fmt: skip
CONTRASTS = {
    "H1a": "W1-alone", "H1b": "W1-alone", "H2": "W2-W3", "H3": "W2-W3", "H4a": "W2-W1", "H4b": "W2-W1", "H8": "W2-W0",
}  # fmt: skip
CLAIMED_SHARES = {"H5a": 1 / 3, "H5b": 1 / 4}  # the two readings of "one third": 67/33 and 75/25


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
        case "H5a" | "H5b":
            return curve.support(*shares(worlds, wage), CLAIMED_SHARES[claim])
        case "H6a":
            return frugality.of_places(worlds["none"], worlds["funded"], wage)
        case "H6b":
            return frugality.of_places(worlds["none"], worlds["ten"], wage)
        case "H7a":
            return assignment(families.near_sets(worlds, wage))
        case "H7b":
            return mix.ordering(families.clocks(worlds, wage))
        case "H8":
            return frugality.of_places(worlds["W0"], worlds["W2"], wage)
        case "H9":
            return curve.critical_mass(*catalysts(worlds)).advantage
        case "H10":
            return opinion.factor_of_history(wishes(worlds["W1"]))
        case "H11":
            return homophily.of_links(worlds["W1"])
        case "H12a":
            return shock.protection(worlds, "before")
        case "H12b":
            return shock.protection(worlds, "after", shock.of_place)
        case "H13":
            return ratio(worlds["pool"]["p_losing"], worlds["pool"]["p_alliances"])
    raise InputError(f"No claim is called '{claim}'.\n  They are {', '.join(load_claims())}.")


def shares(worlds: Worlds, wage: float, stratum: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of engineering that were run, and value per means at each."""
    x, sums = families.curve(worlds, "s")
    if stratum is None:
        return x, np.array([families.value_per_means(one, wage) for one in sums])
    return x, np.array([families.of_stratum(one, stratum, wage) for one in sums])


def catalysts(worlds: Worlds) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of catalysts that were run, and the value delivered with each."""
    x, sums = families.curve(worlds, "n")
    return x, np.array([one["t_value"] for one in sums])


def wishes(sums: Sums) -> list[float]:
    """Return the share of organisations willing to ally at the date of each survey."""
    return [ratio(sums[f"o_willing{k}"], sums[f"o_all{k}"]) for k in range(len(opinion.SURVEYS))]


def both_ways(worlds: Worlds, wage: float, value: float, means: float) -> float:
    """Return 1 when value is at least so many times more and means so many times less, else 0."""
    more = ratio(worlds["W2"]["t_value"], worlds["W0"]["t_value"])
    less = ratio(frugality.means(worlds["W0"], wage), frugality.means(worlds["W2"], wage))
    return float(more >= value and less >= means)


def typed(worlds: Worlds, wage: float) -> float:
    """Return 1 when doubling every delay doubles the three clocks of an even mix, else 0."""
    plain, twice = (families.clocks_of_even_mix(worlds, wage, delays) for delays in ("", "_twice"))
    return float(mix.typed_in(plain, twice))


def part_of(mixes: list[np.ndarray | None], horizon: int, lever: int) -> float:
    """Return the part of one lever in the best mix at one horizon."""
    found = mixes[horizon]
    return float("nan") if found is None else float(found[lever])


def assignment(sets: list[np.ndarray | None]) -> float:
    """Return the advantage of the claimed assignment of levers to horizons; NaN when no horizon has an answer."""
    if all(near is None for near in sets):
        return float("nan")
    return mix.advantage(mix.sure_leaders(sets))


def end_of(sets: list[np.ndarray | None], horizon: int, lever: int, tail: float) -> float:
    """Return how little, or how much, of one lever is in the mixes that the runs do not tell from the best."""
    found = sets[horizon]
    return float("nan") if found is None else float(np.quantile(found[:, lever], tail))


def fairness(sums: Sums) -> float:
    """Return 1 less the largest gap between a share and its Shapley value, over value; mean over living alliances."""
    return 1 - ratio(sums["f_unfair"], sums["f_alliances"])


def content(sums: Sums) -> float:
    """Return the share of members who have at least what they would deliver alone."""
    return ratio(sums["f_content"], sums["f_members"])


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
        case "H5a" | "H5b":
            claimed = CLAIMED_SHARES[claim]
            found = {
                "best": lambda w: curve.best_of(*shares(w, wage)).at,
                "near_low": lambda w: curve.best_of(*shares(w, wage)).low,
                "near_high": lambda w: curve.best_of(*shares(w, wage)).high,
                "width": lambda w: curve.best_of(*shares(w, wage)).width,
                "at_claim": lambda w: curve.worth_at(*shares(w, wage), claimed),
            }
            for size in ("small", "large"):
                for members, _ in families.SIZES:
                    name = f"{size}{members}"
                    found[f"support_{name}"] = lambda w, n=name: curve.support(*shares(w, wage, n), claimed)
                    found[f"best_{name}"] = lambda w, n=name: best_at(*shares(w, wage, n))
            return found
        case "H6a" | "H6b":
            rule = {"H6a": "funded", "H6b": "ten"}[claim]
            other = {"H6a": "valued", "H6b": "ten_one"}[claim]
            return {
                "failures": lambda w: durability.rate_ratio(w["none"], w[rule]),
                "other_reading": lambda w: frugality.of_places(w["none"], w[other], wage),
                "valued_moves": lambda w: moved(w["none"], w["valued"]),
                "fairness": lambda w: fairness(w[rule]),
                "fairness_none": lambda w: fairness(w["none"]),
                "fairness_gain": lambda w: fairness(w[rule]) - fairness(w["none"]),
                "fairness_other": lambda w: fairness(w[other]),
                "content": lambda w: content(w[rule]),
                "content_none": lambda w: content(w["none"]),
                "content_gain": lambda w: content(w[rule]) - content(w["none"]),
                "content_other": lambda w: content(w[other]),
            }
        case "H7a" | "H7b":
            found = {f"t50_{name}": lambda w, k=k: families.clocks(w, wage)[k] for k, name in enumerate(mix.IMPACTS)}
            for k, impact in enumerate(mix.IMPACTS):
                for j, lever in enumerate(mix.LEVERS):
                    found[f"{impact}_{lever}"] = lambda w, k=k, j=j: part_of(families.optima(w, wage), k, j)
                    for end, tail in (("low", 0.05), ("high", 0.95)):
                        found[f"{impact}_{lever}_{end}"] = lambda w, k=k, j=j, q=tail: end_of(
                            families.near_sets(w, wage), k, j, q
                        )
            return found
        case "H7delays":
            return {"clocks_are_inputs": lambda w: typed(w, wage)}
        case "H8":
            return {
                "value_ratio": lambda w: ratio(w["W2"]["t_value"], w["W0"]["t_value"]),
                "means_ratio": lambda w: ratio(frugality.means(w["W0"], wage), frugality.means(w["W2"], wage)),
                "joint_3_4": lambda w: both_ways(w, wage, 3, 4),
                "joint_4_3": lambda w: both_ways(w, wage, 4, 3),
            }
        case "H9":
            return {
                "mass": lambda w: curve.critical_mass(*catalysts(w)).at,
                "mass_low": lambda w: curve.critical_mass(*catalysts(w)).low,
                "mass_high": lambda w: curve.critical_mass(*catalysts(w)).high,
                "steeper": lambda w: curve.critical_mass(*catalysts(w)).steeper,
            }
        case "H10":
            found = {f"willing_{k}": lambda w, k=k: wishes(w["W1"])[k] for k in range(len(opinion.SURVEYS))}
            return found | {"straight_trend": lambda w: opinion.factor_of_trend()}
        case "H11":
            return {
                "by_size": lambda w: homophily.of_links(w["W1"], "size"),
                "by_model": lambda w: homophily.of_links(w["W1"], "model"),
                "by_size_large": lambda w: homophily.of_links(w["large"], "size"),
                "by_model_large": lambda w: homophily.of_links(w["large"], "model"),
                "gap_large": lambda w: homophily.of_links(w["large"]),
                "by_place": lambda w: homophily.by_place(w["large"], w["W1"]),
                "same_everywhere": lambda w: homophily.same_everywhere(w["large"], w["W1"]),
            }
        case "H12a" | "H12b":
            read = shock.kept if claim == "H12a" else shock.of_place
            other = shock.of_place if claim == "H12a" else shock.kept
            arm = "before" if claim == "H12a" else "after"
            return {
                f"{name}_{when}": lambda w, n=f"{name}_{when}": read(w[n])
                for name in shock.ARMS
                for when in ("calm", "shock")
            } | {"other_reading": lambda w: shock.protection(w, arm, other)}
        case "H13":
            found = {"saving_by_means": lambda w: ratio(w["pool"]["k_means_saving"], w["pool"]["k_means"])}
            for members, _ in families.SIZES:
                found[f"saving_{members}"] = lambda w, m=members: ratio(
                    w["pool"][f"k_saving{m}"], w["pool"][f"k_all{m}"]
                )
            return found
    return {}


def bistable(claim: str, wage: float) -> dict[str, Callable[[Worlds], float]]:
    """Return what may fall in two basins, so that a mean over runs would say nothing: desire and confidence."""
    if claim == "H10":
        return {"desire": lambda w: wishes(w["W1"])[-1]}
    if claim in ("H7a", "H7b"):
        return {"confidence": lambda w: float(families.course(w["mix0"], "confidence", wage)[-1])}
    return {}


def best_at(x: np.ndarray, y: np.ndarray) -> float:
    """Return where a curve is best, or NaN where a stratum is empty in some world."""
    return curve.best_of(x, y).at if np.isfinite(y).all() else float("nan")


def moved(one: Sums, other: Sums) -> float:
    """Return the largest difference in real money or hours between two worlds: 0 when only accounts change."""
    return max(abs(one[name] - other[name]) for name in ("t_money", "t_hours", "t_value"))


def scaled(claim: str, values: np.ndarray) -> np.ndarray:
    """Return effects on the scale in which they are averaged and corrected."""
    return THERE[SCALES[claim]](np.asarray(values, float))


def unscaled(claim: str, values):
    """Return effects on the scale in which they are said and compared."""
    return BACK[SCALES[claim]](values)
