"""The words of verdicts, in French and in English: numbers, amounts, conditions, and what may not be left out.

At most two significant digits, no future tense, and never a promise (the words themselves are in claims.yaml).
"""

import math
from collections.abc import Mapping

from sim.lab.claims import Claim

LANGUAGES = ("fr", "en")
THIN, WIDE = "\u202f", "\u00a0"  # no-break spaces of French typography


# How figures said beside a verdict are written, where they have not the form of the claim.
FORMS_BESIDE = {
    "best": "percent", "near_low": "percent", "near_high": "percent", "at_claim": "percent", "width": "percent",
    "failures": "times", "other_reading": "times", "valued_moves": "euros", "t50_performance": "number",
    "t50_innovation": "number", "t50_confidence": "number", "performance_management": "percent",
    "innovation_action": "percent", "confidence_vision": "percent", "value_ratio": "times", "means_ratio": "times",
    "joint_3_4": "percent", "joint_4_3": "percent", "mass": "number", "mass_low": "number", "mass_high": "number",
    "willing_0": "percent", "willing_1": "percent", "willing_2": "percent", "by_size": "percent",
    "by_model": "percent", "clocks_are_inputs": "percent", "by_size_large": "percent", "by_place": "percent",
    "same_everywhere": "percent", "fairness": "percent", "fairness_none": "percent", "content": "percent",
    "content_none": "percent", "saving_by_means": "percent",
    **{f"{impact}_{lever}_{end}": "percent" for impact, lever in
       (("performance", "management"), ("innovation", "action"), ("confidence", "vision")) for end in ("low", "high")},
}  # fmt: skip


# Printed when doubling every delay doubles every clock in most sets of assumptions.
CLOCKS = {
    "fr": f"Les dates sont celles que l'on a mises{WIDE}: elles suivent les délais supposés, ce n'est pas un résultat.",
    "en": "The clocks are inputs: they follow the delays that were assumed; this is not a result.",
}


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
    text = text.rstrip("0").rstrip(".") if digits else text
    if lang == "fr":
        text = text.replace(",", THIN).replace(".", ",")
    return ("−" if rounded < 0 else "") + text


def amount(value: float | None, form: str, lang: str) -> str:
    """Write a value in the form of its claim: a percentage, a number of times, an amount of euros."""
    if value is None:
        return "…"
    if form == "percent":
        text = number(100 * value if abs(value) >= 0.0005 else 0.0, lang)
        return f"{text}{THIN}%" if lang == "fr" else f"{text}%"
    if form == "euros":
        return f"{number(value, lang)}{WIDE}€" if lang == "fr" else f"€{number(value, lang)}".replace("€−", "−€")
    return number(value, lang)


def exact_euros(value: float | None, lang: str) -> str:
    """Write a reference value as it is known, to the cent."""
    if value is None:
        return ""
    return f"{value:.2f}{WIDE}€".replace(".", ",") if lang == "fr" else f"€{value:.2f}"


def answer_words(claim: Claim, direction: str, size: str | None, shown: Mapping[str, str], lang: str) -> list[str]:
    """Return the sentences of an answer: direction, size, and another reading of the same runs."""
    found = [claim.direction[direction][lang].format(**shown)]
    if size in claim.size:
        found.append(claim.size[size][lang].format(**shown))
    if claim.beside:
        found.append(claim.beside[lang].format(**shown))
    return found


def ranges_answer(questions: list[str]) -> dict[str, str]:
    """Say that the ranges alone nearly answer, before anything is simulated."""
    fr = {"direction": "à la question du sens", "size": "à la question de l'ampleur"}
    en = {"direction": "the question of direction", "size": "the question of size"}
    return {
        "fr": f"Les plages choisies répondent presque seules {' et '.join(fr[q] for q in questions)}.",
        "en": f"The chosen ranges nearly answer {' and '.join(en[q] for q in questions)} by themselves.",
    }


def two_basins(what: str, low: float) -> dict[str, str]:
    """Say that runs fall in two basins: their mean is a place where nobody lives."""
    fr = {"desire": "L'envie de s'allier", "confidence": "La confiance des habitants"}[what]
    en = {"desire": "Desire to ally", "confidence": "Confidence of residents"}[what]
    share = {lang: amount(low, "percent", lang) for lang in LANGUAGES}
    return {
        "fr": f"{fr} tombe dans deux bassins{WIDE}: {share['fr']} des mondes finissent dans le bas, et une "
        "moyenne n'aurait pas de sens.",
        "en": f"{en} falls in two basins: {share['en']} of the worlds end in the low one, a mean would make no sense.",
    }


def without_answer(draws: int) -> dict[str, str]:
    """Say in how many sets of assumptions there was nothing to measure."""
    return {
        "fr": f"Jeux d'hypothèses sans rien à mesurer{WIDE}: {draws}.",
        "en": f"Sets of assumptions with nothing to measure: {draws}.",
    }


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
    if not found:
        if lang == "fr":
            return "L'effet est le même dans tous les jeux d'hypothèses où il se mesure."
        return "The effect is the same in all sets of assumptions where it can be measured."
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
