"""What is claimed and by whom, how each claim reads the sums of paired worlds, and the words of the answers."""

import math
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
ANSWERS = ("supported", "refuted", "undecided", "depends_on", "not_tested")
THIN, WIDE = "\u202f", "\u00a0"  # no-break spaces of French typography
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

SCALES = {"H1a": "asinh", "H1b": "linear", "H2": "log", "H3": "log", "H4a": "asinh", "H4b": "asinh"}
THERE = {"log": np.log, "asinh": np.arcsinh, "linear": np.asarray}
BACK = {"log": np.exp, "asinh": np.sinh, "linear": np.asarray}
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


# Words


def number(value: float, lang: str) -> str:
    """Write a number with at most two significant digits, as each language does.

    >>> number(1.2345, "fr"), number(-0.0421, "en"), number(1234, "fr")
    ('1,2', '−0.042', '1\\u202f200')
    """
    if not math.isfinite(value):
        return "…"
    rounded = float(f"{value:.2g}")
    digits = 0 if abs(rounded) >= 10 or rounded == int(rounded) else max(0, 1 - math.floor(math.log10(abs(rounded))))
    text = f"{abs(rounded):,.{digits}f}"
    if lang == "fr":
        text = text.replace(",", THIN).replace(".", ",")
    return ("−" if rounded < 0 else "") + text


def amount(value: float | None, form: str, lang: str) -> str:
    """Write a value in the form of its claim: a percentage, a number of times, an amount of euros."""
    if value is None:
        return ""
    if form == "percent":
        text = number(100 * value if abs(value) >= 0.0005 else 0.0, lang)
        return f"{text}{THIN}%" if lang == "fr" else f"{text}%"
    if form == "euros":
        return f"{number(value, lang)}{WIDE}€" if lang == "fr" else f"€{number(value, lang)}".replace("€−", "−€")
    return number(value, lang)


def exact_euros(value: float, lang: str) -> str:
    """Write a reference value as it is known, to the cent."""
    return f"{value:.2f}{WIDE}€".replace(".", ",") if lang == "fr" else f"€{value:.2f}"


def words(claim: Claim, lang: str, facts: Mapping[str, object]) -> str:
    """Return the text of a verdict: direction, size, how many sets of assumptions, and what the ranges say."""
    shown = {name: amount(value, claim.form, lang) for name, value in facts["amounts"].items()}
    shown["reference"] = "" if facts.get("reference") is None else exact_euros(facts["reference"], lang)
    shown |= {"conditions": facts["conditions"][lang], "claimed": facts["claimed"][lang]}
    text = claim.direction[facts["direction"]][lang].format(**shown)
    if facts["direction"] == "not_tested":
        return text
    if facts["size"] in claim.size:
        text += " " + claim.size[facts["size"]][lang].format(**shown | {"conditions": facts["size_conditions"][lang]})
    text += " " + count_of(facts["yes"], facts["of"], lang)
    for note in facts["notes"]:
        text += " " + note[lang]
    return text


def count_of(yes: int, of: int, lang: str) -> str:
    """Say in how many sets of assumptions the effect is above the smallest that matters, in number and in words."""
    share = yes / of
    scale = (
        (0.95, "presque tous", "nearly all"),
        (0.80, "une large majorité", "a large majority"),
        (0.60, "une majorité", "a majority"),
        (0.41, "partagés", "split"),
        (0.21, "une minorité", "a minority"),
        (0.06, "une petite minorité", "a small minority"),
        (0.0, "presque aucun", "nearly none"),
    )
    fr, en = next((fr, en) for least, fr, en in scale if share >= least)
    if lang == "fr":
        return f"L'effet dépasse le plus petit qui compte dans {yes} jeux d'hypothèses sur {of} ({fr})."
    return f"The effect is above the smallest that matters in {yes} sets of assumptions out of {of} ({en})."


def condition_words(box, parameters, lang: str) -> str:
    """Say a condition: each parameter of the box and its limits, in the words of the parameter's label."""
    parts = []
    for name, (low, high) in box.limits.items():
        parameter = parameters[name]
        label = parameter.label_fr if lang == "fr" else parameter.label_en
        label = label[0].lower() + label[1:]
        if name.startswith("form."):
            allowed = levels(parameter, low, high, lang)
            parts.append(f"«{WIDE}{label}{WIDE}»{WIDE}: {allowed}" if lang == "fr" else f"“{label}”: {allowed}")
            continue
        limits = limit_words(low, high, lang)
        parts.append(f"«{WIDE}{label}{WIDE}» {limits}" if lang == "fr" else f"“{label}” {limits}")
    return (" et " if lang == "fr" else " and ").join(parts)


def limit_words(low: float | None, high: float | None, lang: str) -> str:
    """Say an interval, one side of which may be open."""
    a, b = (None if end is None else number(end, lang) for end in (low, high))
    if lang == "fr":
        return f"entre {a} et {b}" if a and b else (f"vaut au moins {a}" if a else f"vaut au plus {b}")
    return f"between {a} and {b}" if a and b else (f"is at least {a}" if a else f"is at most {b}")


def levels(parameter, low: float | None, high: float | None, lang: str) -> str:
    """Say which forms a condition allows; a form's meaning lists them as '0: ...; 1: ...'."""
    meaning = parameter.meaning_fr if lang == "fr" else parameter.meaning
    said = dict(part.split(":", 1) for part in meaning[meaning.index("0") :].split(";") if ":" in part)
    said = {int(code.strip()): text.strip() for code, text in said.items() if code.strip().isdigit()}
    kept = [
        said.get(int(code), str(int(code)))
        for code in parameter.choices
        if (low is None or code >= low) and (high is None or code <= high)
    ]
    return (" ou " if lang == "fr" else " or ").join(kept)


def carrier_words(found: list[tuple[str, float]], parameters, lang: str, most: int = 3) -> str:
    """Say what carries an effect when no condition is confirmed."""
    parts = []
    for name, strength in found[:most]:
        label = parameters[name].label_fr if lang == "fr" else parameters[name].label_en
        label = label[0].lower() + label[1:]
        up = strength > 0
        if lang == "fr":
            sense = "va avec un effet plus fort" if up else "va avec un effet plus faible"
            parts.append(f"«{WIDE}{label}{WIDE}» (plus haut, {sense})")
        else:
            parts.append(f"“{label}” (higher goes with a {'stronger' if up else 'weaker'} effect)")
    if lang == "fr":
        return f"Aucune condition simple n'est confirmée. Ce qui pèse le plus{WIDE}: " + ", ".join(parts) + "."
    return "No simple condition is confirmed. What weighs most: " + ", ".join(parts) + "."


def scaled(claim: str, values: np.ndarray) -> np.ndarray:
    """Return effects on the scale in which they are averaged and corrected."""
    return THERE[SCALES[claim]](np.asarray(values, float))


def unscaled(claim: str, values):
    """Return effects on the scale in which they are said and compared."""
    return BACK[SCALES[claim]](values)
